"""What a decoder says between the samples: spots drawn all over the plane, held to what lies near them and to the next step.

Without this, territory where no sample lies is whatever the fit left there, another class at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch.nn import functional as F

from tb_timetravel import compiled
from tb_timetravel.fit.batches import targets
from tb_timetravel.fit.heads import log_probabilities

if TYPE_CHECKING:
    from tb_timetravel.fit.batches import Around, Batch
    from tb_timetravel.fit.decoder import DecoderConfig, Loss
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head

_WITNESSES = 4000  # samples that are asked what a spot is near to
_NEAR = 8
_CELLS = 64  # of the square, along each axis, for which this is known


class Square(NamedTuple):
    """A part of the plane, middle and half side along each axis, (2,) each."""

    middle: torch.Tensor
    half: torch.Tensor

    def unit(self, positions: torch.Tensor) -> torch.Tensor:
        """Take positions in it to the square from -1 to 1."""
        return (positions - self.middle) / self.half


def predictions_near(dynamics: Dynamics, near: torch.Tensor, head: Head, sharpen: torch.Tensor, square: Square) -> Around:
    """Make the function that gives the mean prediction of the samples near spots.

    Parameters
    ----------
    near : of all steps, see `nearest_of_cells`.
    sharpen : (n_steps, 1, 1), see `decoder.logit_scales`.
    """
    laid_out = torch.from_numpy(dynamics.laid_out).to(near.device)

    def around(steps: torch.Tensor, spots: torch.Tensor) -> torch.Tensor:
        x, y = cells_of(spots, square).unbind(1)
        samples = laid_out[near[steps[:, None], y, x].long()]  # (n_chosen_steps, n_spots, _NEAR)
        logits = targets(dynamics, head, steps, samples.flatten(1)) * sharpen[steps]
        mean: torch.Tensor = log_probabilities(logits).exp_().unflatten(1, samples.shape[1:]).mean(2)
        return mean

    return around


def unlike_those_near(batch: Batch, found: torch.Tensor) -> torch.Tensor:
    """Measure the divergence of spots from what the samples near them are predicted to be.

    Parameters
    ----------
    found : (n_chosen_steps, n_spots, n_classes), logarithms of probabilities.
    """
    return F.kl_div(found, batch.around, reduction="none").sum(-1).mean()


def held_still(dynamics: Dynamics, near: torch.Tensor, square: Square, config: DecoderConfig) -> Loss:
    """Make the loss that keeps a spot's territory from one step to the next where no sample near it changes its prediction.

    Parameters
    ----------
    near : of all steps, see `nearest_of_cells`.
    """
    predictions = dynamics.predictions
    if predictions is None or dynamics.n_steps == 1:
        return lambda batch, _: torch.zeros((), device=batch.x.device)
    rests = resting_cells(near, predictions[:, torch.from_numpy(dynamics.laid_out).to(near.device)])

    def loss(batch: Batch, found: torch.Tensor) -> torch.Tensor:
        now, later = batch.steps[:-1], batch.steps[1:]
        x, y = cells_of(batch.spots, square).unbind(1)
        follows = (later == now + 1)[:, None]  # but from one run of steps to the next, see `batches.draw_steps`
        apart = difference(found[:-1], found[1:]) * (follows & rests[now.clamp_max(dynamics.n_steps - 2)[:, None], y, x])
        return config.still_weight * 0.5 * apart.sum() / (follows.sum() * len(x))

    return loss


def difference(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Measure the symmetric divergence of two predictions, both logarithms of probabilities, (…, n_classes) -> (…,)."""
    return ((one.exp() - other.exp()) * (one - other)).sum(-1)


def cells_of(spots: torch.Tensor, square: Square) -> torch.Tensor:
    """Find the cell of the square that each spot lies in, x and y, (n, 2)."""
    return ((square.unit(spots) + 1.0) * (_CELLS / 2)).long().clamp(0, _CELLS - 1)


def nearest_of_cells(positions: torch.Tensor, square: Square) -> torch.Tensor:
    """Find the samples nearest to each cell of the square at each step, (n_steps, _CELLS, _CELLS, _NEAR) int32, among some of them.

    Parameters
    ----------
    positions : (n_steps, n, 2).
    """
    n = positions.shape[1]
    witnesses = torch.arange(0, n, -(-n // _WITNESSES), device=positions.device)
    unit = (torch.arange(_CELLS, device=positions.device) + 0.5) * (2.0 / _CELLS) - 1.0
    centers = torch.cartesian_prod(unit, unit).flip(1)  # (_CELLS², 2), rows along the second axis
    nobody = torch.full((len(centers),), -1)
    result = torch.empty(len(positions), _CELLS, _CELLS, min(_NEAR, len(witnesses)), dtype=torch.int32, device=positions.device)
    for of_step, where in zip(result, positions, strict=True):
        some = square.unit(where[witnesses])
        if some.device.type == "cpu":
            _, near = compiled.nearest_by_differences(centers, some, nobody, of_step.shape[2])
        else:
            _, near = compiled.nearest_of(torch.cdist(centers, some), of_step.shape[2])
        of_step.copy_(witnesses[near].view_as(of_step))
    return result


def resting_cells(near: torch.Tensor, predictions: torch.Tensor) -> torch.Tensor:
    """Find where no prediction changes: whether each cell of the square rests from one step to the next, (n_steps - 1, _CELLS, _CELLS).

    Parameters
    ----------
    near : (n_steps, _CELLS, _CELLS, n_near), see `nearest_of_cells`.
    predictions : (n_steps, n) of the same samples.
    """
    flipped = predictions[1:] != predictions[:-1]
    pairs = zip(flipped, near[:-1], near[1:], strict=True)
    return ~torch.stack([(changed[before.long()] | changed[after.long()]).any(-1) for changed, before, after in pairs])
