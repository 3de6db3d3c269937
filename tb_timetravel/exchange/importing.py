"""From a directory of training dynamics to runs: a plan of a branch first, then its steps, each complete when the next begins."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound, StoreError
from tb_timetravel.exchange.contents import take
from tb_timetravel.exchange.reading import find_head, read_matrix, read_state
from tb_timetravel.log.arrays import make_snapshot, reproduces
from tb_timetravel.log.marker import MarkerWriter
from tb_timetravel.log.media import NO_PAGES
from tb_timetravel.log.samples import Facts, describe_samples
from tb_timetravel.store import DynamicsReader, DynamicsWriter, SelectionsFile, probe_directory
from tb_timetravel.store.files import exists, size_and_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from tb_timetravel.exchange.contents import Branch, Contents, Epoch
    from tb_timetravel.log.arrays import Head
    from tb_timetravel.store.dynamics import Snapshot

TRAIN, JOINED, POOL, TEST = "train", "joined", "pool", "test"
_MAX_CHANGED_CLASSES = 100  # selections of changed labels, one per class; beyond it they would fill the list of the tab


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """What of a branch is imported.

    Attributes
    ----------
    rows : (n,) positions of its samples among all of the directory, ascending: those that have features at every step.
    splits : n names.
    epochs : step and epoch, in order.
    left_out : epochs that are not imported, with the reason.
    has_logits : whether every imported epoch has logits, saved or by its head.
    notes : sentences for whoever asked for the import.
    """

    rows: NDArray[np.int64]
    splits: tuple[str, ...]
    epochs: tuple[tuple[int, Epoch], ...]
    left_out: tuple[tuple[Epoch, str], ...]
    has_logits: bool
    notes: tuple[str, ...]


@dataclass(eq=False)
class Outcome:
    """What became of an import."""

    n_written: int = 0
    n_kept: int = 0  # steps that an earlier import wrote
    notes: list[str] = field(default_factory=list)
    left_out: list[tuple[Epoch, str]] = field(default_factory=list)


def plan_branch(contents: Contents, branch: Branch, *, with_pool: bool = False) -> Plan:
    """Choose the samples and the epochs of a branch.

    Parameters
    ----------
    with_pool : also take the samples that no epoch was trained or tested on.

    Raises
    ------
    NotFound : no epoch has features; the message names the command that makes them.
    """
    numbered = list(zip(branch.steps, branch.epochs, strict=True))
    left_out = [(epoch, _without_features(contents, epoch)) for _, epoch in numbered if epoch.missing]
    ready = [(step, epoch) for step, epoch in numbered if not epoch.missing]
    if not ready:
        raise NotFound(left_out[0][1] if left_out else f"expected epochs in {contents.path}, found none")
    reasons = [_without_logits(contents, epoch) for _, epoch in ready]
    has_logits = None in reasons
    if has_logits:  # a run has logits at every step or at none
        lacking = [(epoch, reason) for (_, epoch), reason in zip(ready, reasons, strict=True) if reason is not None]
        left_out += [(epoch, f"{reason}, while other epochs have logits") for epoch, reason in lacking]
        ready = [numbered_epoch for numbered_epoch, reason in zip(ready, reasons, strict=True) if reason is None]
    rows, splits = _choose_samples(contents, [epoch for _, epoch in ready], with_pool=with_pool)
    return Plan(
        rows=rows,
        splits=splits,
        epochs=tuple(ready),
        left_out=tuple(left_out),
        has_logits=has_logits,
        notes=() if has_logits else (f"there are no logits, so no predictions either: {reasons[0]}",),
    )


def _without_features(contents: Contents, epoch: Epoch) -> str:
    command = shlex.join(["timetravel", "extract", contents.path])
    return f"{epoch.directory} has no {epoch.missing}; write the features with: {command} --model package.module:Class"


def _choose_samples(contents: Contents, epochs: list[Epoch], *, with_pool: bool) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Choose positions and splits.

    A training sample belongs to `train` when every epoch was trained on it, to `joined` when some were: in active learning the set grows.
    """
    n = len(contents.train)
    n_with, n_trained = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for epoch in epochs:
        n_with[epoch.rows] += 1
        n_trained[epoch.trained_on] += 1
    names = np.full(n, POOL, dtype="<U8")
    names[contents.train & (n_trained > 0)] = JOINED
    names[contents.train & (n_trained == len(epochs))] = TRAIN
    names[contents.test] = TEST
    rows = np.flatnonzero((n_with == len(epochs)) & (with_pool | (names != POOL)))
    if not len(rows):
        raise InvalidData(f"expected samples with features at every epoch in {contents.path}, found none; look at the epochs' index.json")
    return rows, tuple(names[rows].tolist())


def _without_logits(contents: Contents, epoch: Epoch) -> str | None:
    """Say why an epoch has no logits; None where they were saved or follow from the head in its checkpoint."""
    if epoch.logits:
        return None
    try:
        head = _read_head(contents, epoch, read_matrix(epoch.features[0].path).shape[1])
    except StoreError as error:
        return str(error)
    return (
        None
        if head is not None
        else f"no predictions are saved in {epoch.directory}, and no checkpoint with a linear layer for the features"
    )


def _read_head(contents: Contents, epoch: Epoch, n_features: int) -> Head | None:
    if not exists(epoch.checkpoint):
        return None
    n_classes = None if contents.class_names is None else len(contents.class_names)
    return find_head(read_state(epoch.checkpoint), n_features=n_features, n_classes=n_classes)


def _head_that_made(contents: Contents, epoch: Epoch, x: NDArray[Any], logits: NDArray[Any]) -> Head | None:
    """Read the head where it is all that lies between features and saved logits."""
    try:
        head = _read_head(contents, epoch, x.shape[1])
    except StoreError:
        return None  # a film approximates a head that is not stored
    return head if head is not None and len(head[1]) == logits.shape[1] and reproduces(head, x, logits) else None


def read_step(contents: Contents, plan: Plan, step: int, epoch: Epoch) -> Snapshot:
    """Read a step of the plan.

    Raises
    ------
    InvalidData, StoreError
    """
    x = take(epoch.features, plan.rows)
    if epoch.logits:
        logits = take(epoch.logits, plan.rows)
        return make_snapshot(step, x, logits, _head_that_made(contents, epoch, x, logits), dtype="float32")
    head = _read_head(contents, epoch, x.shape[1]) if plan.has_logits else None
    return make_snapshot(step, x, None, head, dtype="float32")  # the logits are those of the head


def import_branch(contents: Contents, plan: Plan, run_directory: str, tag: str, *, on_step: Callable[[], object] = lambda: None) -> Outcome:
    """Write a branch as a run; steps that are there and whose files have not changed since are kept.

    Parameters
    ----------
    on_step : called after each epoch.

    Raises
    ------
    InvalidData : the samples contradict each other, or another probe set lies there.
    OSError, StoreError : it cannot be written; steps before are intact.
    """
    outcome = Outcome(left_out=list(plan.left_out), notes=list(plan.notes))
    run = _RunWriter(contents, plan, run_directory, tag)
    for step, epoch in plan.epochs:
        changed_at = _changed_at(epoch)
        is_kept = step in run.times and changed_at in (0.0, run.times[step])
        try:
            # of a kept step nothing is read, once one step has shown that the samples are the same
            snapshot = None if is_kept and run.shape is not None else read_step(contents, plan, step, epoch)
        except (InvalidData, StoreError) as error:
            outcome.left_out.append((epoch, f"{epoch.directory}: {error}"))
        else:
            if snapshot is not None and not run.accepts(snapshot):
                outcome.left_out.append((epoch, f"{epoch.directory}: expected {run.shape} features and classes, got {_shape(snapshot)}"))
            elif is_kept or snapshot is None:
                outcome.n_kept += 1
            else:
                run.write(snapshot, changed_at)
                outcome.n_written += 1
        on_step()
    if run.shape is not None:
        outcome.notes += _save_selections(contents, plan, run.directory)
    return outcome


class _RunWriter:
    """The run that an import writes: its samples with the first step, and no step of another shape."""

    def __init__(self, contents: Contents, plan: Plan, run_directory: str, tag: str) -> None:
        self.directory = probe_directory(run_directory, tag)
        self._store, self._marker = DynamicsWriter(self.directory), MarkerWriter(run_directory, tag)
        self._contents, self._plan = contents, plan
        self.shape: tuple[int, int] | None = None  # features and classes; None until a step was read
        reader = DynamicsReader(self.directory)
        self.times = {step.step: reader.record(step).wall_time for step in reader.steps()}

    def accepts(self, snapshot: Snapshot) -> bool:
        """Tell whether a step is of the shape of the first one, which also says what the samples are."""
        if self.shape is None:
            self._store.write_probe(*describe_samples(_facts(self._contents, self._plan), snapshot))
            self.shape = _shape(snapshot)
        return _shape(snapshot) == self.shape

    def write(self, snapshot: Snapshot, changed_at: float) -> None:
        self._marker.write(snapshot.step, len(self._plan.rows))  # first, so that no step is without, wherever this ends
        self._store.write_step(snapshot, wall_time=changed_at or time.time())


def _shape(snapshot: Snapshot) -> tuple[int, int]:
    return snapshot.representations.shape[1], 0 if snapshot.logits is None else snapshot.logits.shape[1]


def _changed_at(epoch: Epoch) -> float:
    """Give the time at which the newest file of an epoch was written, which stands in the step's record; 0 where no file tells."""
    paths = [part.path for part in (*epoch.features, *epoch.logits)]
    return max(size_and_time(path)[1] for path in [*paths, *([epoch.checkpoint] if exists(epoch.checkpoint) else [])])


def _facts(contents: Contents, plan: Plan) -> Facts:
    return Facts(
        labels=None if contents.labels is None else contents.labels[plan.rows],
        ids=plan.rows,
        splits=plan.splits,
        class_names=contents.class_names,
        pages=NO_PAGES if contents.media is None else contents.media.pages(plan.rows),
    )


def _save_selections(contents: Contents, plan: Plan, directory: str) -> list[str]:
    """Save what changes over the steps, or was changed on purpose, as selections; tell which ones there was no room for."""
    file = SelectionsFile(directory)
    for name, chosen in _selections(contents, plan):
        if not chosen.any():
            continue
        try:
            file.save(name, _ranges(chosen), len(plan.rows))
        except InvalidData as error:
            return [f"the selection {name!r} and those after it were not saved: {error}"]
    return []


def _selections(contents: Contents, plan: Plan) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Name selections and say which samples are in them, (n,) each."""
    if contents.clean_labels is not None and contents.labels is not None:
        clean, given = contents.clean_labels[plan.rows], contents.labels[plan.rows]
        yield "label was changed", clean != given
        names = contents.class_names or tuple(map(str, range(int(clean.max()) + 1)))
        if len(names) <= _MAX_CHANGED_CLASSES:
            for number, name in enumerate(names):
                yield f"label was {name}"[:100], (clean == number) & (clean != given)
    before = contents.train[plan.rows]  # where every epoch was trained on all of them there is nothing to tell
    if JOINED in plan.splits or POOL in plan.splits:
        before = np.zeros(len(plan.rows), bool)
    for step, epoch in plan.epochs:
        trained_on = np.isin(plan.rows, epoch.trained_on)
        if not np.array_equal(trained_on, before):
            yield f"trained on from step {step}", trained_on
        before = trained_on


def _ranges(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    return [(int(first), int(end) - 1) for first, end in edges.reshape(-1, 2)]
