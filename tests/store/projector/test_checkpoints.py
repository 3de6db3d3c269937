"""Embeddings in checkpoints that TensorFlow wrote (``make_checkpoints.py``): read as it reads them, and no harm whatever they say."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from tb_timetravel.cli import main
from tb_timetravel.errors import Corrupt, NotPlayable
from tb_timetravel.store import FilmStore, find_probes, open_reader, probe_directory
from tb_timetravel.store.files import stamp, write_bytes
from tb_timetravel.store.projector import CONFIG_NAME
from tb_timetravel.store.projector.checkpoint import find_tensor, read_place
from tests.store.projector.embeddings import CHECKPOINTS, read_all, reader_of

if TYPE_CHECKING:
    from pathlib import Path

KERAS, SAVER, OBJECT = "layer_with_weights-0/embeddings", "words", "embedding"


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    shutil.copytree(CHECKPOINTS, tmp_path / "runs")
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("run", "tag", "steps"), [("keras", KERAS, (0, 1, 2)), ("saver", SAVER, (100, 2500)), ("object", OBJECT, (1,))], ids=str
)
def test_every_checkpoint_that_tensorflow_kept_is_a_step_with_the_numbers_that_it_reads(run: str, tag: str, steps: tuple[int, ...]):
    assert (run, tag) in [(probe.run, probe.tag) for probe in find_probes(str(CHECKPOINTS))]
    found = read_all(reader_of(CHECKPOINTS / run, tag))
    assert tuple(found) == steps
    for step, x in found.items():
        (expected,) = CHECKPOINTS.joinpath(run).rglob(f"*-{step}.npy")
        assert x.dtype == np.float32
        assert x.flags.aligned
        np.testing.assert_array_equal(x, np.load(expected).astype(np.float32))


def test_halves_are_read_too():
    config = CHECKPOINTS / "saver" / "model.ckpt-100.index"
    place = find_tensor(str(config), stamp(str(config)) or (0, ""), "halves")
    assert (place.kind, place.shape, place.file) == ("<f2", (12, 3), "model.ckpt-100.data-00000-of-00001")


def test_a_film_is_fitted_of_the_epochs_that_the_callback_of_keras_kept(logdir: Path):
    assert main(["fit", str(logdir / "keras"), "--method", "pca", "--device", "cpu"]) == 0
    film = next(film for film in FilmStore(probe_directory(str(logdir / "keras"), KERAS)).films() if film.method == "pca")
    assert [step.step for step in film.steps] == [0, 1, 2]


def rewrite(config: Path, **changes: str) -> None:
    from google.protobuf import text_format

    content = text_format.Parse(config.read_text(), ProjectorConfig())
    content.model_checkpoint_path = changes.get("checkpoint", "")
    content.embeddings[0].tensor_name = changes.get("name", content.embeddings[0].tensor_name)
    content.embeddings[0].metadata_path = changes.get("metadata", "")
    config.write_text(text_format.MessageToString(content))


@pytest.mark.parametrize("named", ["model.ckpt-100", "./model.ckpt-2500", "{run}/model.ckpt-100", "model.ckpt"])
def test_the_checkpoint_that_the_config_names_is_taken_with_those_called_like_it(logdir: Path, named: str):
    run = logdir / "saver"
    (run / "checkpoint").unlink()
    rewrite(run / CONFIG_NAME, checkpoint=named.format(run=run))
    assert [step.step for step in reader_of(run, SAVER).steps()] == [100, 2500]


def test_metadata_says_what_the_rows_are(logdir: Path):
    run = logdir / "keras"
    (run / "words.tsv").write_text("".join(f"word {i}\n" for i in range(12)))
    rewrite(run / CONFIG_NAME, metadata="words.tsv")
    assert reader_of(run, KERAS).texts(0)[3] == "word 3"
    (run / "words.tsv").write_text("one\ntwo\n")
    with pytest.raises(NotPlayable, match="expected metadata of the 12 samples of step 0, found 2 lines"):
        reader_of(run, KERAS).probe()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "none"}, "expected a tensor 'none' in .*model.ckpt-100.index, found none of that name; correct tensor_name"),
        ({"name": "bias"}, "expected 'bias' in .* as float32, float64, float16 or bfloat16 in one piece, found something else"),
        ({"checkpoint": "../object/embedding.ckpt-1"}, "files elsewhere are not read"),
        ({"checkpoint": "/etc/passwd"}, "files elsewhere are not read"),
        ({"checkpoint": "gone.ckpt-1"}, "expected vectors in gone.ckpt-1.index, found no such file"),
    ],
    ids=str,
)
def test_what_is_not_there_is_said(logdir: Path, changes: dict[str, str], said: str):
    rewrite(logdir / "saver" / CONFIG_NAME, **changes)
    with pytest.raises(NotPlayable, match=said):
        reader_of(logdir / "saver", changes.get("name", SAVER)).probe()


def test_checkpoints_of_other_kinds_are_told_apart(logdir: Path):
    for path in (logdir / "keras/train").iterdir():
        path.unlink()
    (logdir / "keras/train/model.weights.h5").write_bytes(b"\x89HDF")  # of another callback, at no epoch
    with pytest.raises(NotPlayable, match=r"older checkpoints are not read, so write the vectors as .npy"):
        reader_of(logdir / "keras", KERAS + "/.ATTRIBUTES/VARIABLE_VALUE").probe()


def test_a_data_file_that_is_short_or_leads_elsewhere_is_refused(logdir: Path, tmp_path: Path):
    data = logdir / "object/embedding.ckpt-1.data-00000-of-00001"
    whole = data.read_bytes()
    data.write_bytes(whole[:100])
    with pytest.raises(Corrupt, match=r"expected at least \d+ bytes in .*data-00000-of-00001, found 100"):
        read_all(reader_of(logdir / "object", OBJECT))
    (tmp_path / "outside").write_bytes(whole)
    data.unlink()
    data.symlink_to(tmp_path / "outside")
    with pytest.raises(Corrupt, match="leads out of"):
        read_all(reader_of(logdir / "object", OBJECT))


def test_a_directory_of_checkpoints_outside_is_not_looked_at(logdir: Path):
    shutil.move(logdir / "keras/train", logdir / "elsewhere")
    (logdir / "keras/train").symlink_to(logdir / "elsewhere")
    with pytest.raises(NotPlayable, match="found neither"):
        reader_of(logdir / "keras", KERAS + "/.ATTRIBUTES/VARIABLE_VALUE").probe()


def test_an_index_of_holes_takes_no_memory(logdir: Path):
    os.truncate(logdir / "object/embedding.ckpt-1.index", 2**40)
    with pytest.raises(NotPlayable, match="expected at most 4,194,304 bytes"):
        reader_of(logdir / "object", OBJECT).probe()


def number(value: int) -> bytes:
    """Write 7 bits a byte, lowest first."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)


def message(**fields: int | bytes) -> bytes:
    """Write fields named as f1, f2, …."""
    parts = []
    for name, value in fields.items():
        field = int(name[1:]) << 3
        parts.append(number(field) + number(value) if isinstance(value, int) else number(field | 2) + number(len(value)) + value)
    return b"".join(parts)


def block(entries: list[tuple[bytes, bytes]]) -> bytes:
    content = b"".join(b"\0" + number(len(key)) + number(len(value)) + key + value for key, value in entries)
    return content + bytes(4) + (1).to_bytes(4, "little")


def table(entries: list[tuple[bytes, bytes]], *, times: int = 1, compressed: int = 0) -> bytes:
    """Write a table of one block, which its list of blocks may name several times."""
    first = block(entries)
    listed = block([(b"z" * n, number(0) + number(len(first))) for n in range(1, times + 1)])
    footer = number(0) + number(0) + number(len(first) + 5) + number(len(listed))
    return first + bytes([compressed]) + bytes(4) + listed + bytes(5) + footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


HEADER, SHAPE = message(f1=1), message(f2=message(f1=2)) + message(f2=message(f1=3))
ENTRY = {"f1": 1, "f2": SHAPE, "f3": 0, "f4": 0, "f5": 24}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table([(b"", message(f1=1, f2=1)), (b"x", message(**ENTRY))]), "lowest byte first"),
        (table([(b"x", message(**ENTRY))]), "lowest byte first"),
        (table([(b"", HEADER), (b"x", message(**ENTRY))], times=2), "its blocks overlap"),
        (table([(b"", HEADER), (b"x", message(**ENTRY))], compressed=1), "a block is compressed"),
        (table([(b"", HEADER), (b"x", message(**ENTRY)), (b"a", b"")]), "its names do not rise"),
        (table([(b"", HEADER), (b"x" * 5000, message(**ENTRY))]), "its name is too long"),
        (table([(b"", HEADER), (b"x", message(**{**ENTRY, "f5": 25}))]), "an entry contradicts itself"),
        (table([(b"", HEADER), (b"x", message(**{**ENTRY, "f3": 1}))]), "an entry contradicts itself"),
        (table([(b"", HEADER), (b"x", message(**{**ENTRY, "f4": 2**64 - 1}))]), "field 4 is no number from 0 up"),
        (table([(b"", HEADER), (b"x", message(**{**ENTRY, "f2": message(f2=message(f1=2**64 - 1))}))]), "field 1 is no number"),
        (table([(b"", HEADER), (b"x", message(**ENTRY, f7=b"0,2"))]), "in one piece, found something else"),
        (table([(b"", HEADER), (b"x", message(**{**ENTRY, "f1": 7}))]), "in one piece, found something else"),
        (table([(b"", HEADER), (b"x", b"\x0f")]), "a field in it is of no kind"),
        (table([(b"", HEADER), (b"x", b"\x12\x7f")]), "a field ends beyond it"),
        (table([(b"", HEADER), (b"x", b"\xff" * 20)]), "a number in it has no end"),
        (b"x" * 60, "it does not end as one"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_index_that_nobody_writes_is_refused(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "model.ckpt-1.index"
    path.write_bytes(content)
    with pytest.raises((Corrupt, NotPlayable), match=said):
        find_tensor(str(path), stamp(str(path)) or (0, ""), "x")


def test_an_index_like_theirs_is_read(tmp_path: Path):
    path = tmp_path / "model.ckpt-1.index"
    path.write_bytes(table([(b"", HEADER), (b"x", message(**ENTRY))]))
    assert find_tensor(str(path), stamp(str(path)) or (0, ""), "x") == ("<f4", (2, 3), "model.ckpt-1.data-00000-of-00001", 0)


def test_upper_halves_of_numbers_are_read_as_torch_reads_them(tmp_path: Path):
    values = torch.randn(2, 3, generator=torch.Generator().manual_seed(0)).bfloat16()
    values[1] = torch.tensor([float("inf"), -0.0, 1e-40])
    path = tmp_path / "model.ckpt-1.index"
    path.write_bytes(table([(b"", HEADER), (b"x", message(**{**ENTRY, "f1": 14, "f4": 3, "f5": 12}))]))
    (tmp_path / "model.ckpt-1.data-00000-of-00001").write_bytes(b"odd" + values.view(torch.int16).numpy().tobytes())
    place = find_tensor(str(path), stamp(str(path)) or (0, ""), "x")
    assert (place.kind, place.shape) == ("bfloat16", (2, 3))
    found = read_place(str(path), place)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, values.float().numpy())
    np.testing.assert_array_equal(np.signbit(found), np.signbit(values.float().numpy()))


def test_checkpoints_in_a_store_are_read_as_on_a_disk():
    pytest.importorskip("fsspec", reason="memory:// is fsspec's")
    root = "memory://checkpoints/run"
    for path in (CHECKPOINTS / "keras").rglob("*"):
        if path.is_file() and path.suffix != ".npy":
            write_bytes(f"{root}/{path.relative_to(CHECKPOINTS / 'keras').as_posix()}", path.read_bytes())
    found, expected = (read_all(open_reader(probe_directory(place, KERAS))) for place in (root, str(CHECKPOINTS / "keras")))
    assert list(found) == [0, 1, 2]
    for step, x in expected.items():
        np.testing.assert_array_equal(found[step], x)
