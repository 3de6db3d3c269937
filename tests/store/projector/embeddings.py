"""Embeddings as people log them: by the real writers where they can be had, else in the layout that is documented for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tensorboard.plugins import projector
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.store import ProbeReader

CHECKPOINTS = Path(__file__).parent / "checkpoints"  # by `make_checkpoints`
N, D = 24, 5
TAG = "default"
LABELS = [f"kind {'abc'[i % 3]}" for i in range(N)]


def vectors(step: int, n: int = N, d: int = D) -> NDArray[np.float32]:
    return np.random.default_rng(step).normal(size=(n, d)).astype(np.float32)


def pictures(n: int = N, side: int = 8) -> torch.Tensor:
    """Sample i is of one colour, (8 i / 255, 1 − 8 i / 255, 0): what is cut out says whose it is."""
    red = torch.arange(n, dtype=torch.float32)[:, None, None].expand(n, side, side) * 8 / 255
    return torch.stack([red, 1 - red, torch.zeros_like(red)], 1)  # (n, 3, side, side)


def log(run: Path, steps: Sequence[int] = (0, 5, 10), *, writer: Callable[[str], Any] = SummaryWriter, **given: Any) -> None:
    """Log steps as a training does; what is a function is asked for each step."""
    given = {"metadata": LABELS, "tag": TAG, **given}
    with writer(str(run)) as open_writer:
        for step in steps:
            values = {name: value(step) if callable(value) else value for name, value in given.items()}
            open_writer.add_embedding(values.pop("mat", vectors(step)), global_step=step, **values)


def write_config(directory: Path, embeddings: Sequence[Mapping[str, Any]]) -> None:
    """Write a config as TensorBoard's own helper for Keras and TensorFlow does."""
    config = projector.ProjectorConfig()
    for given in embeddings:
        embedding = config.embeddings.add()
        for name, value in given.items():
            if isinstance(value, list):
                getattr(embedding, name).extend(value)
            else:
                setattr(embedding, name, value)
    directory.mkdir(parents=True, exist_ok=True)
    projector.visualize_embeddings(str(directory), config)


def reader_of(run: Path, tag: str = TAG, *, keep: bool = False) -> ProbeReader:
    return open_reader(probe_directory(str(run), tag), keep=keep)


def read_all(reader: ProbeReader) -> dict[int, NDArray[Any]]:
    probe = reader.probe()
    return {step.step: np.asarray(reader.read(probe, step).representations) for step in reader.steps()}


def files_of(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file() and "timetravel" not in path.parts}
