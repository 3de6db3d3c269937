"""Two logs of one model, at once and beside the training, which are compared bit by bit."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tb_timetravel import TimeTravel
from tests.log.subjects import Net, Rows, logged

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn


def assert_alike(run: Path, steps: list[int]) -> None:
    """Compare what was logged at once and beside the training, bit by bit."""
    one, other = logged(run, "at once"), logged(run, "aside")
    assert one.steps == other.steps == steps
    assert one.probe.version == other.probe.version
    for step in steps:
        first, second = one.snapshot(step), other.snapshot(step)
        np.testing.assert_array_equal(first.representations, second.representations)
        for name in ("logits", "predictions"):
            assert (getattr(first, name) is None) == (getattr(second, name) is None)
            if getattr(first, name) is not None:
                np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
        assert (first.head is None) == (second.head is None)
        for a, b in zip(first.head or (), second.head or (), strict=True):
            np.testing.assert_array_equal(a, b)


def both(run: Path, model: nn.Module, data: object, **options: Any) -> tuple[TimeTravel, TimeTravel]:
    given = {"head": "fc", "data": data} | options
    return TimeTravel(run, model, tag="at once", **given), TimeTravel(run, model, tag="aside", background=True, **given)


def train_on_numbers(net: Net) -> None:
    with torch.no_grad():
        net.fc.weight += 0.1


class Augmented(Rows):
    """Items that are turned about by chance, as the global generators have it."""

    def __init__(self, items: list[Any]) -> None:
        super().__init__(items)
        self.threads: list[threading.Thread] = []

    def __getitem__(self, index: int) -> Any:
        self.threads.append(threading.current_thread())
        x, y = self.items[index]
        return x + torch.rand(1) + float(np.random.rand()), y  # noqa: NPY002
