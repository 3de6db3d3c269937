"""What is known of the samples before any step: labels, ids, splits, class names, pictures and texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.arrays import as_array, describe
from tb_timetravel.log.media import NO_PAGES, Pages
from tb_timetravel.log.targets import check_targets
from tb_timetravel.schema import DEFAULT_SPLIT, MAX_CLASSES, MAX_SAMPLES, Probe
from tb_timetravel.store.dynamics import Samples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tb_timetravel.store.columns import SampleColumn
    from tb_timetravel.store.dynamics import Snapshot

_MAX_SPLITS = 256  # splits are stored in one byte
_MAX_ID = 2**31 - 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Facts:
    """What was said or seen of the samples, each for all n of them, None where nothing was."""

    labels: NDArray[np.int64] | None = None  # (n,), -1 = none
    ids: NDArray[np.int64] | None = None  # (n,)
    splits: tuple[str, ...] | None = None  # n of them
    class_names: tuple[str, ...] | None = None
    pages: Pages = NO_PAGES
    columns: tuple[SampleColumn, ...] = ()
    targets: tuple[SampleColumn, ...] | None = None  # what the model is to predict as numbers
    pairs: SampleColumn | None = None  # positions of partners

    def completed_by(self, other: Facts) -> Facts:
        """Take from the other what is not known here."""
        return Facts(
            labels=other.labels if self.labels is None else self.labels,
            ids=other.ids if self.ids is None else self.ids,
            splits=other.splits if self.splits is None else self.splits,
            class_names=other.class_names if self.class_names is None else self.class_names,
            pages=self.pages if self.pages.n_samples else other.pages,
            columns=self.columns,
            targets=other.targets if self.targets is None else self.targets,
            pairs=self.pairs,
        )


def label_array(value: object) -> NDArray[np.int64]:
    """Read labels as class indices (n,), -1 where there is none.

    Takes integers, whole numbers stored as floats (as a binary loss wants them), None for no label, and one row of 0 and 1 per sample.
    """
    if isinstance(value, (list, tuple)):
        value = [-1 if label is None else label for label in value]
    array = as_array(value)
    if array.ndim == 2:
        array = array[:, 0] if array.shape[1] == 1 else _from_one_hot(array)
    if array.ndim != 1 or array.dtype.kind not in "fiub":
        raise InvalidData(f"expected labels as class indices of shape (n_samples,), got {describe(array)}; number the classes from 0")
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.rint(array))).all():
        raise InvalidData(
            "expected labels as class indices, got fractions; give numbers to predict as targets=, or with data say task='regression'"
        )
    return array.astype(np.int64)


def _from_one_hot(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind not in "fiub" or not (np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all()):
        raise InvalidData(
            f"expected one class per sample, got labels {describe(array)} that are not one-hot; "
            "a sample with several classes or a mixture of them cannot be shown, so choose one"
        )
    return np.asarray(array.argmax(axis=1))


def id_array(value: object) -> NDArray[np.int64]:
    """Read indices into the user's dataset, (n,)."""
    array = as_array(value)
    if array.ndim != 1 or array.dtype.kind not in "iu" or (len(array) and not 0 <= int(array.min()) <= int(array.max()) <= _MAX_ID):
        raise InvalidData(
            f"expected ids as integers from 0 to {_MAX_ID:,} of shape (n_samples,), got {describe(array)}; give each sample's index"
        )
    return array.astype(np.int64)


def names(value: Iterable[object], argument: str) -> tuple[str, ...]:
    """Read a list of names."""
    if isinstance(value, str):
        raise InvalidData(f"expected {argument} as a list of names, got the one string {value!r}; put it into a list")
    return tuple(str(name) for name in value)


def describe_samples(facts: Facts, snapshot: Snapshot) -> tuple[Probe, Samples]:
    """Put together what is stored of the samples, given their first step.

    Raises
    ------
    InvalidData : the facts do not fit each other or the step.
    """
    n, targets = len(snapshot.representations), facts.targets or ()
    if n > MAX_SAMPLES:
        raise InvalidData(f"expected at most {MAX_SAMPLES:,} samples, got {n:,}; log a part of them")
    others = facts.columns if facts.pairs is None else (facts.pairs, *facts.columns)
    check_targets(targets, others, snapshot)
    columns = (*targets, *others)
    _check_counts(facts, columns, n)
    class_names = _class_names(facts, None if snapshot.logits is None else snapshot.logits.shape[1])
    split_names = tuple(dict.fromkeys(facts.splits or (DEFAULT_SPLIT,)))  # in order of appearance
    if len(split_names) > _MAX_SPLITS:
        raise InvalidData(f"expected at most {_MAX_SPLITS} splits, got {len(split_names)}; a split is a name such as train or test")
    index = {name: number for number, name in enumerate(split_names)}
    samples = Samples(
        labels=np.full(n, -1, np.int32) if facts.labels is None else _check_labels(facts.labels, len(class_names)),
        ids=np.arange(n, dtype=np.int32) if facts.ids is None else facts.ids.astype(np.int32),
        splits=np.array([index[name] for name in facts.splits or (DEFAULT_SPLIT,) * n], dtype=np.uint8),
        pages=facts.pages.pages,
        columns=columns,
    )
    # pixels instead of files count here: another version of Pillow compresses them otherwise
    identity = Samples(samples.labels, samples.ids, samples.splits, columns=samples.columns).digest(
        facts.pages.content, "classes", *class_names, "splits", *split_names
    )
    probe = Probe(
        n_samples=n,
        n_features=snapshot.representations.shape[1],
        n_classes=len(class_names),
        class_names=class_names,
        split_names=split_names,
        media=facts.pages.media,
        has_logits=snapshot.logits is not None,
        version=identity,
        n_columns=len(columns),
        n_targets=len(targets),
        has_pairs=facts.pairs is not None,
    )
    return probe, samples


def _check_counts(facts: Facts, columns: tuple[SampleColumn, ...], n: int) -> None:
    counts = {"labels": facts.labels, "ids": facts.ids, "splits": facts.splits}
    found = {name: len(values) for name, values in counts.items() if values is not None}
    if facts.pages.n_samples:
        found["images" if facts.pages.media.kind == "image" else "texts"] = facts.pages.n_samples
    found |= {f"column {column.info.name!r}": len(column.values) for column in columns}
    for name, count in found.items():
        if count != n:
            raise InvalidData(
                f"expected {name} of {n} samples as there are representations, got {count}; give one for every sample, in order"
            )


def _class_names(facts: Facts, n_logits: int | None) -> tuple[str, ...]:
    n_classes = n_logits
    if n_classes is None and facts.class_names is not None:
        n_classes = len(facts.class_names)
    if n_classes is None:
        n_classes = 0 if facts.labels is None or not len(facts.labels) else max(0, int(facts.labels.max()) + 1)
    if n_classes > MAX_CLASSES:
        raise InvalidData(f"expected at most {MAX_CLASSES:,} classes, got {n_classes:,}; number the classes from 0 without gaps")
    if facts.class_names is None:
        return tuple(str(number) for number in range(n_classes))
    if len(facts.class_names) != n_classes:
        raise InvalidData(
            f"expected {n_classes} class_names, one for each logit, got {len(facts.class_names)}; name every class once, in order"
        )
    return facts.class_names


def _check_labels(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.int32]:
    bad = np.flatnonzero((labels < -1) | (labels >= n_classes))
    if len(bad):
        raise InvalidData(
            f"expected labels from 0 to {n_classes - 1}, or -1 for none, got {len(bad)} others, first {labels[bad[0]]} in row {bad[0]}; "
            "number the classes as the logits do"
        )
    return labels.astype(np.int32)
