"""Principal components of all steps together: where a layout starts, and the plainest picture there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from tb_timetravel.errors import FitError

if TYPE_CHECKING:
    from tb_timetravel.fit.dynamics import Dynamics

_ROWS_PER_STEP = 2048  # enough for a covariance; a preview must be there within seconds
_MANY_FEATURES = 1024  # beyond, as many rows of all steps together take the covariance's place: its cost is cubic


def shared_basis(dynamics: Dynamics) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the mean (n_features,) and the two leading principal components (n_features, 2) over all steps.

    Signs are fixed (the largest entry of a component is positive), so that equal data gives an equal picture everywhere.

    Raises
    ------
    FitError : a representation is no finite number, of those that are looked at.
    """
    mean, basis = _of_rows(dynamics) if dynamics.n_features > _MANY_FEATURES else _of_covariance(dynamics)
    basis = torch.cat([basis, torch.zeros(len(basis), 2 - basis.shape[1], device=basis.device)], 1)  # one feature, or one row
    largest = basis.abs().argmax(0)
    return mean, basis * torch.where(basis[largest, torch.arange(2, device=basis.device)] < 0, -1.0, 1.0)


def _some_rows(dynamics: Dynamics, t: int, n_rows: int) -> torch.Tensor:
    stride = -(-len(dynamics.laid_out) // n_rows)
    x = dynamics.representations(t)[torch.from_numpy(dynamics.laid_out[::stride].copy()).to(dynamics.device)]
    if not bool(torch.isfinite(x).all()):  # nothing logs such; a damaged file holds it
        words = f"expected finite representations, got NaN or infinity in number {t + 1} of the {dynamics.n_steps} steps"
        raise FitError(f"{words}; log that step again, or fit the steps before it (--end) or after it (--start)")
    return x


def _of_covariance(dynamics: Dynamics) -> tuple[torch.Tensor, torch.Tensor]:
    d = dynamics.n_features
    total, product, count = torch.zeros(d, device=dynamics.device), torch.zeros(d, d, device=dynamics.device), 0
    for t in range(dynamics.n_steps):
        x = _some_rows(dynamics, t, _ROWS_PER_STEP)
        total += x.sum(0)
        product += x.T @ x
        count += len(x)
    mean = total / count
    _, vectors = torch.linalg.eigh(product / count - torch.outer(mean, mean))  # ascending
    return mean, vectors[:, -2:].flip(1)


def _of_rows(dynamics: Dynamics) -> tuple[torch.Tensor, torch.Tensor]:
    n_rows = max(1, _MANY_FEATURES // dynamics.n_steps)
    x = torch.cat([_some_rows(dynamics, t, n_rows) for t in range(dynamics.n_steps)])
    mean = x.mean(0)
    centered = x - mean
    _, vectors = torch.linalg.eigh(centered @ centered.T)  # of as many rows, with the same leading components
    basis = centered.T @ vectors[:, -2:].flip(1)
    return mean, basis / basis.norm(dim=0).clamp_min(1e-12)
