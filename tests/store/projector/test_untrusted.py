"""A config and its files are anybody's: nothing outside is read, nothing promised is allocated, and what is wrong is said."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tb_timetravel.errors import Corrupt, NotPlayable, StoreError
from tb_timetravel.store import tags_of
from tb_timetravel.store.projector import CONFIG_NAME
from tests.store.projector.embeddings import LABELS, TAG, N, log, pictures, read_all, reader_of, vectors, write_config

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["tensor_path", "metadata_path", "sprite"])
@pytest.mark.parametrize("way", ["absolute", "parents", "link", "nul"])
def test_files_outside_of_the_run_are_not_read(tmp_path: Path, kind: str, way: str):
    run, outside = tmp_path / "run", tmp_path / "secret.tsv"
    outside.write_text("1\t2\n" * N)
    log(run, (0,), label_img=pictures())
    (run / "link.tsv").symlink_to(outside)
    path = {"absolute": str(outside), "parents": "00000/../../secret.tsv", "link": "link.tsv", "nul": "a\\000b"}[way]
    name = {"tensor_path": "tensors.tsv", "metadata_path": "metadata.tsv", "sprite": "sprite.png"}[kind]
    config = run / CONFIG_NAME
    config.write_text(config.read_text().replace(f"00000/{TAG}/{name}", path))
    with pytest.raises(NotPlayable, match="files elsewhere are not read"):
        reader_of(run).probe()


def test_paths_may_be_absolute_and_runs_linked_where_they_stay_inside_as_for_tensorboard(tmp_path: Path):
    log(tmp_path / "elsewhere", (0,))
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    config = tmp_path / "run" / CONFIG_NAME
    config.write_text(config.read_text().replace("00000/", f"{tmp_path}/run/00000/"))
    assert len(reader_of(tmp_path / "run").steps()) == 1


@pytest.mark.parametrize("ending", ["bytes", "npy"])
def test_shapes_that_promise_terabytes_are_refused_before_anything_is_allocated(tmp_path: Path, ending: str):
    path = tmp_path / f"vectors.{ending}"
    if ending == "npy":
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (2**20, 2**20)})
    else:
        path.write_bytes(b"\0" * 40)
    write_config(tmp_path, [{"tensor_name": TAG, "tensor_path": path.name, "tensor_shape": [2**20, 2**20]}])
    with pytest.raises(NotPlayable, match=r"(found|in numpy's format) .*\d bytes"):
        reader_of(tmp_path).probe()


def test_objects_are_not_unpickled(tmp_path: Path):
    np.save(tmp_path / "vectors.npy", np.array([[{}]], object), allow_pickle=True)
    write_config(tmp_path, [{"tensor_name": TAG, "tensor_path": "vectors.npy"}])
    with pytest.raises(NotPlayable, match="object is no type of numbers"):
        reader_of(tmp_path).probe()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1\t2", r"5 numbers in line 4 of .*tensors.tsv, as in its first, found 2"),
        ("1\t2\t3\t4\t5\t6", r"line 4 .* found 6"),
        ("1\t2\t3\t4\t", r"line 4 .* found ''"),
        ("1\t2\tthree\t4\t5", r"line 4 .* found 'three'"),
        ("1\t2\tnan\t4\t5", r"line 4 .* found 'nan'"),
        ("1\t2\t1e99\t4\t5", r"line 4 .* found '1e99'"),
        ("1\t2\t\x00\t4\t5", r"line 4 "),
    ],
)
def test_a_line_that_is_no_vector_is_named(tmp_path: Path, line: str, words: str):
    log(tmp_path, (0,))
    path = tmp_path / "00000" / TAG / "tensors.tsv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "", lines[1], line, *lines[3:]]) + "\n")  # TensorBoard skips the empty line
    with pytest.raises(Corrupt, match=words):
        read_all(reader_of(tmp_path))


def test_a_line_is_found_also_behind_the_first_of_many_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.store.projector.tensors._CHUNK", 50)
    log(tmp_path, (0,))
    np.testing.assert_array_equal(read_all(reader_of(tmp_path))[0], vectors(0))
    path = tmp_path / "00000" / TAG / "tensors.tsv"
    lines = path.read_text().splitlines()
    lines[20] = lines[20].replace("\t", " ", 1)
    path.write_text("\n".join(lines))
    with pytest.raises(Corrupt, match=r"line 21 .* found 4"):
        read_all(reader_of(tmp_path))


def test_fewer_vectors_than_lines_of_metadata_are_told_when_they_are_read(tmp_path: Path):
    log(tmp_path, (0,))
    path = tmp_path / "00000" / TAG / "metadata.tsv"
    path.write_text(path.read_text() + "one more\n")
    with pytest.raises(Corrupt, match="expected 25 vectors of 5 numbers"):
        read_all(reader_of(tmp_path))


def test_metadata_with_a_ragged_line_says_which(tmp_path: Path):
    log(tmp_path, (0,), metadata=[[i, LABELS[i]] for i in range(N)], metadata_header=["id", "label"])
    path = tmp_path / "00000" / TAG / "metadata.tsv"
    path.write_text(path.read_text().replace("7\tkind b", "7 kind b"))
    with pytest.raises(NotPlayable, match="2 columns in line 9"):
        reader_of(tmp_path).probe()


@pytest.mark.parametrize("content", [b"embeddings {", b"\xff\xfe", b"embeddings { tensor_name: 3 }", b"{}"])
def test_a_config_that_cannot_be_read_hides_no_other_tag_and_is_told(tmp_path: Path, content: bytes):
    from tb_timetravel import TimeTravel

    TimeTravel(tmp_path).log_arrays(0, [[1.0], [2.0]])
    (tmp_path / CONFIG_NAME).write_bytes(content)
    assert tags_of(str(tmp_path)) == ["probe", CONFIG_NAME]
    with pytest.raises(Corrupt, match="not a readable projector config"):
        reader_of(tmp_path, CONFIG_NAME).probe()


def test_a_sprite_is_measured_before_it_is_decoded(tmp_path: Path):
    log(tmp_path, (0,), label_img=pictures())
    sprite = tmp_path / "00000" / TAG / "sprite.png"
    Image.new("1", (9000, 9000)).save(sprite)
    with pytest.raises(Corrupt, match="at most 8192"):
        reader_of(tmp_path).thumbnails(0)
    Image.new("RGB", (16, 16)).save(sprite)
    with pytest.raises(Corrupt, match="expected 24 pictures of 8 × 8 pixels"):
        reader_of(tmp_path).thumbnails(0)
    for content in (b"", b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(50)):
        sprite.write_bytes(content)
        with pytest.raises(Corrupt, match="not a readable picture"):
            reader_of(tmp_path).thumbnails(0)


def test_a_device_or_a_directory_is_no_file_of_vectors(tmp_path: Path):
    log(tmp_path, (0, 1))
    path = tmp_path / "00000" / TAG / "tensors.tsv"
    path.unlink()
    os.mkfifo(path)
    assert [step.step for step in reader_of(tmp_path).steps()] == [1]


def test_large_text_is_parsed_in_little_memory(tmp_path: Path):
    text = ("\t".join(["0.1234567890123"] * 256) + "\n") * 8000  # 33 MB for 8 MB of numbers
    (tmp_path / "vectors.tsv").write_text(text)
    write_config(tmp_path, [{"tensor_name": TAG, "tensor_path": "vectors.tsv"}])
    code = (
        "import sys, resource; from tb_timetravel.store import open_reader; reader = open_reader(sys.argv[1]); probe = reader.probe();"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; reader.read(probe, reader.steps()[0]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    directory = str(tmp_path / "plugins" / "timetravel" / TAG)
    grown = int(subprocess.run([sys.executable, "-c", code, directory], capture_output=True, text=True, check=True).stdout)
    assert grown * 1024 < 60e6


def test_every_file_cut_anywhere_raises_an_error_of_ours(tmp_path: Path):
    log(tmp_path, (0, 1), label_img=pictures())
    rng = np.random.default_rng(0)
    for name in (CONFIG_NAME, f"00000/{TAG}/tensors.tsv", f"00000/{TAG}/metadata.tsv", f"00000/{TAG}/sprite.png"):
        whole = (tmp_path / name).read_bytes()
        for length in rng.integers(0, len(whole), 12):
            (tmp_path / name).write_bytes(whole[:length])
            for tag in tags_of(str(tmp_path)):
                with contextlib.suppress(StoreError):
                    reader = reader_of(tmp_path, tag)
                    read_all(reader)
                    reader.thumbnails(0)
        (tmp_path / name).write_bytes(whole)
