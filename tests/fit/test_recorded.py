"""What recorded batches follow is what torch's own Adam and schedule follow."""

from __future__ import annotations

import torch

from tb_timetravel.fit.recorded import Adam, one_cycle


def test_the_cycle_is_that_of_torch():
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([parameter], 0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, 50, pct_start=0.1)
    for i in range(50):
        group = optimizer.param_groups[0]
        torch.testing.assert_close(torch.tensor(one_cycle(i, 50, 0.02)), torch.tensor([group["lr"], group["betas"][0]]))
        optimizer.step()
        schedule.step()


def test_adam_goes_where_that_of_torch_goes_and_steps_without_a_gradient_rest():
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(4, 3, generator=generator), torch.randn(3, 2, 5, generator=generator)]
    own = [tensor.clone() for tensor in start]
    theirs = [start[0].clone().requires_grad_(), *(row.clone().requires_grad_() for row in start[1])]
    adam, optimizer = Adam(own), torch.optim.Adam(theirs, 0.05, betas=(0.9, 0.999))
    adam.rate.fill_(0.05)
    adam.beta.fill_(0.9)
    for i in range(6):
        gradients = [torch.randn(tensor.shape, generator=generator) for tensor in start]
        resting = i % 3
        gradients[1][resting] = 0.0
        adam.step(gradients)
        for parameter, gradient in zip(theirs, [gradients[0], *gradients[1]], strict=True):
            parameter.grad = gradient
        theirs[1 + resting].grad = None
        optimizer.step()
    assert float((own[0] - start[0]).abs().min()) > 0.01
    torch.testing.assert_close(own[0], theirs[0].detach(), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(own[1], torch.stack([row.detach() for row in theirs[1:]]), rtol=1e-4, atol=1e-5)
