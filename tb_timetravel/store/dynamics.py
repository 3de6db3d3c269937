"""What training logged: the samples of a probe set, and per step their representations, logits and the head.

Row i is the same sample at every step. Arrays are written first and the step's record last, so a killed writer leaves every earlier step
as it was; a step that is logged again gets a new revision, and readers of the old one keep their files until it is removed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.schema import PAGE_SIZE, ColumnInfo, LoggedStep, Probe, StepRecord
from tb_timetravel.store.columns import SampleColumn, list_columns, load_column, write_columns
from tb_timetravel.store.files import (
    below,
    encode_array,
    exists,
    listdir,
    read_array,
    read_bytes,
    read_record,
    remove,
    write_array,
    write_bytes,
    write_record,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_MOST_PAGE_BYTES = 2**28  # of 1,024 thumbnails or texts
_STEP_FILE = re.compile(r"(\d{12})\.(\d{4})\.([0-9a-f]{16})\.json")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One step in memory: representations (n, d), and what was logged besides, else None.

    Logits are (n, c), the affine head weight (c, d) and bias (c,), predictions of the targets (n, n_targets).
    """

    step: int
    representations: NDArray[Any]
    logits: NDArray[np.float32] | None
    head: tuple[NDArray[np.float32], NDArray[np.float32]] | None
    predictions: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Samples:
    """What no step changes: label (-1 = none), index in the user's dataset and split of each sample; pages of PNG or of texts; columns."""

    labels: NDArray[np.int32]
    ids: NDArray[np.int32]
    splits: NDArray[np.uint8]
    pages: Sequence[bytes] = ()
    columns: Sequence[SampleColumn] = ()

    def digest(self, *facts: str) -> str:
        """Hash everything, and the facts given, to 16 hexadecimal digits."""
        parts = [self.labels.tobytes(), self.ids.tobytes(), self.splits.tobytes(), *self.pages]
        for column in self.columns:
            parts += [msgspec.json.encode(column.info), column.packed()]
        return _digest([*parts, *(fact.encode() for fact in facts)])


def _digest(parts: Iterable[bytes | memoryview]) -> str:
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))  # so that moving a byte to the next part changes the hash
        state.update(part)
    return state.hexdigest()


def data_fingerprint(probe: Probe, steps: Iterable[LoggedStep]) -> str:
    """Name the data that a fit sees: the samples and these steps, in 16 hexadecimal digits."""
    return _digest([probe.version.encode(), *(f"{step.step}:{step.digest}".encode() for step in steps)])


class DynamicsReader:
    """Reads a probe set from its directory; opens one step without touching the others."""

    source: Final = "logged"

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def probe(self) -> Probe:
        """Read what is known of the samples.

        Raises
        ------
        NotFound, UnsupportedVersion, Corrupt
        """
        probe = read_record(below(self.directory, "probe.json"), Probe)
        if probe.n_samples < 1 or len(probe.class_names) != probe.n_classes or not probe.split_names or probe.n_targets > probe.n_columns:
            raise Corrupt(f"the counts in {self.directory}/probe.json contradict each other; log the run again")
        return probe

    def steps(self) -> list[LoggedStep]:
        """List the logged steps in order, from the directory alone; of a step logged twice, the later."""
        return self._latest("")

    def _latest(self, beginning: str) -> list[LoggedStep]:
        latest: dict[int, LoggedStep] = {}
        for name in listdir(below(self.directory, "steps")):
            match = _STEP_FILE.fullmatch(name) if name.startswith(beginning) else None
            if match:  # names sort by step, then revision
                latest[int(match[1])] = LoggedStep(step=int(match[1]), revision=int(match[2]), digest=match[3])
        return [latest[step] for step in sorted(latest)]

    def labels(self, probe: Probe) -> NDArray[np.int32]:
        """Read the labels, (n_samples,), -1 where there is none."""
        labels = read_array(below(self.directory, "labels.npy"), shape=(probe.n_samples,), dtype=np.int32)
        if int(labels.max()) >= probe.n_classes or int(labels.min()) < -1:
            raise Corrupt(f"a label in {self.directory}/labels.npy is not one of {probe.n_classes} classes; log the run again")
        return labels

    def ids(self, probe: Probe) -> NDArray[np.int32]:
        """Read each sample's index in the user's dataset, (n_samples,)."""
        return read_array(below(self.directory, "ids.npy"), shape=(probe.n_samples,), dtype=np.int32)

    def splits(self, probe: Probe) -> NDArray[np.uint8]:
        """Read each sample's split, (n_samples,), indices into ``probe.split_names``."""
        splits = read_array(below(self.directory, "splits.npy"), shape=(probe.n_samples,), dtype=np.uint8)
        if int(splits.max()) >= len(probe.split_names):
            raise Corrupt(f"a split in {self.directory}/splits.npy has no name in probe.json; log the run again")
        return splits

    def thumbnails(self, page: int) -> bytes:
        """Read a page of thumbnails, a PNG."""
        return read_bytes(below(self.directory, "thumbnails", f"{page:06d}.png"), most=_MOST_PAGE_BYTES)

    def texts(self, page: int) -> list[str]:
        """Read a page of texts."""
        path = below(self.directory, "texts", f"{page:06d}.json")
        try:
            return msgspec.json.decode(read_bytes(path, most=_MOST_PAGE_BYTES), type=list[str])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Corrupt(f"{path} is not a list of texts ({error}); log the run again") from error

    def columns(self, probe: Probe) -> tuple[ColumnInfo, ...]:
        """List the columns of the samples."""
        return list_columns(self.directory, probe)

    def column(self, probe: Probe, number: int) -> SampleColumn:
        """Read a column, by its place in the list."""
        return load_column(self.directory, probe, number)

    def record(self, step: LoggedStep) -> StepRecord:
        """Read a step's record."""
        return read_record(self._path(step, "json"), StepRecord)

    def wall_time(self, step: LoggedStep) -> float:
        """Tell when a step was logged, in seconds since 1970."""
        return self.record(step).wall_time

    def read(self, probe: Probe, step: LoggedStep) -> Snapshot:
        """Read one step; local arrays are memory-mapped."""
        record, n, d, c = self.record(step), probe.n_samples, probe.n_features, probe.n_classes
        return Snapshot(
            step=step.step,
            representations=read_array(self._path(step, "representations.npy"), shape=(n, d), dtype=record.dtype),
            logits=self.logits(probe, step) if record.has_logits else None,
            head=(
                read_array(self._path(step, "head_weight.npy"), shape=(c, d), dtype=np.float32),
                read_array(self._path(step, "head_bias.npy"), shape=(c,), dtype=np.float32),
            )
            if record.has_head
            else None,
            predictions=self.predictions(probe, step) if record.has_predictions and probe.n_targets else None,
        )

    def logits(self, probe: Probe, step: LoggedStep) -> NDArray[np.float32]:
        """Read a step's logits alone, (n_samples, n_classes)."""
        return read_array(self._path(step, "logits.npy"), shape=(probe.n_samples, probe.n_classes), dtype=np.float32)

    def predictions(self, probe: Probe, step: LoggedStep) -> NDArray[np.float32]:
        """Read a step's predictions of the targets alone, (n_samples, n_targets)."""
        return read_array(self._path(step, "predictions.npy"), shape=(probe.n_samples, probe.n_targets), dtype=np.float32)

    def _path(self, step: LoggedStep, ending: str) -> str:
        return below(self.directory, "steps", f"{step.step:012d}.{step.revision:04d}.{step.digest}.{ending}")


class DynamicsWriter:
    """Writes a probe set; what is there already is kept and must fit."""

    def __init__(self, directory: str) -> None:
        self._reader = DynamicsReader(directory)
        self.directory = directory

    def existing_probe(self) -> Probe | None:
        """Read what an earlier run of the same script wrote here, if any."""
        return self._reader.probe() if exists(below(self.directory, "probe.json")) else None

    def write_probe(self, probe: Probe, samples: Samples) -> None:
        """Write the samples, the record last.

        Raises
        ------
        InvalidData : other samples were logged here before.
        """
        known = self.existing_probe()
        if known is not None:
            self._check_same(known, probe)
            return
        for name, array in (("labels", samples.labels), ("ids", samples.ids), ("splits", samples.splits)):
            write_array(below(self.directory, f"{name}.npy"), array)
        folder, ending = ("thumbnails", "png") if probe.media.kind == "image" else ("texts", "json")
        for number, page in enumerate(samples.pages):
            write_bytes(below(self.directory, folder, f"{number:06d}.{ending}"), page)
        if samples.columns:
            write_columns(self.directory, samples.columns)
        write_record(below(self.directory, "probe.json"), probe)

    def _check_same(self, known: Probe, probe: Probe) -> None:
        def shape(of: Probe) -> str:
            logits = "with" if of.has_logits else "without"
            targets = f", {of.n_targets} targets" if of.n_targets else ""
            return f"{of.n_samples} samples × {of.n_features} features, {of.n_classes} classes, {logits} logits{targets}"

        if shape(known) != shape(probe):
            raise InvalidData(
                f"expected {shape(known)} as logged to {self.directory} before, got {shape(probe)}; "
                "log the same samples and layer at every step, or use a new run or tag"
            )
        if known.version != probe.version:
            raise InvalidData(
                f"the samples differ from those logged to {self.directory} before (labels, ids, splits, names, columns, order or media); "
                "a loader that shuffles or augments does this; keep them the same, or use a new run or tag"
            )

    def write_step(self, snapshot: Snapshot, *, wall_time: float) -> LoggedStep:
        """Write one step, the record last; a step that was logged before is replaced."""
        arrays: dict[str, NDArray[Any]] = {"representations": snapshot.representations}
        if snapshot.logits is not None:
            arrays["logits"] = snapshot.logits
        if snapshot.head is not None:
            arrays["head_weight"], arrays["head_bias"] = snapshot.head
        if snapshot.predictions is not None:
            arrays["predictions"] = snapshot.predictions
        encoded = {name: encode_array(array) for name, array in arrays.items()}
        before = next(iter(self._reader._latest(f"{snapshot.step:012d}.")), None)  # of many steps, no others are looked at
        step = LoggedStep(
            step=snapshot.step,
            revision=0 if before is None else before.revision + 1,
            digest=_digest(encoded[name] for name in sorted(encoded)),
        )
        record = StepRecord(
            step=snapshot.step,
            wall_time=wall_time,
            dtype=snapshot.representations.dtype.name,
            has_logits=snapshot.logits is not None,
            has_head=snapshot.head is not None,
            has_predictions=snapshot.predictions is not None,
        )
        try:
            for name, content in encoded.items():
                write_bytes(self._reader._path(step, f"{name}.npy"), content)
            write_record(self._reader._path(step, "json"), record)
        except OSError:
            for name in encoded:  # on a full disk, what nobody will read must not take the room
                remove(self._reader._path(step, f"{name}.npy"))
            raise
        if before is not None:
            for ending in ("json", "representations.npy", "logits.npy", "head_weight.npy", "head_bias.npy", "predictions.npy"):
                remove(self._reader._path(before, ending))
        return step


def n_pages(n_samples: int) -> int:
    """Count the pages of thumbnails or texts."""
    return -(-n_samples // PAGE_SIZE)
