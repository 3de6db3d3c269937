"""Small files that claim or unpack to more than there is, read by a process that may not take much: each is refused in a sentence."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tb_timetravel.errors import Corrupt, NotFound
from tb_timetravel.exchange.media import open_picture
from tb_timetravel.frame import MOST_SAMPLES, decode_frame
from tb_timetravel.schema import MAX_SAMPLES, FitStatus
from tb_timetravel.store import FilmStore, StatusFile, open_reader
from tb_timetravel.store.files import open_array, read_array, read_bytes
from tests.serve.served import FILM, STEPS, serve, write_events, write_film, write_probe
from tests.untrusted.damage import ODD_HEADERS, gzip_bomb, npy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOM, LARGE = 2**28, 2**29  # bytes: what reading may take besides what Python and its libraries take, and what bombs unpack to


def frame_header(n_samples: int, resolution: int = 0) -> bytes:
    return struct.pack("<4sIHBB4x", b"TTF1", n_samples, resolution, 1, 0)


def as_bomb(path: Path, kind: str) -> None:
    """Write a bomb in the place of a file."""
    if kind == "holes":
        path.write_bytes(path.read_bytes()[:200])
        os.truncate(path, 2**40)
    elif kind == "gzip":
        path.write_bytes(gzip_bomb(LARGE, frame_header(MOST_SAMPLES + 1)))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("basis.npy", "w", force_zip64=True) as member:
            member.write(npy(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({LARGE // 4},), }}"))
            for _ in range(LARGE >> 20):
                member.write(bytes(2**20))
    elif kind == "promise":
        path.write_bytes(npy(ODD_HEADERS[1]))


READ_ALL = """
import resource, sys
from tests.untrusted.asking import addresses, ask, read_everything
from tests.serve.served import serve
from pathlib import Path
root = Path(sys.argv[1])
served = serve(root)
with open("/proc/self/status") as file:
    taken = next(1024 * int(line.split()[1]) for line in file if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (taken + int(sys.argv[2]),) * 2)
ask(served, sys.argv[3:], "digits")
read_everything(root, Path(sys.argv[1] + ".html"))
print("done")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bound a process's memory in other ways")
def test_bombs_of_every_kind_take_no_memory(tmp_path: Path):
    root = tmp_path / "runs"
    write_events(root / "digits")
    directory = tmp_path / "runs/digits/plugins/timetravel/probe"
    film = write_film(write_probe(root / "digits"))
    FilmStore(str(directory)).write_visualizer(FILM, {"basis": np.zeros((3, 3), np.float32)})
    StatusFile(str(directory)).write(FitStatus(state="running"))
    (directory / "fit.log").write_text("a line\n")
    frame = FilmStore(str(directory)).frame(FILM, 0, film.steps[0].frame)
    known = [f"/data/plugin/timetravel/frame?run=digits&tag=probe&film={FILM}&step=0&v={film.steps[0].frame}"]
    places = {
        "fit.log": "holes",
        "labels.npy": "promise",
        "thumbnails/000000.png": "holes",
        f"films/{FILM}/{STEPS[0]:012d}.{film.steps[0].frame}.frame.gz": "gzip",
        f"films/{FILM}/visualizer.npz": "zip",
        f"films/{FILM}/predictions.npy": "promise",
    }
    assert frame
    for name, kind in places.items():
        as_bomb(directory / name, kind)
    command = [sys.executable, "-c", READ_ALL, str(root), str(ROOM), *known]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=os.getcwd(), env=os.environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "done"
    os.truncate(directory / "probe.json", 2**40)  # hides all the others, so it comes last
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=os.getcwd(), env=os.environ)
    assert done.stdout.strip() == "done", done.stderr


@pytest.mark.parametrize("header", ODD_HEADERS, ids=lambda header: header[:60])
@pytest.mark.parametrize("mapped", [True, False])
def test_a_header_of_an_array_does_no_harm_whatever_it_says(tmp_path: Path, header: str, mapped: bool):
    path = tmp_path / "a.npy"
    path.write_bytes(npy(header, bytes(64)))
    if "(), }" in header or "(4, 0)" in header:  # a number, and none
        assert open_array(str(path), mapped=mapped).nbytes <= 64
        return
    with pytest.raises(Corrupt, match="log or fit this run again") as refused:
        open_array(str(path), mapped=mapped)
    assert len(str(refused.value)) < 500 + len(str(path))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (0, 4)])
@pytest.mark.parametrize("mapped", [True, False])
def test_an_array_is_read_as_numpy_reads_it(tmp_path: Path, order: str, shape: tuple[int, ...], mapped: bool):
    path = tmp_path / "a.npy"
    array = np.asarray(np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape), order=order)
    np.save(path, array)
    read = open_array(str(path), mapped=mapped)
    np.testing.assert_array_equal(read, np.load(path))
    assert read.dtype == array.dtype
    if mapped and array.size:
        writable = read_array(str(path), shape=shape, dtype=np.float32, writable=True)
        writable[...] = 7
        np.testing.assert_array_equal(open_array(str(path)), array)


@pytest.mark.parametrize(
    "content",
    [
        gzip_bomb(2**26, frame_header(1)),
        gzip_bomb(2**26, frame_header(2**32 - 1, 65535)),
        gzip_bomb(0, frame_header(3)),
        gzip_bomb(0, frame_header(0)) + b"more",
        gzip_bomb(0, frame_header(0))[:-1],
        gzip_bomb(0, b"TT"),
        gzip_bomb(0),
        b"",
    ],
    ids=["more than announced", "announced", "less than announced", "more behind", "cut", "no header", "empty", "nothing"],
)
def test_a_frame_unpacks_to_what_it_announces_or_not_at_all(content: bytes):
    with pytest.raises(Corrupt, match="a frame is damaged or incomplete"):
        decode_frame(content)


def test_a_frame_of_nothing_but_its_header_is_a_frame():
    assert len(decode_frame(gzip_bomb(0, frame_header(0))).positions) == 0


def test_frames_hold_as_many_samples_as_may_be_logged():
    assert MOST_SAMPLES == MAX_SAMPLES


@pytest.mark.parametrize(
    ("changes", "array"),
    [({"n_samples": 2**31 - 1}, "labels"), ({"n_samples": -1}, "labels"), ({"n_classes": 2**30, "class_names": []}, "labels")],
    ids=str,
)
def test_a_probe_set_of_more_than_can_be_is_refused_though_its_arrays_have_holes_enough(tmp_path: Path, changes: dict, array: str):
    directory = tmp_path / "plugins/timetravel/probe"
    write_probe(tmp_path)
    (directory / f"{array}.npy").write_bytes(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (2147483647,), }"))
    os.truncate(directory / f"{array}.npy", 2**34)
    record = json.loads((directory / "probe.json").read_bytes())
    (directory / "probe.json").write_text(json.dumps(record | changes))
    with pytest.raises(Corrupt, match="not a readable Probe record"):
        open_reader(str(directory)).probe()


IN_PLACE_OF = ("probe.json", "labels.npy", "steps/*.json", "steps/*.npy", "thumbnails/*.png", "films/*/film.json", "films/*/*.gz")


@pytest.mark.parametrize("name", IN_PLACE_OF)
@pytest.mark.parametrize("kind", ["pipe", "directory", "device", "loop"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, name: str, kind: str):
    write_events(tmp_path / "digits")
    directory = tmp_path / "digits/plugins/timetravel/probe"
    write_film(write_probe(tmp_path / "digits"))
    path = sorted(directory.glob(name))[-1]
    path.unlink()
    place: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(path),
        "directory": path.mkdir,
        "device": lambda: path.symlink_to("/dev/zero"),
        "loop": lambda: path.symlink_to(path.name),
    }
    place[kind]()
    served = serve(tmp_path)
    for route in ("runs", "run", "samples", "thumbnails", "film", "history", "selections", "neighbors", "fit"):
        response = served.get(route, run="digits", tag="probe", film=FILM, step=STEPS[-1], sample=0, samples=0, k=3, page=0)
        assert response.status_code < 500, response.data
    with pytest.raises((NotFound, Corrupt)):
        read_bytes(str(path))


def test_pictures_that_pillow_would_hand_to_another_program_are_refused(tmp_path: Path):
    path = tmp_path / "0.png"
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "EPS")
    path.write_bytes(buffer.getvalue())
    with pytest.raises(Corrupt, match="not a readable picture"):
        open_picture(str(path))


def test_log_of_a_fit_is_read_from_its_end_however_long_it_is(tmp_path: Path):
    directory = write_probe(tmp_path)
    path = tmp_path / "plugins/timetravel/probe/fit.log"
    path.write_bytes(b"")
    os.truncate(path, 2**36)
    with path.open("ab") as file:
        file.write(b"\nRuntimeError: the last word\n")
    assert StatusFile(directory).last_words()[-1] == "RuntimeError: the last word"


def test_limits_of_memory_hold_here():
    """Else the test of the bombs says nothing."""
    code = f"import resource; resource.setrlimit(resource.RLIMIT_DATA, ({ROOM}, {ROOM})); bytes({2 * ROOM})"
    assert b"MemoryError" in subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).stderr
