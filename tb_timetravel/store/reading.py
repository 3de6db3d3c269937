"""One way to read a probe set, whoever logged it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from tb_timetravel.errors import Corrupt
from tb_timetravel.store.catalog import place_of
from tb_timetravel.store.dynamics import DynamicsReader
from tb_timetravel.store.files import exists, join
from tb_timetravel.store.places import results_directory
from tb_timetravel.store.projector import CONFIG_NAME, ProjectorReader, embeddings_of, why_unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tb_timetravel.schema import ColumnInfo, LoggedStep, Probe
    from tb_timetravel.store.columns import SampleColumn
    from tb_timetravel.store.dynamics import Snapshot


class ProbeReader(Protocol):
    """What is known of a probe set; opens one step without touching the others. All raise ``StoreError`` for what cannot be read."""

    directory: str

    @property
    def source(self) -> Literal["logged", "embeddings"]:
        """Who wrote it: ``TimeTravel``, or ``add_embedding`` for the Embedding Projector."""

    def probe(self) -> Probe:
        """Read what is known of the samples."""

    def steps(self) -> list[LoggedStep]:
        """List the logged steps in order."""

    def labels(self, probe: Probe, /) -> NDArray[np.int32]:
        """Read the labels, (n_samples,), -1 where there is none."""

    def ids(self, probe: Probe, /) -> NDArray[np.int32]:
        """Read each sample's index in the user's dataset, (n_samples,)."""

    def splits(self, probe: Probe, /) -> NDArray[np.uint8]:
        """Read each sample's split, (n_samples,), indices into ``probe.split_names``."""

    def thumbnails(self, page: int) -> bytes:
        """Read a page of thumbnails, a PNG."""

    def texts(self, page: int) -> list[str]:
        """Read a page of texts."""

    def columns(self, probe: Probe, /) -> tuple[ColumnInfo, ...]:
        """List the columns of the samples."""

    def column(self, probe: Probe, number: int, /) -> SampleColumn:
        """Read a column, by its place in the list."""

    def wall_time(self, step: LoggedStep) -> float:
        """Tell when a step was written, in seconds since 1970, 0 where nobody knows."""

    def read(self, probe: Probe, step: LoggedStep) -> Snapshot:
        """Read one step."""


def open_reader(directory: str, *, keep: bool = False) -> ProbeReader:
    """Open the probe set of a directory: one that was logged there, else the embeddings that the run has under its name.

    Parameters
    ----------
    keep : whether what takes long to parse may be kept where results go, for whoever reads it next.

    Raises
    ------
    Corrupt : the name is that of a config which cannot be read.
    """
    if not exists(join(directory, "probe.json")):
        run_directory, tag = place_of(directory)
        embeddings = embeddings_of(run_directory).get(tag)
        if embeddings:
            return ProjectorReader(results_directory(directory), embeddings, keep=keep)
        if embeddings is not None and tag == CONFIG_NAME:
            raise Corrupt(why_unreadable(run_directory))
    return DynamicsReader(directory)
