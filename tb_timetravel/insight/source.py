"""What every reading of a log asks for: the samples that were trained on, and a step's logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tb_timetravel.errors import Corrupt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tb_timetravel.schema import Probe
    from tb_timetravel.store import ProbeReader, Snapshot

_LEAST_REFERENCE = 2


def training_split(reader: ProbeReader, probe: Probe, labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Find the labelled samples that were trained on, (n,); all labelled ones where no split says so."""
    has_label: NDArray[np.bool_] = labels >= 0
    if "train" in probe.split_names:
        train: NDArray[np.bool_] = has_label & (reader.splits(probe) == probe.split_names.index("train"))
        if train.sum() >= _LEAST_REFERENCE:
            return train
    return has_label


def logits_of(reader: ProbeReader, snapshot: Snapshot) -> NDArray[np.float32]:
    """Give a step's logits, (n, n_classes), of a probe set that has them.

    Raises
    ------
    Corrupt : this step has none.
    """
    if snapshot.logits is None:
        raise Corrupt(f"expected logits at step {snapshot.step} in {reader.directory} as at the others, found none; log the step again")
    return snapshot.logits
