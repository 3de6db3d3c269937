"""What happens to samples from one logged step to the next.

The kinds follow the training events of the Time-Travelling Visualizer (prediction flips, changes of confidence, significant movement), each
told apart further, and those that only a film shows: crossings of a border in the plane, and errors of the visualizer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.insight.measures import blocks, of_label, softmax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

JUMP = 0.5  # change of p(label) that is a jump
N_SIGMA = 2.0  # standard deviations from the mean change of distance that make a movement significant
KINDS = {
    "learned": "the prediction became the label",
    "forgotten": "the prediction was the label and is no more",
    "wrong_to_wrong": "the prediction went from one wrong class to another",
    "unlabelled_flip": "the prediction changed, and nobody knows the label",
    "confidence_jump": f"the probability of the label changed by more than {JUMP}",
    "closer": "the representation came much closer to where it ends",
    "farther": "the representation went much farther from where it ends",
    "closer_in_plane": "the dot came much closer to where it ends",
    "farther_in_plane": "the dot went much farther from where it ends",
    "closer_pair": "the sample and its partner came together",
    "farther_pair": "the sample and its partner went apart",
    "border_crossing": "the dot came into another class's territory",
    "visualizer_error": "the territory under the dot is not of the class that the model predicts",
}


@dataclass(frozen=True, eq=False)
class StepState:
    """What events are told from at one step; what is None was not logged, or belongs to a film that is not there.

    Attributes
    ----------
    logits : (n, n_classes).
    representations : (n, n_features).
    embedding : (n, 2), where the film draws the samples.
    drawn : (n,) class of the territory under each dot.
    partners : (n,) position of each sample's partner, -1 where it has none.
    agreement : (n,) the film's ``prediction_agreement``: 1 where that class is the prediction, 0 where not, NaN where unknown.
    """

    step: int
    logits: NDArray[Any] | None = None
    representations: NDArray[Any] | None = None
    embedding: NDArray[Any] | None = None
    drawn: NDArray[Any] | None = None
    agreement: NDArray[Any] | None = None
    partners: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class StepEvents:
    """The events of a step, against the step before.

    Attributes
    ----------
    samples : kind of ``KINDS`` -> positions of the samples in ascending order; a kind that cannot be told is missing. At the first step
        nothing can have changed, so all kinds but ``visualizer_error`` are empty.
    jump_targets : of each confidence jump, the class whose probability grew most.
    jump_sizes : of each confidence jump, the change of p(label), in [-1, 1].
    """

    step: int
    samples: Mapping[str, NDArray[np.int64]]
    jump_targets: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    jump_sizes: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    @property
    def counts(self) -> dict[str, int]:
        """Count the samples of each kind."""
        return {kind: len(found) for kind, found in self.samples.items()}


@dataclass(eq=False)
class _Seen:
    """What is kept of a step until the next: a few numbers per sample, and the logits for the samples that jump."""

    logits: NDArray[Any] | None
    predictions: NDArray[np.int64] | None
    confidences: NDArray[np.float32] | None
    distances: dict[str, NDArray[np.float32]]
    drawn: NDArray[Any] | None


def step_events(states: Iterable[StepState], labels: NDArray[np.int32], *, final: StepState) -> Iterator[StepEvents]:
    """Tell the events of each step from the step before, one step in memory beside the one before.

    A movement is significant where a sample's distance to where it is at the final step changes, from the step before, by more than
    ``N_SIGMA`` standard deviations more or less than the mean change of all samples.

    Parameters
    ----------
    states : of the steps in order; all have what the first has.
    labels : (n,), -1 where there is none.
    final : of the last step.
    """
    before: _Seen | None = None
    for state in states:
        seen = _look(state, labels, final)
        yield _compare(state, seen, before, labels)
        before = seen


def _look(state: StepState, labels: NDArray[np.int32], final: StepState) -> _Seen:
    predictions = confidences = None
    if state.logits is not None and state.logits.shape[1] > 0:
        predictions, confidences = np.empty(len(labels), np.int64), np.empty(len(labels), np.float32)
        for rows in blocks(*state.logits.shape):
            block = np.asarray(state.logits[rows], np.float32)
            predictions[rows], confidences[rows] = block.argmax(1), of_label(softmax(block), labels[rows])
    pairs = {"": (state.representations, final.representations), "_in_plane": (state.embedding, final.embedding)}
    distances = {where: _distances(here, end) for where, (here, end) in pairs.items() if here is not None and end is not None}
    if state.representations is not None and state.partners is not None:
        apart = _distances(state.representations, np.asarray(state.representations)[state.partners])
        distances["_pair"] = np.where(state.partners >= 0, apart, np.nan).astype(np.float32)
    return _Seen(state.logits, predictions, confidences, distances, state.drawn)


def _distances(here: NDArray[Any], end: NDArray[Any]) -> NDArray[np.float32]:
    """Measure how far each row is from where it ends, (n, d), (n, d) -> (n,)."""
    found = np.empty(len(here), np.float32)
    for rows in blocks(*here.shape):
        found[rows] = np.linalg.norm(np.asarray(here[rows], np.float32) - np.asarray(end[rows], np.float32), axis=1)
    return found


def _compare(state: StepState, seen: _Seen, before: _Seen | None, labels: NDArray[np.int32]) -> StepEvents:
    happened: dict[str, NDArray[np.bool_]] = {}
    jumped = np.zeros(len(labels), bool)
    if seen.predictions is not None and seen.confidences is not None:
        then = seen if before is None or before.predictions is None or before.confidences is None else before
        happened |= _flips(then.predictions, seen.predictions, labels)  # type: ignore[arg-type]  # known as those of seen are
        with np.errstate(invalid="ignore"):
            jumped = np.abs(seen.confidences - then.confidences) > JUMP  # type: ignore[operator]
        happened["confidence_jump"] = jumped
    for where, now in seen.distances.items():
        change = now - (now if before is None else before.distances[where])
        known = change[~np.isnan(change)]  # who has no partner is no nearer to it
        mean, bound = (float(known.mean()), N_SIGMA * float(known.std())) if len(known) else (0.0, 0.0)
        happened[f"closer{where}"] = change < mean - bound
        happened[f"farther{where}"] = change > mean + bound
    if seen.drawn is not None:
        drawn = seen.drawn if before is None or before.drawn is None else before.drawn
        happened["border_crossing"] = seen.drawn != drawn
    if state.agreement is not None:
        happened["visualizer_error"] = np.asarray(state.agreement) < 0.5  # False where it is NaN
    samples = {kind: np.flatnonzero(happened[kind]) for kind in KINDS if kind in happened}
    if before is None or before.logits is None or seen.logits is None or not jumped.any():
        return StepEvents(state.step, samples)
    rows = np.flatnonzero(jumped)
    gains = softmax(seen.logits[rows]) - softmax(before.logits[rows])
    return StepEvents(state.step, samples, jump_targets=gains.argmax(1), jump_sizes=of_label(gains, labels[rows]))


def _flips(then: NDArray[np.int64], now: NDArray[np.int64], labels: NDArray[np.int32]) -> dict[str, NDArray[np.bool_]]:
    flipped, has_label = then != now, labels >= 0
    return {
        "learned": flipped & (now == labels),
        "forgotten": flipped & (then == labels),
        "wrong_to_wrong": flipped & has_label & (then != labels) & (now != labels),
        "unlabelled_flip": flipped & ~has_label,
    }
