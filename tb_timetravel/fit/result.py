"""What every method takes besides data, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Report = Callable[[str, float], None]
"""Called with a stage and how much of it is done, 0 to 1; may raise ``FitCancelled``."""


class Stages(Protocol):
    """Results of finished stages, kept so that an interrupted fit does not make them again."""

    def get(self, name: str) -> dict[str, NDArray[Any]] | None:
        """Read what a finished stage left, None when there is nothing."""

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep the result of a stage."""


class Head(Protocol):
    """The subject model from the representation on, or what stands for it."""

    source: str  # "head", "surrogate" or "labels"

    def logits(self, representations: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Classify, (n_steps, b, n_features), (n_steps,) -> (n_steps, b, n_classes)."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted visualizer and where it puts the samples.

    Attributes
    ----------
    embedding : (n_steps, n_samples, 2) positions.
    encode : from representations to the plane, (b, n_features), t -> (b, 2).
    decode : from the plane to representations, (b, 2), t -> (b, n_features).
    head : the subject model's last layer, None without logits and labels.
    weights : of the decoder by name, and of the encoder where it is a network.
    logits : from the plane to logits, (b, 2), t -> (b, n_classes), where there is a shorter way than by `decode` and `head`.
    """

    embedding: NDArray[np.float32]
    encode: Callable[[torch.Tensor, int], torch.Tensor]
    decode: Callable[[torch.Tensor, int], torch.Tensor]
    head: Head | None
    weights: Mapping[str, NDArray[Any]]
    logits: Callable[[torch.Tensor, int], torch.Tensor] | None = None

    def decoded_logits(self, positions: torch.Tensor, t: int) -> torch.Tensor:
        """Classify what the decoder makes of positions, (b, 2) -> (b, n_classes)."""
        if self.head is None:
            raise ValueError("there is no head without logits or labels")
        if self.logits is not None:
            return self.logits(positions, t)
        with torch.no_grad():
            return self.head.logits(self.decode(positions, t)[None], torch.tensor([t], device=positions.device))[0]
