"""What TensorBoard finds in a run: the steps of its scalars and of the film's marks, read by TensorBoard's own reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

if TYPE_CHECKING:
    from pathlib import Path


def scalar_steps(run: Path, tag: str) -> list[int]:
    return [event.step for event in _read(run).Scalars(tag)]


def marked_steps(run: Path, tag: str = "probe") -> list[int]:
    return [event.step for event in _read(run).Tensors(f"timetravel/{tag}")]


def _read(run: Path) -> EventAccumulator:
    events = EventAccumulator(str(run))
    events.Reload()
    return events
