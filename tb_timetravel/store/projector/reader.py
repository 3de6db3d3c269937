"""Reads what ``add_embedding`` wrote as if it had been logged here: the embeddings of one tag are the steps of a probe set without logits.

Nothing of it is changed. Text is parsed once: a fit keeps the numbers as an array beside its film, named by what the text was.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tb_timetravel.errors import Corrupt, NotFound, NotPlayable
from tb_timetravel.schema import DEFAULT_SPLIT, PAGE_SIZE, LoggedStep, Media, Probe
from tb_timetravel.store.columns import column_at
from tb_timetravel.store.dynamics import Snapshot
from tb_timetravel.store.files import below, exists, is_local, join, listdir, read_array, remove, size_and_time, stamp, write_array
from tb_timetravel.store.projector.config import CONFIG_NAME, Embedding, resolve
from tb_timetravel.store.projector.matching import Matching, StepRows, match_samples
from tb_timetravel.store.projector.metadata import (
    built_in,
    classes_of,
    columns_of,
    ids_of,
    label_column,
    metadata_digest,
    read_metadata,
    splits_of,
    texts_of,
)
from tb_timetravel.store.projector.sprite import is_usable, sprite_pages, thumbnail_size
from tb_timetravel.store.projector.tensors import is_text, read_tensor, shape_of, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.schema import ColumnInfo
    from tb_timetravel.store.columns import SampleColumn
    from tb_timetravel.store.projector.metadata import Metadata

Stamp = tuple[int, str]


@dataclass(frozen=True)
class _Step:
    """A step whose files are there: paths that may be read, and stamps of what they hold now."""

    embedding: Embedding
    tensor: str
    tensor_stamp: Stamp
    metadata: tuple[str, Stamp] | None
    n_rows: int


@dataclass(frozen=True, eq=False)
class _Facts:
    """What metadata says of its rows."""

    class_names: tuple[str, ...]
    labels: NDArray[np.int32]
    split_names: tuple[str, ...]
    splits: NDArray[np.uint8]
    ids: NDArray[np.int32]
    has_texts: bool
    n_columns: int = 0


class ProjectorReader:
    """Reads a tag of embeddings; see ``store.reading.ProbeReader``.

    Parameters
    ----------
    directory : where a logged probe set of this name would lie; films lie there.
    embeddings : the steps as the config lists them.
    keep : whether to keep numbers that were parsed from text in `directory`.
    """

    source: Final = "embeddings"

    def __init__(self, directory: str, embeddings: Sequence[Embedding], *, keep: bool = False) -> None:
        self.directory = directory
        self._embeddings, self._keep = embeddings, keep

    def probe(self) -> Probe:
        """Describe the samples, as far as the metadata tells.

        Raises
        ------
        NotPlayable : no film can be made of this tag.
        Corrupt : a file cannot be read.
        """
        facts, media = self._facts, self._media
        return Probe(
            n_samples=self._matching.n_samples,
            n_features=self._width,
            n_classes=len(facts.class_names),
            class_names=facts.class_names,
            split_names=facts.split_names,
            media=media,
            has_logits=False,
            version=self._version(media),
            n_columns=facts.n_columns,
        )

    def steps(self) -> list[LoggedStep]:
        """List the steps in order; a step's digest is another once its vectors or metadata were written again."""
        return [
            LoggedStep(step=step.embedding.step, revision=0, digest=_hash(step.tensor_stamp, self._metadata_digest(step), matched))
            for step, matched in zip(self._steps, self._matching.digests, strict=True)
        ]

    def labels(self, _: Probe) -> NDArray[np.int32]:
        """Read the labels, (n_samples,), -1 where there is none."""
        return self._of_samples(self._facts.labels)

    def ids(self, _: Probe) -> NDArray[np.int32]:
        """Read each sample's id, (n_samples,): a column so named, else its row."""
        return self._of_samples(self._facts.ids)

    def splits(self, _: Probe) -> NDArray[np.uint8]:
        """Read each sample's split, (n_samples,), indices into ``probe.split_names``."""
        return self._of_samples(self._facts.splits)

    def thumbnails(self, page: int) -> bytes:
        """Read a page of thumbnails, a PNG."""
        at = self._pictured
        sprite = None if at is None else self._sprite(self._steps[at])
        if at is None or sprite is None:
            raise NotFound("no sprite was logged with these samples")
        rows = self._rows(at)
        pages = sprite_pages(*sprite, rows.tobytes())
        if page >= len(pages):
            raise NotFound(f"expected a page from 0 to {len(pages) - 1}, got {page}")
        return pages[page]

    def texts(self, page: int) -> list[str]:
        """Read a page of texts: the values of all columns."""
        metadata = self._reference_metadata
        texts = None if metadata is None else texts_of(metadata, label_column(metadata))
        rows = self._rows(self._reference)[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        if texts is None or not len(rows):
            raise NotFound(f"there is no page {page} of texts")
        return [texts[row] for row in rows]

    def columns(self, _: Probe) -> tuple[ColumnInfo, ...]:
        """List the columns of the metadata but for those that are the label, the split or the id itself."""
        return tuple(column.info for column in self._columns)

    def column(self, _: Probe, number: int) -> SampleColumn:
        """Read a column, by its place in the list."""
        column_at(self.columns(_), number)
        return self._columns[number]

    def read(self, probe: Probe, step: LoggedStep) -> Snapshot:
        """Read one step, its samples in order; memory-mapped where it was parsed before, or is no text.

        Raises
        ------
        NotFound : it was written again, or is gone.
        Corrupt : it is damaged, or a line is no vector.
        """
        at = self._at(step)
        source, shape, kept = self._steps[at], (probe.n_samples, probe.n_features), self._kept_path(step)
        if exists(kept):
            return Snapshot(step.step, read_array(kept, shape=shape, dtype=np.float32), None, None)
        array = read_tensor(source.tensor, source.embedding.tensor_shape, source.embedding.in_checkpoint)
        if array.shape != (source.n_rows, probe.n_features):
            raise Corrupt(
                f"expected {source.n_rows} vectors of {probe.n_features} numbers in {source.tensor}, found {array.shape}; "
                "a label with a line end in it gives metadata more lines than samples, so remove it"
            )
        rows = self._matching.rows[at]
        if rows is not None:
            array = np.asarray(array[rows], np.float32)
        if self._keep and (rows is not None or is_text(source.tensor, source.embedding.in_checkpoint)):
            array = self._kept(step, np.asarray(array, np.float32))
        return Snapshot(step.step, array, None, None)

    def wall_time(self, step: LoggedStep) -> float:
        """Tell when a step's tensor was written, in seconds since 1970, 0 where the file system does not say."""
        return size_and_time(self._steps[self._at(step)].tensor)[1]

    def _at(self, step: LoggedStep) -> int:
        at = next((at for at, known in enumerate(self.steps()) if known == step), None)
        if at is None:
            raise NotFound(f"step {step.step} is not there as it was; it was logged again in this moment, so try again")
        return at

    def _kept_path(self, step: LoggedStep) -> str:
        return below(self.directory, "vectors", f"{step.step:012d}.{step.digest}.npy")

    def _kept(self, step: LoggedStep, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keep the array of a step in place of earlier ones, and map it into memory."""
        path = self._kept_path(step)
        try:
            write_array(path, array)
        except OSError:  # a full disk or a directory that may only be read: the next fit parses again
            return array
        for name in listdir(below(self.directory, "vectors")):
            if name.startswith(f"{step.step:012d}.") and not path.endswith(name):
                remove(join(self.directory, "vectors", name))
        return read_array(path, shape=array.shape, dtype=np.float32) if is_local(path) else array

    @functools.cached_property
    def _steps(self) -> list[_Step]:
        steps = [step for step in map(_look, self._embeddings) if step is not None]
        if steps:
            return steps
        if any(embedding.tensor_path for embedding in self._embeddings):
            raise NotPlayable(f"expected vectors in {self._embeddings[0].tensor_path}, found no such file; log the tag again")
        raise NotPlayable(
            f"expected a file of vectors (tensor_path) in {CONFIG_NAME}, or beside it a checkpoint of TensorFlow (NAME-STEP.index and its "
            ".data files) with a tensor of that name, or train/keras_embedding.ckpt-EPOCH.weights.h5 of Keras 3, found neither; "
            "older checkpoints are not read, so write the vectors as .npy"
        )

    @functools.cached_property
    def _matching(self) -> Matching:
        return match_samples(tuple(StepRows(step.embedding.step, step.n_rows, step.metadata) for step in self._steps))

    @functools.cached_property
    def _width(self) -> int:
        first, *others = self._steps
        width = _width_of(first)
        for other in others:
            if (found := _width_of(other)) != width:
                raise NotPlayable(
                    f"expected vectors of {width} numbers as at step {first.embedding.step}, found {found} at step {other.embedding.step}; "
                    "log the same layer at every step, or use another tag"
                )
        return width

    @functools.cached_property
    def _reference(self) -> int:
        """Which step says what the samples are: the first with metadata."""
        return next((at for at, step in enumerate(self._steps) if step.metadata is not None), 0)

    @property
    def _reference_metadata(self) -> Metadata | None:
        known = self._steps[self._reference].metadata
        return None if known is None else read_metadata(known[0])

    @property
    def _columns(self) -> tuple[SampleColumn, ...]:
        known, rows = self._steps[self._reference].metadata, self._matching.rows[self._reference]
        return () if known is None else columns_of(*known, None if rows is None else rows.tobytes())

    @functools.cached_property
    def _facts(self) -> _Facts:
        step = self._steps[self._reference]
        return _no_facts(step.n_rows) if step.metadata is None else _facts_of(*step.metadata)

    @functools.cached_property
    def _pictured(self) -> int | None:
        """Which step's sprite shows the samples: the first that has one."""
        return next((at for at, step in enumerate(self._steps) if self._sprite(step) is not None), None)

    def _sprite(self, step: _Step) -> tuple[str, Stamp, tuple[int, int]] | None:
        embedding = step.embedding
        if not embedding.sprite_path or embedding.thumbnail_size is None or not is_usable(embedding.thumbnail_size):
            return None
        path = resolve(embedding.base, embedding.sprite_path)
        known = stamp(path)
        return None if known is None else (path, known, embedding.thumbnail_size)

    @functools.cached_property
    def _media(self) -> Media:
        sprite = None if self._pictured is None else self._sprite(self._steps[self._pictured])
        if sprite is not None:
            width, height = thumbnail_size(sprite[2])
            return Media(kind="image", thumbnail_width=width, thumbnail_height=height)
        return Media(kind="text") if self._facts.has_texts else Media()

    def _version(self, media: Media) -> str:
        shown: object = self._sprite(self._steps[self._pictured]) if media.kind == "image" and self._pictured is not None else media.kind
        rows = self._matching.digests[self._reference]
        return _hash(self._metadata_digest(self._steps[self._reference]), rows, self._matching.n_samples, shown)

    def _metadata_digest(self, step: _Step) -> str:
        return "" if step.metadata is None else metadata_digest(*step.metadata)[0]

    def _rows(self, at: int) -> NDArray[np.int64]:
        rows = self._matching.rows[at]
        return np.arange(self._matching.n_samples) if rows is None else rows

    def _of_samples(self, values: NDArray[Any]) -> NDArray[Any]:
        """Pick the samples out of what the reference says of its rows."""
        rows = self._matching.rows[self._reference]
        return values if rows is None else values[rows]


def _look(embedding: Embedding) -> _Step | None:
    """Find the files of a step; None where its vectors are gone."""
    if not embedding.tensor_path:
        return None
    tensor = resolve(embedding.base, embedding.tensor_path)
    known = stamp(tensor)
    if known is None:
        return None
    metadata, n_described = None, None
    if embedding.metadata_path:
        path = resolve(embedding.base, embedding.metadata_path)
        written = stamp(path)
        if written is not None:
            metadata, n_described = (path, written), metadata_digest(path, written)[1]
    n_rows = n_described  # counting the lines of text would read it all; a fit does, and compares
    if n_rows is None or not is_text(tensor, embedding.in_checkpoint):
        n_rows = shape_of(tensor, embedding.tensor_shape, embedding.in_checkpoint)[0]
    if n_described not in (None, n_rows):
        raise NotPlayable(
            f"expected metadata of the {n_rows} samples of step {embedding.step}, found {n_described} lines of it; "
            "give one line for each sample, after a line of names where there are several columns"
        )
    return _Step(embedding, tensor, known, metadata, n_rows)


def _width_of(step: _Step) -> int:
    return width_of(step.tensor, step.embedding.tensor_shape, step.embedding.in_checkpoint)


def _no_facts(n_rows: int) -> _Facts:
    nothing = np.zeros(n_rows, np.uint8)
    return _Facts((), np.full(n_rows, -1, np.int32), (DEFAULT_SPLIT,), nothing, np.arange(n_rows, dtype=np.int32), has_texts=False)


@functools.lru_cache(maxsize=8)  # asked with every look at the run
def _facts_of(path: str, _: Stamp) -> _Facts:
    metadata = read_metadata(path)
    known, label = _no_facts(metadata.n_rows), label_column(metadata)
    names, labels = (known.class_names, known.labels) if label is None else classes_of(label)
    split_names, splits = splits_of(metadata) or (known.split_names, known.splits)
    ids, left_out = ids_of(metadata), built_in(metadata, label)
    return _Facts(
        names,
        labels,
        split_names,
        splits,
        known.ids if ids is None else ids,
        has_texts=bool(metadata.columns) and metadata.columns != (label,),
        n_columns=sum(column.name not in left_out for column in metadata.columns),
    )


def _hash(*facts: object) -> str:
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()
