"""How samples move in the representation, and the forces that make the picture move alike.

* spring: ``spring · stiffness · |y_t - y_{t-1}|²``, stiffness = (typical / own displacement of the representation)², so that what hardly
  moved in the model hardly moves in the film;
* match: ``match · (log |y_t - y_{t-1}| - log |x_t - x_{t-1}| - their mean)²``, so that path lengths are in proportion;
* ranking: ``ranking · n_steps · mean over reference steps e of 1/2 (1 - ρ_e)²``, ρ_e the correlation over the steps t of a sample's
  distances |y_t - y_e| with the ranks of |x_t - x_e|: what was far from its present place in the model is far in the film.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from tb_timetravel import compiled, kernels

if TYPE_CHECKING:
    from tb_timetravel.fit.dynamics import Dynamics

N_REFERENCES = 32  # all steps up to that many, else evenly spread ones: their neighbours in time follow, and memory stays linear in steps
_MIN_STEPS = 4  # a rank correlation over fewer than three other steps says nothing
_BLOCK_BYTES = 64 * 2**20
_SMOOTHING = 0.03


@dataclass(frozen=True, eq=False)
class Motion:
    """How chosen samples move in the representation.

    Attributes
    ----------
    moved : (n_steps - 1, n) displacement from each step to the next.
    typical : what counts as an ordinary displacement.
    references : steps from which distances are ranked.
    ranks : (n_references, n_steps, n) int16, twice the rank of each step among the others by its distance from the reference; equal
        distances share their mean rank, the reference itself has 0.
    """

    moved: torch.Tensor
    typical: torch.Tensor
    references: list[int]
    ranks: torch.Tensor

    @cached_property
    def relative(self) -> torch.Tensor:
        """Displacements in units of an ordinary one, (n_steps - 1, n), never 0."""
        return (self.moved / self.typical).clamp_min(1e-6)

    @cached_property
    def references_on_device(self) -> torch.Tensor:
        """The steps of reference, (n_references,)."""
        return torch.tensor(self.references, dtype=torch.int64, device=self.ranks.device)

    @cached_property
    def log_relative(self) -> torch.Tensor:
        """Their logarithms."""
        return self.relative.log()


def read_motion(dynamics: Dynamics, samples: torch.Tensor, *, typical: torch.Tensor | None = None) -> Motion:
    """Measure how samples move, block by block.

    Parameters
    ----------
    samples : (n,) positions among the dynamics' samples.
    typical : of other samples, so that these are held to the same measure; the median displacement of these, if not given.
    """
    n_steps = dynamics.n_steps
    stride = max(1, -(-n_steps // N_REFERENCES))
    references = list(range(0, n_steps, stride)) if n_steps >= _MIN_STEPS else []
    moved = torch.empty(n_steps - 1, len(samples), device=dynamics.device)
    ranks = torch.empty(len(references), n_steps, len(samples), dtype=torch.int16, device=dynamics.device)
    every_step = torch.arange(n_steps, device=dynamics.device)
    n_rows = max(1, _BLOCK_BYTES // (4 * n_steps * (dynamics.n_features + 2 * n_steps)))
    for start in range(0, len(samples), n_rows):
        x = dynamics.rows(every_step, samples[start : start + n_rows])  # (n_steps, b, n_features)
        moved[:, start : start + n_rows] = (x[1:] - x[:-1]).norm(dim=2)
        if references:
            ranks[:, :, start : start + n_rows] = _distance_ranks(x, references)
    if typical is None:
        typical = moved.median() if moved.numel() else torch.ones((), device=dynamics.device)
    return Motion(moved, typical.clamp_min(1e-12), references, ranks)


def _distance_ranks(x: torch.Tensor, references: list[int]) -> torch.Tensor:
    """Rank steps by distance from each reference, (n_steps, b, n_features) -> (n_references, n_steps, b)."""
    path = (x - x.mean(0)).transpose(0, 1)  # centred, so that products of large numbers do not swallow a small distance
    distances = torch.cdist(path[:, references], path)  # (b, n_references, n_steps)
    distances[:, torch.arange(len(references)), references] = -1.0  # the reference itself comes first
    ordered = distances.sort(2).values
    twice = torch.searchsorted(ordered, distances) + torch.searchsorted(ordered, distances, right=True) - 1
    return twice.permute(1, 2, 0).to(torch.int16)


def coupling_force(y: torch.Tensor, motion: Motion, *, spring: float, match: float, stiffness_limit: float) -> torch.Tensor:
    """Negative gradient of spring and match.

    Parameters
    ----------
    y : (n_steps, n, 2).
    stiffness_limit : of a sample that did not move at all.

    Returns
    -------
    (n_steps, n, 2)
    """
    steps = [axis[1:] - axis[:-1] for axis in y.unbind(2)]  # one axis at a time: a third of the time of pairs
    square = torch.addcmul(steps[0].square(), steps[1], steps[1]).add_(1e-6)  # below a thousandth, direction means nothing
    excess = square.log().mul_(0.5).sub_(motion.log_relative)
    excess -= excess.mean()
    stiffness = motion.relative.square().reciprocal_().clamp_max_(stiffness_limit)
    strength = excess.div_(square).mul_(2.0 * match).add_(stiffness, alpha=2.0 * spring)
    force = torch.zeros_like(y)
    for on_axis, step in zip(force.unbind(2), steps, strict=True):
        pull = step.mul_(strength)
        on_axis[:-1] += pull
        on_axis[1:] -= pull
    return force


def add_coupling_force(
    force: torch.Tensor, y: torch.Tensor, motion: Motion, *, spring: float, match: float, stiffness_limit: float
) -> None:
    """Add `coupling_force` to a force, (n_steps, n, 2) of two steps at least."""
    if kernels.serve(y.device):
        from tb_timetravel.kernels.forces import add_coupling

        add_coupling(force, y, motion.relative, motion.log_relative, spring=spring, match=match, stiffness_limit=stiffness_limit)
    else:
        force += coupling_force(y, motion, spring=spring, match=match, stiffness_limit=stiffness_limit)


def add_ranking_force(force: torch.Tensor, y: torch.Tensor, motion: Motion, chosen: torch.Tensor, *, scale: float) -> None:
    """Add scale times the negative gradient of ``sum over samples of 1/2 (1 - ρ)²`` for each of some steps of reference.

    The spread of a sample's distances is taken .03 larger, in units of the plane, so that a sample at rest is not torn apart.

    Parameters
    ----------
    force, y : (n_steps, n, 2); nothing is added for a sample whose distances are all equal.
    chosen : (m,) int64 positions among the references.
    """
    if kernels.serve(y.device):
        from tb_timetravel.kernels.forces import add_ranking

        add_ranking(force, y, motion.references_on_device, motion.ranks, chosen.to(y.device), smoothing=_SMOOTHING, scale=scale)
        return
    for i in chosen.tolist():
        reference, ranks = motion.references[i], motion.ranks[i]
        if y.device.type == "cpu":
            compiled.add_ranking(force.numpy(), y.numpy(), reference, ranks.numpy(), smoothing=_SMOOTHING, scale=scale)
        else:
            force += scale * ranking_by_torch(y, reference, ranks)


def ranking_by_torch(y: torch.Tensor, reference: int, ranks: torch.Tensor) -> torch.Tensor:
    """Compute what `add_ranking_force` adds, (n_steps, n, 2), on any device."""
    others = torch.tensor([t for t in range(len(y)) if t != reference], device=y.device)
    away = y[others] - y[reference]
    distance = (away.square().sum(2) + 1e-8).sqrt()
    wanted = ranks[others].to(y.dtype)
    wanted = wanted - wanted.mean(0)
    wanted = wanted / wanted.norm(dim=0).clamp_min(1e-6)
    centered = distance - distance.mean(0)
    spread = centered.norm(dim=0)
    correlation = (wanted * centered).sum(0) / (spread + _SMOOTHING)
    slope = (wanted - correlation * centered / spread.clamp_min(1e-12)) / (spread + _SMOOTHING)  # of the correlation, by distance
    slope = (1.0 - correlation) * (slope - slope.mean(0))
    pull = (slope / distance)[..., None] * away
    force = torch.zeros_like(y)
    force[others] = pull
    force[reference] = -pull.sum(0)
    return force
