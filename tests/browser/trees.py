"""A real training that was continued in several ways, as the Time-Travelling Visualizer leaves it, imported and fitted."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

from tb_timetravel.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TREE = {1: "", 2: 1, 3: 2, 4: 3, 5: 4, 6: 3, 7: 6, 8: 1}  # epoch -> the one that it was trained on from
N_TRAIN, N_ALL = 160, 200
SPEEDS = {6: 3e-3, 8: 3e-2}  # learning rates from there on


def write_tree(path: Path) -> None:
    """Train on some of scikit-learn's digits, from the same epochs on at different speeds, and leave features and weights of each."""
    torch.manual_seed(0)
    digits = load_digits()
    images, labels = torch.tensor(digits.images[:N_ALL] / 16, dtype=torch.float32), torch.tensor(digits.target[:N_ALL])
    for folder, split, rows in (("Training_data", "training", slice(N_TRAIN)), ("Testing_data", "testing", slice(N_TRAIN, None))):
        (path / folder).mkdir(parents=True)
        torch.save(labels[rows].clone(), path / folder / f"{split}_dataset_label.pth")
        torch.save(images[rows].clone(), path / folder / f"{split}_dataset_data.pth")
    (path / "config.json").write_text(json.dumps({"DVI": {"CLASSES": [f"digit {c}" for c in range(10)]}}))
    (path / "iteration_structure.json").write_text(json.dumps([{"value": value, "name": "", "pid": pid} for value, pid in TREE.items()]))
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
    states = {"": network.state_dict()}
    for number, before in TREE.items():
        network.load_state_dict(states[before])
        _train(network, images[:N_TRAIN], labels[:N_TRAIN], SPEEDS.get(number, 1e-2))
        states[number] = copy.deepcopy(network.state_dict())
        directory = path / "Model" / f"Epoch_{number}"
        directory.mkdir(parents=True)
        torch.save(states[number], directory / "subject_model.pth")
        with torch.no_grad():
            features = network[:3](images).numpy()
        np.save(directory / "train_data.npy", features[:N_TRAIN])
        np.save(directory / "test_data.npy", features[N_TRAIN:])


def _train(network: nn.Module, images: torch.Tensor, labels: torch.Tensor, speed: float) -> None:
    optimizer = torch.optim.Adam(network.parameters(), speed)
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()


def import_tree(root: Path) -> Path:
    """Import such a training and fit two of its branches; return the logdir."""
    write_tree(root / "faults")
    assert main(["import", str(root / "faults"), str(root / "runs")]) == 0
    for run in ("faults/Epoch_5", "faults/Epoch_7"):
        assert main(["fit", str(root / "runs"), "--run", run, "--device", "cpu", "--method", "pca"]) == 0
    return root / "runs"
