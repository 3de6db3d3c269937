"""TrustVis: one network that follows the subject model, refitted at each step where something important changed.

Edges between samples that are predicted alike are stronger, and neighbours of different classes keep a margin. After the first step only
critical samples are trained on: where the prediction changed or nearly did, where the picture shows another one, where it keeps the fewest
neighbours or the logits worst; and their neighbours by logits. The lineage leaves all others to chance; here they are held where they were.
Its margin grows with the plane, which it so blows up where classes overlap; here it has a largest value.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.autoencoder import EdgeSampler, TrainingConfig, make_autoencoder, place_everyone, report_step, train_on_edges
from tb_timetravel.fit.complexes import Complex, likeness, neighborhood, prediction_aware, prune, spatial_complex
from tb_timetravel.fit.graph import nearest_neighbors, neighbors_among
from tb_timetravel.fit.heads import logits_at, make_head
from tb_timetravel.fit.losses import attention_reconstruction, attention_weights, class_margin, smoothness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tb_timetravel.fit.autoencoder import Autoencoder, EdgeBatch
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Head, Report, Stages

_N_ROUNDS = 2


@dataclass(frozen=True, kw_only=True)
class TrustVisConfig:
    """Settings of TrustVis."""

    reconstruction: float = 1.0  # weight of that loss at the first step
    reconstruction_later: float = 3.0  # and at those that follow
    margin: float = 1.0  # of the margin between classes
    held: float = 1.0  # of keeping samples that are not critical where they were
    slack: float = 0.5  # distance in the plane that costs nothing
    lowest: float = 0.005  # share of samples that are critical because they keep the fewest neighbours, or the logits worst
    narrow: float = 0.15  # top 1 - top 2 probability below which a prediction is on the border
    n_neighbors: int = 15  # the sample itself among them
    weakest: float = 0.1  # edges of less than this share of the greatest membership are dropped
    training: TrainingConfig = field(default_factory=TrainingConfig)
    refitting: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(max_passes=4, max_batches=40, rate_held=2, learning_rate=1.5e-3)
    )  # of each of the two rounds at a step
    seed: int = 0


def fit_trustvis(dynamics: Dynamics, config: TrustVisConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit TrustVis.

    Without logits, only neighbours make a sample critical, and margin and attention are left out.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    head, model = make_head(dynamics, seed=config.seed), make_autoencoder(dynamics, seed=config.seed)
    known = head if dynamics.has_logits else None
    models: list[Autoencoder] = []
    before: _Step | None = None
    for t in range(dynamics.n_steps):
        step, kept = _step(dynamics, t, known, model), stages.get(f"maps-{t}")
        if kept is None:
            done = partial(report_step, report, t, dynamics.n_steps)
            if before is None:
                _fit(model, step, config, done)
            else:
                _refit(model, before, step, config, done)
            stages.put(f"maps-{t}", model.arrays())
        else:
            model.take(kept)
        models.append(deepcopy(model))
        before = step
        report("maps", (t + 1) / dynamics.n_steps)
    return place_everyone(dynamics, models, range(dynamics.n_steps), head)


@dataclass(frozen=True, eq=False)
class _Predictions:
    """What the subject model says of a step: logits (n, n_classes), and how it gets them from normalized representations."""

    logits: torch.Tensor
    classify: Callable[[torch.Tensor], torch.Tensor]

    @property
    def classes(self) -> torch.Tensor:
        return self.logits.argmax(1)


@dataclass(frozen=True, eq=False)
class _Step:
    """The laid-out samples of a step: normalized representations (n, n_features), and predictions where they were logged."""

    t: int
    x: torch.Tensor
    predicted: _Predictions | None

    def positions(self, model: Autoencoder) -> torch.Tensor:
        with torch.no_grad():
            result: torch.Tensor = model.encoder(self.x)
        return result

    def back(self, model: Autoencoder) -> torch.Tensor:
        with torch.no_grad():
            result: torch.Tensor = model.decoder(self.positions(model))
        return result


def _step(dynamics: Dynamics, t: int, head: Head | None, model: Autoencoder) -> _Step:
    samples = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    x = model.normalized(dynamics.representations(t)[samples], t)
    if head is None:
        return _Step(t, x, None)
    classify = logits_at(head, t)
    return _Step(t, x, _Predictions(dynamics.logits(t)[samples], lambda normalized: classify(model.restored(normalized, t))))


def critical_samples(model: Autoencoder, before: _Step | None, step: _Step, config: TrustVisConfig) -> torch.Tensor:
    """Find the samples of a step that a network fitted before it does not do justice to, (n,) bool.

    Parameters
    ----------
    before : the step before; None asks only what is wrong at the step itself.
    """
    k = min(config.n_neighbors, len(step.x)) - 1
    near, near_drawn = nearest_neighbors(step.x, k)[0], nearest_neighbors(step.positions(model), k)[0]
    critical = _lowest((near[:, :, None] == near_drawn[:, None]).any(2).float().mean(1), config.lowest)
    now = step.predicted
    if now is None:
        return critical
    drawn = now.classify(step.back(model))
    critical |= _lowest(torch.cosine_similarity(now.logits, drawn), config.lowest) | (drawn.argmax(1) != now.classes)
    if before is not None and before.predicted is not None:
        then = before.predicted
        critical |= then.classify(before.back(model)).argmax(1) != then.classes
        critical |= then.classes != now.classes
        critical |= _on_border(then.logits, config.narrow) != _on_border(now.logits, config.narrow)
    return critical


def _lowest(values: torch.Tensor, share: float) -> torch.Tensor:
    chosen = torch.zeros(len(values), dtype=torch.bool, device=values.device)
    chosen[values.topk(math.ceil(share * len(values)), largest=False).indices] = True
    return chosen


def _on_border(logits: torch.Tensor, narrow: float) -> torch.Tensor:
    top = torch.softmax(logits, 1).topk(min(2, logits.shape[1]), 1).values
    on_border: torch.Tensor = top[:, 0] - top[:, -1] < narrow
    return on_border


def _with_neighbors(critical: torch.Tensor, step: _Step, n_neighbors: int) -> torch.Tensor:
    """Add to critical samples (n,) those that the subject model treats most alike; positions of all of them."""
    features = step.x if step.predicted is None else step.predicted.logits
    index, _ = neighbors_among(features[critical], features, min(n_neighbors, len(features)))
    chosen: torch.Tensor = torch.cat([torch.nonzero(critical)[:, 0], index.reshape(-1)]).unique()
    return chosen


def _fit(model: Autoencoder, step: _Step, config: TrustVisConfig, report: Callable[[float], None]) -> None:
    """Train a network on all samples of the first step, in place."""
    edges = prune(spatial_complex(neighborhood(step.x, config.n_neighbors, seed=config.seed)), config.weakest)
    if step.predicted is not None:
        edges = prediction_aware(edges, step.predicted.logits)
    _train(model, step, edges, config, config.training, reconstruction=config.reconstruction, seed=config.seed, report=report)


def _refit(model: Autoencoder, before: _Step, step: _Step, config: TrustVisConfig, report: Callable[[float], None]) -> None:
    """Train a network on what is critical at a step, in place, in two rounds; all other samples are held where they were."""
    wanted = before.positions(model)
    for attempt in range(_N_ROUNDS):
        critical = critical_samples(model, before if attempt == 0 else None, step, config)
        if not bool(critical.any()):
            break
        chosen = _with_neighbors(critical, step, config.n_neighbors)
        if len(chosen) < 2:  # one sample alone has no neighbours
            break
        inside = prune(spatial_complex(neighborhood(step.x[chosen], config.n_neighbors, seed=config.seed)), config.weakest)
        edges = Complex(chosen[inside.source], chosen[inside.target], inside.weight)
        if step.predicted is not None:
            alike = likeness(edges, step.predicted.logits).square()
            edges = replace(edges, weight=edges.weight + (1.0 - edges.weight) * alike)
        others = torch.ones(len(step.x), dtype=torch.bool, device=step.x.device)
        others[chosen] = False
        _train(
            model, step, edges, config, config.refitting, reconstruction=config.reconstruction_later,
            held=(torch.nonzero(others)[:, 0], wanted), seed=config.seed + _N_ROUNDS * step.t + attempt,
            report=partial(_report_round, report, attempt),
        )  # fmt: skip


def _report_round(report: Callable[[float], None], attempt: int, done: float) -> None:
    report((attempt + done) / _N_ROUNDS)


def _train(
    model: Autoencoder, step: _Step, edges: Complex, config: TrustVisConfig, training: TrainingConfig, *, reconstruction: float,
    held: tuple[torch.Tensor, torch.Tensor] | None = None, seed: int, report: Callable[[float], None],
) -> None:  # fmt: skip
    """Train a network on edges, in place.

    Parameters
    ----------
    held : samples (m,) to be kept where they were, and where all samples were, (n, 2).
    """
    predicted = step.predicted
    attention = None if predicted is None else attention_weights(predicted.classify, step.x)
    others = None if held is None or len(held[0]) == 0 else EdgeSampler(torch.ones_like(step.x[held[0], 0]), seed=seed + 1)

    def losses(batch: EdgeBatch) -> Mapping[str, torch.Tensor]:
        probability = edges.weight[batch.edge]
        looked_at = None if attention is None else attention[batch.rows]
        terms = {
            "neighbour": batch.cross_entropy(probability),
            "reconstruction": reconstruction * attention_reconstruction(batch.x, batch.back, looked_at),
        }
        if predicted is not None:
            source, target = predicted.classes[batch.rows].chunk(2)
            near, far = (square.clamp_min(1e-12).sqrt() for square in (batch.near, batch.far))
            apart = class_margin(near, probability, source == target, near=near.mean(), far=far.mean())
            terms["margin"] = config.margin * apart
        if held is not None and others is not None:
            rows = held[0][others.draw(training.batch_size)]
            z = model.encoder(step.x[rows])
            tied = torch.ones_like(rows, dtype=torch.bool)
            terms["held"] = config.held * smoothness(z, held[1][rows], tied, slack=config.slack)
            looked_at = None if attention is None else attention[rows]
            terms["held reconstruction"] = reconstruction * attention_reconstruction(step.x[rows], model.decoder(z), looked_at)
        return terms

    train_on_edges(model, step.x, edges, losses, training, seed=seed, name=f"step {step.t}", report=report)
