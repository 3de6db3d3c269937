"""A logged run some of whose labels are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel import TimeTravel
from tb_timetravel.store import probe_directory

if TYPE_CHECKING:
    from pathlib import Path

N_TRAIN, N_TEST, N_CLASSES = 120, 30, 3


def log_noisy_run(directory: Path, *, n_steps: int = 4, n_wrong: int = 10, with_logits: bool = True) -> tuple[str, np.ndarray]:
    """Log classes that drift apart; return the probe set's directory and the positions of the wrong labels, all of the training split."""
    rng = np.random.default_rng(0)
    truth = np.arange(N_TRAIN + N_TEST) % N_CLASSES
    wrong = np.sort(rng.choice(N_TRAIN, n_wrong, replace=False))
    labels = truth.copy()
    labels[wrong] = (labels[wrong] + 1) % N_CLASSES
    centers, noise = rng.normal(size=(N_CLASSES, 6)) * 1.5, rng.normal(size=(len(truth), 6))
    splits = ["train"] * N_TRAIN + ["test"] * N_TEST
    ids = [*range(N_TRAIN), *range(N_TEST)]
    names = ["cat", "=dog", "cow\x1b"]
    film = TimeTravel(str(directory), labels=labels, splits=splits, ids=ids, class_names=names)
    for step in range(n_steps):
        x = (noise * 0.5 + centers[truth] * (1 + step) / 2).astype(np.float32)
        logits = x @ centers.T.astype(np.float32) - (1 + step) / 4 * (centers**2).sum(1).astype(np.float32)
        film.log_arrays(step, x, logits if with_logits else None)
    return probe_directory(str(directory), "probe"), wrong
