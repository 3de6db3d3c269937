"""Several processes on one fit: each works on its own steps, and all know the whole layout after every iteration.

Without ``torch.distributed`` there is one worker, and everything here does nothing. Random numbers come from equal seeds in every process,
so that any number of workers makes the same film up to rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import distributed

if TYPE_CHECKING:
    from collections.abc import Iterable


def n_workers() -> int:
    """Count the processes that work on this fit."""
    return distributed.get_world_size() if _together() else 1


def my_number() -> int:
    """Give this process's number; 0 is the one that writes the film."""
    return distributed.get_rank() if _together() else 0


def my_steps(n_steps: int) -> range:
    """Choose the steps that this process works on: one run of neighbours in time."""
    return range(n_steps * my_number() // n_workers(), n_steps * (my_number() + 1) // n_workers())


def add_up(values: torch.Tensor) -> torch.Tensor:
    """Sum a tensor over all workers, in place; where each has filled in its own steps and left 0 elsewhere, all of them have all."""
    if _together():
        distributed.all_reduce(values)
    return values


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Give every worker the mean gradient, as if one had seen the batches of all."""
    if _together():
        for parameter in parameters:
            if parameter.grad is not None:
                distributed.all_reduce(parameter.grad)
                parameter.grad /= n_workers()


def _together() -> bool:
    return distributed.is_available() and distributed.is_initialized()
