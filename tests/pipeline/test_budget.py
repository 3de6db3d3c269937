from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.errors import FitError
from tb_timetravel.pipeline.budget import check_budget, memory_needed
from tests.fit.data import dynamics_of

if TYPE_CHECKING:
    from pathlib import Path


def zeros(n_steps: int, n: int, d: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.broadcast_to(np.float32(0), (n_steps, n, d))  # of any size, in four bytes


def test_a_fit_that_no_machine_has_room_for_is_refused_with_what_would_fit(tmp_path: Path):
    with pytest.raises(FitError, match=r"GB of free memory for 3000000 samples at 4000 steps, found .*; fit one step in \d+ with"):
        check_budget(dynamics_of(zeros(4000, 3_000_000, 4)), str(tmp_path))


def test_a_small_fit_has_room(tmp_path: Path):
    check_budget(dynamics_of(zeros(3, 100, 4)), str(tmp_path))


def test_memory_grows_with_steps_and_samples_but_not_with_features_that_stay_in_their_files():
    few, many, wider = (
        memory_needed(dynamics_of(zeros(*shape))) for shape in ((100, 50_000, 512), (200, 50_000, 512), (200, 50_000, 4096))
    )
    assert few < many == wider
    assert many < 3 * 2**30 + 2 * 4 * 200 * 50_000  # and the layout


def test_a_method_that_holds_all_steps_at_once_needs_memory_for_them():
    dynamics = dynamics_of(zeros(200, 50_000, 512))
    assert memory_needed(dynamics, "timevis") - memory_needed(dynamics) >= 2 * 4 * 200 * 50_000 * 512  # rows and their attention
    assert memory_needed(dynamics, "dvi") == memory_needed(dynamics)
