"""The Embedding Projector of a real TensorBoard shows the samples of a run."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.exchange.projector import encode_tensor, escape
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from pathlib import Path

N, STEPS = 1100, (0, 4, 9)  # more than a page of thumbnails
NAMES = ["plain", "tab\there", "new\nline"]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(len(STEPS), N, 5)).astype(np.float32)
LOGITS = RNG.normal(size=(len(STEPS), N, 3)).astype(np.float32)
IMAGES = RNG.integers(0, 256, size=(N, 6, 4), dtype=np.uint8)
LABELS = np.arange(N) % 3


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    splits = ["train"] * (N - 9) + ["test"] * 9
    film = TimeTravel(str(root / "deep" / "er"), labels=[*LABELS[:-1], None], class_names=NAMES, splits=splits, images=IMAGES)
    other = TimeTravel(str(root / "deep" / "er"), tag="a/b", texts=["one\ttwo\\", "three\r\nfour", ""])
    for number, step in enumerate(STEPS):
        film.log_arrays(step, X[number], LOGITS[number])
        other.log_arrays(step, np.full((3, 4), 0.5))  # bytes that could be text
    return root


def test_a_real_projector_shows_the_samples_with_metadata_and_sprites(logdir: Path, tmp_path: Path):
    assert main(["to-projector", str(logdir), str(tmp_path / "out")]) == 0
    with running_tensorboard("--logdir", str(tmp_path / "out"), output=tmp_path / "output") as tensorboard:
        base = "/data/plugin/projector"
        run = {"run": "deep/er"}
        assert tensorboard.json(f"{base}/runs") == ["deep/er"]
        listed = {entry["tensorName"]: entry for entry in tensorboard.json(f"{base}/info?{urlencode(run)}")["embeddings"]}
        assert set(listed) == {"probe:00000", "probe:00009", "a/b:00000", "a/b:00009"}
        assert listed["probe:00009"]["tensorShape"] == [N, 5]
        assert listed["probe:00009"]["sprite"]["singleImageDim"] == [4, 6]
        asked = urlencode({**run, "name": "probe:00009"})
        with tensorboard.open(f"{base}/tensor?{asked}") as response:
            np.testing.assert_array_equal(np.frombuffer(response.read(), "<f4").reshape(N, 5), X[2])
        with tensorboard.open(f"{base}/metadata?{asked}") as response:
            lines = response.read().decode().split("\n")
        assert lines.pop() == ""
        assert len(lines) == N + 1
        assert lines[0] == "label\tprediction\tsplit\tid"
        escaped = ["plain", "tab\\there", "new\\nline"]
        predicted = LOGITS[2].argmax(1)
        assert lines[2] == f"tab\\there\t{escaped[predicted[1]]}\ttrain\t1"
        assert lines[N] == f"\t{escaped[predicted[N - 1]]}\ttest\t{N - 1}"
        with tensorboard.open(f"{base}/sprite_image?{asked}") as response:
            sprite = np.asarray(Image.open(io.BytesIO(response.read())))
        per_row = 34  # 34² is the first square above 1,100
        assert sprite.shape == (per_row * 6, per_row * 4, 3)
        for row in (0, 33, 34, 1023, 1024, N - 1):
            top, left = row // per_row * 6, row % per_row * 4
            np.testing.assert_array_equal(sprite[top : top + 6, left : left + 4, 1], IMAGES[row])
        asked = urlencode({**run, "name": "a/b:00000"})
        with tensorboard.open(f"{base}/tensor?{asked}") as response:
            assert np.frombuffer(response.read(), "<f4").tolist() == [0.5] * 12
        with tensorboard.open(f"{base}/metadata?{asked}") as response:
            assert response.read().decode() == "split\tid\ttext\nall\t0\tone\\ttwo\\\\\nall\t1\tthree\\r\\nfour\nall\t2\t\n"


def test_chosen_steps_are_written_and_unknown_ones_said(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["to-projector", str(logdir), str(tmp_path / "out"), "--tag", "probe", "--steps", "4", "9"]) == 0
    config = (tmp_path / "out/deep/er/projector_config.pbtxt").read_text()
    assert "probe:00004" in config
    assert "probe:00000" not in config
    assert main(["to-projector", str(logdir), str(tmp_path / "out"), "--steps", "5"]) == 1
    assert "from 0 to 9 as they were logged, got 5" in capsys.readouterr().err


def test_a_configuration_of_somebody_elses_is_not_lost(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ["to-projector", str(logdir), str(tmp_path / "out"), "--steps", "0"]
    assert main(arguments) == 0
    assert main(arguments) == 0  # ours may be written again
    config = tmp_path / "out/deep/er/projector_config.pbtxt"
    config.write_text('embeddings { tensor_path: "00000/default/tensors.tsv" }')
    assert main(arguments) == 1
    assert "written by somebody else" in capsys.readouterr().err
    assert "00000/default" in config.read_text()


@pytest.mark.parametrize("fill", [0.0, 0.5, 1.0, -3.25, 1e-30])
def test_a_tensor_is_raw_only_where_no_reader_takes_it_for_text(fill: float):
    x = np.full((4, 3), fill, np.float32)
    content, ending = encode_tensor(x)
    if ending == "bytes":
        with pytest.raises(UnicodeDecodeError):
            content.split(b"\n")[0].decode()
        found = np.frombuffer(content, "<f4").reshape(4, 3)
    else:
        found = np.array([[float(value) for value in line.split("\t")] for line in content.decode().splitlines()], np.float32)
    np.testing.assert_array_equal(found, x)


@pytest.mark.parametrize("text", ["", "a\tb", "a\nb", "a\r\nb", "\\t", "\\\t\\\\", "ünï\u2028code"])
def test_escaped_text_is_one_value_on_one_line_and_can_be_read_back(text: str):
    assert not {"\t", "\n", "\r"} & set(escape(text))
    back = json.loads('"' + escape(text).replace('"', '\\"') + '"')
    assert back == text
