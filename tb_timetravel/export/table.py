"""A film as a Parquet table: a row per sample and step, for pandas, polars, DuckDB and whatever else reads it.

Columns: ``sample`` its position in the probe set, ``id`` its index in the user's dataset, ``step``, ``split``, ``x``, ``y`` in the plane,
``label`` and ``label_name``, ``prediction`` and ``prediction_name``, ``confidence`` (probability of the prediction, to 1/255), and the
sample's own value of each fidelity measure; then what the film tells of each step (``column.prediction`` and ``error`` of targets,
distances of pairs) and the columns of the samples by their names, as ``column.NAME`` where the name is one of these. What is not known
is null. A row group is a step, so neither side holds more than one.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel import __version__
from tb_timetravel.errors import NotFound, TimeTravelError
from tb_timetravel.export.source import whole_file
from tb_timetravel.store.columns import NO_KIND
from tb_timetravel.store.films import SAMPLE_FIDELITY

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.export.source import Source
    from tb_timetravel.schema import FilmStep
    from tb_timetravel.store.columns import SampleColumn


def write_table(source: Source, path: str, *, on_step: Callable[[int, int], None] | None = None) -> int:
    """Write a film as Parquet and return the number of rows; ``on_step`` hears how many of how many steps are done.

    Raises
    ------
    TimeTravelError : pyarrow is not installed.
    InvalidData : the path is not local.
    StoreError : the film cannot be read.
    """
    try:
        pa, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise TimeTravelError(
            "expected the package pyarrow for .parquet, found none; run pip install 'tb-timetravel[export]', or name an .html instead"
        ) from error
    known = [source.reader.column(source.probe, number) for number in range(source.probe.n_columns)]
    schema = _schema(pa, source, known)
    columns = _Columns(pa, source, known)
    n = source.probe.n_samples
    with whole_file(path) as file, parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for number, step in enumerate(source.steps):
            writer.write_table(pa.Table.from_arrays(columns.of(step), schema=schema), row_group_size=n)
            if on_step is not None:
                on_step(number + 1, len(source.steps))
    return n * len(source.steps)


def _schema(pa: Any, source: Source, known: Sequence[SampleColumn]) -> Any:  # noqa: ANN401  # pyarrow is optional
    names = pa.dictionary(pa.int32(), pa.string())
    kinds = {
        "sample": pa.int32(), "id": pa.int32(), "step": pa.int64(), "split": names, "x": pa.float32(), "y": pa.float32(),
        "label": pa.int32(), "label_name": names, "prediction": pa.int32(), "prediction_name": names, "confidence": pa.float32(),
        **dict.fromkeys(SAMPLE_FIDELITY, pa.float32()),
    }  # fmt: skip
    for info in source.film.values:
        kinds[_free(info.value, kinds)] = pa.float32()
    for column in known:
        kinds[_free(column.info.name, kinds)] = {"number": pa.float64(), "category": names, "text": pa.string()}[column.info.kind]
    facts = {"run": source.run, "tag": source.tag, "method": source.film.method, "film": source.film.film, "tb_timetravel": __version__}
    return pa.schema(list(kinds.items()), metadata=facts)


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name = f"column.{name}"
    return name


class _Columns:
    """Makes the columns of a step; those that no step changes are made once."""

    def __init__(self, pa: Any, source: Source, known: Sequence[SampleColumn]) -> None:  # noqa: ANN401  # pyarrow is optional
        self._pa, self._source = pa, source
        labels, ids, splits = source.samples()
        self._class_names = pa.array(source.probe.class_names, pa.string())
        self._sample, self._id = pa.array(np.arange(len(ids), dtype=np.int32)), pa.array(ids)
        self._split = self._named(splits.astype(np.int32), pa.array(source.probe.split_names, pa.string()))
        self._label, self._label_name = self._classes(labels)
        self._others = [self._other(column) for column in known]

    def of(self, step: FilmStep) -> list[Any]:
        """Make the columns in the order of the schema."""
        pa, n = self._pa, self._source.probe.n_samples
        frame = self._source.frame(step)
        embedding = self._source.films.embedding(self._source.film.film, step.step, n)  # (n, 2)
        nothing = np.full(n, -1, np.int32)
        prediction, prediction_name = self._classes(nothing if frame.predictions is None else frame.predictions.astype(np.int32))
        unknown: NDArray[np.float32] = np.full(n, np.nan, np.float32)
        confidence = unknown if frame.confidences is None else frame.confidences.astype(np.float32) / np.float32(255)
        return [
            self._sample, self._id, pa.array(np.full(n, step.step, np.int64)), self._split,
            self._known(embedding[:, 0]), self._known(embedding[:, 1]), self._label, self._label_name,
            prediction, prediction_name, self._known(confidence), *map(self._known, self._fidelity(step).T),
            *map(self._known, self._values(step).T), *self._others,
        ]  # fmt: skip

    def _fidelity(self, step: FilmStep) -> NDArray[np.float32]:
        """Read each sample's fidelity, (n, 4); a preview has none."""
        n = self._source.probe.n_samples
        try:
            return self._source.films.sample_fidelity(self._source.film.film, step.step, n).astype(np.float32)
        except NotFound:
            return np.full((n, len(SAMPLE_FIDELITY)), np.nan, np.float32)

    def _values(self, step: FilmStep) -> NDArray[np.float32]:
        """Read what the film tells of each sample, (n, n_values)."""
        film, n = self._source.film, self._source.probe.n_samples
        return self._source.films.values(film, step.step, n) if film.values else np.empty((n, 0), np.float32)

    def _known(self, values: NDArray[np.float32]) -> Any:  # noqa: ANN401
        return self._pa.array(np.ascontiguousarray(values), self._pa.float32(), mask=np.isnan(values))

    def _other(self, column: SampleColumn) -> Any:  # noqa: ANN401
        pa, values = self._pa, column.values
        if isinstance(values, tuple):
            return pa.array(column.words(), pa.string())
        if column.info.kind == "number":
            return pa.array(np.ascontiguousarray(values), pa.float64(), mask=np.isnan(values))
        return self._named(np.where(values == NO_KIND, -1, values.astype(np.int32)), pa.array(column.info.kinds, pa.string()))

    def _classes(self, classes: NDArray[np.int32]) -> tuple[Any, Any]:
        """Give classes (n,) as numbers and as names, null where they are -1."""
        return self._pa.array(np.asarray(classes), self._pa.int32(), mask=classes < 0), self._named(classes, self._class_names)

    def _named(self, indices: NDArray[np.int32], names: Any) -> Any:  # noqa: ANN401
        codes = self._pa.array(np.asarray(indices), self._pa.int32(), mask=indices < 0)
        return self._pa.DictionaryArray.from_arrays(codes, names)
