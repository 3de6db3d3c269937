"""From a probe set on disk to a film on disk: read, fit, measure, draw, write. The only part that sees both files and mathematics."""

from __future__ import annotations

from tb_timetravel.pipeline.build import build_film, help_build, join_workers, leave_workers
from tb_timetravel.pipeline.follow import follow_film
from tb_timetravel.pipeline.source import BesideRun, FitOptions, choose_device

__all__ = ["BesideRun", "FitOptions", "build_film", "choose_device", "follow_film", "help_build", "join_workers", "leave_workers"]
