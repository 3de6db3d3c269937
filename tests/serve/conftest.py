"""A small logdir, TensorBoard over it, and an ear for what TensorBoard's validator would say of our responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.serve.served import Served, serve, write_events, write_film, write_probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    root = tmp_path / "runs"
    write_events(root / "digits", scalars=("loss/train", "lr"))
    write_film(write_probe(root / "digits"))
    return root


@pytest.fixture
def served(logdir: Path) -> Served:
    return serve(logdir)


@pytest.fixture(autouse=True)
def security_validator_is_content(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    warnings = [record.getMessage() for record in caplog.get_records("call") if "In 3.0" in record.getMessage()]
    assert not warnings
