"""The default method: a free layout of all steps at once, then a decoder fitted to it.

A free layout keeps about twice the neighbours that a network trained on the same graph keeps. The decoder is fitted to the layout, and
samples that the layout never saw are laid out against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit import workers
from tb_timetravel.fit.basis import shared_basis
from tb_timetravel.fit.decoder import DecoderConfig
from tb_timetravel.fit.graph import Edges, neighbors_outside, step_graph
from tb_timetravel.fit.layout import LayoutConfig, lay_out, lay_out_others
from tb_timetravel.fit.motion import read_motion
from tb_timetravel.fit.placing import follow_layout, neighborhood_beside
from tb_timetravel.fit.shared_plane import Pull, brought_into, start_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Report, Stages
    from tb_timetravel.fit.shared_plane import SharedPlane


@dataclass(frozen=True, kw_only=True)
class JointConfig:
    """Settings of the default method."""

    n_neighbors: int = 30  # in the graph; the effective number is the perplexity
    perplexity: float = 20.0
    across: float = 0.6  # weight of an edge between two predicted classes: territories stay whole, and overlapping classes together
    across_others: float = 0.3  # the same of samples that are not laid out, which no territory was fitted to
    reach: float = 0.1  # farthest move, as a share of the plane's width, of a sample that lies in another class's territory
    layout: LayoutConfig = field(default_factory=LayoutConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)
    seed: int = 0


def fit_joint(dynamics: Dynamics, config: JointConfig, *, report: Report, stages: Stages, plane: SharedPlane | None = None) -> Fitted:
    """Fit the default method.

    Parameters
    ----------
    plane : of another film, in which this one shall lie; its own, if not given.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    graphs = _graphs(dynamics, config, report, stages)
    pull = None if plane is None else Pull(plane, dynamics.laid_out, dynamics.device)
    layout, typical = _layout(dynamics, graphs, config, report, stages, plane, pull)
    scale = 1.0 if pull is None else pull.scale(layout)
    pull_others = None if plane is None else Pull(plane, dynamics.others, dynamics.device, scale)
    others = _others(dynamics, layout, typical, config, report, stages, pull_others)
    fitted = follow_layout(
        dynamics, layout, config.decoder, others=others, reach=config.reach, seed=config.seed, report=report, stages=stages
    )
    return fitted if plane is None else brought_into(plane, fitted, scale)


def _graphs(dynamics: Dynamics, config: JointConfig, report: Report, stages: Stages) -> dict[int, Edges]:
    laid_out = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    graphs: dict[int, Edges] = {}
    mine = workers.my_steps(dynamics.n_steps)
    for t in mine:
        kept = _kept(stages, f"graph-{t}", dynamics.device)
        if kept is not None:
            graphs[t] = Edges(**kept)
            continue
        predictions = None if dynamics.predictions is None else dynamics.predictions[t][laid_out]
        graph = step_graph(
            dynamics.representations(t)[laid_out], predictions,
            n_neighbors=config.n_neighbors, perplexity=config.perplexity, across=config.across, seed=config.seed,
        )  # fmt: skip
        parts = {part.name: getattr(graph, part.name) for part in fields(Edges)}
        graphs[t] = Edges(**_keep(stages, f"graph-{t}", parts))
        report("graph", (t + 1 - mine.start) / len(mine))
    return graphs


def _keep(stages: Stages, name: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Keep tensors and give them back from their file, where there is one: the system's cache holds it, not this process."""
    stages.put(name, {part: tensor.cpu().numpy() for part, tensor in tensors.items()})
    return _kept(stages, name, next(iter(tensors.values())).device) or tensors


def _kept(stages: Stages, name: str, device: torch.device) -> dict[str, torch.Tensor] | None:
    kept = stages.get(name)
    return None if kept is None else {part: torch.from_numpy(values).to(device) for part, values in kept.items()}


def _layout(
    dynamics: Dynamics, graphs: dict[int, Edges], config: JointConfig, report: Report, stages: Stages,
    plane: SharedPlane | None, pull: Pull | None,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """Lay the samples out; with the positions, what counts as an ordinary displacement among them."""
    kept = _kept(stages, "layout", dynamics.device)
    if kept is not None:
        return kept["layout"], kept["typical"]
    laid_out = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    if plane is not None:
        start = start_in(plane, dynamics, across=config.across_others)
    else:
        center, basis = shared_basis(dynamics)
        start = torch.stack([(dynamics.representations(t)[laid_out] - center) @ basis for t in range(dynamics.n_steps)])
        start = start / start.std().clamp_min(1e-12)
    motion = read_motion(dynamics, laid_out)
    layout = lay_out(start, graphs, motion, config.layout, lambda done: report("layout", 0.9 * done), pull)
    stages.put("layout", {"layout": layout.cpu().numpy(), "typical": motion.typical.cpu().numpy()})
    return layout, motion.typical


def _others(
    dynamics: Dynamics, layout: torch.Tensor, typical: torch.Tensor, config: JointConfig, report: Report, stages: Stages, pull: Pull | None
) -> torch.Tensor | None:
    """Place the samples that are not laid out against the finished layout."""
    if len(dynamics.others) == 0:
        return None
    kept = _kept(stages, "others", dynamics.device)
    if kept is not None:
        return kept["others"]
    laid_out, others = (torch.from_numpy(rows).to(dynamics.device) for rows in (dynamics.laid_out, dynamics.others))
    neighbors = _neighbors_of_others(dynamics, laid_out, others, config, lambda done: report("layout", 0.9 + 0.05 * done), stages)
    motion = read_motion(dynamics, others, typical=typical)
    placed = lay_out_others(layout, neighbors, motion, config.layout, lambda done: report("layout", 0.95 + 0.05 * done), pull)
    stages.put("others", {"others": placed.cpu().numpy()})
    report("layout", 1.0)
    return placed


def _neighbors_of_others(
    dynamics: Dynamics, laid_out: torch.Tensor, others: torch.Tensor, config: JointConfig, report: Callable[[float], None], stages: Stages
) -> dict[int, tuple[torch.Tensor, torch.Tensor]]:
    """Find the neighbours of samples that are not laid out among those that are, see `neighbors_outside`."""
    n_neighbors, perplexity = neighborhood_beside(len(laid_out))
    found: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    mine = workers.my_steps(dynamics.n_steps)
    for t in mine:
        kept = _kept(stages, f"beside-{t}", dynamics.device)
        if kept is None:
            predictions = None if dynamics.predictions is None else dynamics.predictions[t]
            index, weight = neighbors_outside(
                dynamics.representations(t), predictions, laid_out, others,
                n_neighbors=n_neighbors, perplexity=perplexity, across=config.across_others,
            )  # fmt: skip
            kept = _keep(stages, f"beside-{t}", {"index": index.int(), "weight": weight})
        found[t] = kept["index"], kept["weight"]
        report((t + 1 - mine.start) / len(mine))
    return found
