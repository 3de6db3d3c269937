"""Small training dynamics made of arrays, without a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from tb_timetravel.fit import Dynamics


@dataclass(frozen=True, eq=False)
class Step:
    representations: np.ndarray[Any, Any]
    logits: np.ndarray[Any, Any] | None = None
    head: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None


def dynamics_of(
    x: np.ndarray[Any, Any], heads: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None, n_laid_out: int | None = None
) -> Dynamics:
    """Make dynamics of representations (n_steps, n, d) and, optionally, of a head's weights (n_steps, c, d) and biases (n_steps, c)."""
    n = x.shape[1]
    steps = [
        Step(x[t]) if heads is None else Step(x[t], x[t] @ heads[0][t].T + heads[1][t], (heads[0][t], heads[1][t])) for t in range(len(x))
    ]
    return Dynamics(
        steps=steps,
        laid_out=np.arange(n if n_laid_out is None else n_laid_out),
        labels=np.full(n, -1, dtype=np.int32),
        n_classes=0 if heads is None else heads[0].shape[1],
        device=torch.device("cpu"),
    )


def drifting_classes(
    n_steps: int = 5, n: int = 90, d: int = 6, n_classes: int = 3, seed: int = 0
) -> tuple[np.ndarray[Any, Any], tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Draw classes that part over time, and the head that tells them apart at every step."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(n_classes, d))
    noise = rng.normal(size=(n, d)) * 0.4
    x = np.stack([(t + 1) / n_steps * 3.0 * centers[np.arange(n) % n_classes] + noise for t in range(n_steps)]).astype(np.float32)
    weight = np.stack([2.0 * centers] * n_steps).astype(np.float32)
    bias = np.stack([-(t + 1) / n_steps * 3.0 * (centers**2).sum(1) for t in range(n_steps)]).astype(np.float32)
    return x, (weight, bias)
