"""From a finished layout to a visualizer: a decoder fitted to it, every sample placed, none in foreign territory that need not be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit import workers
from tb_timetravel.fit.decoder import Decoder, DecoderConfig, fit_decoder
from tb_timetravel.fit.graph import weights_among
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.layout import LayoutConfig, lay_out_beside
from tb_timetravel.fit.result import Fitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit.decoder import Loss
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head, Report, Stages
    from tb_timetravel.fit.spots import Square

_GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))
_CELLS = 320  # of the raster, along each axis
_NOT_ASKED = -1
_SETTLED_AT_ONCE = 1024
_ASKED_AT_ONCE = {"cpu": 2**12, "cuda": 2**17}  # a layer of the decoder stays in the cache of a CPU
_MOST_BESIDE, _SHARE_BESIDE = 120, 10


@dataclass(frozen=True, eq=False)
class Begun:
    """A decoder that knows something already, the head it is held to, and how its fit differs from one anew, see `fit_decoder`."""

    decoder: Decoder
    head: Head | None
    also: Loss | None
    drawn: Square


def follow_layout(
    dynamics: Dynamics,
    layout: torch.Tensor,
    config: DecoderConfig,
    *,
    others: torch.Tensor | None = None,
    reach: float,
    seed: int,
    report: Report,
    stages: Stages,
    begun: Begun | None = None,
) -> Fitted:
    """Fit a decoder to a layout and place every sample: laid out, or beside its neighbours there; then settled.

    What is encoded later finds its place by the layout's own forces among its nearest laid-out samples, as openTSNE and umap-learn
    transform. (A network that learned the layout keeps .25 of the neighbours of boundary samples on digits, this .42.)

    Parameters
    ----------
    layout : (n_steps, n_laid_out, 2) positions of the samples ``dynamics.laid_out``.
    others : (n_steps, n_others, 2) positions of ``dynamics.others``, which take no part in fitting, where they are known.
    reach : farthest move of a sample that settles, as a share of the plane's width.
    begun : what the decoder goes on from; without it, it begins anew.
    """
    head = make_head(dynamics, seed=seed) if begun is None else begun.head
    decoder = Decoder(dynamics, layout, config) if begun is None else begun.decoder
    also, drawn = (None, None) if begun is None else (begun.also, begun.drawn)
    reach *= float((layout.amax((0, 1)) - layout.amin((0, 1))).max())
    laid_out, outside = (torch.from_numpy(rows).to(dynamics.device) for rows in (dynamics.laid_out, dynamics.others))
    kept = stages.get("maps")
    if kept is None:
        fit_decoder(dynamics, layout, head, decoder, config, lambda done: report("maps", done), also, drawn)
        kept = decoder.weights()
        stages.put("maps", kept)
    decoder.load(kept)  # as whoever reads it from its file will have it
    encode = _beside_neighbors(dynamics, layout)
    embedding = torch.zeros(dynamics.n_steps, dynamics.n_samples, 2, device=dynamics.device)
    for t in workers.my_steps(dynamics.n_steps):
        embedding[t, laid_out] = layout[t]
        if len(outside) > 0:
            embedding[t, outside] = encode(dynamics.representations(t)[outside], t) if others is None else others[t]
        embedding[t] = _settled(dynamics, decoder, head, embedding[t], t, reach)
    report("maps", 1.0)
    return Fitted(
        embedding=workers.add_up(embedding).cpu().numpy(),
        encode=encode,
        decode=_at_step(decoder),
        head=head,
        weights=decoder.weights(),
        logits=None if head is None else _at_step(lambda z, step: decoder.logits(z, step, head)),
    )


def neighborhood_beside(n_laid_out: int) -> tuple[int, float]:
    """Choose how many neighbours place a sample beside a finished layout, and how many of them count: at most a tenth of the samples.

    More than the layout itself has: a sample that moves nobody is held by its neighbours alone. (On digits, .657 of the neighbours of
    unseen samples are kept with 60, .666 with 140; on the large run .235 and .229. A hundred samples would leave no room between a
    neighbourhood and the whole.)
    """
    n_neighbors = min(_MOST_BESIDE, max(5, n_laid_out // _SHARE_BESIDE))
    return n_neighbors, n_neighbors / 1.5


def _beside_neighbors(dynamics: Dynamics, layout: torch.Tensor) -> Callable[[torch.Tensor, int], torch.Tensor]:
    laid_out, config = torch.from_numpy(dynamics.laid_out).to(dynamics.device), LayoutConfig()
    n_neighbors, perplexity = neighborhood_beside(len(laid_out))

    def encode(x: torch.Tensor, t: int) -> torch.Tensor:
        index, weight = weights_among(x, dynamics.representations(t)[laid_out], n_neighbors=n_neighbors, perplexity=perplexity)
        return lay_out_beside(layout[t], index, weight, config)

    return encode


def _at_step(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[[torch.Tensor, int], torch.Tensor]:
    def at_step(values: torch.Tensor, t: int) -> torch.Tensor:
        with torch.no_grad():
            return function(values[None], torch.tensor([t], device=values.device))[0]

    return at_step


def _settled(dynamics: Dynamics, decoder: Decoder, head: Head | None, positions: torch.Tensor, t: int, reach: float) -> torch.Tensor:
    """Settle all samples at a step, (n_samples, 2)."""
    if head is None or dynamics.predictions is None or reach == 0:
        return positions
    step, at_once = torch.tensor([t], device=dynamics.device), _ASKED_AT_ONCE[dynamics.device.type]

    def classes_at(z: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat([decoder.logits(part[None], step, head)[0].argmax(1) for part in z.split(at_once)])

    return settle(positions, dynamics.predictions[t], classes_at, reach=reach)


def settle(
    positions: torch.Tensor, wanted: torch.Tensor, classes_at: Callable[[torch.Tensor], torch.Tensor], *, reach: float, n_spots: int = 1600
) -> torch.Tensor:
    """Move samples that lie in another class's territory to the nearest spot of their own, where there is one within reach.

    Spots are tried from near to far on a spiral of equal density (Vogel 1979), on a coarse raster of the territory: asking the decoder
    about every spot of many samples would cost more than the rest of the fit. What the raster promises is then asked. A sample that finds
    no spot stays where the layout put it, and counts as drawn wrong.

    Parameters
    ----------
    positions : (n, 2).
    wanted : (n,) class that the subject model predicts.
    classes_at : class of the territory at positions, (m, 2) -> (m,).
    reach : farthest move, in units of the plane.

    Returns
    -------
    (n, 2)
    """
    astray = torch.nonzero(classes_at(positions) != wanted)[:, 0]
    if len(astray) == 0:
        return positions
    origin = positions[astray].amin(0) - reach
    cell = (positions[astray].amax(0) + reach - origin) / _CELLS  # (2,)
    unit = torch.arange(_CELLS, device=positions.device) + 0.5
    centers = origin + cell * torch.stack([unit.repeat(_CELLS), unit.repeat_interleave(_CELLS)], 1)
    turn = torch.arange(n_spots, device=positions.device) + 0.5
    radius, angle = reach * (turn / n_spots).sqrt(), turn * _GOLDEN_ANGLE
    spiral = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)  # (n_spots, 2)
    raster = torch.full((len(centers),), _NOT_ASKED, device=positions.device)
    result = positions.clone()
    for chosen in astray.split(_SETTLED_AT_ONCE):
        spots = positions[chosen][:, None] + spiral
        place = ((spots - origin) / cell).long().clamp_(0, _CELLS - 1)
        place = place[..., 1] * _CELLS + place[..., 0]
        near = torch.zeros_like(raster, dtype=torch.bool).index_fill_(0, place.flatten(), True)
        new = torch.nonzero(near & (raster == _NOT_ASKED))[:, 0]  # few samples are near few cells
        raster[new] = classes_at(centers[new])
        own = raster[place] == wanted[chosen][:, None]
        first = own.to(torch.uint8).argmax(1)  # the first that is true
        rows = torch.arange(len(chosen), device=positions.device)
        spot, center = spots[rows, first], centers[place[rows, first]]
        at_spot = (classes_at(spot) == wanted[chosen])[:, None]
        result[chosen] = torch.where(own.any(1)[:, None], torch.where(at_spot, spot, center), positions[chosen])
    return result
