"""Features that are missing are made by the user's own model, and found by the import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tb_timetravel.cli import main
from tests.exchange.directories import N_ALL, N_TRAIN, Written, imported, save_picture, write_classic, write_process

ROOT = Path(__file__).parents[2]
MODEL = "tests.exchange.directories:Net"


@pytest.mark.parametrize("write", [write_classic, write_process])
@pytest.mark.parametrize("model", ["Net", "PlainNet"])
def test_extracted_features_are_those_of_the_model(write: Any, model: str, tmp_path: Path):
    written: Written = write(tmp_path / "case", features=False)
    assert main(["extract", str(tmp_path / "case"), "--model", f"tests.exchange.directories:{model}"]) == 0
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    for number in written.nets:
        snapshot = found.snapshot(number)
        np.testing.assert_allclose(snapshot.representations, written.features(number), atol=1e-5)
        np.testing.assert_allclose(snapshot.logits, written.logits(number), atol=1e-5)
        assert snapshot.head is not None


def test_sprites_serve_where_the_inputs_were_not_saved(tmp_path: Path):
    written = write_classic(tmp_path / "case", (1,), features=False, inputs=False)
    for row in range(N_ALL):
        save_picture(tmp_path / f"case/sprites/{row}.png", written.inputs[row])
    assert main(["extract", str(tmp_path / "case"), "--model", MODEL]) == 0
    np.testing.assert_allclose(np.load(tmp_path / "case/Model/Epoch_1/train_data.npy"), written.features(1)[:N_TRAIN], atol=1e-5)


def test_only_what_is_missing_is_extracted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_process(tmp_path / "case", (1, 2))
    (tmp_path / "case/epochs/epoch_2/embeddings.npy").unlink()
    kept = (tmp_path / "case/epochs/epoch_1/embeddings.npy").stat().st_mtime_ns
    assert main(["extract", str(tmp_path / "case"), "--model", MODEL]) == 0
    assert "features of 1 epochs written" in capsys.readouterr().out
    assert (tmp_path / "case/epochs/epoch_1/embeddings.npy").stat().st_mtime_ns == kept


def test_a_transform_of_the_users_makes_the_inputs(tmp_path: Path):
    written = write_process(tmp_path / "case", (1,), features=False)
    (tmp_path / "mine.py").write_text(
        "import numpy as np, torch\ndef half(picture):\n    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 510\n"
    )
    command = [sys.executable, "-m", "tb_timetravel", "extract", str(tmp_path / "case"), "--model", MODEL, "--transform", "mine:half"]
    subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    with torch.no_grad():
        expected = written.nets[1].feature(written.inputs / 2).numpy()
    np.testing.assert_allclose(np.load(tmp_path / "case/epochs/epoch_1/embeddings.npy"), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        ("Net", "expected package.module:Name"),
        ("tests.exchange.nowhere:Net", "cannot be imported"),
        ("tests.exchange.directories:Nothing", "cannot be imported"),
        ("torch.nn:Identity", "expected methods feature and prediction, or a linear layer"),
        ("builtins:dict", "expected --model to make a torch.nn.Module"),
    ],
)
def test_a_model_that_is_none_is_one_sentence(model: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case", (1,), features=False)
    assert main(["extract", str(tmp_path / "case"), "--model", model]) == 1
    assert complaint in capsys.readouterr().err


def test_weights_that_do_not_fit_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case", (1,), features=False)
    torch.save({"fc.weight": torch.zeros(2, 2)}, tmp_path / "case/Model/Epoch_1/subject_model.pth")
    assert main(["extract", str(tmp_path / "case"), "--model", MODEL]) == 1
    assert "does not fit the model" in capsys.readouterr().err


def test_without_inputs_the_sentence_says_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case", (1,), features=False, inputs=False)
    assert main(["extract", str(tmp_path / "case"), "--model", MODEL]) == 1
    assert "expected a picture for each of 17 samples" in capsys.readouterr().err


def test_an_import_never_imports_the_models_source(tmp_path: Path):
    write_classic(tmp_path / "case")
    (tmp_path / "case/Model/model.py").write_text("raise SystemExit('this ran')")
    (tmp_path / "case/Model/__init__.py").write_text("raise SystemExit('this ran')")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
