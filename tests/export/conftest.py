from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.export.films import log_and_fit, source_of

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.export import Source


@pytest.fixture(scope="session")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A logdir with one film; only to be read."""
    root = tmp_path_factory.mktemp("runs")
    log_and_fit(root)
    return root


@pytest.fixture
def source(logdir: Path) -> Source:
    return source_of(logdir)
