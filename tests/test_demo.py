"""The examples, run as a reader would run them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.log.subjects import logged

DEMO = Path(__file__).parent.parent / "demo"


@pytest.mark.parametrize(("name", "library"), [("plain_pytorch", "torch"), ("sklearn_mlp", "sklearn"), ("plain_jax", "jax")])
def test_an_example_logs_a_training_that_learns(name: str, library: str, tmp_path: Path):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed; make test-integrations installs it")
    subprocess.run([sys.executable, str(DEMO / f"{name}.py"), "--logdir", str(tmp_path), "--epochs", "4"], check=True)
    found = logged(tmp_path / name)
    assert found.steps == [0, 1, 2, 3]
    assert found.probe.split_names == ("train", "test")
    assert found.probe.media.kind == "image"
    snapshots = [found.snapshot(step) for step in found.steps]
    right = [float((np.argmax(s.logits, 1) == found.labels).mean()) for s in snapshots if s.logits is not None]
    assert right[-1] > max(0.6, right[0])
    assert all(s.head is not None for s in snapshots)  # exact territories
