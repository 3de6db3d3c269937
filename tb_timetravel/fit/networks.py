"""Networks that know which step they are at."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

_GRIDS = (8, 16, 32, 64, 96, 128)  # nodes along each axis
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

    def forward(self, v: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map, (n_steps, b, n_in), (n_steps,) -> (n_steps, b, n_out)."""
        for layer, modulation in zip(self.hidden, self.modulation, strict=True):
            scale, shift = modulation[steps].unbind(1)  # (n_steps, width) each
            v = F.silu(layer(v) * (1.0 + scale[:, None]) + shift[:, None])
        result: torch.Tensor = self.output(v) + self.offset[steps][:, None]
        return result


class PlaneNetwork(nn.Module):
    """A function of the plane with detail where there are samples: values on grids, from coarse to fine, and an MLP on what they say.

    Each step has grids of its own; a position reads the values between the nodes around it (Müller et al. 2022, instant neural graphics
    primitives, with dense grids instead of hash tables). Fine territory is learned in a fraction of the batches that a network of the
    bare coordinates needs, because a sample changes the values around it and none far away.

    Parameters
    ----------
    n_samples : of a step; grids of more nodes than that are left out.
    """

    def __init__(self, n_out: int, n_steps: int, *, n_samples: int, generator: torch.Generator, width: int) -> None:
        super().__init__()
        self.sizes = [size for size in _GRIDS if size == _GRIDS[0] or size * size <= n_samples]
        n_nodes = sum(size * size for size in self.sizes)
        # a parameter per step: batches leave most steps alone, and Adam passes over what has no gradient
        self.grids = nn.ParameterList(0.01 * torch.randn(_CHANNELS, n_nodes, generator=generator) for _ in range(n_steps))
        self.mlp = StepNetwork(2 + _CHANNELS * len(self.sizes), n_out, n_steps, generator=generator, width=width)

    def forward(self, u: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map positions of the square from -1 to 1 (beyond it the grids end), (n_steps, b, 2), (n_steps,) -> (n_steps, b, n_out)."""
        nodes = torch.stack([self.grids[t] for t in steps.tolist()])  # (n_steps, _CHANNELS, n_nodes)
        parts = [u]
        for size, values in zip(self.sizes, nodes.split([size * size for size in self.sizes], 2), strict=True):
            grid = values.unflatten(2, (size, size))
            parts.append(F.grid_sample(grid, u[:, None], padding_mode="border", align_corners=True)[:, :, 0].transpose(1, 2))
        result: torch.Tensor = self.mlp(torch.cat(parts, -1), steps)
        return result
