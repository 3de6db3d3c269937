"""Representations that drift as in training, of any size, made in seconds: for what depends on sizes and not on what was learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from fits import show_progress

from tb_timetravel import TimeTravel
from tb_timetravel.store import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

N_CLASSES = 10
_N_LATENT, _N_MODES = 32, 4
_TEST_SHARE = 0.1  # beside the samples that are laid out


class Drift:
    """From noise to overlapping classes of several modes, through a ReLU.

    The head prefers the class whose prototype is nearest, so its predictions sharpen over the steps as a trained network's do.

    Attributes
    ----------
    labels : (n,) int32 class of each sample, the training samples first, a tenth as many test samples after them.
    """

    def __init__(self, n_train: int, n_features: int, n_steps: int, device: torch.device, *, seed: int = 0) -> None:
        self._generator = torch.Generator(device).manual_seed(seed)
        self._n_steps, self._n_train, self.n = n_steps, n_train, n_train + round(_TEST_SHARE * n_train)
        self._mode = torch.randint(0, N_CLASSES * _N_MODES, (self.n,), generator=self._generator, device=device)
        classes, self._own, self._later = self._normal(N_CLASSES), self._normal(self.n), self._normal(self.n)
        self._centers = classes.repeat_interleave(_N_MODES, 0) + 0.7 * self._normal(N_CLASSES * _N_MODES)
        self._lift = torch.randn(_N_LATENT, n_features, generator=self._generator, device=device) / _N_LATENT**0.5
        prototypes = torch.relu(2.0 * classes @ self._lift)
        self._head = (0.1 * prototypes).cpu().numpy(), (-0.05 * prototypes.square().sum(1)).cpu().numpy()
        self.labels: NDArray[np.int32] = (self._mode // _N_MODES).cpu().numpy().astype(np.int32)

    @property
    def splits(self) -> NDArray[np.uint8]:
        """Split of each sample, 0 for training, (n,)."""
        return (np.arange(self.n) >= self._n_train).astype(np.uint8)

    def snapshots(self) -> Iterator[Snapshot]:
        """Give what is logged, step by step."""
        weight, bias = self._head
        for t in range(self._n_steps):
            done = t / max(1, self._n_steps - 1)
            still = 2.0 * done * self._centers[self._mode] + (1.0 - 0.5 * done) * self._own
            latent = still + 0.5 * done * self._later + 0.02 * self._normal(self.n)
            x = torch.relu(latent @ self._lift).cpu().numpy()
            yield Snapshot(step=t, representations=x, logits=x @ weight.T + bias, head=self._head)

    def _normal(self, n: int) -> torch.Tensor:
        return torch.randn(n, _N_LATENT, generator=self._generator, device=self._generator.device)


def log_drift(run: Path, n_train: int, n_features: int, n_steps: int) -> None:
    """Log a run of that size."""
    drift = Drift(n_train, n_features, n_steps, torch.device("cpu"))
    log = TimeTravel(str(run), labels=drift.labels, splits=np.array(["train", "test"])[drift.splits].tolist())
    for snapshot in drift.snapshots():
        log.log_arrays(snapshot.step, snapshot.representations, snapshot.logits, head=snapshot.head)
        show_progress("logging", (snapshot.step + 1) / n_steps)
