"""Forces on samples, those of all steps in one launch; what they are, ``fit.forces`` and ``fit.motion`` say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import triton
from triton import language as tl

if TYPE_CHECKING:
    from collections.abc import Sequence

# what was fastest of what was tried on an H100
_ROWS = 2  # samples whose edges one program follows
_EDGES = 64  # of each of them at a time
_PUSHED = 256  # samples that one program pushes
_PUSHING = 1  # by so many at a time: sums across threads would take longer
_RANKED = 64  # samples that one program takes through all steps
_COUPLED = 256  # moves whose lengths one program adds up
_WENT = 1024  # coordinates that one program moves


@triton.jit
def _positions_at(pairs: tl.tensor, where: tl.tensor, known: tl.tensor) -> tuple[tl.tensor, tl.tensor]:
    """Read both coordinates at once, which costs as much as one: positions are handed over as int64."""
    both = tl.load(pairs + where, mask=known, other=0)
    return (both & 0xFFFFFFFF).to(tl.int32).to(tl.float32, bitcast=True), (both >> 32).to(tl.int32).to(tl.float32, bitcast=True)


@triton.jit
def _attraction(
    y: tl.tensor, starts: tl.tensor, target: tl.tensor, weight: tl.tensor, steps: tl.tensor, result: tl.tensor, n: tl.tensor,
    strength: tl.tensor, rows: tl.constexpr, edges: tl.constexpr,
) -> None:  # fmt: skip
    at = tl.program_id(1).to(tl.int64)
    t = tl.load(steps + at).to(tl.int64)
    i = tl.program_id(0) * rows + tl.arange(0, rows)
    inside = i < n
    first = tl.load(starts + at * (n + 1) + i, mask=inside, other=0)
    last = tl.load(starts + at * (n + 1) + i + 1, mask=inside, other=0)
    x_here, y_here = _positions_at(y + t * n, i, inside)
    x_force, y_force = tl.zeros((rows, edges), tl.float32), tl.zeros((rows, edges), tl.float32)
    for begin in range(0, tl.max(last - first, 0), edges):
        edge = first[:, None] + begin + tl.arange(0, edges)[None]
        known = edge < last[:, None]
        x_there, y_there = _positions_at(y + t * n, tl.load(target + edge, mask=known, other=0), known)
        dx, dy = x_there - x_here[:, None], y_there - y_here[:, None]
        pull = tl.load(weight + edge, mask=known, other=0.0) / (1.0 + dx * dx + dy * dy)
        x_force += pull * dx
        y_force += pull * dy
    to = result + 2 * (t * n + i)
    tl.store(to, 2.0 * strength * tl.sum(x_force, 1), mask=inside)
    tl.store(to + 1, 2.0 * strength * tl.sum(y_force, 1), mask=inside)


@triton.jit
def _repulsion(
    y: tl.tensor, negatives: tl.tensor, steps: tl.tensor, push: tl.tensor, totals: tl.tensor, n: tl.tensor, n_negatives: tl.tensor,
    rows: tl.constexpr, others: tl.constexpr,
) -> None:  # fmt: skip
    at = tl.program_id(1).to(tl.int64)
    t = tl.load(steps + at).to(tl.int64)
    i = tl.program_id(0) * rows + tl.arange(0, rows)
    inside = i < n
    x_here, y_here = _positions_at(y + t * n, i, inside)
    x_force, y_force, total = tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32)
    for begin in range(0, n_negatives, others):
        m = begin + tl.arange(0, others)
        known = m < n_negatives
        x_there, y_there = _positions_at(y + t * n, tl.load(negatives + m, mask=known, other=0), known)
        dx, dy = x_here[:, None] - x_there[None], y_here[:, None] - y_there[None]
        kernel = tl.where(known[None], 1.0 / (1.0 + dx * dx + dy * dy), 0.0)
        total += tl.sum(kernel, 1)
        kernel *= kernel
        x_force += tl.sum(kernel * dx, 1)
        y_force += tl.sum(kernel * dy, 1)
    to = push + 2 * (at * n + i)
    tl.store(to, x_force, mask=inside)
    tl.store(to + 1, y_force, mask=inside)
    tl.store(totals + at * tl.num_programs(0) + tl.program_id(0), tl.sum(tl.where(inside, total, 0.0), 0))


def inside_steps(
    y: torch.Tensor,
    graph: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    steps: torch.Tensor,
    negatives: torch.Tensor,
    *,
    strength: float,
) -> torch.Tensor:
    """Add up `fit.forces.attraction_force`, times a strength, and `fit.forces.repulsion_force` at some steps; 0 at the others.

    Parameters
    ----------
    y : (n_steps, n, 2).
    graph : starts (n_chosen_steps, n + 1), target and weight (n_edges,), of the graphs of the chosen steps one after another.
    steps : (n_chosen_steps,).
    negatives : (m,).

    Returns
    -------
    (n_steps, n, 2)
    """
    n, (starts, target, weight) = y.shape[1], graph
    force, pairs = torch.zeros_like(y), y.view(torch.int64)
    _attraction[(triton.cdiv(n, _ROWS), len(steps))](
        pairs, starts, target, weight, steps, force, n, strength, rows=_ROWS, edges=_EDGES, num_warps=1
    )
    push, n_blocks = y.new_empty(len(steps), n, 2), triton.cdiv(n, _PUSHED)
    totals = y.new_empty(len(steps), n_blocks)
    _repulsion[(n_blocks, len(steps))](pairs, negatives, steps, push, totals, n, len(negatives), rows=_PUSHED, others=_PUSHING)
    share = 2.0 * n / (totals.sum(1) - len(negatives)).clamp_min(1e-12)
    if len(steps) == len(y):
        return force.addcmul_(push, share[:, None, None])
    return force.index_add_(0, steps, push * share[:, None, None])


@triton.jit
def _ranking(
    force: tl.tensor, y: tl.tensor, all_ranks: tl.tensor, references: tl.tensor, chosen: tl.tensor, n_steps: tl.tensor, n: tl.tensor,
    smoothing: tl.tensor, scale: tl.tensor, rows: tl.constexpr,
) -> None:  # fmt: skip
    i = tl.program_id(0).to(tl.int64) * rows + tl.arange(0, rows)
    inside = i < n
    which = tl.load(chosen)
    reference, ranks = tl.load(references + which), all_ranks + which * n_steps * n
    at_reference = 2 * (reference * n + i)
    there = y + at_reference
    x_there, y_there = tl.load(there, mask=inside, other=0.0), tl.load(there + 1, mask=inside, other=0.0)
    mean_distance, mean_rank = tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32)
    row = i
    for t in range(n_steps):
        dx, dy = tl.load(y + 2 * row, mask=inside, other=0.0) - x_there, tl.load(y + 2 * row + 1, mask=inside, other=0.0) - y_there
        other = tl.where(t == reference, 0.0, 1.0)
        mean_distance += other * tl.sqrt(dx * dx + dy * dy + 1e-8)
        mean_rank += other * tl.load(ranks + row, mask=inside, other=0).to(tl.float32)
        row += n
    mean_distance /= n_steps - 1
    mean_rank /= n_steps - 1
    square, rank_square, product = tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32)
    row = i
    for t in range(n_steps):
        dx, dy = tl.load(y + 2 * row, mask=inside, other=0.0) - x_there, tl.load(y + 2 * row + 1, mask=inside, other=0.0) - y_there
        other = tl.where(t == reference, 0.0, 1.0)
        centered = other * (tl.sqrt(dx * dx + dy * dy + 1e-8) - mean_distance)
        rank = other * (tl.load(ranks + row, mask=inside, other=0).to(tl.float32) - mean_rank)
        square += centered * centered
        rank_square += rank * rank
        product += centered * rank
        row += n
    spread, rank_spread = tl.sqrt(square), tl.maximum(tl.sqrt(rank_square), 1e-6)
    correlation = product / rank_spread / (spread + smoothing)
    of_rank = (1.0 - correlation) / (spread + smoothing) / rank_spread
    of_distance = (1.0 - correlation) / (spread + smoothing) * correlation / tl.maximum(spread, 1e-12)
    x_total, y_total = tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32)
    row = i
    for _ in range(n_steps):
        dx, dy = tl.load(y + 2 * row, mask=inside, other=0.0) - x_there, tl.load(y + 2 * row + 1, mask=inside, other=0.0) - y_there
        distance = tl.sqrt(dx * dx + dy * dy + 1e-8)
        slope = of_rank * (tl.load(ranks + row, mask=inside, other=0).to(tl.float32) - mean_rank) - of_distance * (distance - mean_distance)
        pull = scale * slope / distance  # at the reference itself dx and dy are 0
        x_total += pull * dx
        y_total += pull * dy
        to = force + 2 * row
        tl.store(to, tl.load(to, mask=inside, other=0.0) + pull * dx, mask=inside)
        tl.store(to + 1, tl.load(to + 1, mask=inside, other=0.0) + pull * dy, mask=inside)
        row += n
    to = force + at_reference
    tl.store(to, tl.load(to, mask=inside, other=0.0) - x_total, mask=inside)
    tl.store(to + 1, tl.load(to + 1, mask=inside, other=0.0) - y_total, mask=inside)


def add_ranking(
    force: torch.Tensor, y: torch.Tensor, references: torch.Tensor, ranks: torch.Tensor, chosen: torch.Tensor, *,
    smoothing: float, scale: float,
) -> None:  # fmt: skip
    """Do as `compiled.add_ranking` for some references, which nobody needs to know on the host.

    Parameters
    ----------
    references, ranks : (n_references,) int64 and (n_references, n_steps, n), see `fit.motion.Motion`.
    chosen : (m,) positions among the references.
    """
    n_steps, n = y.shape[:2]
    for one in chosen.split(1):
        _ranking[(triton.cdiv(n, _RANKED),)](force, y, ranks, references, one, n_steps, n, smoothing, scale, rows=_RANKED, num_warps=2)


@triton.jit
def _excess(y: tl.tensor, log_relative: tl.tensor, totals: tl.tensor, n: tl.tensor, rows: tl.constexpr) -> None:
    i, t = tl.program_id(0).to(tl.int64) * rows + tl.arange(0, rows), tl.program_id(1).to(tl.int64)
    inside, row = i < n, t * n + i
    dx = tl.load(y + 2 * (row + n), mask=inside, other=0.0) - tl.load(y + 2 * row, mask=inside, other=0.0)
    dy = tl.load(y + 2 * (row + n) + 1, mask=inside, other=0.0) - tl.load(y + 2 * row + 1, mask=inside, other=0.0)
    excess = 0.5 * tl.log(dx * dx + dy * dy + 1e-6) - tl.load(log_relative + row, mask=inside, other=0.0)
    tl.store(totals + t * tl.num_programs(0) + tl.program_id(0), tl.sum(tl.where(inside, excess, 0.0), 0))


@triton.jit
def _coupling(
    force: tl.tensor, y: tl.tensor, relative: tl.tensor, log_relative: tl.tensor, mean_excess: tl.tensor, n_steps: tl.tensor, n: tl.tensor,
    spring: tl.tensor, match: tl.tensor, stiffness_limit: tl.tensor, rows: tl.constexpr,
) -> None:  # fmt: skip
    i = tl.program_id(0).to(tl.int64) * rows + tl.arange(0, rows)
    inside, mean = i < n, tl.load(mean_excess)
    x_here, y_here = tl.load(y + 2 * i, mask=inside, other=0.0), tl.load(y + 2 * i + 1, mask=inside, other=0.0)
    x_pull, y_pull = tl.zeros((rows,), tl.float32), tl.zeros((rows,), tl.float32)  # of the step before
    row = i
    for _ in range(n_steps - 1):
        x_next, y_next = tl.load(y + 2 * (row + n), mask=inside, other=0.0), tl.load(y + 2 * (row + n) + 1, mask=inside, other=0.0)
        dx, dy = x_next - x_here, y_next - y_here
        square = dx * dx + dy * dy + 1e-6
        moved = tl.load(relative + row, mask=inside, other=1.0)
        excess = 0.5 * tl.log(square) - tl.load(log_relative + row, mask=inside, other=0.0) - mean
        strength = 2.0 * match * excess / square + 2.0 * spring * tl.minimum(1.0 / (moved * moved), stiffness_limit)
        to = force + 2 * row
        tl.store(to, tl.load(to, mask=inside, other=0.0) + strength * dx - x_pull, mask=inside)
        tl.store(to + 1, tl.load(to + 1, mask=inside, other=0.0) + strength * dy - y_pull, mask=inside)
        x_here, y_here, x_pull, y_pull = x_next, y_next, strength * dx, strength * dy
        row += n
    to = force + 2 * row
    tl.store(to, tl.load(to, mask=inside, other=0.0) - x_pull, mask=inside)
    tl.store(to + 1, tl.load(to + 1, mask=inside, other=0.0) - y_pull, mask=inside)


def add_coupling(
    force: torch.Tensor, y: torch.Tensor, relative: torch.Tensor, log_relative: torch.Tensor, *,
    spring: float, match: float, stiffness_limit: float,
) -> None:  # fmt: skip
    """Add `fit.motion.coupling_force` to a force.

    Parameters
    ----------
    force, y : (n_steps, n, 2), of two steps at least.
    relative, log_relative : (n_steps - 1, n), see `fit.motion.Motion`.
    """
    n_steps, n = y.shape[:2]
    n_blocks = triton.cdiv(n, _COUPLED)
    totals = y.new_empty(n_steps - 1, n_blocks)
    _excess[(n_blocks, n_steps - 1)](y, log_relative, totals, n, rows=_COUPLED)
    mean = totals.sum() / ((n_steps - 1) * n)
    _coupling[(triton.cdiv(n, _RANKED),)](
        force, y, relative, log_relative, mean, n_steps, n, spring, match, stiffness_limit, rows=_RANKED, num_warps=2
    )


@triton.jit
def _go(
    y: tl.tensor, mean: tl.tensor, square: tl.tensor, total: tl.tensor, force: tl.tensor, rates: tl.tensor, n: tl.tensor,
    columns: tl.constexpr,
) -> None:  # fmt: skip
    i = tl.program_id(0).to(tl.int64) * columns + tl.arange(0, columns)
    inside = i < n
    now, mean_now, square_now = tl.load(force + i, mask=inside), tl.load(mean + i, mask=inside), tl.load(square + i, mask=inside)
    mean_now += 0.1 * (now - mean_now)
    square_now += 0.05 * (now * now - square_now)
    rate, correction, counts = tl.load(rates), tl.load(rates + 1), tl.load(rates + 2)
    here = tl.load(y + i, mask=inside) + rate * mean_now / (tl.sqrt(square_now * correction) + 1e-8)
    tl.store(mean + i, mean_now, mask=inside)
    tl.store(square + i, square_now, mask=inside)
    tl.store(y + i, here, mask=inside)
    tl.store(total + i, tl.load(total + i, mask=inside) + counts * here, mask=inside)


def go(y: torch.Tensor, mean: torch.Tensor, square: torch.Tensor, total: torch.Tensor, force: torch.Tensor, rates: torch.Tensor) -> None:
    """Follow a force by one iteration of Adam, in place, and add the positions up.

    Parameters
    ----------
    y, mean, square, total, force : of one shape, contiguous: positions, means of the force and of its square, sum of positions.
    rates : (3,) Adam's rate over the correction of its mean; the correction that its variance is multiplied by; weight in the sum.
    """
    _go[(triton.cdiv(y.numel(), _WENT),)](y, mean, square, total, force, rates, y.numel(), columns=_WENT)


@triton.jit
def _force_beside(
    x_here: tl.tensor, y_here: tl.tensor, x_near: tl.tensor, y_near: tl.tensor, weight: tl.tensor, x_other: tl.tensor, y_other: tl.tensor,
    known: tl.tensor, share: tl.tensor,
) -> tuple[tl.tensor, tl.tensor]:  # fmt: skip
    """Add up `fit.forces.attraction_to` and `fit.forces.repulsion_from` on one sample."""
    dx, dy = x_near - x_here, y_near - y_here
    pull = 2.0 * weight / (1.0 + dx * dx + dy * dy)
    x_force, y_force = tl.sum(pull * dx, 0), tl.sum(pull * dy, 0)
    dx, dy = x_here - x_other, y_here - y_other
    kernel = tl.where(known, 1.0 / (1.0 + dx * dx + dy * dy), 0.0)
    kernel *= kernel * share
    return x_force + tl.sum(kernel * dx, 0), y_force + tl.sum(kernel * dy, 0)


@triton.jit
def _beside(
    y: tl.tensor, layout: tl.tensor, index: tl.tensor, weight: tl.tensor, steps: tl.tensor, negatives: tl.tensor, shares: tl.tensor,
    result: tl.tensor, n: tl.tensor, k: tl.tensor, n_negatives: tl.tensor, near: tl.constexpr, others: tl.constexpr,
) -> None:  # fmt: skip
    i, at = tl.program_id(0), tl.program_id(1).to(tl.int64)
    t = tl.load(steps + at).to(tl.int64)
    m = tl.num_programs(0)
    j, o = tl.arange(0, near), tl.arange(0, others)
    edge = (at * m + i) * k + j
    there = layout + 2 * (t * n + tl.load(index + edge, mask=j < k, other=0))
    strength = tl.load(weight + edge, mask=j < k, other=0.0)
    known = o < n_negatives
    other = layout + 2 * (t * n + tl.load(negatives + o, mask=known, other=0))
    here = 2 * (t * m + i)
    x_force, y_force = _force_beside(
        tl.load(y + here), tl.load(y + here + 1),
        tl.load(there, mask=j < k, other=0.0), tl.load(there + 1, mask=j < k, other=0.0), strength,
        tl.load(other, mask=known, other=0.0), tl.load(other + 1, mask=known, other=0.0), known, tl.load(shares + at),
    )  # fmt: skip
    tl.store(result + here, x_force)
    tl.store(result + here + 1, y_force)


def beside_steps(
    y: torch.Tensor, layout: torch.Tensor, neighbors: tuple[torch.Tensor, torch.Tensor], steps: torch.Tensor, negatives: torch.Tensor,
    normalisers: torch.Tensor,
) -> torch.Tensor:  # fmt: skip
    """Add up `fit.forces.attraction_to` and `fit.forces.repulsion_from` at some steps; 0 at the others.

    Parameters
    ----------
    y, layout : (n_steps, m, 2) of samples that move, (n_steps, n, 2) of those that do not.
    neighbors : index into the layout and weight, (n_chosen_steps, m, k) each.
    steps, normalisers : (n_chosen_steps,) each.
    negatives : (l,).

    Returns
    -------
    (n_steps, m, 2)
    """
    (index, weight), force = neighbors, torch.zeros_like(y)
    k, n_negatives = index.shape[2], len(negatives)
    shares = 2.0 / (normalisers * n_negatives).clamp_min(1e-12)
    _beside[(y.shape[1], len(steps))](
        y, layout, index, weight, steps, negatives, shares, force, layout.shape[1], k, n_negatives,
        near=triton.next_power_of_2(k), others=triton.next_power_of_2(n_negatives), num_warps=1,
    )  # fmt: skip
    return force


@triton.jit
def _settle(
    start: tl.tensor, layout: tl.tensor, index: tl.tensor, weight: tl.tensor, negatives: tl.tensor, normaliser: tl.tensor, rates: tl.tensor,
    result: tl.tensor, k: tl.tensor, n_negatives: tl.tensor, n_iterations: tl.tensor, n_averaged: tl.tensor,
    near: tl.constexpr, others: tl.constexpr,
) -> None:  # fmt: skip
    i = tl.program_id(0)
    j, o = tl.arange(0, near), tl.arange(0, others)
    there = layout + 2 * tl.load(index + i * k + j, mask=j < k, other=0)
    x_near, y_near = tl.load(there, mask=j < k, other=0.0), tl.load(there + 1, mask=j < k, other=0.0)
    strength, known = tl.load(weight + i * k + j, mask=j < k, other=0.0), o < n_negatives
    share = 2.0 / tl.maximum(tl.load(normaliser) * n_negatives, 1e-12)
    x_here, y_here = tl.load(start + 2 * i), tl.load(start + 2 * i + 1)
    x_mean, y_mean, x_square, y_square, x_total, y_total = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for iteration in range(n_iterations):
        other = layout + 2 * tl.load(negatives + iteration * n_negatives + o, mask=known, other=0)
        x_other, y_other = tl.load(other, mask=known, other=0.0), tl.load(other + 1, mask=known, other=0.0)
        x_force, y_force = _force_beside(x_here, y_here, x_near, y_near, strength, x_other, y_other, known, share)
        x_mean += 0.1 * (x_force - x_mean)
        y_mean += 0.1 * (y_force - y_mean)
        x_square += 0.05 * (x_force * x_force - x_square)
        y_square += 0.05 * (y_force * y_force - y_square)
        rate, correction = tl.load(rates + 2 * iteration), tl.load(rates + 2 * iteration + 1)
        x_here += rate * x_mean / (tl.sqrt(x_square * correction) + 1e-8)
        y_here += rate * y_mean / (tl.sqrt(y_square * correction) + 1e-8)
        counts = tl.where(iteration >= n_iterations - n_averaged, 1.0, 0.0)
        x_total += counts * x_here
        y_total += counts * y_here
    tl.store(result + 2 * i, x_total / n_averaged)
    tl.store(result + 2 * i + 1, y_total / n_averaged)


def settle_beside(
    start: torch.Tensor, layout: torch.Tensor, index: torch.Tensor, weight: torch.Tensor, negatives: torch.Tensor, normaliser: torch.Tensor,
    rates: Sequence[tuple[float, float]], n_averaged: int,
) -> torch.Tensor:  # fmt: skip
    """Follow the forces of `beside_steps` at one step by Adam, all iterations in one launch: no sample waits for another.

    Parameters
    ----------
    start : (m, 2).
    layout : (n, 2) positions that do not move.
    index, weight : (m, k) neighbours among them.
    negatives : (n_iterations, l).
    rates : of each iteration, Adam's rate over the correction of its mean, and the correction that its variance is multiplied by.
    n_averaged : how many of the last positions the result is the mean of.

    Returns
    -------
    (m, 2)
    """
    k, (n_iterations, n_negatives) = index.shape[1], negatives.shape
    result, steps = torch.empty_like(start), torch.tensor(rates, dtype=start.dtype, device=start.device)
    _settle[(len(start),)](
        start, layout, index, weight, negatives, normaliser, steps, result, k, n_negatives, n_iterations, n_averaged,
        near=triton.next_power_of_2(k), others=triton.next_power_of_2(n_negatives), num_warps=1,
    )  # fmt: skip
    return result
