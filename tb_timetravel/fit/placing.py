"""From a finished layout to a visualizer: maps fitted to it, every sample placed, none in foreign territory that need not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.maps import MapsConfig, Visualizer, fit_maps
from tb_timetravel.fit.result import Fitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head, Report, Stages


def follow_layout(
    dynamics: Dynamics, layout: torch.Tensor, config: MapsConfig, *, reach: float, seed: int, report: Report, stages: Stages
) -> Fitted:
    """Fit encoder and decoder to a layout and place every sample: laid out or encoded, then settled.

    Parameters
    ----------
    layout : (n_steps, n_laid_out, 2) positions of the samples ``dynamics.laid_out``.
    reach : farthest move of a sample that settles, as a share of the plane's width.
    """
    head = make_head(dynamics, seed=seed)
    visualizer = Visualizer(dynamics, float(layout.std().clamp_min(1e-12)), config)
    kept = stages.get("maps")
    if kept is None:
        fit_maps(dynamics, layout, head, visualizer, config, lambda done: report("maps", done))
        stages.put("maps", visualizer.weights())
    else:
        visualizer.load(kept)
    report("maps", 1.0)
    embedding = torch.stack([_place(dynamics, layout, visualizer, head, reach, t) for t in range(dynamics.n_steps)])
    return Fitted(
        embedding=embedding.cpu().numpy(),
        encode=_at_step(visualizer.encode),
        decode=_at_step(visualizer.decode),
        head=head,
        weights=visualizer.weights(),
    )


def _at_step(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[[torch.Tensor, int], torch.Tensor]:
    def at_step(values: torch.Tensor, t: int) -> torch.Tensor:
        with torch.no_grad():
            return function(values[None], torch.tensor([t], device=values.device))[0]

    return at_step


def _place(dynamics: Dynamics, layout: torch.Tensor, visualizer: Visualizer, head: Head | None, reach: float, t: int) -> torch.Tensor:
    """Place every sample at a step, (n_samples, 2)."""
    step = torch.tensor([t], device=dynamics.device)
    with torch.no_grad():
        positions = visualizer.encode(dynamics.representations(t)[None], step)[0]
    positions[torch.from_numpy(dynamics.laid_out).to(dynamics.device)] = layout[t]
    if head is None or dynamics.predictions is None:
        return positions

    def logits_at(z: torch.Tensor) -> torch.Tensor:
        return head.logits(visualizer.decode(z[None], step), step)[0]

    width = float((layout.amax((0, 1)) - layout.amin((0, 1))).max())
    return settle(positions, dynamics.predictions[t], logits_at, reach=reach * width)


def settle(
    positions: torch.Tensor,
    wanted: torch.Tensor,
    logits_at: Callable[[torch.Tensor], torch.Tensor],
    *,
    reach: float,
    n_iterations: int = 60,
) -> torch.Tensor:
    """Move samples that lie in another class's territory to the nearest spot of their own, where there is one within reach.

    Gradient descent on how far the drawn class is ahead of the wanted one, the decoder fixed; a sample that finds no such spot stays
    where the layout put it, and counts as drawn wrong.

    Parameters
    ----------
    positions : (n, 2).
    wanted : (n,) class that the subject model predicts.
    logits_at : classifies positions, (m, 2) -> (m, n_classes).
    reach : farthest move, in units of the plane.

    Returns
    -------
    (n, 2)
    """
    with torch.no_grad():
        astray = torch.nonzero(logits_at(positions).argmax(1) != wanted)[:, 0]
    if len(astray) == 0:
        return positions
    start, goal = positions[astray], wanted[astray]
    z, found, arrived = start.clone(), start.clone(), torch.zeros(len(astray), dtype=torch.bool, device=positions.device)
    for iteration in range(n_iterations + 1):
        z = z.detach().requires_grad_()
        logits = logits_at(z)
        ahead = logits.gather(1, goal[:, None])[:, 0] - logits.scatter(1, goal[:, None], -torch.inf).amax(1)
        new = (ahead > 0) & ~arrived
        found, arrived = torch.where(new[:, None], z.detach(), found), arrived | new
        if iteration == n_iterations or bool(arrived.all()):
            break
        (gradient,) = torch.autograd.grad(ahead.sum(), z)
        stride = reach / n_iterations * gradient / gradient.norm(dim=1, keepdim=True).clamp_min(1e-20)
        z = z + torch.where(arrived[:, None], torch.zeros_like(stride), stride)
    result = positions.clone()
    result[astray] = found
    return result
