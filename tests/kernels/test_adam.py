"""One launch goes as far as torch's operators."""

from __future__ import annotations

import torch

from tb_timetravel.fit.recorded import Adam
from tests.kernels.device import DEVICE


def test_rows_with_a_gradient_go_where_torch_takes_them_and_others_rest():
    from tb_timetravel.kernels.adam import step

    generator = torch.Generator().manual_seed(0)
    start = torch.randn(3, 2, 700, generator=generator)
    expected, found = start.clone(), start.clone().to(DEVICE)
    adam, mean, square, count = Adam([expected]), *torch.zeros(2, 3, 2, 700, device=DEVICE), torch.zeros(3, device=DEVICE)
    for i in range(4):
        gradient, touched = torch.randn(3, 2, 700, generator=generator), torch.ones(3)
        gradient[i % 2], touched[i % 2] = 0.0, 0.0
        adam.rate.fill_(0.05 * (i + 1))
        adam.beta.fill_(0.9 - 0.01 * i)
        adam.step([gradient])
        count += touched.to(DEVICE)
        settings = {"rate": adam.rate.to(DEVICE), "beta": adam.beta.to(DEVICE), "beta_2": 0.999, "epsilon": 1e-8}
        step(found, gradient.to(DEVICE), mean, square, touched.to(DEVICE), count, **settings)
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-5)
    assert float((expected - start).abs().amin(2).max()) > 1e-4
