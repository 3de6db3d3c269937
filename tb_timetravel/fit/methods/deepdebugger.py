"""DeepDebugger (Yang et al. 2023): TimeVis in segments of steps, each with a network of its own.

Segments end where the representations have moved far, and share a step with the next. They are trained from the last to the first, each
network on from that of the later segment; in the shared step, samples are held where the later segment put them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.autoencoder import TrainingConfig, make_autoencoder, place_everyone, train_on_edges
from tb_timetravel.fit.graph import nearest_neighbors, neighbors_among
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.losses import attention_reconstruction, smoothness
from tb_timetravel.fit.selection import SelectionConfig, select_over_time
from tb_timetravel.fit.training_set import ComplexConfig, make_training_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tb_timetravel.fit.autoencoder import Autoencoder, EdgeBatch
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Report, Stages
    from tb_timetravel.fit.training_set import TrainingSet

_ROWS_PER_STEP = 2000  # enough for a mean distance


@dataclass(frozen=True, kw_only=True)
class DeepDebuggerConfig:
    """Settings of DeepDebugger."""

    longest: float = 8.0  # movement within a segment, in distances between neighbours; the lineage's 78.5 is in units of its features
    reconstruction: float = 1.0  # weight of that loss
    smoothness: float = 1.0  # of the distance from where the later segment put a sample
    slack: float = 0.5  # distance in the plane that costs nothing; neighbours are about 0.1 apart
    selection: SelectionConfig = field(default_factory=SelectionConfig)
    complexes: ComplexConfig = field(default_factory=ComplexConfig)
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(max_batches=200))
    seed: int = 0


def fit_deepdebugger(dynamics: Dynamics, config: DeepDebuggerConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit DeepDebugger.

    Without logits, boundary samples and attention are left out.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    head = make_head(dynamics, seed=config.seed)
    segments = split_steps(movement(dynamics, partial(report, "graph")), config.longest)
    model = make_autoencoder(dynamics, seed=config.seed)
    models: list[Autoencoder] = []
    later: Autoencoder | None = None
    chosen: torch.Tensor | None = None
    for done, steps in enumerate(reversed(segments)):
        seed = config.seed + done
        lists = select_over_time(dynamics, steps, config.selection, seed=seed, chosen=chosen)
        kept = stages.get(f"maps-{done}")
        if kept is None:
            known = head if dynamics.has_logits else None
            rows = make_training_set(dynamics, steps, lists, known, model, config.complexes, seed=seed)
            _train(model, later, rows, len(lists[-1]), config, seed, steps, partial(_report_segment, report, done, len(segments)))
            stages.put(f"maps-{done}", model.arrays())
        else:
            model.take(kept)
        later, chosen = deepcopy(model), lists[0]
        models.insert(0, later)
        report("maps", (done + 1) / len(segments))
    at_step = [max(i for i, steps in enumerate(segments) if t in steps) for t in range(dynamics.n_steps)]  # a shared one: the later
    return place_everyone(dynamics, models, at_step, head)


def movement(dynamics: Dynamics, report: Callable[[float], None]) -> list[float]:
    """Measure how far the representations move from each step to the next, (n_steps - 1).

    The mean distance from a sample to whichever sample is nearest at the next step, as the lineage has it, in units of the mean distance
    between nearest neighbours there: 0 where nothing moved, about 1 where only the neighbours changed places.
    """
    stride = max(1, len(dynamics.laid_out) // _ROWS_PER_STEP)
    samples = torch.from_numpy(dynamics.laid_out[::stride].copy()).to(dynamics.device)
    moved = []
    for t in range(dynamics.n_steps - 1):
        x, after = dynamics.representations(t)[samples], dynamics.representations(t + 1)[samples]
        typical = nearest_neighbors(after, 1)[1].mean().clamp_min(1e-12)
        moved.append(float(neighbors_among(x, after, 1)[1].mean() / typical))
        report((t + 1) / dynamics.n_steps)
    return moved


def split_steps(moved: Sequence[float], longest: float) -> list[range]:
    """Cut steps into segments that share their end steps, walking from the end, so that movement adds up to no more than a limit.

    Parameters
    ----------
    moved : (n_steps - 1), from each step to the next.
    longest : the limit; a segment has two steps even where one movement is longer.
    """
    segments: list[range] = []
    end, total = len(moved), 0.0
    for t in reversed(range(len(moved))):
        if total + moved[t] > longest and end > t + 1:
            segments.insert(0, range(t + 1, end + 1))
            end, total = t + 1, 0.0
        total += moved[t]
    return [range(end + 1), *segments]


def _report_segment(report: Report, done: int, n_segments: int, share: float) -> None:
    report("maps", (done + share) / n_segments)


def _train(
    model: Autoencoder, later: Autoencoder | None, rows: TrainingSet, n_shared: int, config: DeepDebuggerConfig,
    seed: int, steps: range, report: Callable[[float], None],
) -> None:  # fmt: skip
    """Train the network of one segment, in place; the last `n_shared` samples are those of the step that it shares with the later one."""
    n_samples = sum(len(near.index) for near in rows.near)
    tied = torch.zeros(len(rows.x), dtype=torch.bool, device=rows.x.device)
    wanted = rows.x.new_zeros(len(rows.x), 2)
    if later is not None:
        shared = slice(n_samples - n_shared, n_samples)
        tied[shared] = True
        with torch.no_grad():
            wanted[shared] = later.encoder(rows.x[shared])

    def losses(batch: EdgeBatch) -> Mapping[str, torch.Tensor]:
        reconstruction = attention_reconstruction(batch.x, batch.back, rows.attention_at(batch.rows))
        held = smoothness(batch.z, wanted[batch.rows], tied[batch.rows], slack=config.slack)
        return {
            "neighbour": batch.cross_entropy(),
            "reconstruction": config.reconstruction * reconstruction,
            "smoothness": config.smoothness * held,
        }

    name = f"segment {steps[0]} to {steps[-1]}"
    train_on_edges(model, rows.x, rows.edges, losses, config.training, seed=seed, name=name, report=report)
