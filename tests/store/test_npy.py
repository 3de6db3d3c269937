"""The header of numpy's format; what is wrong in one is in tests/untrusted."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tb_timetravel.store.npy import read_header


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_headers_of_both_versions_say_what_follows(version: tuple[int, int]):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.arange(6, dtype="<f4").reshape(2, 3), version=version)
    header = read_header(file.getvalue(), len(file.getvalue()))
    assert (header.shape, header.dtype, header.order) == ((2, 3), np.float32, "C")
    assert np.frombuffer(file.getvalue()[header.offset :], header.dtype).tolist() == list(range(6))
