"""Processes that are there to be killed: ``children.py log RUN_DIRECTORY``, a training, and ``children.py fit LOGDIR METHOD``."""

from __future__ import annotations

import sys

import numpy as np

N_SAMPLES, N_FEATURES, N_CLASSES = 120, 32, 4


HEAD = (np.eye(N_CLASSES, N_FEATURES, dtype=np.float32), np.zeros(N_CLASSES, np.float32))


def arrays_of(step: int) -> tuple[np.ndarray, np.ndarray]:
    """Make what is logged at a step from its number alone, so that a reader can tell whether it is whole."""
    x = np.random.default_rng(step).normal(size=(N_SAMPLES, N_FEATURES)).astype(np.float32)
    return x, x[:, :N_CLASSES]


def log(directory: str) -> None:
    from tb_timetravel import TimeTravel

    film = TimeTravel(directory, labels=np.arange(N_SAMPLES) % N_CLASSES)
    for step in range(100_000):
        x, logits = arrays_of(step % 200)
        film.log_arrays(step % 200, x, logits, head=HEAD)  # again and again, so that steps are replaced too
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "log":
        log(sys.argv[2])
    else:
        from tb_timetravel.cli import main

        sys.exit(main(["fit", sys.argv[2], "--method", sys.argv[3], "--device", "cpu"]))
