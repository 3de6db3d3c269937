"""Whether neighbours in the picture are neighbours in the representation, and the other way round."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

_BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False)
class SpatialFidelity:
    """Each sample's share of the three measures, (n,) each; their means are the measures of the picture."""

    neighborhood_preservation: torch.Tensor
    trustworthiness: torch.Tensor
    continuity: torch.Tensor


def spatial_fidelity(x: torch.Tensor, z: torch.Tensor, *, n_neighbors: int) -> SpatialFidelity:
    """Measure neighborhood preservation, trustworthiness and continuity of every sample.

    With N_k(x_i) the k nearest others of sample i among the representations, N_k(z_i) those in the plane, and r the full rank of a
    sample among the others (1 = nearest):

    * neighborhood_preservation_i = |N_k(x_i) ∩ N_k(z_i)| / k, in [0, 1], 1 is perfect, k / (n - 1) is chance;
    * trustworthiness_i = 1 - 2 / (k (2n - 3k - 1)) · sum over j in N_k(z_i) of max(0, r_x(i, j) - k): false neighbours;
    * continuity_i = the same with x and z exchanged: missing neighbours (Venna and Kaski 2001, equations 1 and 2; the mean is in [0, 1],
      one sample's value may be below 0, chance is about 0.5).

    Parameters
    ----------
    x : (n, n_features) representations.
    z : (n, 2) positions of the same samples.
    n_neighbors : k, below n / 2.

    Raises
    ------
    ValueError : k is not below n / 2.
    """
    n, k = len(x), n_neighbors
    if not 0 < k < n / 2:
        raise ValueError(f"expected 0 < n_neighbors < n / 2 = {n / 2:g}, got {k}")
    x, z = x - x.mean(0), z - z.mean(0)
    rows = max(1, _BLOCK_BYTES // (4 * n))
    parts = [_block(x, z, start, min(n, start + rows), k) for start in range(0, n, rows)]
    kept, false, missing = (torch.cat([part[i] for part in parts]) for i in range(3))
    norm = 2.0 / (k * (2 * n - 3 * k - 1))
    return SpatialFidelity(kept / k, 1.0 - norm * false, 1.0 - norm * missing)


def _block(x: torch.Tensor, z: torch.Tensor, start: int, stop: int, k: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Count kept neighbours and sum the excess ranks of false and of missing ones, for some rows."""
    dx, dz = _distances(x, start, stop), _distances(z, start, stop)  # (b, n) each
    near_x, near_z = dx.topk(k, largest=False).indices, dz.topk(k, largest=False).indices
    kept = (near_x[:, :, None] == near_z[:, None, :]).any(2).sum(1).to(x.dtype)
    return kept, _excess_rank(dx, near_x, near_z, k), _excess_rank(dz, near_z, near_x, k)


def _distances(points: torch.Tensor, start: int, stop: int) -> torch.Tensor:
    block = points[start:stop]
    if points.shape[1] <= 4:
        # differences, not products: in the plane a product's rounding would decide between close neighbours
        distances = torch.cdist(block, points, compute_mode="donot_use_mm_for_euclid_dist")
    else:
        squares = points.square().sum(1)
        distances = torch.addmm(squares[None], block, points.T, alpha=-2.0).add_(squares[start:stop, None])
    at = torch.arange(stop - start, device=points.device)
    distances[at, at + start] = math.inf
    return distances


def _excess_rank(distances: torch.Tensor, own: torch.Tensor, others: torch.Tensor, k: int) -> torch.Tensor:
    """Sum max(0, rank - k) over the neighbours that the other space names, (b,).

    The k nearest of this space have excess 0 by definition, ties or not; for the rest the rank is 1 + the number of nearer samples.
    """
    ordered = distances.sort(1).values
    rank = torch.searchsorted(ordered, distances.gather(1, others)) + 1  # (b, k)
    outside = ~(others[:, :, None] == own[:, None, :]).any(2)
    return ((rank - k).clamp_min(0) * outside).sum(1).to(distances.dtype)


def neighborhood_chance(n_samples: int, n_neighbors: int) -> float:
    """Give the neighborhood preservation that a picture without any information has on average."""
    return n_neighbors / (n_samples - 1)
