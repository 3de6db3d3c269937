"""A small real training, logged as a user would log it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

N_SAMPLES, N_CLASSES, N_FEATURES = 300, 10, 24
STEPS = (0, 10, 20, 30)  # not 0 to 3: an index taken for a step shows
RUN = "digits & more"


def log_run(logdir: Path, steps: Sequence[int] = STEPS) -> None:
    """Train on some of scikit-learn's digits, and log some moments of it; again with others, they come to those that are there."""
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images[:N_SAMPLES] / 16, dtype=torch.float32)[:, None]  # (n, 1, 8, 8) in [0, 1]
    labels = torch.tensor(digits.target[:N_SAMPLES])
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, N_FEATURES), nn.ReLU(), nn.Linear(N_FEATURES, N_CLASSES))
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    writer = SummaryWriter(logdir / RUN)
    train, test = TensorDataset(images[:240], labels[:240]), TensorDataset(images[240:], labels[240:])
    data = {"train": DataLoader(train, batch_size=60), "test": DataLoader(test, batch_size=60)}
    film = TimeTravel(writer, network, head=network[-1], data=data, class_names=[f"digit {c}" for c in range(N_CLASSES)])
    for step in range(steps[-1] + 1):
        if step in steps:
            film.log(step)
        loss = nn.functional.cross_entropy(network(images[:240]), labels[:240])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        writer.add_scalar("loss/train", loss.item(), step)
    writer.close()


def full_names(reader: ProbeReader) -> list[str]:
    """Call each sample as the tab does: by its split and id."""
    probe = reader.probe()
    return [f"{probe.split_names[split]} {number}" for split, number in zip(reader.splits(probe), reader.ids(probe), strict=True)]


def short_names(reader: ProbeReader) -> list[str]:
    """Call each by its id alone, where no other has it."""
    ids = reader.ids(reader.probe()).tolist()
    return [str(number) if ids.count(number) == 1 else name for number, name in zip(ids, full_names(reader), strict=True)]


def log_texts(logdir: Path) -> list[str]:
    """Log texts of two classes at two moments, without a model; return them."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    texts = [
        f"{'a dull' if label == 0 else 'a fine'} film about {('dogs', 'Cats & co', '<b>war</b>')[i % 3]}" for i, label in enumerate(labels)
    ]
    film = TimeTravel(str(logdir / "reviews"), labels=labels, class_names=["bad", "good"], texts=texts)
    weight = 4 * rng.normal(size=(2, 6)).astype(np.float32)
    for step in range(2):
        x = rng.normal(size=(60, 6)).astype(np.float32) + step * weight[labels]
        film.log_arrays(step, x, x @ weight.T, head=(weight, np.zeros(2, np.float32)))
    return texts
