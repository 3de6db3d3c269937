"""Where the kernels are used."""

from __future__ import annotations

import pytest
import torch

from tb_timetravel import kernels


def test_kernels_are_for_gpus_alone():
    assert not kernels.serve(torch.device("cpu"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_where_triton_cannot_work_the_fit_does_without():
    assert not kernels.serve(torch.device("cuda"))
