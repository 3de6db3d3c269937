"""Whether the picture puts samples beside the same stretches of the decision boundary as the representation does."""

from __future__ import annotations

import torch

from tb_timetravel import compiled
from tb_timetravel.fidelity.spatial import square_distances_by_columns

_BLOCK_BYTES = 64 * 2**20


def boundary_preservation(
    x: torch.Tensor, z: torch.Tensor, boundary_x: torch.Tensor, boundary_z: torch.Tensor, *, n_neighbors: int
) -> torch.Tensor:
    """Measure the share of each sample's nearest boundary samples that are its nearest ones in the picture too.

    With B_k(x_i) the k boundary samples nearest to sample i among the representations and B_k(z_i) those in the plane:
    |B_k(x_i) ∩ B_k(z_i)| / k (DeepVisualInsight, AAAI 2022, boundary preserving, there as a count of k = 15).

    Parameters
    ----------
    x, z : (n, n_features) and (n, 2), samples.
    boundary_x, boundary_z : (m, n_features) and (m, 2), samples of the decision boundary.
    n_neighbors : k, at most m.

    Returns
    -------
    (n,) in [0, 1], 1 is perfect; chance is k / m.

    Raises
    ------
    ValueError : k is not among 1 … m.
    """
    m, k = len(boundary_x), n_neighbors
    if not 0 < k <= m:
        raise ValueError(f"expected n_neighbors among 1 … {m}, the number of boundary samples, got {k}; ask for fewer neighbors")
    center_x, center_z = boundary_x.mean(0), boundary_z.mean(0)  # keeps numbers small, so that differences keep their digits
    boundary_x, boundary_z = boundary_x - center_x, boundary_z - center_z
    rows = max(1, _BLOCK_BYTES // (4 * m))
    shares = []
    for some_x, some_z in zip(x.split(rows), z.split(rows), strict=True):
        dx = torch.cdist(some_x - center_x, boundary_x)
        dz = square_distances_by_columns(some_z - center_z, boundary_z)
        near_x, near_z = (compiled.nearest_of(distances, k)[1] for distances in (dx, dz))
        shares.append((near_x[:, :, None] == near_z[:, None, :]).sum((1, 2)) / k)
    return torch.cat(shares)
