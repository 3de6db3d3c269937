"""The data of a fit: representations and predictions of every step, read when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_RESIDENT_BYTES = 2 * 2**30  # what may lie in memory as a whole; beyond it, rows are read from the mapped files each time


class StepArrays(Protocol):
    """One step's arrays; ``store.Snapshot`` is one."""

    @property
    def representations(self) -> NDArray[Any]:
        """Representations, (n_samples, n_features)."""

    @property
    def logits(self) -> NDArray[np.float32] | None:
        """Logits, (n_samples, n_classes)."""

    @property
    def head(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Affine head: weight (n_classes, n_features), bias (n_classes,)."""


@dataclass(frozen=True, eq=False)
class Dynamics:
    """Training dynamics as a fit sees them.

    Attributes
    ----------
    steps : what was logged at each step, in order.
    laid_out : (n_laid_out,) positions of the samples that the layout places freely; the encoder projects the others.
    labels : (n_samples,) class of each sample, -1 where there is none.
    device : where the fit computes.
    """

    steps: Sequence[StepArrays]
    laid_out: NDArray[np.int64]
    labels: NDArray[np.int32]
    n_classes: int
    device: torch.device

    @property
    def n_steps(self) -> int:
        """Number of steps."""
        return len(self.steps)

    @property
    def n_samples(self) -> int:
        """Number of samples, laid out or not."""
        return int(self.steps[0].representations.shape[0])

    @property
    def n_features(self) -> int:
        """Number of features of a representation."""
        return int(self.steps[0].representations.shape[1])

    @property
    def has_logits(self) -> bool:
        """Whether the subject model's logits were logged at every step."""
        return all(step.logits is not None for step in self.steps)

    @cached_property
    def _resident(self) -> torch.Tensor | None:
        if 4 * self.n_steps * self.n_samples * self.n_features > _RESIDENT_BYTES:
            return None
        return torch.stack([self._read(t) for t in range(self.n_steps)])

    def _read(self, t: int) -> torch.Tensor:
        return torch.from_numpy(np.array(self.steps[t].representations, dtype=np.float32)).to(self.device)

    def representations(self, t: int) -> torch.Tensor:
        """Read the representations of the t-th step, (n_samples, n_features)."""
        return self._read(t) if self._resident is None else self._resident[t]

    def rows(self, steps: torch.Tensor, samples: torch.Tensor) -> torch.Tensor:
        """Read some samples at some steps, (n_chosen_steps, n_chosen, n_features)."""
        if self._resident is not None:
            return self._resident[steps[:, None], samples[None, :]]
        index = samples.cpu().numpy()
        chosen = [np.asarray(self.steps[t].representations[index], dtype=np.float32) for t in steps.tolist()]
        return torch.from_numpy(np.stack(chosen)).to(self.device)

    @cached_property
    def logits(self) -> torch.Tensor | None:
        """Logits of every step, (n_steps, n_samples, n_classes), or None when they were not logged."""
        if not self.has_logits:
            return None
        return torch.stack([torch.from_numpy(np.array(step.logits, dtype=np.float32)) for step in self.steps]).to(self.device)

    @cached_property
    def predictions(self) -> torch.Tensor | None:
        """Predicted class at every step, (n_steps, n_samples), or None when no logits were logged."""
        return None if self.logits is None else self.logits.argmax(2)
