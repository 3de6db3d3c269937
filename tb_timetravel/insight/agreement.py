"""How two runs' predictions agree, class by class, and who of them is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.insight.comparison import logged_steps
from tb_timetravel.insight.source import logits_of
from tb_timetravel.store import match_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.store import ProbeReader


@dataclass(frozen=True, eq=False, kw_only=True)
class Agreement:
    """Predictions of two runs for the samples that both have.

    Attributes
    ----------
    class_names : those of the first run, then those that only the second has.
    counts : (n_classes, n_classes), samples by the first run's prediction and the second's.
    labelled : samples with a label; the next four are of these, and sum to it. The label is that of the first run.
    differently_labelled : samples whose label in the second run is another; where many are, the ids are not of the same data.
    """

    class_names: tuple[str, ...]
    counts: NDArray[np.int64]
    labelled: int
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    differently_labelled: int

    @property
    def n(self) -> int:
        """Count the samples."""
        return int(self.counts.sum())

    @property
    def share(self) -> float:
        """Share of samples for which both predict the same class, in [0, 1]; NaN of none."""
        return float(np.trace(self.counts) / self.n) if self.n else float("nan")


def joined_names(names: Sequence[str], other: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Join the names of two runs' classes, and say which of the joint each class of the second is, (len(other),).

    A class is known by its name. Where a run has a name twice, both by their place.
    """
    if len(set(names)) < len(names) or len(set(other)) < len(other):
        joint = (*names, *other[len(names) :])
        return joint, np.arange(len(other))
    joint = (*names, *(name for name in other if name not in set(names)))
    place = {name: index for index, name in enumerate(joint)}
    return joint, np.array([place[name] for name in other], np.int64)


def agreement(
    predictions: tuple[NDArray[Any], NDArray[Any]], labels: tuple[NDArray[Any], NDArray[Any]], *, class_names: tuple[str, ...]
) -> Agreement:
    """Count how predictions of the same samples agree.

    Parameters
    ----------
    predictions : of the first and of the second run, (n,) each, indices into ``class_names``.
    labels : likewise, -1 where there is none.
    """
    (one, other), n_classes = predictions, len(class_names)
    counts = np.bincount(one.astype(np.int64) * n_classes + other, minlength=n_classes**2).reshape(n_classes, n_classes)
    has_label = labels[0] >= 0
    right, other_right = (found[has_label] == labels[0][has_label] for found in predictions)
    return Agreement(
        class_names=class_names,
        counts=counts,
        labelled=int(has_label.sum()),
        both_right=int((right & other_right).sum()),
        only_first=int((right & ~other_right).sum()),
        only_second=int((~right & other_right).sum()),
        both_wrong=int((~right & ~other_right).sum()),
        differently_labelled=int((labels[0] != labels[1]).sum()),
    )


def last_agreement(one: ProbeReader, other: ProbeReader) -> Agreement:
    """Count how the predictions of two runs agree at the last logged step of each.

    Raises
    ------
    NotFound : a run has no logged step or no logits, or they have no sample in common.
    StoreError : a log cannot be read.
    """
    matched = match_samples(one, other)
    if not len(matched):
        raise NotFound(f"expected samples in common of {one.directory} and {other.directory}, found none; log the same ids and splits")
    names, of_other = joined_names(one.probe().class_names, other.probe().class_names)
    predictions, labels = [], []
    for reader, rows in ((one, matched.here), (other, matched.there)):
        probe = reader.probe()
        if not probe.has_logits:
            raise NotFound(f"expected logits in {reader.directory}, found none, so there is no prediction to compare; log them")
        logits = logits_of(reader, reader.read(probe, logged_steps(reader)[-1]))
        predictions.append(logits[rows].argmax(1))
        labels.append(np.asarray(reader.labels(probe))[rows])
    predictions[1] = of_other[predictions[1]]
    labels[1] = np.where(labels[1] >= 0, of_other[labels[1]], -1)
    return agreement((predictions[0], predictions[1]), (labels[0], labels[1]), class_names=names)
