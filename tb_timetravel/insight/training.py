"""How training went for each sample, accumulated step by step: data map, forgetting, area under the margin, EL2N."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.insight.measures import blocks, cross_entropy, el2n, margin, of_label, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_EARLY = 0.1  # share of the steps at which EL2N is measured; its authors: epoch 10 to 20 of 200
_LEARNING = 1 / 3  # share of the steps in which what is common is learned, and what is wrong not yet


@dataclass(frozen=True, eq=False)
class TrainingDynamics:
    """A value per sample and measure, each (n,) float32; NaN without a label.

    Attributes
    ----------
    confidence : mean over steps of p(label), in [0, 1]. Swayamdipta et al., Dataset Cartography (EMNLP 2020), as the next two.
    variability : standard deviation over steps of p(label), in [0, .5]; of a single step 0.
    correctness : share of steps whose prediction is the label.
    forgetting_events : how often a correct prediction became a wrong one at the next logged step; infinite where the label was never
        predicted, as Toneva et al. count it (An Empirical Study of Example Forgetting, ICLR 2019).
    first_learned : position among the logged steps of the first correct prediction; infinite where there is none.
    area_under_margin : mean over steps of the margin in logits; Pleiss et al. (NeurIPS 2020). NaN with one class.
    early_margin : mean margin in probability over the first third of the steps, the first step left out, in [-1, 1]. While a network learns
        what is common, wrong labels still disagree with it (Arpit et al., ICML 2017; Liu et al., Early-Learning Regularization, 2020).
    el2n : mean over the first tenth of the steps, the first left out, of ||p - y||_2; Paul et al. (NeurIPS 2021), of one training run where
        they average over ten.
    final_loss : -log p(label) at the last step, in nats.
    """

    confidence: NDArray[np.float32]
    variability: NDArray[np.float32]
    correctness: NDArray[np.float32]
    forgetting_events: NDArray[np.float32]
    first_learned: NDArray[np.float32]
    area_under_margin: NDArray[np.float32]
    early_margin: NDArray[np.float32]
    el2n: NDArray[np.float32]
    final_loss: NDArray[np.float32]


def first_steps(n_steps: int, share: float) -> range:
    """Name the positions of the first steps of a training: a share of them, the first left out, as it may be untrained; at least one."""
    return range(1, 1 + max(1, math.ceil(share * (n_steps - 1)))) if n_steps > 1 else range(n_steps)


class DynamicsAccumulator:
    """Takes the logits of one step after the other, and keeps a few numbers per sample.

    Parameters
    ----------
    labels : (n,), -1 where there is none.
    n_steps : how many steps will come.
    """

    def __init__(self, labels: NDArray[np.int32], n_steps: int) -> None:
        n = len(labels)
        self._labels, self._n_steps, self._step = labels, n_steps, 0
        self._early, self._learning = first_steps(n_steps, _EARLY), first_steps(n_steps, _LEARNING)
        self._sums = {name: np.zeros(n) for name in ("confidence", "square", "correctness", "margin", "early_margin", "el2n")}
        self._was_right = np.zeros(n, bool)
        self._forgotten = np.zeros(n, np.float32)
        self._first = np.full(n, np.inf, np.float32)
        self._loss = np.full(n, np.nan, np.float32)

    def add(self, logits: NDArray[Any]) -> None:
        """Take the next step's logits, (n, n_classes).

        Raises
        ------
        InvalidData : they are of other samples, or of more steps than were announced.
        """
        if logits.ndim != 2 or len(logits) != len(self._labels) or self._step >= self._n_steps:
            raise InvalidData(
                f"expected logits (n_samples, n_classes) of {len(self._labels)} samples at {self._n_steps} steps, "
                f"got {logits.shape} at step {self._step + 1}; give those of the labels"
            )
        for rows in blocks(*logits.shape):
            self._add_rows(rows, np.asarray(logits[rows], np.float32))
        self._step += 1

    def _add_rows(self, rows: slice, logits: NDArray[np.float32]) -> None:
        labels, sums = self._labels[rows], self._sums
        probabilities = softmax(logits)
        confidence = of_label(probabilities, labels)
        right = logits.argmax(1) == labels
        sums["confidence"][rows] += confidence
        sums["square"][rows] += np.square(confidence, dtype=np.float64)
        sums["correctness"][rows] += right
        sums["margin"][rows] += margin(logits, labels)
        if self._step in self._learning:
            sums["early_margin"][rows] += margin(probabilities, labels)
        if self._step in self._early:
            sums["el2n"][rows] += el2n(probabilities, labels)
        self._forgotten[rows] += self._was_right[rows] & ~right
        self._first[rows] = np.where(right, np.minimum(self._first[rows], self._step), self._first[rows])
        self._was_right[rows] = right
        if self._step == self._n_steps - 1:
            self._loss[rows] = cross_entropy(logits, labels)

    def result(self) -> TrainingDynamics:
        """Give the measures.

        Raises
        ------
        InvalidData : not all steps came.
        """
        if self._step != self._n_steps or self._n_steps < 1:
            raise InvalidData(f"expected logits of {max(1, self._n_steps)} steps, got {self._step}; give every step")
        has_label = self._labels >= 0

        def known(values: NDArray[Any]) -> NDArray[np.float32]:
            return np.where(has_label, values, np.nan).astype(np.float32)

        mean = {name: total / self._n_steps for name, total in self._sums.items()}
        return TrainingDynamics(
            confidence=known(mean["confidence"]),
            variability=known(np.sqrt(np.maximum(mean["square"] - np.square(mean["confidence"]), 0.0))),
            correctness=known(mean["correctness"]),
            forgetting_events=known(np.where(np.isinf(self._first), np.inf, self._forgotten)),
            first_learned=known(self._first),
            area_under_margin=known(mean["margin"]),
            early_margin=known(self._sums["early_margin"] / len(self._learning)),
            el2n=known(self._sums["el2n"] / len(self._early)),
            final_loss=self._loss,
        )


def training_dynamics(steps: Sequence[NDArray[Any]], labels: NDArray[np.int32]) -> TrainingDynamics:
    """Measure how training went for each sample.

    Parameters
    ----------
    steps : logits (n, n_classes) of each logged step, in order; anything with a length that gives one after the other.
    labels : (n,), -1 where there is none.

    Raises
    ------
    InvalidData : a step has other samples, or there is no step.
    """
    accumulator = DynamicsAccumulator(labels, len(steps))
    for logits in steps:
        accumulator.add(logits)
    return accumulator.result()
