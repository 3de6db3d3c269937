"""How long a fit will take, roughly, before it has begun: a sum of what its stages cost per sample and step."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tb_timetravel.schema import DEFAULT_METHOD

if TYPE_CHECKING:
    from tb_timetravel.schema import Probe

# measured on the digits run of the demo and on 12,000 x 512 x 20, in seconds of one x86 core
_START_S = 4.0  # imports
_PER_VISIT_S = 1.8e-3  # a step's part of a batch that the default's decoder learns from
_PER_VISIT_VALUE_S = 7e-6  # and per feature
_MOST_VISITS = 1000  # of a step
_SAMPLES_PER_VISIT = 2.6
_PER_STEP_S = 0.6  # territory, files
_PER_SAMPLE_STEP_S = 4.6e-4  # the default's layout
_PER_VALUE_S = 1.5e-6  # graph and fidelity: per sample, step and feature
_PARALLEL_SHARE = 0.6  # of the work, by Amdahl's law
_MAX_CORES = 16

# what a method's own work takes, as a multiple of the default's decoder and layout; measured on the digits, rough elsewhere
METHOD_COSTS = {DEFAULT_METHOD: 1.0, "pca": 0.02, "umap": 2.0, "dvi": 0.7, "timevis": 1.6, "deepdebugger": 2.1, "trustvis": 3.3}


def estimate_seconds(probe: Probe, n_steps: int, method: str = DEFAULT_METHOD, n_cores: int | None = None) -> float:
    """Estimate the seconds that a fit by a method with default settings takes on this machine's processor."""
    cores = min(n_cores or os.cpu_count() or 1, _MAX_CORES)
    samples = probe.n_samples * n_steps
    visits = n_steps * min(_MOST_VISITS, probe.n_samples / _SAMPLES_PER_VISIT)
    own = (visits * (_PER_VISIT_S + probe.n_features * _PER_VISIT_VALUE_S) + samples * _PER_SAMPLE_STEP_S) * METHOD_COSTS[method]
    work = own + n_steps * _PER_STEP_S + samples * probe.n_features * _PER_VALUE_S
    return round(_START_S + work * (1 - _PARALLEL_SHARE + _PARALLEL_SHARE / cores), 1)
