"""How long a fit will take, roughly, before it has begun: a sum of what its stages cost per sample and step."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tb_timetravel.schema import DEFAULT_METHOD

if TYPE_CHECKING:
    from tb_timetravel.schema import Probe

# measured on the digits run of the demo, in seconds of one x86 core
_START_S = 4.0  # imports
_MAPS_S = 80.0  # the default's maps see the same number of batches whatever the data
_PER_STEP_S = 0.6  # territory, files
_PER_SAMPLE_STEP_S = 9e-4  # the default's layout
_PER_VALUE_S = 1.5e-6  # graph and fidelity: per sample, step and feature
_PARALLEL_SHARE = 0.6  # of the work, by Amdahl's law
_MAX_CORES = 16

# what a method's own work takes, as a multiple of the default's maps and layout; measured on the same run, rough elsewhere
METHOD_COSTS = {DEFAULT_METHOD: 1.0, "pca": 0.01, "umap": 1.5, "dvi": 1.2, "timevis": 0.8, "deepdebugger": 1.0, "trustvis": 1.5}


def estimate_seconds(probe: Probe, n_steps: int, method: str = DEFAULT_METHOD, n_cores: int | None = None) -> float:
    """Estimate the seconds that a fit by a method with default settings takes on this machine's processor."""
    cores = min(n_cores or os.cpu_count() or 1, _MAX_CORES)
    samples = probe.n_samples * n_steps
    own = (_MAPS_S + samples * _PER_SAMPLE_STEP_S) * METHOD_COSTS[method]
    work = own + n_steps * _PER_STEP_S + samples * probe.n_features * _PER_VALUE_S
    return round(_START_S + work * (1 - _PARALLEL_SHARE + _PARALLEL_SHARE / cores), 1)
