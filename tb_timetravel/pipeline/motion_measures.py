"""The measures of how a film moves: of each step against the one before, and of each step against all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tb_timetravel.fidelity import jitter, jitter_chance, temporal_correlation, temporal_ranking, territory_flickers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.fit import Dynamics
    from tb_timetravel.frame import Extent
    from tb_timetravel.pipeline.step_measures import Split
    from tb_timetravel.schema import Scores

_BLOCK_BYTES = 2**27
_FLICKERS_AT_ONCE = 32


def measure_move(moved_x: torch.Tensor, before: torch.Tensor, after: torch.Tensor, splits: Mapping[str, Split]) -> tuple[Scores, Scores]:
    """Measure the moves between two steps, and what they score by chance.

    Parameters
    ----------
    moved_x : (n_samples,) displacements in the representation.
    before, after : (n_samples, 2) positions.
    """
    scores: Scores = {"temporal_correlation": {}, "jitter": {}}
    chance: Scores = {"temporal_correlation": dict.fromkeys(splits, 0.0), "jitter": {}}
    moved_z = (after - before).norm(dim=1)
    for name, split in splits.items():
        rows = split.rows
        scores["temporal_correlation"][name] = temporal_correlation(moved_x[rows], moved_z[rows])
        scores["jitter"][name] = jitter(moved_x[rows], before[rows], after[rows])
        chance["jitter"][name] = jitter_chance(before[rows])
    return scores, chance


def measure_flicker(
    classes: Sequence[NDArray[Any]], z: torch.Tensor, predictions: torch.Tensor | None, extent: Extent, splits: Mapping[str, Split]
) -> Iterator[tuple[Scores, Scores]]:
    """Measure how the territory changes from each step to the next, and what it would score by chance; each split gives its own reasons.

    Parameters
    ----------
    classes : (g, g) class of every cell, at each step.
    z, predictions : (n_steps, n_samples, 2) positions and (n_steps, n_samples) predicted classes, if there are any.

    Yields
    ------
    Scores and chance, n_steps - 1 of them.
    """
    for first in range(0, len(z) - 1, _FLICKERS_AT_ONCE):
        steps = slice(first, first + _FLICKERS_AT_ONCE + 1)
        grids, where = torch.from_numpy(np.stack(classes[steps]).astype("int64")).to(z.device), z[steps]
        flipped = torch.zeros_like(where[1:, :, 0], dtype=torch.bool)
        if predictions is not None:
            flipped = predictions[steps][1:] != predictions[steps][:-1]
        flickers = [territory_flickers(grids, where[:, split.rows], flipped[:, split.rows], extent) for split in splits.values()]
        for of_splits in zip(*flickers, strict=True):
            yield (
                {"territory_flicker": {name: flicker.share for name, flicker in zip(splits, of_splits, strict=True)}},
                {"territory_flicker": {name: flicker.chance for name, flicker in zip(splits, of_splits, strict=True)}},
            )


def measure_ranking(
    dynamics: Dynamics, z: torch.Tensor, splits: Mapping[str, Split], report: Callable[[float], None]
) -> dict[str, torch.Tensor]:
    """Measure the temporal ranking of every step, (n_steps,) per split, NaN where not defined; samples are read in blocks.

    Parameters
    ----------
    z : (n_steps, n_samples, 2) positions.
    report : called with how much is done, 0 to 1.
    """
    n_steps = len(z)
    steps = torch.arange(n_steps, device=z.device)
    per = max(1, _BLOCK_BYTES // (16 * n_steps * (dynamics.n_features + 4 * n_steps)))
    blocks = [(name, rows) for name, split in splits.items() for rows in split.rows[split.followed].split(per)]
    parts: dict[str, list[torch.Tensor]] = {name: [] for name in splits}
    for done, (name, rows) in enumerate(blocks):
        parts[name].append(temporal_ranking(dynamics.rows(steps, rows), z[:, rows]))
        report((done + 1) / len(blocks))
    return {name: torch.cat(ranking, 1).nanmean(1) for name, ranking in parts.items()}
