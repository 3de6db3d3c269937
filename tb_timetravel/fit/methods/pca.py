"""Principal components of all steps together: one linear map for the whole film. The preview, and the plainest baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.fit.basis import shared_basis
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.result import Fitted

if TYPE_CHECKING:
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Report, Stages


@dataclass(frozen=True, kw_only=True)
class PcaConfig:
    """Settings of principal components."""

    seed: int = 0  # of the surrogate head, where no head was logged


def fit_pca(dynamics: Dynamics, config: PcaConfig, *, report: Report, stages: Stages) -> Fitted:  # noqa: ARG001  # nothing worth keeping
    """Project every step onto the shared basis; the decoder is its transpose."""
    center, basis = shared_basis(dynamics)
    embedding = []
    for t in range(dynamics.n_steps):
        embedding.append(((dynamics.representations(t) - center) @ basis).cpu().numpy())
        report("layout", (t + 1) / dynamics.n_steps)
    return Fitted(
        embedding=np.stack(embedding),
        encode=lambda x, _: (x - center) @ basis,
        decode=lambda positions, _: center + positions @ basis.T,
        head=make_head(dynamics, seed=config.seed),
        weights={"center": center.cpu().numpy(), "basis": basis.cpu().numpy()},
    )
