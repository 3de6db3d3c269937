"""Principal components of all steps together: where a layout starts, and the plainest picture there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from tb_timetravel.fit.dynamics import Dynamics

_ROWS_PER_STEP = 2048  # enough for a covariance; a preview must be there within seconds


def shared_basis(dynamics: Dynamics) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the mean (n_features,) and the two leading principal components (n_features, 2) over all steps.

    Signs are fixed (the largest entry of a component is positive), so that equal data gives an equal picture everywhere.
    """
    d = dynamics.n_features
    stride = max(1, len(dynamics.laid_out) // _ROWS_PER_STEP)
    rows = torch.from_numpy(dynamics.laid_out[::stride].copy()).to(dynamics.device)
    total, product, count = torch.zeros(d, device=dynamics.device), torch.zeros(d, d, device=dynamics.device), 0
    for t in range(dynamics.n_steps):
        x = dynamics.representations(t)[rows]
        total += x.sum(0)
        product += x.T @ x
        count += len(x)
    mean = total / count
    _, vectors = torch.linalg.eigh(product / count - torch.outer(mean, mean))  # ascending
    basis = vectors[:, -2:].flip(1)
    if d == 1:
        basis = torch.cat([basis, torch.zeros_like(basis)], 1)
    largest = basis.abs().argmax(0)
    return mean, basis * torch.where(basis[largest, torch.arange(2, device=basis.device)] < 0, -1.0, 1.0)
