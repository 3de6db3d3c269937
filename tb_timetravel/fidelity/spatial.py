"""Whether neighbours in the picture are neighbours in the representation, and the other way round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from tb_timetravel import compiled, kernels
from tb_timetravel.kernels.products import square_distances_to, tile_side, tiles_among, tiles_of_rows

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK_BYTES = 2**30  # of distances that a GPU works on at a time
_FEW = 4  # dimensions
_MIN_ROWS = 256  # of a matrix product: it reads all n samples for every block
_ROUNDING = 2.0**-19  # at most, of a square distance by products, as a share of the squares that it is made of


@dataclass(frozen=True, eq=False)
class SpatialFidelity:
    """Each measured sample's share of the three measures, (n_measured,) each; their means are the measures of the picture."""

    neighborhood_preservation: torch.Tensor
    trustworthiness: torch.Tensor
    continuity: torch.Tensor


def spatial_fidelity(x: torch.Tensor, z: torch.Tensor, *, n_neighbors: int, rows: torch.Tensor | None = None) -> SpatialFidelity:
    """Measure neighborhood preservation, trustworthiness and continuity of samples.

    With N_k(x_i) the k nearest others of sample i among the representations, N_k(z_i) those in the plane, and r the full rank of a
    sample among the others (1 = nearest):

    * neighborhood_preservation_i = |N_k(x_i) ∩ N_k(z_i)| / k, in [0, 1], 1 is perfect, k / (n - 1) is chance;
    * trustworthiness_i = 1 - 2 / (k (2n - 3k - 1)) · sum over j in N_k(z_i) of max(0, r_x(i, j) - k): false neighbours;
    * continuity_i = the same with x and z exchanged: missing neighbours (Venna and Kaski 2001, equations 1 and 2; the mean is in [0, 1],
      one sample's value may be below 0, chance is about 0.5).

    Ranks are counted, not sorted: a rank is 1 + the number of nearer samples, and only those of neighbours are needed.

    Parameters
    ----------
    x : (n, n_features) representations.
    z : (n, 2) positions of the same samples.
    n_neighbors : k, below n / 2 and 256.
    rows : (n_measured,) samples to measure, against all n; all of them if None. Time grows with n_measured · n, memory with n.

    Raises
    ------
    ValueError : k is not below n / 2 and 256.
    """
    n, k = len(x), n_neighbors
    if not 0 < k < min(n / 2, 256):
        raise ValueError(f"expected 0 < n_neighbors < n / 2 = {n / 2:g} and below 256, got {k}; ask for fewer neighbors")
    x, z = x - x.mean(0), z - z.mean(0)
    rows = torch.arange(n, device=x.device) if rows is None else rows
    if x.device.type == "cpu":
        counted = _measure_by_tiles(x, z, rows, k)
    else:
        distances_x, distances_z = _distances_in(x), _distances_in(z)
        blocks = rows.split(max(_MIN_ROWS, _BLOCK_BYTES // (4 * n)))
        parts = [_measure_block(distances_x(block), distances_z(block), k) for block in blocks]
        counted = tuple(torch.cat([part[i] for part in parts]) for i in range(3))
    kept, false, missing = (values.to(x.dtype) for values in counted)
    norm = 2.0 / (k * (2 * n - 3 * k - 1))
    return SpatialFidelity(kept / k, 1.0 - norm * false, 1.0 - norm * missing)


def _measure_by_tiles(x: torch.Tensor, z: torch.Tensor, rows: torch.Tensor, k: int) -> tuple[torch.Tensor, ...]:
    """Do as `_measure_block` for all rows, on a CPU: each distance is looked at once, in the cache."""
    reach, near_z = compiled.nearest_by_differences(z[rows], z, rows, k)
    near_x, nearer_x = _ranked(x, rows, near_z)
    nearer_z = compiled.count_nearer(z, rows, near_x, reach[:, -1])
    kept = (near_x[:, :, None] == near_z[:, None, :]).sum((1, 2))
    return kept, *((nearer + 1 - k).clamp_min_(0).sum(1) for nearer in (nearer_x, nearer_z))


def _ranked(x: torch.Tensor, rows: torch.Tensor, others: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Find as many nearest samples of each row as it has others, (b, k), and count how many are nearer than each of these, (b, k)."""
    k = others.shape[1]
    if x.shape[1] <= _FEW:
        reach, near = compiled.nearest_by_differences(x[rows], x, rows, k)
        return near, compiled.count_nearer(x, rows, others, reach[:, -1])
    squares = x.square().sum(1)
    limits = compiled.square_distances_of_pairs(x, rows, others)
    slack = _ROUNDING * (3.0 * squares[rows, None] + 2.0 * limits)  # |x_j|² ≤ 2 |x_i|² + 2 limit of whatever is that near
    values, near = torch.full_like(limits, math.inf), torch.zeros_like(others)
    nearer, side = torch.zeros_like(others), tile_side()
    everyone = torch.equal(rows, torch.arange(len(x)))
    for first_row, first_column, d2 in tiles_among(x, side) if everyone else tiles_of_rows(x, rows, side):
        part = slice(first_row, first_row + len(d2))
        compiled.look_for_nearer(d2, first_column, values[part], near[part])
        compiled.count_nearer_in_tile(d2, first_column, x, rows[part], others[part], limits[part], slack[part], nearer[part])
    return near, nearer


def _distances_in(points: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Make square distances of rows (b,) to all points, less a constant of the row, (b, n); a sample is infinitely far from itself."""
    columns = points.T.contiguous()
    by_products = square_distances_to(points) if len(columns) > _FEW else None

    def distances(rows: torch.Tensor) -> torch.Tensor:
        # differences, not products, in few dimensions: a product's rounding would decide between close neighbours
        if len(columns) == 2 and kernels.serve(points.device):
            from tb_timetravel.kernels.distances import square_distances_in_plane

            found = square_distances_in_plane(points, rows)
        elif by_products is None:
            found = square_distances_by_columns(points[rows], points)
        else:
            found = by_products(points[rows])
        found[torch.arange(len(rows), device=points.device), rows] = math.inf
        return found

    return distances


def square_distances_by_columns(points: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Compute square distances in few dimensions by differences, (b, d), (n, d) -> (b, n)."""
    found = torch.zeros(len(points), len(others), dtype=points.dtype, device=points.device)
    for here, there in zip(points.T, others.T, strict=True):
        difference = here[:, None] - there
        found.addcmul_(difference, difference)
    return found


def _measure_block(dx: torch.Tensor, dz: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Count kept neighbours and sum the excess ranks of false and of missing ones, from distances (b, n)."""
    (reach_x, near_x), (reach_z, near_z) = compiled.nearest_of(dx, k), compiled.nearest_of(dz, k)
    kept = (near_x[:, :, None] == near_z[:, None, :]).sum((1, 2))
    return kept, _excess_rank(dx, reach_x[:, -1:], near_z), _excess_rank(dz, reach_z[:, -1:], near_x)


def _excess_rank(distances: torch.Tensor, reach: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Sum max(0, rank - k) over the k neighbours that the other space names, (b,); what ties with the k-th nearest has no excess.

    Parameters
    ----------
    reach : (b, 1) distance of the k-th nearest.
    others : (b, k) neighbours in the other space.
    """
    limits = distances.gather(1, others)
    beyond = limits > reach
    n_nearer = _count_below(distances, torch.where(beyond, limits, -math.inf))
    return n_nearer - (others.shape[1] - 1) * beyond.sum(1)


def _count_below(distances: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
    """Count, over all limits (b, k) of a row, the distances (b, n) below them, (b,)."""
    if kernels.serve(distances.device):
        from tb_timetravel.kernels.distances import count_below

        return count_below(distances, limits)
    below = torch.zeros_like(distances, dtype=torch.uint8)
    for limit in limits.T:
        below += distances < limit[:, None]
    return below.sum(1)


def neighborhood_chance(n_samples: int, n_neighbors: int) -> float:
    """Give the neighborhood preservation that a picture without any information has on average."""
    return n_neighbors / (n_samples - 1)
