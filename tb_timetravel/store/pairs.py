"""Partners of samples, as the log keeps them: in a column, so that a reader who knows nothing of pairs shows it as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import Corrupt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.schema import Probe
    from tb_timetravel.store.reading import ProbeReader


def read_partners(reader: ProbeReader, probe: Probe) -> NDArray[np.int64] | None:
    """Read the position of each sample's partner, (n_samples,), -1 where it has none; None where no pairs were logged.

    Raises
    ------
    NotFound, Corrupt : the column is not there, or names samples that are not.
    """
    if not probe.has_pairs:
        return None
    column = reader.column(probe, probe.n_targets)
    if column.info.kind != "number":
        raise Corrupt(f"the partners in the columns of {reader.directory} are no numbers; log the run again")
    logged = np.asarray(column.values, np.float64)
    partners = np.where(np.isnan(logged), -1.0, logged)
    if not ((partners >= -1) & (partners < probe.n_samples)).all():
        raise Corrupt(f"a partner in the columns of {reader.directory} is none of {probe.n_samples} samples; log the run again")
    return partners.astype(np.int64)
