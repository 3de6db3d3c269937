"""Many iterations of one kind on a GPU: the kernels of one are recorded once, then replayed for each.

A batch of the decoder is several hundred small kernels, an iteration of the layout dozens, and launching them one by one takes up to ten
times as long as their work. What is recorded reads from the same memory each time and cannot ask the host anything, so batches bring
their own Adam.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from tb_timetravel import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RISE = 0.1  # share of the batches in which the learning rate rises
_BETA_2, _EPSILON = 0.999, 1e-8


def one_cycle(i: int, n_batches: int, peak: float) -> tuple[float, float]:
    """Give the learning rate and Adam's first β at the i-th batch, as ``torch.optim.lr_scheduler.OneCycleLR`` with its defaults does.

    Half a cosine up from a 25th of the peak, then half a cosine down to 1 / 250,000 of it, while β falls from .95 to .85 and rises again
    (Smith and Topin 2018, super-convergence).
    """
    top = _RISE * n_batches - 1.0
    if i <= top:
        done, rates, betas = i / top, (peak / 25.0, peak), (0.95, 0.85)
    else:
        done, rates, betas = (i - top) / (n_batches - 1.0 - top), (peak, peak / 25e4), (0.85, 0.95)
    share = 0.5 * (1.0 + math.cos(math.pi * done))
    return rates[1] + share * (rates[0] - rates[1]), betas[1] + share * (betas[0] - betas[1])


class Adam:
    """Adam (Kingma and Ba 2015) whose numbers lie on the device.

    Of parameters with more than two axes, (n_steps, …), the steps that have no gradient are left alone, moments and all.

    Parameters
    ----------
    parameters : changed in place.
    """

    def __init__(self, parameters: Sequence[torch.Tensor]) -> None:
        self._parameters = list(parameters)
        self._means, self._squares = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
        self._counts = [torch.zeros(len(p) if p.dim() > 2 else 1, device=p.device) for p in parameters]  # of each step, or of all
        self.rate, self.beta = (torch.zeros((), device=parameters[0].device) for _ in range(2))

    def step(self, gradients: Sequence[torch.Tensor]) -> None:
        """Go one step down the gradients."""
        for p, gradient, mean, square, count in zip(self._parameters, gradients, self._means, self._squares, self._counts, strict=True):
            touched = (gradient != 0).flatten(1).any(1).float() if p.dim() > 2 else torch.ones_like(count)
            count.add_(touched)
            if kernels.serve(p.device):
                from tb_timetravel.kernels import adam

                adam.step(p, gradient, mean, square, touched, count, rate=self.rate, beta=self.beta, beta_2=_BETA_2, epsilon=_EPSILON)
                continue
            of_row = [-1, *[1] * (p.dim() - 1)]
            changed, n = touched.view(of_row), count.clamp_min(1.0).view(of_row)
            mean.lerp_(gradient, (1.0 - self.beta) * changed)
            square.lerp_(gradient.square(), (1.0 - _BETA_2) * changed)
            spread = square.div(1.0 - _BETA_2**n).sqrt_().add_(_EPSILON)
            p.sub_(mean.div(1.0 - self.beta**n).div_(spread).mul_(self.rate * changed))

    def forget(self) -> None:
        """Begin anew."""
        for tensor in (*self._means, *self._squares, *self._counts):
            tensor.zero_()


class Replay:
    """Kernels recorded once and replayed; what they read and write stays in its place.

    Parameters
    ----------
    go : launches the kernels; it asks the host nothing.
    changes : tensors that it changes, which are left as they are until the first replay.
    """

    def __init__(self, go: Callable[[], object], *, changes: Sequence[torch.Tensor]) -> None:
        before = [tensor.clone() for tensor in changes]
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):  # libraries make their plans and workspaces at first use, Triton compiles
            for _ in range(3):
                go()
        torch.cuda.current_stream().wait_stream(beside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            go()
        for tensor, kept in zip(changes, before, strict=True):
            tensor.copy_(kept)

    def __call__(self) -> None:
        """Launch the kernels again."""
        self._graph.replay()


class Recording:
    """One batch's loss, gradients and Adam step, recorded.

    Parameters
    ----------
    loss_of : of the tensors of a batch; it asks the host nothing.
    parameters : what it depends on, changed in place.
    example : a batch.
    """

    def __init__(
        self, loss_of: Callable[[Sequence[torch.Tensor]], torch.Tensor], parameters: Sequence[torch.Tensor], example: Sequence[torch.Tensor]
    ) -> None:
        self._inputs, self._adam = [tensor.clone() for tensor in example], Adam([p.detach() for p in parameters])

        def go() -> None:
            loss = loss_of(self._inputs)
            self._adam.step(torch.autograd.grad(loss, parameters))
            self._loss.copy_(loss.detach())

        self._loss = torch.zeros((), device=parameters[0].device)
        self._replay = Replay(go, changes=())  # at a rate of 0 nothing is learned
        self._adam.forget()

    def __call__(self, batch: Sequence[torch.Tensor], rate: float, beta: float) -> torch.Tensor:
        """Go one step with a batch; its loss, which the next step overwrites."""
        for to, tensor in zip(self._inputs, batch, strict=True):
            to.copy_(tensor)
        self._adam.rate.fill_(rate)
        self._adam.beta.fill_(beta)
        self._replay()
        return self._loss
