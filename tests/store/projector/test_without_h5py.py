"""Weights of Keras 3 where h5py is not installed, and runs without them where it is."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tb_timetravel.cli import main
from tb_timetravel.errors import NotPlayable
from tests.store.projector.embeddings import reader_of, write_config

_LISTING = """
import sys
from tb_timetravel.store import find_probes, open_reader
print([open_reader(found.directory).probe().n_samples for found in find_probes(sys.argv[1])], "h5py" in sys.modules)
"""


def test_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    write_config(tmp_path / "run", [{"tensor_name": "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"}])
    (tmp_path / "run/train").mkdir()
    (tmp_path / "run/train/keras_embedding.ckpt-0.weights.h5").write_bytes(b"\x89HDF")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "h5py" else find(name, *rest))
    with pytest.raises(NotPlayable, match=r"expected the package h5py to read .*, found none; run pip install 'tb-timetravel\[hdf5\]'"):
        reader_of(tmp_path / "run", "embedding").probe()
    main(["runs", str(tmp_path)])
    assert "tb-timetravel[hdf5]" in "".join(capsys.readouterr())


def test_h5py_is_loaded_by_a_process_of_its_own_alone():
    pytest.importorskip("h5py", reason="h5py is not installed")
    run = Path(__file__).parent / "weights" / "several"
    found = subprocess.run([sys.executable, "-c", _LISTING, str(run)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[12, 12] False"
