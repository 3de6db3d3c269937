"""umap-learn, step by step: what people use today, each step turned and shifted onto the one before."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from tb_timetravel import compiled
from tb_timetravel.errors import FitError
from tb_timetravel.fit.basis import shared_basis
from tb_timetravel.fit.decoder import DecoderConfig
from tb_timetravel.fit.placing import follow_layout

if TYPE_CHECKING:
    from types import ModuleType

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Report, Stages

_FEWEST = 10  # samples that umap-learn's spectral start needs


@dataclass(frozen=True, kw_only=True)
class UmapConfig:
    """Settings of umap-learn step by step; its other settings are its own defaults."""

    n_neighbors: int = 15  # the sample itself among them
    min_dist: float = 0.1
    decoder: DecoderConfig = field(default_factory=DecoderConfig)
    seed: int = 0


def fit_umap(dynamics: Dynamics, config: UmapConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit umap-learn to each step; with fewer than 10 samples, principal components stand for it.

    Raises
    ------
    FitError : umap-learn is not there, or the maps diverged.
    FitCancelled : `report` was told to stop.
    """
    umap = _umap_learn()
    layout: list[torch.Tensor] = []
    for t in range(dynamics.n_steps):
        kept = stages.get(f"layout-{t}")
        if kept is None:
            positions = _embed(umap, dynamics, t, config)
            positions = turned_onto(positions, layout[-1]) if layout else positions
            stages.put(f"layout-{t}", {"positions": positions.cpu().numpy()})
        else:
            positions = torch.from_numpy(kept["positions"]).to(dynamics.device)
        layout.append(positions)
        report("layout", (t + 1) / dynamics.n_steps)
    return follow_layout(dynamics, torch.stack(layout), config.decoder, reach=0.0, seed=config.seed, report=report, stages=stages)


def _umap_learn() -> ModuleType:
    try:
        return importlib.import_module("umap")
    except ImportError:
        raise FitError("the method umap needs umap-learn, which is not installed; run: pip install umap-learn") from None


def _embed(umap: ModuleType, dynamics: Dynamics, t: int, config: UmapConfig) -> torch.Tensor:
    """Embed the laid-out samples of a step by itself, (n_laid_out, 2)."""
    x = dynamics.representations(t)[torch.from_numpy(dynamics.laid_out).to(dynamics.device)]
    if len(x) < _FEWEST:
        center, basis = shared_basis(dynamics)
        return (x - center) @ basis
    with compiled.as_many_threads_as_torch(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a seed means one thread; numba's, about itself
        reducer = umap.UMAP(n_neighbors=min(config.n_neighbors, len(x) - 1), min_dist=config.min_dist, random_state=config.seed)
        positions = reducer.fit_transform(x.cpu().numpy())
    return torch.from_numpy(positions).float().to(dynamics.device)


def turned_onto(positions: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    """Turn, mirror and shift positions (n, 2) to lie as near as they can on those of the step before (orthogonal Procrustes, no scale)."""
    center, center_before = positions.mean(0), before.mean(0)
    u, _, vt = torch.linalg.svd((positions - center).T @ (before - center_before))
    turned: torch.Tensor = (positions - center) @ (u @ vt) + center_before
    return turned
