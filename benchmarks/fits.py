"""Fits with and without a film on disk, and what memory they take."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tb_timetravel.fit import METHODS
from tb_timetravel.pipeline import FitOptions, build_film
from tb_timetravel.schema import DEFAULT_METHOD

if TYPE_CHECKING:
    from tb_timetravel.fit import Dynamics, Fitted
    from tb_timetravel.schema import Film


class NoStages:
    """Keeps nothing of a fit that is made in one go."""

    def get(self, _: str) -> None:
        """Have nothing."""

    def put(self, _: str, __: object) -> None:
        """Forget it."""


def show_progress(stage: str, done: float) -> None:
    """Write how far a fit is to standard error, on one line."""
    print(f"\r{stage:>10} {done:4.0%} ", end="", file=sys.stderr, flush=True)


def fit_film(directory: str, method: str, *, seed: int, device: str) -> Film:
    """Fit a film, or read the one that is there."""
    options = FitOptions(method=method, seed=seed, device=device)
    return build_film(directory, options, progress=show_progress, on_preview=lambda _: None, on_key=lambda _: None)


def fit_uncoupled(dynamics: Dynamics, *, seed: int) -> Fitted:
    """Fit the default without anything that ties a step to another: what its layout keeps when time costs it nothing."""
    method = METHODS[DEFAULT_METHOD]
    config = method.config(seed=seed)
    config = replace(config, layout=replace(config.layout, spring=0.0, match=0.0))
    return method.fit(dynamics, config, report=show_progress, stages=NoStages())


def memory_of(pid: int | str) -> dict[str, int]:
    """Read what the system tells of a process's memory, in bytes; nothing once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has just ended
        return {}
    return {name: 1024 * int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines) if value.endswith(" kB")}
