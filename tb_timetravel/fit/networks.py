"""A multilayer perceptron that knows which step it is at."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


class StepNetwork(nn.Module):
    """An MLP shared by all steps; each step scales and shifts every hidden layer (FiLM, Perez et al. 2018).

    Parameters
    ----------
    n_frequencies : where positive, the input is joined by sines and cosines of that many random projections (Tancik et al. 2020), which
        lets a function of the plane have fine detail.
    generator : makes the initial weights, so that a seed gives the same network whatever ran before.
    """

    frequencies: torch.Tensor

    def __init__(
        self, n_in: int, n_out: int, n_steps: int, *, generator: torch.Generator, width: int, n_hidden: int = 2, n_frequencies: int = 0
    ) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2.0 * torch.randn(n_in, n_frequencies, generator=generator))
        widths = [n_in + 2 * n_frequencies, *[width] * n_hidden]
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
        if self.frequencies.shape[1]:
            phase = v @ self.frequencies
            v = torch.cat([v, phase.sin(), phase.cos()], -1)
        for layer, modulation in zip(self.hidden, self.modulation, strict=True):
            scale, shift = modulation[steps].unbind(1)  # (n_steps, width) each
            v = F.silu(layer(v) * (1.0 + scale[:, None]) + shift[:, None])
        result: torch.Tensor = self.output(v) + self.offset[steps][:, None]
        return result
