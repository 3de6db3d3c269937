"""The data of a fit: representations and predictions of every step, read when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from tb_timetravel import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RESIDENT_BYTES = {"cpu": 2**29, "cuda": 24 * 2**30}  # what may lie in memory as a whole; beyond it, rows are read from the files each time


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


class _Series:
    """One array per step, all of one shape: held in memory while they are small, else read from their files each time."""

    def __init__(self, arrays: Sequence[Any], device: torch.device) -> None:
        self._arrays, self._device = arrays, device
        n_bytes = 4 * len(arrays) * arrays[0].size
        self._resident = self._load() if n_bytes <= RESIDENT_BYTES[device.type] else None

    def _load(self) -> torch.Tensor:
        shape, on_gpu = self._arrays[0].shape, self._device.type == "cuda"
        result = torch.empty((len(self._arrays), *shape), device=self._device)
        buffer = torch.empty(shape, pin_memory=on_gpu)  # what a GPU copies from other memory takes three times as long
        for t, array in enumerate(self._arrays):
            np.copyto(buffer.numpy(), array, casting="unsafe")
            result[t] = buffer
        return result

    def _read(self, t: int) -> torch.Tensor:
        return torch.from_numpy(np.array(self._arrays[t], dtype=np.float32)).to(self._device)

    def at(self, t: int) -> torch.Tensor:
        return self._read(t) if self._resident is None else self._resident[t]

    def rows(self, steps: torch.Tensor, samples: torch.Tensor, columns: torch.Tensor | None = None) -> torch.Tensor:
        samples = samples.expand(len(steps), -1)
        if self._resident is not None:
            if columns is not None and self._device.type == "cpu":
                return compiled.take(self._resident, steps, samples, columns)
            found = self._resident[steps[:, None], samples]
            return found if columns is None else found.index_select(2, columns)
        at = slice(None) if columns is None else columns.cpu().numpy()
        chosen = [
            np.asarray(self._arrays[t][index][:, at], dtype=np.float32)
            for t, index in zip(steps.tolist(), samples.cpu().numpy(), strict=True)
        ]
        return torch.from_numpy(np.stack(chosen)).to(self._device)


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

    @cached_property
    def others(self) -> NDArray[np.int64]:
        """Positions of the samples that are not laid out, (n_others,)."""
        return np.setdiff1d(np.arange(self.n_samples), self.laid_out)

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
    def _representations(self) -> _Series:
        return _Series([step.representations for step in self.steps], self.device)

    @cached_property
    def _logits(self) -> _Series:
        logits = [step.logits for step in self.steps]
        if any(array is None for array in logits):
            raise ValueError("logits were not logged at every step; ask has_logits first")
        return _Series(logits, self.device)

    def representations(self, t: int) -> torch.Tensor:
        """Read the representations of the t-th step, (n_samples, n_features)."""
        return self._representations.at(t)

    def rows(self, steps: torch.Tensor, samples: torch.Tensor, features: torch.Tensor | None = None) -> torch.Tensor:
        """Read the representations of some samples at some steps, (n_chosen_steps, n_chosen, n_features).

        Parameters
        ----------
        steps : (n_chosen_steps,).
        samples : (n_chosen,), or (n_chosen_steps, n_chosen) for others at each step.
        features : those that are read, (n_chosen_features,); all, if not given.
        """
        return self._representations.rows(steps, samples, features)

    def logits(self, t: int) -> torch.Tensor:
        """Read the logits of the t-th step, (n_samples, n_classes).

        Raises
        ------
        ValueError : they were not logged at every step.
        """
        return self._logits.at(t)

    def logit_rows(self, steps: torch.Tensor, samples: torch.Tensor) -> torch.Tensor:
        """Read the logits of some samples at some steps, (n_chosen_steps, n_chosen, n_classes); parameters as of `rows`."""
        return self._logits.rows(steps, samples)

    @cached_property
    def predictions(self) -> torch.Tensor | None:
        """Predicted class at every step, (n_steps, n_samples), or None when no logits were logged."""
        return torch.stack([self.logits(t).argmax(1) for t in range(self.n_steps)]) if self.has_logits else None
