"""Partners of samples, as users hand them over: kept as a column of the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.arrays import as_array, describe
from tb_timetravel.store.columns import number_column

if TYPE_CHECKING:
    from tb_timetravel.store.columns import SampleColumn

PARTNER = "partner"


def partner_column(pairs: object) -> SampleColumn:
    """Make a column of partners: the position of each sample's, (n_samples,), -1 or None where it has none.

    Raises
    ------
    InvalidData : they are no positions of other samples, or nobody has one.
    """
    if isinstance(pairs, (list, tuple)):
        pairs = [-1 if partner is None else partner for partner in pairs]
    array = as_array(pairs)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InvalidData(f"expected pairs as positions of shape (n_samples,), got {describe(array)}; give each sample's partner, or -1")
    n = len(array)
    bad = np.flatnonzero((array < -1) | (array >= n) | (array == np.arange(n)))
    if len(bad):
        raise InvalidData(
            f"expected pairs as positions of other samples, from 0 to {n - 1}, or -1, got {array[bad[0]]} for sample {bad[0]}; "
            "count rows as they are logged"
        )
    if not (array >= 0).any():
        raise InvalidData("expected a partner of at least one sample, got none; leave pairs out")
    return number_column(PARTNER, np.where(array >= 0, array, np.nan).astype(np.float64))
