"""The examples, run as a reader would run them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tb_timetravel.pipeline.pairs import pair_distances
from tb_timetravel.store.pairs import read_partners
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


def test_the_example_of_numbers_logs_a_training_that_learns(tmp_path: Path):
    subprocess.run([sys.executable, str(DEMO / "regression_diabetes.py"), "--logdir", str(tmp_path), "--epochs", "6"], check=True)
    found = logged(tmp_path / "regression_diabetes")
    assert (found.steps, found.probe.n_targets, found.probe.n_classes) == ([0, 2, 4, 6], 1, 0)
    assert found.probe.split_names == ("train", "test")
    target = found.reader.column(found.probe, 0).values
    first, last = (np.abs(found.snapshot(step).predictions[:, 0] - target).mean() for step in (0, 6))
    assert last < 0.8 * first


def test_the_example_of_pairs_logs_a_training_that_brings_them_together(tmp_path: Path):
    subprocess.run([sys.executable, str(DEMO / "pairs_digits.py"), "--logdir", str(tmp_path), "--epochs", "3"], check=True)
    found = logged(tmp_path / "pairs_digits")
    partners = read_partners(found.reader, found.probe)
    first, last = (pair_distances(found.snapshot(step).representations, partners)[:, 1].mean() for step in (0, 3))
    assert last < first
