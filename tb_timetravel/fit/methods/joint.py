"""The default method: a free layout of all steps at once, then maps fitted to it.

A free layout keeps about twice the neighbours that a network trained on the same graph keeps; the network is fitted to the layout
instead, and so still serves samples that the layout never saw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.basis import shared_basis
from tb_timetravel.fit.graph import Edges, step_graph
from tb_timetravel.fit.layout import LayoutConfig, lay_out
from tb_timetravel.fit.maps import MapsConfig
from tb_timetravel.fit.placing import follow_layout

if TYPE_CHECKING:
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Report, Stages


@dataclass(frozen=True, kw_only=True)
class JointConfig:
    """Settings of the default method."""

    n_neighbors: int = 30  # in the graph; the effective number is the perplexity
    perplexity: float = 10.0
    across: float = 0.1  # weight of an edge between two predicted classes: keeps territories whole at no cost in neighbours
    reach: float = 0.04  # farthest move, as a share of the plane's width, of a sample that lies in another class's territory
    layout: LayoutConfig = field(default_factory=LayoutConfig)
    maps: MapsConfig = field(default_factory=MapsConfig)
    seed: int = 0


def fit_joint(dynamics: Dynamics, config: JointConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit the default method.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    graphs = _graphs(dynamics, config, report, stages)
    layout = _layout(dynamics, graphs, config, report, stages)
    return follow_layout(dynamics, layout, config.maps, reach=config.reach, seed=config.seed, report=report, stages=stages)


def _graphs(dynamics: Dynamics, config: JointConfig, report: Report, stages: Stages) -> list[Edges]:
    laid_out = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    graphs = []
    for t in range(dynamics.n_steps):
        kept = stages.get(f"graph-{t}")
        if kept is not None:
            parts = [torch.from_numpy(kept[name]).to(dynamics.device) for name in ("source", "target", "weight")]
            graphs.append(Edges(*parts))
            continue
        predictions = None if dynamics.predictions is None else dynamics.predictions[t][laid_out]
        graph = step_graph(
            dynamics.representations(t)[laid_out], predictions,
            n_neighbors=config.n_neighbors, perplexity=config.perplexity, across=config.across, seed=config.seed,
        )  # fmt: skip
        stages.put(f"graph-{t}", {name: getattr(graph, name).cpu().numpy() for name in ("source", "target", "weight")})
        graphs.append(graph)
        report("graph", (t + 1) / dynamics.n_steps)
    return graphs


def displacements(dynamics: Dynamics, samples: torch.Tensor) -> torch.Tensor:
    """Measure how far each sample's representation moves from each step to the next, (n_steps - 1, n_chosen)."""
    moved, before = [], dynamics.representations(0)[samples]
    for t in range(1, dynamics.n_steps):
        after = dynamics.representations(t)[samples]
        moved.append((after - before).norm(dim=1))
        before = after
    return torch.stack(moved) if moved else torch.empty(0, len(samples), device=dynamics.device)


def _layout(dynamics: Dynamics, graphs: list[Edges], config: JointConfig, report: Report, stages: Stages) -> torch.Tensor:
    kept = stages.get("layout")
    if kept is not None:
        return torch.from_numpy(kept["layout"]).to(dynamics.device)
    laid_out = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    center, basis = shared_basis(dynamics)
    start = torch.stack([(dynamics.representations(t)[laid_out] - center) @ basis for t in range(dynamics.n_steps)])
    start = start / start.std().clamp_min(1e-12)
    moved = displacements(dynamics, laid_out)
    layout = lay_out(start, graphs, moved, config.layout, lambda done: report("layout", done))
    stages.put("layout", {"layout": layout.cpu().numpy()})
    report("layout", 1.0)
    return layout
