"""Which training samples made a prediction what it is: TracIn of the last layer, exact, from the log alone.

Pruthi et al., Estimating Training Data Influence by Tracing Gradient Descent (NeurIPS 2020). The gradient of a sample's cross entropy by
weight and bias of an affine head is ``(p - y) ⊗ [h, 1]``, with h the representation that goes into it, p the probabilities and y the class,
one-hot. So the product of two samples' gradients is ``((p_i - y_i) · (p_j - y_j)) (h_i · h_j + 1)``, which needs no model; it is summed
over logged steps. Where the head is no affine map, it is that of one that would give the same probabilities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight.measures import blocks
from tb_timetravel.insight.source import affordable_steps, logits_of, training_split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep, Probe
    from tb_timetravel.store import ProbeReader

_MOST = 2**25  # scores kept together: 256 MB


@dataclass(frozen=True, eq=False)
class Influence:
    """The training samples that moved the head most towards, and away from, saying a class of a sample.

    Attributes
    ----------
    sample : position of the sample.
    target : the class, -1 where the sample has no label; then nothing is known.
    helpers : positions of those whose training lowered the loss of that class, strongest first; the sample itself is left out.
    helper_scores : their influence, above 0: by how much one gradient step on each, at every logged step, would have lowered that loss.
    harmers : positions of those whose training raised it, strongest first.
    harmer_scores : their influence, below 0.
    steps : the logged steps that count.
    """

    sample: int
    target: int
    helpers: NDArray[np.int64]
    helper_scores: NDArray[np.float64]
    harmers: NDArray[np.int64]
    harmer_scores: NDArray[np.float64]
    steps: tuple[int, ...]


def head_errors(logits: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """Give p - y, (n, n_classes), the gradient of cross entropy by the logits; rows of NaN without a label.

    In double precision: of a confident prediction, 1 - p has no digits left in single.
    """
    values = np.asarray(logits, np.float64)
    errors = np.exp(values - values.max(1, keepdims=True))
    errors /= errors.sum(1, keepdims=True)
    errors[np.arange(len(errors)), np.maximum(labels, 0)] -= 1.0
    errors[np.asarray(labels) < 0] = np.nan
    return np.asarray(errors, np.float64)


def influence(
    reader: ProbeReader,
    samples: Sequence[int],
    *,
    target: str | int = "label",
    until: int | None = None,
    learning_rates: Mapping[int, float] | None = None,
    top: int = 10,
    most_bytes: int | None = None,
) -> list[Influence]:
    """Name the training samples that helped and harmed a class of each sample most.

    Parameters
    ----------
    samples : positions, of any split.
    target : ``label``, ``prediction``, or a class by name or number. For a flip: ``prediction``, with ``until`` the step that shows it.
    until : the last logged step that counts, whose prediction is meant; the last of all if not given.
    learning_rates : of each logged step that counts, as the optimiser had it there; 1 if not given, which ranks as any constant one does.
    top : helpers, and harmers, per sample; from 1 up.
    most_bytes : so many are gone through, about; of a longer log evenly spaced steps count, the last among them. Any number if not given.

    Raises
    ------
    InvalidData : what is asked for means nothing.
    NotFound : there is no such sample, class or step, or no logits were logged.
    StoreError : the log cannot be read.
    """
    if top < 1:
        raise InvalidData(f"expected top from 1 up, got {top}")
    probe = reader.probe()
    steps = _steps_until(reader, probe, until)
    if most_bytes is not None:
        steps = affordable_steps(probe, steps, most_bytes, n_passes=len(samples))
    targets = _targets(reader, probe, steps[-1], samples, target)
    scores = _scores(reader, probe, steps, samples, targets, learning_rates)
    trained = training_split(reader, probe, np.asarray(reader.labels(probe)))
    found = []
    for sample, wanted, row in zip(samples, targets.tolist(), scores, strict=True):
        candidates = np.flatnonzero(trained & ~np.isnan(row))
        candidates = candidates[candidates != sample]
        order = candidates[np.argsort(-row[candidates], kind="stable")]
        helpers = order[row[order] > 0][:top]
        harmers = order[row[order] < 0][::-1][:top]
        numbers = tuple(step.step for step in steps)
        found.append(Influence(sample, wanted, helpers, row[helpers], harmers, row[harmers], numbers))
    return found


def influence_scores(
    reader: ProbeReader,
    samples: Sequence[int],
    *,
    target: str | int = "label",
    until: int | None = None,
    learning_rates: Mapping[int, float] | None = None,
) -> NDArray[np.float64]:
    """Score the influence of every sample on each of a few, (len(samples), n_samples), had it been trained on.

    Above 0 it helps, below 0 it harms; NaN where one of the two has no label. Parameters and errors are those of ``influence``.
    """
    probe = reader.probe()
    steps = _steps_until(reader, probe, until)
    return _scores(reader, probe, steps, samples, _targets(reader, probe, steps[-1], samples, target), learning_rates)


def self_influence(reader: ProbeReader) -> NDArray[np.float32]:
    """Measure how much each sample's own gradients moved it, (n_samples,), from 0 up; NaN without a label.

    Large where the label is hard to learn: Pruthi et al. find wrong labels by it.

    Raises
    ------
    NotFound : no logits, or no step, are logged.
    StoreError : the log cannot be read.
    """
    probe = reader.probe()
    total = SelfInfluence(np.asarray(reader.labels(probe)))
    for step in _steps_until(reader, probe, None):
        snapshot = reader.read(probe, step)
        total.add(snapshot.representations, logits_of(reader, snapshot))
    return total.result()


class SelfInfluence:
    """Takes one step after the other, and keeps the sum ``Σ ||p - y||² (||h||² + 1)`` of each sample.

    Parameters
    ----------
    labels : (n,), -1 where there is none.
    """

    def __init__(self, labels: NDArray[np.int32]) -> None:
        self._labels = labels
        self._total = np.zeros(len(labels))

    def add(self, representations: NDArray[Any], logits: NDArray[Any]) -> None:
        """Take the next step's representations (n, d) and logits (n, n_classes)."""
        for rows in blocks(len(logits), max(representations.shape[1], logits.shape[1])):
            errors, x = head_errors(logits[rows], self._labels[rows]), np.asarray(representations[rows], np.float64)
            self._total[rows] += np.einsum("ij,ij->i", errors, errors) * (np.einsum("ij,ij->i", x, x) + 1.0)

    def result(self) -> NDArray[np.float32]:
        """Give the sums, NaN without a label."""
        return np.asarray(self._total, np.float32)


def _steps_until(reader: ProbeReader, probe: Probe, until: int | None) -> list[LoggedStep]:
    if not probe.has_logits:
        raise NotFound(
            f"expected logits in {reader.directory}, as influence is that of the head's gradients, found representations alone; "
            "log the model's head or its logits beside them"
        )
    steps = reader.steps()
    if not steps:
        raise NotFound(f"expected logged steps in {reader.directory}, found none; log one")
    if until is None:
        return steps
    if until not in [step.step for step in steps]:
        raise NotFound(f"expected a logged step from {steps[0].step} to {steps[-1].step}, got {until}, which is none; choose one that is")
    return [step for step in steps if step.step <= until]


def _targets(reader: ProbeReader, probe: Probe, last: LoggedStep, samples: Sequence[int], target: str | int) -> NDArray[np.int64]:
    """Say which class of each sample is asked about, (len(samples),), -1 where it is a label that is not there."""
    most = max(1, _MOST // probe.n_samples)
    if not 0 < len(samples) <= most:
        raise InvalidData(f"expected 1 to {most} samples, got {len(samples)}; ask for them in parts")
    for sample in samples:
        if not 0 <= sample < probe.n_samples:
            raise NotFound(f"expected a sample from 0 to {probe.n_samples - 1}, got {sample}")
    if target == "label":
        return np.asarray(reader.labels(probe), np.int64)[list(samples)]
    if target == "prediction":
        return np.asarray(logits_of(reader, reader.read(probe, last))[list(samples)].argmax(1), np.int64)
    if isinstance(target, str) and target in probe.class_names:
        target = probe.class_names.index(target)
    if isinstance(target, str) or not 0 <= target < probe.n_classes:
        some = ", ".join(probe.class_names[:5]) + (", …" if probe.n_classes > 5 else "")
        raise NotFound(f"expected label, prediction or a class ({some}) as target, got {target!r}; name one of them")
    return np.full(len(samples), target, np.int64)


def _scores(
    reader: ProbeReader,
    probe: Probe,
    steps: Sequence[LoggedStep],
    samples: Sequence[int],
    targets: NDArray[np.int64],
    learning_rates: Mapping[int, float] | None,
) -> NDArray[np.float64]:
    labels, rates = np.asarray(reader.labels(probe)), _rates(steps, learning_rates)
    scores = np.zeros((len(samples), probe.n_samples))
    for step, rate in zip(steps, rates, strict=True):
        snapshot = reader.read(probe, step)
        x, logits = snapshot.representations, logits_of(reader, snapshot)
        own = np.asarray(x[list(samples)], np.float64)  # (q, d)
        own_errors = rate * head_errors(logits[list(samples)], targets)  # (q, c)
        for rows in blocks(len(x), max(x.shape[1], logits.shape[1], len(samples))):
            errors = head_errors(logits[rows], labels[rows])
            scores[:, rows] += (own_errors @ errors.T) * (own @ np.asarray(x[rows], np.float64).T + 1.0)
    return scores


def _rates(steps: Sequence[LoggedStep], given: Mapping[int, float] | None) -> list[float]:
    if given is None:
        return [1.0] * len(steps)
    rates = [float(given.get(step.step, math.nan)) for step in steps]
    for step, rate in zip(steps, rates, strict=True):
        if not (math.isfinite(rate) and rate >= 0.0):
            raise InvalidData(f"expected a learning rate from 0 up of every logged step, got {rate} of step {step.step}; give it")
    return rates
