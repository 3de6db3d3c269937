"""The plane of another film: where a layout begins, what draws it there, and how it is brought back into it.

Two runs have no common coordinates, but where both have a sample, its place in a finished film says where the other should have it. That
is where a layout begins, which alone brings the same classes to the same places, and a weak pull holds it there:

    ``strength · reach² / 2 · log(1 + d² / reach²)``, d a sample's distance from its place there,

in units of the layout's own kernel. Nearby, that is a spring; a sample that the two runs see differently is let go, so that it shows where
it belongs in this one. How large a layout becomes depends on how many samples it has, so the places there are taken as much larger as the
layout is at the moment, and the whole is scaled back in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.fit.graph import neighbors_outside
from tb_timetravel.fit.placing import neighborhood_beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted

_BORDER = 0.02  # of the plane's width, at which the wall begins


@dataclass(frozen=True, kw_only=True)
class PullConfig:
    """How a layout is drawn towards another film."""

    strength: float = 0.06  # of it digits lose 2 % of the neighbours that a free layout keeps; of four times as much, 6 %
    reach: float = 5.0  # in units of the kernel, where a plane of 1,400 samples is about 50 wide
    wall: float = 1.0  # stiffness of what keeps samples within the other film's extent


@dataclass(frozen=True, eq=False)
class SharedPlane:
    """The plane of another film, and the places that some samples have there.

    Attributes
    ----------
    samples : (n_known,) positions of the samples that it has, among all of the dynamics.
    places : (n_steps, n_known, 2) where it has them, at the time that corresponds to each step.
    extent : (x_min, x_max, y_min, y_max) of that film.
    """

    samples: NDArray[np.int64]
    places: NDArray[np.float32]
    extent: tuple[float, float, float, float]
    config: PullConfig

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the extent, around which a layout is scaled."""
        x_min, x_max, y_min, y_max = self.extent
        return (x_min + x_max) / 2.0, (y_min + y_max) / 2.0


class Pull:
    """The force that draws some samples to their places, and holds all within the extent.

    Parameters
    ----------
    rows : (n, ) positions of the samples that are laid out, among all of the dynamics.
    scale : units of the layout per unit of the plane; as large as the layout is each time, if not given.
    """

    def __init__(self, plane: SharedPlane, rows: NDArray[np.int64], device: torch.device, scale: float | None = None) -> None:
        self._known, places = _known_among(plane, rows, device)
        self._places = places - torch.tensor(plane.middle, device=device)
        x_min, x_max, y_min, y_max = plane.extent
        self._half = torch.tensor([x_max - x_min, y_max - y_min], device=device) * (0.5 - _BORDER)
        self._config, self._scale = plane.config, scale

    def scale(self, y: torch.Tensor) -> float:
        """Tell how many times as large as in the plane a layout is, (n_steps, n, 2)."""
        if self._scale is not None:
            return self._scale
        size, wanted = y[:, self._known].square().sum(), self._places.square().sum()
        return float((size / wanted.clamp_min(1e-12)).sqrt().clamp(1e-6, 1e6))

    def __call__(self, y: torch.Tensor) -> torch.Tensor:
        """Compute the force on samples, (n_steps, n, 2) -> (n_steps, n, 2)."""
        scale = self.scale(y)
        limit = scale * self._half
        force = 2.0 * self._config.wall * (y.clamp(-limit, limit) - y)
        away = scale * self._places - y[:, self._known]
        hold = self._config.strength / (1.0 + away.square().sum(2, keepdim=True) / self._config.reach**2)
        force[:, self._known] += hold * away
        return force


def start_in(plane: SharedPlane, dynamics: Dynamics, *, across: float) -> torch.Tensor:
    """Begin a layout where the other film has its samples, those that it lacks among their neighbours there, (n_steps, n_laid_out, 2).

    Of unit scale, as a layout begins: the classes keep their places and unfold anew.
    """
    laid_out = dynamics.laid_out
    known, places = _known_among(plane, laid_out, dynamics.device)
    places = places - torch.tensor(plane.middle, device=dynamics.device)
    start = torch.zeros(dynamics.n_steps, len(laid_out), 2, device=dynamics.device)
    start[:, known] = places
    is_new = torch.ones(len(laid_out), dtype=torch.bool, device=dynamics.device)
    is_new[known] = False
    if bool(is_new.any()):
        rows = torch.from_numpy(laid_out).to(dynamics.device)
        n_neighbors, perplexity = neighborhood_beside(len(known))
        for t in range(dynamics.n_steps):
            predictions = None if dynamics.predictions is None else dynamics.predictions[t]
            index, weight = neighbors_outside(
                dynamics.representations(t), predictions, rows[known], rows[is_new],
                n_neighbors=n_neighbors, perplexity=perplexity, across=across,
            )  # fmt: skip
            start[t, is_new] = (places[t][index] * weight[..., None]).sum(1)
    return start / start.std().clamp_min(1e-12)


def brought_into(plane: SharedPlane, fitted: Fitted, scale: float) -> Fitted:
    """Take a fitted visualizer of the default method from its own units into the plane; nothing stands outside its extent.

    Parameters
    ----------
    scale : see `Pull.scale`.
    """
    x_min, x_max, y_min, y_max = plane.extent

    def inside(z: torch.Tensor) -> torch.Tensor:
        return z / scale + torch.tensor(plane.middle, device=z.device)

    def back(z: torch.Tensor) -> torch.Tensor:
        return (z - torch.tensor(plane.middle, device=z.device)) * scale

    low, high = torch.tensor([x_min, y_min]), torch.tensor([x_max, y_max])
    middle = torch.tensor(plane.middle).numpy()
    logits = fitted.logits
    square = {"middle": fitted.weights["middle"] / scale + middle, "half": fitted.weights["half"] / scale}
    return replace(
        fitted,
        embedding=inside(torch.from_numpy(fitted.embedding)).clamp(low, high).numpy(),
        encode=lambda x, t: inside(fitted.encode(x, t)),
        decode=lambda z, t: fitted.decode(back(z), t),
        weights={**fitted.weights, **square},
        logits=None if logits is None else lambda z, t: logits(back(z), t),
    )


def _known_among(plane: SharedPlane, rows: NDArray[np.int64], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Find which of some samples the other film has, as positions among them (n,), and their places, (n_steps, n, 2)."""
    _, known, columns = np.intersect1d(rows, plane.samples, assume_unique=True, return_indices=True)
    places = torch.from_numpy(plane.places[:, columns])
    return torch.from_numpy(known).to(device), places.to(device)
