"""The smallest of each row of distances, on a GPU."""

from __future__ import annotations

import torch

from tb_timetravel import kernels

_WIDTH = 64  # columns of a group


def nearest_by_groups(distances: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Do as `compiled.nearest_of`: the k smallest lie in the k groups of columns with the smallest minima.

    Long rows are read once for that; torch's own search reads them many times.
    """
    n_groups = distances.shape[1] // _WIDTH
    if n_groups < 2 * k:
        return _smallest(distances, k)
    groups, rest = distances[:, : n_groups * _WIDTH].unflatten(1, (n_groups, _WIDTH)), distances[:, n_groups * _WIDTH :]
    chosen = _smallest(_minima(distances, n_groups), k)[1]  # (b, k)
    candidates = groups.gather(1, chosen[:, :, None].expand(-1, -1, _WIDTH)).flatten(1)
    values, at = _smallest(torch.cat([candidates, rest], 1), k)
    inside = at < k * _WIDTH
    group = chosen.gather(1, torch.where(inside, at // _WIDTH, 0))
    return values, torch.where(inside, group * _WIDTH + at % _WIDTH, at + (n_groups - k) * _WIDTH)


def _smallest(distances: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    if kernels.serve(distances.device):
        from tb_timetravel.kernels.distances import LONGEST, smallest

        if distances.shape[1] <= LONGEST and distances.dtype == torch.float32:
            return smallest(distances, k)
    values, index = distances.topk(k, largest=False)
    return values, index


def _minima(distances: torch.Tensor, n_groups: int) -> torch.Tensor:
    """Find the smallest of each whole group, (b, n_groups)."""
    if kernels.serve(distances.device):
        from tb_timetravel.kernels.distances import minima_of_groups

        return minima_of_groups(distances, _WIDTH)
    minima: torch.Tensor = distances[:, : n_groups * _WIDTH].unflatten(1, (n_groups, _WIDTH)).amin(2)
    return minima
