"""Networks that know which step they are at."""

from __future__ import annotations

import math
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from tb_timetravel import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

_GRIDS = (8, 16, 32, 64, 128, 192)  # nodes along each axis
_NODES_PER_SAMPLE = 4  # of the finest, at most: with fewer, samples of different classes share their nodes and have to be moved apart
_CHANNELS = 4  # values per node


class StepNetwork(nn.Module):
    """An MLP shared by all steps; each step scales and shifts every hidden layer (FiLM, Perez et al. 2018).

    Parameters
    ----------
    generator : makes the initial weights, so that a seed gives the same network whatever ran before.
    """

    def __init__(self, n_in: int, n_out: int, n_steps: int, *, generator: torch.Generator, width: int, n_hidden: int = 2) -> None:
        super().__init__()
        widths = [n_in, *[width] * n_hidden]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.modulation = nn.ParameterList(torch.randn(n_steps, 2, width, generator=generator) * 0.05 for _ in range(n_hidden))
        self.output = nn.Linear(width, n_out)
        self.offset = nn.Parameter(torch.zeros(n_steps, n_out))
        for layer in (*self.hidden, self.output):
            bound = 1.0 / math.sqrt(layer.weight.shape[1])
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.zeros_(layer.bias)

    def shared(self) -> list[nn.Parameter]:
        """List the parameters that all steps share."""
        return [*self.hidden.parameters(), *self.output.parameters()]

    def forward(self, v: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map, (n_steps, b, n_in), (n_steps,) -> (n_steps, b, n_out)."""
        return self.read_out(self.last_hidden(v, steps), steps)

    def last_hidden(self, v: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map as far as the last hidden layer, (n_steps, b, n_in) -> (n_steps, b, width)."""
        for layer, modulation in zip(self.hidden, self.modulation, strict=True):
            scale, shift = modulation.index_select(0, steps).unbind(1)  # (n_steps, width) each
            v = F.silu(layer(v) * (1.0 + scale[:, None]) + shift[:, None])
        return v

    def read_out(self, hidden: torch.Tensor, steps: torch.Tensor, which: torch.Tensor | None = None) -> torch.Tensor:
        """Go on from the last hidden layer to the outputs, all of them or those at some positions."""
        if which is None:
            return F.linear(hidden, self.output.weight, self.output.bias) + self.offset.index_select(0, steps)[:, None]
        weight, bias = self.output.weight.index_select(0, which), self.output.bias.index_select(0, which)
        return F.linear(hidden, weight, bias) + self.offset.index_select(0, steps).index_select(1, which)[:, None]

    def read_out_through(self, hidden: torch.Tensor, steps: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """Go on from the last hidden layer to an affine map of the outputs, without making these: two products become one.

        Parameters
        ----------
        weight, bias : (n_steps, n_last, n_out), (n_steps, n_last).

        Returns
        -------
        (n_steps, b, n_last)
        """
        both = weight @ self.output.weight  # (n_steps, n_last, width)
        offset = bias[:, None] + (self.output.bias + self.offset.index_select(0, steps))[:, None] @ weight.transpose(
            1, 2
        )  # (n_steps, 1, n_last)
        return torch.baddbmm(offset, hidden, both.transpose(1, 2))


class PlaneNetwork(nn.Module):
    """A function of the plane with detail where there are samples: values on grids, from coarse to fine, and an MLP on what they say.

    Each step has grids of its own; a position reads the values between the nodes around it (Müller et al. 2022, instant neural graphics
    primitives, with dense grids instead of hash tables). Fine territory is learned in a fraction of the batches that a network of the
    bare coordinates needs, because a sample changes the values around it and none far away.

    Parameters
    ----------
    n_samples : of a step; a grid of more than four times as many nodes is left out.
    """

    def __init__(self, n_out: int, n_steps: int, *, n_samples: int, generator: torch.Generator, width: int) -> None:
        super().__init__()
        self.sizes = [size for size in _GRIDS if size == _GRIDS[0] or size * size <= _NODES_PER_SAMPLE * n_samples]
        # A parameter per step, (n_nodes, _CHANNELS), one grid after the other: batches leave steps alone, and Adam passes over what has no
        # gradient.
        self.grids = nn.ParameterList(
            torch.cat([0.01 * torch.randn(_CHANNELS, size * size, generator=generator) for size in self.sizes], 1).T.contiguous()
            for _ in range(n_steps)
        )
        self._joined: torch.Tensor | None = None
        self.mlp = StepNetwork(2 + _CHANNELS * len(self.sizes), n_out, n_steps, generator=generator, width=width)

    def forward(self, u: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map positions of the square from -1 to 1 (beyond it the grids end), (n_steps, b, 2), (n_steps,) -> (n_steps, b, n_out)."""
        return self.mlp.read_out(self.last_hidden(u, steps), steps)

    def values(self) -> torch.Tensor:
        """Copy the values of all nodes, one grid after the other, (n_steps, _CHANNELS, n_nodes)."""
        return torch.stack([grid.detach().T for grid in self.grids])

    def set_values(self, values: torch.Tensor) -> None:
        """Take what `values` gives."""
        with torch.no_grad():
            for grid, of_step in zip(self.grids, values, strict=True):
                grid.copy_(of_step.T)

    @contextmanager
    def joined(self) -> Iterator[torch.Tensor]:
        """Hold the grids of all steps in one tensor for a while, see `values`: no host is asked which of them are read."""
        self._joined = self.values().requires_grad_()
        try:
            yield self._joined
        finally:
            self.set_values(self._joined)
            self._joined = None

    def last_hidden(self, u: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map as far as the last hidden layer, (n_steps, b, 2) -> (n_steps, b, width)."""
        joined = self._joined
        if u.device.type == "cpu" and joined is None:
            beside: torch.Tensor = _Beside.apply(u, self.sizes, *(self.grids[t] for t in steps.tolist()))  # type: ignore[no-untyped-call]
            return self.mlp.last_hidden(beside, steps)
        values = torch.stack([self.grids[t].T for t in steps.tolist()]) if joined is None else joined.index_select(0, steps)
        parts = zip(self.sizes, values.split([size * size for size in self.sizes], 2), strict=True)
        read = [_between_nodes(part.unflatten(2, (size, size)), u[:, None]) for size, part in parts]
        return self.mlp.last_hidden(torch.cat([u, *read], -1), steps)


def _between_nodes(grid: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """Read values between the nodes around positions, (n, c, size, size), (n, 1, b, 2) -> (n, b, c)."""
    return F.grid_sample(grid, u, padding_mode="border", align_corners=True)[:, :, 0].transpose(1, 2)


class _Beside(torch.autograd.Function):
    """Positions with what the grids of their steps say there beside them, on a CPU; positions have no gradient.

    By torch's operators, six grids of 16 steps are hundreds of small operations, which take longer than their work.
    """

    @staticmethod
    def forward(ctx: Any, u: torch.Tensor, sizes: list[int], *grids: torch.Tensor) -> torch.Tensor:  # noqa: ANN401  # torch's own
        """Read, (n_steps, b, 2) and (n_nodes, c) of each step -> (n_steps, b, 2 + c · n_sizes)."""
        ctx.save_for_backward(u)
        ctx.sizes, ctx.shape = sizes, grids[0].shape
        result = u.new_empty(*u.shape[:2], 2 + len(sizes) * grids[0].shape[1])
        result[..., :2] = u
        for grid, places, read in zip(grids, u, result, strict=True):
            compiled.read_grids(grid.detach(), sizes, places, read)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        """Give each node its share of the gradients of what was read from it."""
        (u,) = ctx.saved_tensors
        of_grids = [u.new_zeros(ctx.shape) for _ in u]
        for of_grid, places, of_read in zip(of_grids, u, gradient.contiguous(), strict=True):
            compiled.spread_over_grids(of_read, ctx.sizes, places, of_grid)
        return None, None, *of_grids
