"""One more step of a film that was fitted before: placed against the earlier ones, which stay as they are.

Layout and decoder go on from the step before. Each step has a decoder of its own from here on: the earlier ones draw frames that must not
change, and a network that is shared would change with each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.decoder import Decoder, DecoderConfig, logit_scales
from tb_timetravel.fit.graph import neighbors_outside, step_graph
from tb_timetravel.fit.heads import log_probabilities, make_head
from tb_timetravel.fit.motion import read_motion
from tb_timetravel.fit.next_layout import Ties, lay_out_next, lay_out_next_others
from tb_timetravel.fit.placing import Begun, follow_layout, neighborhood_beside
from tb_timetravel.fit.spots import Square, cells_of, difference, nearest_of_cells, resting_cells

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from tb_timetravel.fit.batches import Batch
    from tb_timetravel.fit.decoder import Loss
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.layout import LayoutConfig
    from tb_timetravel.fit.methods.joint import JointConfig
    from tb_timetravel.fit.result import Fitted, Head, Report
    from tb_timetravel.frame import Extent

N_PAST = 16  # steps to which a new one is tied, at most: cost and memory of a step stay the same however long the film
_N_WITNESSES = 3  # nearest samples that keep their prediction where territory is held: of 8, half of what flickers has one that does not


@dataclass(frozen=True, eq=False)
class Past:
    """What a film knows of the steps to which a new one is tied.

    Attributes
    ----------
    embedding : (n_past, n_samples, 2) positions, the last of them directly before the new step.
    weights : of the decoder of that last step alone, see `weights_at`.
    typical : what counts as an ordinary move in the representation, in this film; None while nothing has moved.
    log_ratio : see `next_layout.Ties`.
    extent : of the plane, as it is drawn at every step.
    """

    embedding: torch.Tensor
    weights: Mapping[str, NDArray[Any]]
    typical: float | None
    log_ratio: float | None
    extent: Extent


def place_step(dynamics: Dynamics, past: Past, config: JointConfig, *, report: Report) -> Fitted:
    """Fit the last step of some dynamics, with the others frozen.

    Parameters
    ----------
    dynamics : of the past's steps and the new one.
    config : of the method that fitted the film.

    Returns
    -------
    A visualizer of the new step alone: its embedding is (1, n_samples, 2), its weights are those of one step.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    new = replace(dynamics, steps=dynamics.steps[-1:])
    layout_config, decoder_config = _briefly(config)
    laid_out, others = (torch.from_numpy(rows).to(dynamics.device) for rows in (dynamics.laid_out, dynamics.others))
    x, predictions = new.representations(0), None if new.predictions is None else new.predictions[0]
    graph = step_graph(
        x[laid_out], None if predictions is None else predictions[laid_out],
        n_neighbors=config.n_neighbors, perplexity=config.perplexity, across=config.across, seed=config.seed,
    )  # fmt: skip
    report("graph", 1.0)
    ties = _ties(dynamics, past, laid_out)
    layout = lay_out_next(graph, ties, layout_config, lambda done: report("layout", 0.8 * done))
    beside = None
    if len(others) > 0:
        n_neighbors, perplexity = neighborhood_beside(len(laid_out))
        index, weight = neighbors_outside(
            x, predictions, laid_out, others, n_neighbors=n_neighbors, perplexity=perplexity, across=config.across_others
        )
        ties = _ties(dynamics, past, others, typical=ties.motion.typical)
        beside = lay_out_next_others(layout, index, weight, ties, layout_config, lambda done: report("layout", 0.8 + 0.2 * done))
    report("layout", 1.0)
    return follow_layout(
        new, layout[None], decoder_config, others=None if beside is None else beside[None], reach=config.reach, seed=config.seed,
        report=report, stages=_Nowhere(), begun=_begin(dynamics, past, layout, decoder_config, seed=config.seed),
    )  # fmt: skip


def weights_at(weights: Mapping[str, NDArray[Any]], t: int) -> dict[str, NDArray[Any]]:
    """Take what the t-th step needs out of the weights of a decoder of many steps: those of a decoder of that step alone."""

    def is_per_step(name: str) -> bool:
        return name in ("grids", "center", "scale", "mlp.offset") or name.startswith("mlp.modulation.")

    return {name: values[t : t + 1] if is_per_step(name) else values for name, values in weights.items()}


def _briefly(config: JointConfig) -> tuple[LayoutConfig, DecoderConfig]:
    """Take less time than a fit does, as what begins at the step before has less to find, and loosen the ties.

    In a film that is fitted as a whole the earlier steps give way too. Frozen, they hold the new one back, and neighbours are lost step
    after step: over 31 steps of digits .53 are kept with these ties, .585 in the whole fit; at the twelfth step with the ties of a fit .44.
    """
    layout = replace(
        config.layout, n_iterations=400, n_iterations_others=150, learning_rate=0.3 * config.layout.learning_rate, exaggeration=4.0,
        spring=0.06 * config.layout.spring, match=0.5 * config.layout.match, ranking=0.08 * config.layout.ranking,
    )  # fmt: skip
    # Layers that the steps share, as fast as the rest, would move territory everywhere.
    return layout, replace(
        config.decoder, n_passes=20, min_batches=190, max_visits=375, learning_rate=1e-2, shared_rate=0.1,
        still_weight=2.0 * config.decoder.still_weight,
    )  # fmt: skip


def _ties(dynamics: Dynamics, past: Past, samples: torch.Tensor, *, typical: torch.Tensor | None = None) -> Ties:
    if typical is None and past.typical is not None:
        typical = torch.tensor(past.typical, device=dynamics.device)
    return Ties(past.embedding[:, samples], read_motion(dynamics, samples, typical=typical), past.log_ratio)


def _begin(dynamics: Dynamics, past: Past, layout: torch.Tensor, config: DecoderConfig, *, seed: int) -> Begun:
    new, before = (replace(dynamics, steps=steps) for steps in (dynamics.steps[-1:], dynamics.steps[-2:-1]))
    head = make_head(new, seed=seed)
    decoder = Decoder(new, layout[None], config)
    decoder.load(past.weights)
    drawn = _square_of(past.extent, dynamics.device)
    if head is None:
        return Begun(decoder, None, None, drawn)
    earlier = Decoder(before, layout[None], config)
    earlier.load(past.weights)
    still = _held_still(dynamics, past, layout, drawn, earlier, make_head(before, seed=seed), config)
    return Begun(decoder, head, still, drawn)


def _square_of(extent: Extent, device: torch.device) -> Square:
    low, high = (torch.tensor(extent[side::2], device=device) for side in (0, 1))
    return Square((low + high) / 2.0, (high - low) / 2.0)


def _held_still(
    dynamics: Dynamics, past: Past, layout: torch.Tensor, drawn: Square, earlier: Decoder, earlier_head: Head | None,
    config: DecoderConfig,
) -> Loss | None:  # fmt: skip
    """Make the loss that keeps territory as it was at the step before where no sample near changes its prediction."""
    if dynamics.predictions is None or earlier_head is None:
        return None
    laid_out = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    near = nearest_of_cells(torch.stack([past.embedding[-1, laid_out], layout]), drawn)[..., :_N_WITNESSES]
    rests = resting_cells(near, dynamics.predictions[-2:][:, laid_out])[0]
    sharpen = logit_scales(replace(dynamics, steps=dynamics.steps[-2:-1]), earlier_head, config.typical_margin)

    def loss(batch: Batch, found: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            was = log_probabilities(earlier.logits(batch.spots[None], batch.steps, earlier_head) * sharpen)
        x, y = cells_of(batch.spots, drawn).unbind(1)
        return config.still_weight * 0.5 * (difference(found, was) * rests[y, x]).mean()

    return loss


class _Nowhere:
    """A step is placed within seconds: nothing of it is kept before it is whole."""

    def get(self, _: str) -> None:
        return None

    def put(self, _: str, __: Mapping[str, NDArray[Any]]) -> None:
        pass
