"""What every reading of a log asks for: the samples that were trained on, a step's logits, and of many steps some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import Corrupt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep, Probe
    from tb_timetravel.store import ProbeReader, Snapshot

_LEAST_REFERENCE = 2
_LEAST_BYTES = 2**18  # that a step counts for: to open its files, and to hold what is found there, costs as much


def training_split(reader: ProbeReader, probe: Probe, labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Find the labelled samples that were trained on, (n,); all labelled ones where no split says so."""
    has_label: NDArray[np.bool_] = labels >= 0
    if "train" in probe.split_names:
        train: NDArray[np.bool_] = has_label & (reader.splits(probe) == probe.split_names.index("train"))
        if train.sum() >= _LEAST_REFERENCE:
            return train
    return has_label


def affordable_steps(probe: Probe, steps: Sequence[LoggedStep], most_bytes: int, *, n_passes: int = 1) -> list[LoggedStep]:
    """Choose evenly spaced steps, the first and the last among them, so that going through them takes about so many bytes at most.

    Parameters
    ----------
    n_passes : how often each step is gone through.
    """
    of_step = 4 * probe.n_samples * (probe.n_features + (probe.n_classes if probe.has_logits else 0))
    most = max(2, most_bytes // (max(_LEAST_BYTES, of_step) * n_passes))
    if len(steps) <= most:
        return list(steps)
    return [steps[index] for index in np.linspace(0, len(steps) - 1, most).round().astype(int)]


def logits_of(reader: ProbeReader, snapshot: Snapshot) -> NDArray[np.float32]:
    """Give a step's logits, (n, n_classes), of a probe set that has them.

    Raises
    ------
    Corrupt : this step has none.
    """
    if snapshot.logits is None:
        raise Corrupt(f"expected logits at step {snapshot.step} in {reader.directory} as at the others, found none; log the step again")
    return snapshot.logits
