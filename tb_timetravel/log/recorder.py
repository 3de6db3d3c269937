"""The two lines that a training script needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import InvalidData, StoreError
from tb_timetravel.log.arrays import Dtype, as_array, check_step, make_snapshot
from tb_timetravel.log.background import Background
from tb_timetravel.log.columns import sample_columns
from tb_timetravel.log.marker import MarkerWriter
from tb_timetravel.log.media import NO_PAGES, text_pages, thumbnail_pages
from tb_timetravel.log.pairs import partner_column
from tb_timetravel.log.samples import Facts, describe_samples, id_array, label_array, names
from tb_timetravel.log.targets import target_columns
from tb_timetravel.schema import DEFAULT_TAG, TASKS
from tb_timetravel.store import DynamicsWriter, probe_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import ArrayLike
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    from tb_timetravel.log.aside import Aside
    from tb_timetravel.log.capture import Captured, ModelProbe
    from tb_timetravel.schema import Probe, Task
    from tb_timetravel.store.dynamics import Snapshot

    Data = DataLoader[Any] | Dataset[Any] | Sequence[Any]


class TimeTravel:
    """Logs how a model sees its samples, step after step.

    With a model, ``log`` runs the data through it; without one, ``log_arrays`` takes arrays from anywhere. Only rank 0 of a distributed
    job does anything. Nothing of the model changes: its modes, gradients, hooks and the random states are afterwards as before. A pass
    is seeded, so random augmentations are the same at every step unless they draw from a generator of their own. ``log`` runs under the
    caller's autocast; what comes out is stored as float32.

    A run that is continued by another process goes on where it was, provided the samples are the same. A step that is logged again is
    replaced.

    Parameters
    ----------
    writer : a ``SummaryWriter`` of torch or tensorboardX, or a run's directory.
    model : the model to watch.
    head : its last layers, as a module (``model.fc``) or a dotted name (``"classifier.2"``). A sample's representation is what goes in,
        its logits are what comes out. Linear layers are stored exactly, others are approximated when the film is made.
    data : the samples to watch: a DataLoader, a dataset, or ``{"train": …, "test": …}``. Always visited in the dataset's order, however
        the loader shuffles; a loader's fixed subset of indices is kept.
    class_names : one for each class.
    labels, ids, splits : class index (-1 or None where there is none), index in your dataset, and name of the split of each sample; with
        ``data`` these come from there.
    images, texts : what to show of each sample, (n, h, w[, c]) or (n, c, h, w), or strings; with ``data`` found in the inputs. Stored
        as thumbnails of at most 32 pixels and as 2,000 characters.
    columns : what else is known of the samples, name -> a number or a short string of each, NaN or None where there is none; dots are
        coloured and found by them.
    targets : the numbers that the model is to predict, (n,) or (n, n_targets), or name -> (n,), NaN or None where there is none; then each
        step has predictions in place of logits, and there are no classes and no territories. With ``data`` they come from there.
    task : "regression" where the head's outputs are predictions of the targets that the data holds, not logits.
    pairs : position of each sample's partner, (n,), -1 or None where it has none; then the film tells how far partners are from each other.
    tag : tells several probe sets of a run apart.
    dtype : of the stored representations; "float16" halves the disk space.
    background : run the model and write in a thread of its own, so that the training waits for neither: ``log`` copies the model as it
        is, and what is stored is bit for bit what it would be without. That takes one copy of the model, up to 256 MiB of data, which is
        loaded once, and the memory of a pass beside the training's; at most four steps are held. Where a copy cannot stand for the model
        (hooks that are functions, compiled parts, random numbers in ``forward``, …), a warning says why, and ``log`` waits for the pass
        and not for the disk. What fails is raised by the next call. A process that is killed loses the steps that it still held, never
        earlier ones.
    """

    def __init__(
        self,
        writer: object,
        model: nn.Module | None = None,
        *,
        head: nn.Module | str | None = None,
        data: Data | Mapping[str, Data] | None = None,
        class_names: Sequence[str] | None = None,
        labels: ArrayLike | Sequence[int | None] | None = None,
        ids: ArrayLike | None = None,
        splits: Sequence[str] | None = None,
        images: ArrayLike | None = None,
        texts: Sequence[str] | None = None,
        columns: Mapping[str, ArrayLike | Sequence[float | str | None]] | None = None,
        targets: ArrayLike | Mapping[str, ArrayLike] | None = None,
        task: Task = "classification",
        pairs: ArrayLike | Sequence[int | None] | None = None,
        tag: str = DEFAULT_TAG,
        dtype: Dtype = "float32",
        background: bool = False,
    ) -> None:
        self._background: Background[Callable[[], None]] | None = None
        if not _writes():
            return
        if dtype not in ("float32", "float16"):
            raise InvalidData(f"expected dtype 'float32' or 'float16', got {dtype!r}; choose one of them")
        if task not in TASKS:
            raise InvalidData(f"expected task as one of {', '.join(TASKS)}, got {task!r}; choose one of them")
        if not isinstance(tag, str) or not tag:
            raise InvalidData(f"expected tag as a name, got {tag!r}; leave it out or give one")
        if images is not None and texts is not None:
            raise InvalidData("expected images or texts, got both; choose what is shown of a sample")
        self._dtype = dtype
        self._marker = MarkerWriter(writer, tag)
        self._store = DynamicsWriter(probe_directory(self._marker.run_directory, tag))
        if background:
            self._background = Background(_do)
        self._probe: Probe | None = None  # known from the first step on
        pages = NO_PAGES if texts is None else text_pages(texts)
        self._facts = Facts(
            labels=None if labels is None else label_array(labels),
            ids=None if ids is None else id_array(ids),
            splits=None if splits is None else names(splits, "splits"),
            class_names=None if class_names is None else names(class_names, "class_names"),
            pages=pages if images is None else thumbnail_pages(as_array(images)),
            columns=() if columns is None else sample_columns(columns),
            targets=None if targets is None else target_columns(targets),
            pairs=None if pairs is None else partner_column(pairs),
        )
        self._source = _source(model, head, data, task=task if targets is None else "regression", has_splits=splits is not None)
        self._aside = _aside(self._source) if background and self._source is not None else None

    def log(self, step: int) -> None:
        """Run the data through the model and log what it makes of it.

        With ``background`` the first call waits for its pass, and finds out whether later ones can run beside the training.

        Raises
        ------
        InvalidData : the model, its data or the step cannot be used; nothing was written. With ``background`` that may be an earlier step.
        StoreError : the arrays could not be written, say because the disk is full; earlier steps are intact. Catch it where the training
            shall go on without.
        """
        if not _writes():
            return
        step = check_step(step)
        if self._source is None:
            raise InvalidData(
                "log(step) needs a model, got none; give model, head and data, or use log_arrays(step, representations, logits)"
            )
        if self._background is not None and self._aside is not None and self._probe is not None:
            capture = self._aside.begin()
            if capture is not None:
                self._background.put(partial(self._capture_and_write, step, capture, time.time()))
                return
        with_media = self._probe is None and not self._facts.pages.n_samples
        if self._aside is not None and self._probe is None:
            captured = self._aside.first(with_media=with_media)
        else:
            captured = self._source.capture(with_media=with_media)
        self._write(self._snapshot(step, captured), self._facts.completed_by(captured.facts))

    def log_arrays(
        self,
        step: int,
        representations: ArrayLike,
        logits: ArrayLike | None = None,
        *,
        head: tuple[ArrayLike, ArrayLike] | None = None,
        predictions: ArrayLike | None = None,
    ) -> None:
        """Log arrays of a step; row i must be the same sample at every step.

        Parameters
        ----------
        step : number of the step.
        representations : (n_samples, n_features).
        logits : (n_samples, n_classes), or one column for two classes; left out, the head's, if there is one.
        head : weight (n_classes, n_features) and bias (n_classes,), where ``logits = representations @ weight.T + bias``.
        predictions : of the targets, (n_samples,) or (n_samples, n_targets), in place of logits and head.

        Raises
        ------
        InvalidData, StoreError : as ``log``.
        """
        if not _writes():
            return
        snapshot = make_snapshot(check_step(step), representations, logits, head, dtype=self._dtype, predictions=predictions)
        self._write(snapshot if self._background is None else _copied(snapshot), self._facts)

    def flush(self) -> None:
        """Wait until all steps are written; only with ``background`` there is something to wait for.

        Raises
        ------
        InvalidData, StoreError : one of them could not be; whatever else the model raised in the background.
        """
        if self._background is not None:
            self._background.flush()

    def _write(self, snapshot: Snapshot, facts: Facts) -> None:
        if self._probe is not None:
            _check_same(self._probe, snapshot)
        else:
            probe, samples = describe_samples(facts, snapshot)
            with self._explained(snapshot.step):
                self._store.write_probe(probe, samples)
            self._probe, self._facts = probe, replace(facts, pages=NO_PAGES, columns=(), targets=None, pairs=None)
        write = partial(self._write_step, snapshot, time.time())
        if self._background is None:
            write()
        else:
            self._background.put(write)

    def _capture_and_write(self, step: int, capture: Callable[[], Captured], wall_time: float) -> None:
        snapshot = self._snapshot(step, capture())
        if self._probe is not None:
            _check_same(self._probe, snapshot)
        self._write_step(snapshot, wall_time)

    def _snapshot(self, step: int, captured: Captured) -> Snapshot:
        logits, predictions = (captured.logits, None) if captured.facts.targets is None else (None, captured.logits)
        return make_snapshot(step, captured.representations, logits, captured.head, dtype=self._dtype, predictions=predictions)

    def _write_step(self, snapshot: Snapshot, wall_time: float) -> None:
        with self._explained(snapshot.step):
            self._store.write_step(snapshot, wall_time=wall_time)
            self._marker.write(snapshot.step, len(snapshot.representations))

    @contextmanager
    def _explained(self, step: int) -> Iterator[None]:
        """Say what a failure of the file system means for the log."""
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"step {step} could not be written to {self._store.directory} ({error}); "
                "earlier steps are intact, so free space or mend access, or catch StoreError to train on without"
            ) from error


def _writes() -> bool:
    """Tell whether this process is the one that logs: all are, except those of a distributed job that are not rank 0."""
    distributed = sys.modules.get("torch.distributed")  # a job that never imported it has one process
    return distributed is None or not (distributed.is_available() and distributed.is_initialized()) or distributed.get_rank() == 0


def _source(model: nn.Module | None, head: nn.Module | str | None, data: object, *, task: Task, has_splits: bool) -> ModelProbe | None:
    given = {"model": model, "head": head, "data": data}
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == len(given):
        return None
    if missing:
        raise InvalidData(
            f"expected model, head and data together, got no {' and no '.join(missing)}; give all three, or none and use log_arrays"
        )
    if has_splits and isinstance(data, Mapping):
        raise InvalidData("expected splits or data as a mapping of splits, got both; leave splits out")
    from tb_timetravel.log.capture import ModelProbe  # imports torch, which log_arrays does without

    return ModelProbe(model, head, data, task=task)


def _aside(source: ModelProbe) -> Aside:
    from tb_timetravel.log.aside import Aside  # imports torch, as the source has

    return Aside(source)


def _do(work: Callable[[], None]) -> None:
    work()


def _copied(snapshot: Snapshot) -> Snapshot:
    """Keep a step as it is now: the caller may fill the same arrays anew before it is written."""
    return replace(
        snapshot,
        representations=snapshot.representations.copy(),
        logits=None if snapshot.logits is None else snapshot.logits.copy(),
        head=None if snapshot.head is None else (snapshot.head[0].copy(), snapshot.head[1].copy()),
        predictions=None if snapshot.predictions is None else snapshot.predictions.copy(),
    )


def _check_same(probe: Probe, snapshot: Snapshot) -> None:
    n, d = snapshot.representations.shape
    if (n, d) != (probe.n_samples, probe.n_features):
        raise InvalidData(
            f"expected representations of shape {(probe.n_samples, probe.n_features)} as at the first step, "
            f"got {(n, d)} at step {snapshot.step}; "
            "log the same samples and the same layer at every step"
        )
    found = 0 if snapshot.predictions is None else snapshot.predictions.shape[1]
    if found != probe.n_targets:
        raise InvalidData(
            f"expected predictions of {probe.n_targets} targets as at the first step, got {found} at step {snapshot.step}; "
            "log them always or never"
        )
    if (snapshot.logits is not None) != probe.has_logits:
        first, now = ("with", "none") if probe.has_logits else ("without", "some")
        raise InvalidData(f"expected a step {first} logits as the first one, got {now} at step {snapshot.step}; log them always or never")
    if snapshot.logits is not None and snapshot.logits.shape[1] != probe.n_classes:
        raise InvalidData(
            f"expected logits of {probe.n_classes} classes as at the first step, got {snapshot.logits.shape[1]} at step {snapshot.step}; "
            "use another tag when the classes change"
        )
