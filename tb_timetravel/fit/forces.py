"""Forces inside one step: neighbours attract, everything repels; closed forms, one step at a time.

The t-SNE loss (van der Maaten and Hinton 2008, equations 4 and 5) with neighbour weights w of total 1 per sample,
``1/2 · sum_ij w_ij log(1 + d_ij²) + n/2 · log Z``, Z the mean over samples of ``sum_j 1 / (1 + d_ij²)``, estimated from a few negatives
that all samples of the step share.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import torch

from tb_timetravel import compiled, kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tb_timetravel.fit.graph import Edges

    ForcesInside = Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]
    ForcesBeside = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")  # of it, a product with a dense matrix is used

_NORMALISER_ROWS = 2048  # of the kernel matrix: its mean row sum is known to a percent from these


def forces_inside(graphs: Mapping[int, Edges], device: torch.device) -> ForcesInside:
    """Make what adds up attraction, times a strength, and repulsion inside each step that has a graph.

    Returns
    -------
    A function of the positions (n_steps, n, 2), the negatives (m,) and the strength, that gives (n_steps, n, 2), 0 at other steps.
    """
    if kernels.serve(device) and graphs:
        from tb_timetravel.kernels.forces import inside_steps

        steps, joined = torch.tensor(list(graphs), device=device), _join(list(graphs.values()))
        return lambda y, negatives, strength: inside_steps(y, joined, steps, negatives, strength=strength)

    def forces(y: torch.Tensor, negatives: torch.Tensor, strength: float) -> torch.Tensor:
        result = torch.zeros_like(y)
        for t, graph in graphs.items():
            result[t] = strength * attraction_force(y[t], graph) + repulsion_force(y[t], negatives)
        return result

    return forces


def _join(graphs: list[Edges]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Put the edges of graphs one after another: starts (n_graphs, n + 1) int64, target and weight (n_edges,)."""
    starts = torch.stack([graph.starts for graph in graphs]).long()
    starts += (starts[:, -1].cumsum(0) - starts[:, -1])[:, None]
    return starts, torch.cat([graph.target for graph in graphs]), torch.cat([graph.weight for graph in graphs])


def forces_beside(layout: torch.Tensor, neighbors: Mapping[int, tuple[torch.Tensor, torch.Tensor]]) -> ForcesBeside:
    """Make what adds up the forces of a finished layout on other samples, at each step where their neighbours are known.

    Parameters
    ----------
    layout : (n_steps, n, 2).
    neighbors : step -> index into the layout and weight, (m, k) each, rows of sum 1.

    Returns
    -------
    A function of the positions (n_steps, m, 2) and the negatives (l,), that gives (n_steps, m, 2), 0 at other steps.
    """
    normalisers = {t: mean_kernel(layout[t]) for t in neighbors}
    if kernels.serve(layout.device) and neighbors:
        from tb_timetravel.kernels.forces import beside_steps

        steps, constants = torch.tensor(list(neighbors), device=layout.device), torch.stack(list(normalisers.values()))
        joined = torch.stack([index for index, _ in neighbors.values()]), torch.stack([weight for _, weight in neighbors.values()])
        return lambda y, negatives: beside_steps(y, layout, joined, steps, negatives, constants)

    def forces(y: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
        result = torch.zeros_like(y)
        for t, (index, weight) in neighbors.items():
            result[t] = attraction_to(y[t], layout[t], index, weight) + repulsion_from(y[t], layout[t][negatives], normalisers[t])
        return result

    return forces


def attraction_force(y: torch.Tensor, edges: Edges) -> torch.Tensor:
    """Negative gradient of ``1/2 · sum_ij w_ij log(1 + d_ij²)`` over the symmetric graph.

    Parameters
    ----------
    y : (n, 2).

    Returns
    -------
    (n, 2)
    """
    if y.device.type == "cpu":
        return torch.from_numpy(compiled.attraction(y.numpy(), edges.starts.numpy(), edges.target.numpy(), edges.weight.numpy()))
    return attraction_by_torch(y, edges)


def attraction_by_torch(y: torch.Tensor, edges: Edges) -> torch.Tensor:
    """Compute `attraction_force` on any device."""
    x_axis, y_axis = y[:, 0].contiguous(), y[:, 1].contiguous()  # one axis at a time: half the time of gathering pairs
    dx, dy = (axis.index_select(0, edges.target).sub_(axis.index_select(0, edges.source)) for axis in (x_axis, y_axis))  # (n_edges,)
    strength = torch.addcmul(dx * dx, dy, dy).add_(1.0).reciprocal_().mul_(edges.weight).mul_(2.0)
    n, one = len(y), torch.ones_like(x_axis)
    pull = torch.sparse_csr_tensor(edges.starts, edges.target, strength, (n, n), check_invariants=False)  # 3 times as fast as index_add_
    total = pull @ torch.stack([x_axis, y_axis, one], 1)  # (n, n), (n, 3) -> (n, 3)
    return total[:, :2] - total[:, 2:] * y


def repulsion_force(y: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
    """Negative gradient of ``n/2 · log Z``, Z estimated on the negatives.

    Only the force on each sample is counted, not its reaction on the negatives: with all samples as negatives both are the same, hence
    the factor, and the estimate stays right on average.

    Parameters
    ----------
    y : (n, 2).
    negatives : (m,) different indices; a sample does not repel itself.

    Returns
    -------
    (n, 2)
    """
    other = y[negatives]
    push, total = _push_of(y, other)
    return push * (2.0 * len(y) / (total - len(negatives)).clamp_min(1e-12))  # of itself, a sample is pushed by 0, at a kernel of 1


def repulsion_from(y: torch.Tensor, other: torch.Tensor, normaliser: torch.Tensor) -> torch.Tensor:
    """Force on samples (m, 2) outside the graph of negatives (l, 2) that do not move; see `mean_kernel` for the normaliser."""
    return _push_of(y, other)[0] * (2.0 / (normaliser * len(other)).clamp_min(1e-12))


def _push_of(y: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if y.device.type == "cpu":
        push, total = compiled.repulsion(y.numpy(), other.numpy())
        return torch.from_numpy(push), torch.tensor(total, dtype=y.dtype)
    return push_by_torch(y, other)


def push_by_torch(y: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute what `compiled.repulsion` does on any device."""
    kernel = _kernel(y, other)
    total = kernel.sum()
    pull = kernel.square_() @ torch.cat([other, torch.ones_like(other[:, :1])], 1)  # (n, m), (m, 3) -> (n, 3)
    return pull[:, 2:] * y - pull[:, :2], total


def attraction_to(y: torch.Tensor, fixed: torch.Tensor, index: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Negative gradient of ``sum_ij w_ij log(1 + d_ij²)`` for samples outside the graph, whose neighbours do not move.

    Parameters
    ----------
    y : (m, 2).
    fixed : (n, 2) positions that ``index`` points into.
    index, weight : (m, k); rows of the weight sum to 1.

    Returns
    -------
    (m, 2)
    """
    if y.device.type == "cpu":
        return torch.from_numpy(compiled.attraction_among(y.numpy(), fixed.numpy(), index.numpy(), weight.numpy()))
    return attraction_to_by_torch(y, fixed, index, weight)


def attraction_to_by_torch(y: torch.Tensor, fixed: torch.Tensor, index: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Compute `attraction_to` on any device."""
    difference = fixed[index] - y[:, None]
    strength = 2.0 * weight / (1.0 + difference.square().sum(2))
    return (strength[..., None] * difference).sum(1)


def mean_kernel(y: torch.Tensor) -> torch.Tensor:
    """Mean of ``1 / (1 + d_ij²)`` over pairs of different samples of (n, 2); of some rows where there are many."""
    rows = y[:: max(1, len(y) // _NORMALISER_ROWS)]
    total = torch.stack([_kernel(block, y).sum() for block in rows.split(256)]).sum()
    return (total - len(rows)) / (len(rows) * max(1, len(y) - 1))


def _kernel(y: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Compute 1 / (1 + d²) of every pair, (n, 2), (m, 2) -> (n, m)."""
    one = torch.ones(len(other), 1, dtype=y.dtype, device=y.device)
    square = y.square().sum(1, keepdim=True)
    left = torch.cat([y, square + 1.0, torch.ones_like(square)], 1)  # (n, 4)
    right = torch.cat([-2.0 * other, one, other.square().sum(1, keepdim=True)], 1)  # (m, 4); left @ right.T = 1 + d², in one product
    return (left @ right.T).clamp_min_(1.0).reciprocal_()
