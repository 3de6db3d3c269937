"""What training logged survives whatever happens to the writer, and nothing that lies on disk is trusted."""

from __future__ import annotations

import io
import os
import pickle
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel.errors import Corrupt, InvalidData, NotFound, UnsupportedVersion
from tb_timetravel.store import DynamicsReader, DynamicsWriter, data_fingerprint
from tb_timetravel.store.dynamics import n_pages
from tests.store.records import C, D, N, make_probe, make_samples, make_snapshot, write_run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_probe_is_read_back_field_by_field(tmp_path: Path):
    write_run(tmp_path)
    reader, samples = DynamicsReader(str(tmp_path)), make_samples()
    probe = reader.probe()
    assert probe == make_probe()
    np.testing.assert_array_equal(reader.labels(probe), samples.labels)
    np.testing.assert_array_equal(reader.ids(probe), samples.ids)
    np.testing.assert_array_equal(reader.splits(probe), samples.splits)
    assert reader.texts(0) == list("abcdef")


@pytest.mark.parametrize("bare", [False, True])
def test_a_step_is_read_back_array_by_array(tmp_path: Path, bare: bool):
    writer, snapshot = write_run(tmp_path, ()), make_snapshot(7, bare=bare)
    step = writer.write_step(snapshot, wall_time=12.5)
    reader = DynamicsReader(str(tmp_path))
    found = reader.read(reader.probe(), step)
    np.testing.assert_array_equal(found.representations, snapshot.representations)
    assert reader.record(step).wall_time == 12.5
    if bare:
        assert found.logits is found.head is None
    else:
        np.testing.assert_array_equal(found.logits, snapshot.logits)
        for stored, given in zip(found.head, snapshot.head, strict=True):
            np.testing.assert_array_equal(stored, given)


def test_representations_are_mapped_and_not_loaded(tmp_path: Path):
    write_run(tmp_path)
    reader = DynamicsReader(str(tmp_path))
    assert isinstance(reader.read(reader.probe(), reader.steps()[0]).representations, np.memmap)


def test_steps_come_in_numerical_order_however_they_were_logged(tmp_path: Path):
    write_run(tmp_path, (100, 5, 999_999_999_999, 20))
    assert [step.step for step in DynamicsReader(str(tmp_path)).steps()] == [5, 20, 100, 999_999_999_999]


def test_a_step_that_is_logged_again_is_replaced_and_its_files_go(tmp_path: Path):
    writer = write_run(tmp_path)
    n_files = len(list((tmp_path / "steps").iterdir()))
    again = make_snapshot(1, seed=99)
    writer.write_step(again, wall_time=2.0)
    reader = DynamicsReader(str(tmp_path))
    assert [(step.step, step.revision) for step in reader.steps()] == [(0, 0), (1, 1)]
    np.testing.assert_array_equal(reader.read(reader.probe(), reader.steps()[1]).representations, again.representations)
    assert len(list((tmp_path / "steps").iterdir())) == n_files


class Killed(BaseException):
    """As if the process were gone: nothing catches it on purpose."""


def kill_at(monkeypatch: pytest.MonkeyPatch, function: str, n: int) -> None:
    real, calls = getattr(os, function), []

    def replaced(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == n:
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(os, function, replaced)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])  # four arrays and the record
@pytest.mark.parametrize("step", [1, 2], ids=["again", "new"])
def test_a_writer_killed_at_any_point_leaves_every_step_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int, step: int):
    writer = write_run(tmp_path)
    reader = DynamicsReader(str(tmp_path))
    before = reader.steps()
    with monkeypatch.context() as killer:
        kill_at(killer, "replace", n)
        with pytest.raises(Killed):
            writer.write_step(make_snapshot(step, seed=9), wall_time=2.0)
    assert reader.steps() == before
    for logged in before:
        np.testing.assert_array_equal(reader.read(reader.probe(), logged).logits, make_snapshot(logged.step).logits)
    writer.write_step(make_snapshot(step, seed=9), wall_time=2.0)
    np.testing.assert_array_equal(reader.read(reader.probe(), reader.steps()[step]).logits, make_snapshot(step, seed=9).logits)


def test_five_files_make_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kill_at(monkeypatch, "replace", 4 + 1 + 5 + 1)  # three arrays, a page, the probe; then a step
    write_run(tmp_path, (0,))
    assert len(DynamicsReader(str(tmp_path)).steps()) == 1


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_a_writer_killed_while_it_removes_an_old_revision_leaves_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int):
    writer = write_run(tmp_path)
    with monkeypatch.context() as killer:
        kill_at(killer, "unlink", n)
        with pytest.raises(Killed):
            writer.write_step(make_snapshot(1, seed=9), wall_time=2.0)
    reader = DynamicsReader(str(tmp_path))
    np.testing.assert_array_equal(reader.read(reader.probe(), reader.steps()[1]).logits, make_snapshot(1, seed=9).logits)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_a_probe_exists_only_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int):
    writer = DynamicsWriter(str(tmp_path))
    with monkeypatch.context() as killer:
        kill_at(killer, "replace", n)
        with pytest.raises(Killed):
            writer.write_probe(make_probe(), make_samples())
    with pytest.raises(NotFound):
        DynamicsReader(str(tmp_path)).probe()
    writer.write_probe(make_probe(), make_samples())
    assert DynamicsReader(str(tmp_path)).texts(0)


def test_a_failed_write_leaves_no_parts_and_no_orphans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    writer = write_run(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    real, calls = os.fsync, []

    def full_at_the_third(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError("disk full")
        real(descriptor)

    monkeypatch.setattr("os.fsync", full_at_the_third)
    with pytest.raises(OSError, match="disk full"):
        writer.write_step(make_snapshot(2), wall_time=2.0)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_same_probe_may_be_written_again_and_stays(tmp_path: Path):
    writer = write_run(tmp_path)
    before = (tmp_path / "probe.json").stat().st_mtime_ns
    writer.write_probe(make_probe(), make_samples())
    assert (tmp_path / "probe.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"n_samples": 7}, "expected 6 samples × 4 features, 3 classes, with logits as logged .* got 7 samples"),
        ({"n_features": 5}, "got 6 samples × 5 features"),
        ({"has_logits": False}, "3 classes, without logits"),
        ({"version": "0" * 16}, "the samples differ"),
    ],
)
def test_another_probe_in_the_same_place_is_refused(tmp_path: Path, changes: Any, sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        write_run(tmp_path).write_probe(make_probe(**changes), make_samples())


def change_number(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def test_a_newer_version_is_refused_with_a_sentence(tmp_path: Path):
    write_run(tmp_path)
    change_number(tmp_path / "probe.json", b'"format_version": 1', b'"format_version": 2, "n_moons": []')
    with pytest.raises(UnsupportedVersion, match="has format version 2, this tb_timetravel reads up to 1; upgrade it"):
        DynamicsReader(str(tmp_path)).probe()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format_version": 1}', b'{"format_version": "x"}', b"\xff\xfe", b"null"], ids=repr
)
def test_a_damaged_record_is_corrupt(tmp_path: Path, content: bytes):
    write_run(tmp_path)
    (tmp_path / "probe.json").write_bytes(content)
    with pytest.raises(Corrupt, match="not a readable Probe record"):
        DynamicsReader(str(tmp_path)).probe()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"n_samples": 6', b'"n_samples": 0'), (b'"n_classes": 3', b'"n_classes": 4'), (b'"n_samples": 6', b'"n_samples": -1')],
)
def test_a_probe_whose_counts_contradict_each_other_is_corrupt(tmp_path: Path, old: bytes, new: bytes):
    write_run(tmp_path)
    change_number(tmp_path / "probe.json", old, new)
    with pytest.raises(Corrupt):
        DynamicsReader(str(tmp_path)).probe()


class Bomb:
    def __reduce__(self) -> Any:
        return (os.mkdir, ("exploded",))


def header(shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def npy(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


DAMAGED = {
    "pickle": pickle.dumps(Bomb()),
    "pickled objects": npy(np.array([Bomb()] * N, dtype=object), allow_pickle=True),
    "terabytes": header((1 << 40, D)) + bytes(64),
    "promised shape, no data": header((N, D)),
    "cut": npy(np.zeros((N, D), np.float32))[:-1],
    "empty": b"",
    "other shape": npy(np.zeros((N, D + 1), np.float32)),
    "other type": npy(np.zeros((N, D), np.int32)),
    "zip": b"PK\x03\x04" + bytes(40),
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("scheme", ["", "memory:/"])
@pytest.mark.parametrize("kind", DAMAGED)
def test_an_array_that_is_not_what_it_should_be_is_corrupt_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, scheme: str):
    monkeypatch.chdir(tmp_path)
    directory = f"{scheme}{tmp_path}"
    write_run(directory, (0,))
    reader = DynamicsReader(directory)
    write(reader._path(reader.steps()[0], "representations.npy"), DAMAGED[kind])
    begin = time.monotonic()
    with pytest.raises(Corrupt):
        reader.read(reader.probe(), reader.steps()[0])
    assert time.monotonic() - begin < 0.5
    assert not (tmp_path / "exploded").exists()


def write(path: str, content: bytes) -> None:
    from tb_timetravel.store.files import write_bytes

    write_bytes(path, content)


@pytest.mark.parametrize(("name", "value"), [("labels", 3), ("labels", -2), ("splits", 2)])
def test_an_index_without_a_name_is_corrupt(tmp_path: Path, name: str, value: int):
    write_run(tmp_path)
    reader = DynamicsReader(str(tmp_path))
    dtype = np.int32 if name == "labels" else np.uint8
    (tmp_path / f"{name}.npy").write_bytes(npy(np.full(N, value, dtype)))
    with pytest.raises(Corrupt):
        getattr(reader, name)(reader.probe())


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2]", b"\xff"])
def test_a_damaged_page_of_texts_is_corrupt(tmp_path: Path, content: bytes):
    write_run(tmp_path)
    (tmp_path / "texts" / "000000.json").write_bytes(content)
    with pytest.raises(Corrupt, match="not a list of texts"):
        DynamicsReader(str(tmp_path)).texts(0)


def test_what_is_not_there_is_not_found(tmp_path: Path):
    write_run(tmp_path)
    reader = DynamicsReader(str(tmp_path))
    step = reader.steps()[0]
    for look in (lambda: reader.texts(1), lambda: reader.thumbnails(0), lambda: DynamicsReader(str(tmp_path / "none")).probe()):
        with pytest.raises(NotFound):
            look()
    os.unlink(reader._path(step, "logits.npy"))
    with pytest.raises(NotFound):
        reader.logits(reader.probe(), step)


def test_files_of_others_among_the_steps_are_overlooked(tmp_path: Path):
    write_run(tmp_path)
    for name in (".DS_Store", "000000000003.0000.json", "3.0.aaaaaaaaaaaaaaaa.json", ".000000000004.0000.aaaaaaaaaaaaaaaa.json.part"):
        (tmp_path / "steps" / name).write_bytes(b"")
    assert [step.step for step in DynamicsReader(str(tmp_path)).steps()] == [0, 1]


def test_the_fingerprint_is_the_same_for_the_same_data_wherever_it_lies(tmp_path: Path):
    prints = set()
    for place in ("a", "b"):
        write_run(tmp_path / place)
        reader = DynamicsReader(str(tmp_path / place))
        prints.add(data_fingerprint(reader.probe(), reader.steps()))
    assert len(prints) == 1


@pytest.mark.parametrize("change", ["add", "replace 0", "replace 1", "drop", "samples", "renumber"])
def test_the_fingerprint_changes_with_any_step_and_with_the_samples(tmp_path: Path, change: str):
    writer = write_run(tmp_path)
    reader = DynamicsReader(str(tmp_path))
    probe, steps = reader.probe(), reader.steps()
    before = data_fingerprint(probe, steps)
    if change == "add":
        writer.write_step(make_snapshot(2), wall_time=0.0)
    elif change.startswith("replace"):
        writer.write_step(make_snapshot(int(change[-1]), seed=9), wall_time=0.0)
    elif change == "samples":
        probe = make_probe(make_samples(ids=np.arange(N, dtype=np.int32)))
    elif change == "renumber":
        writer = write_run(tmp_path / "other", ())
        writer.write_step(make_snapshot(5, seed=0), wall_time=0.0)
        writer.write_step(make_snapshot(6, seed=1), wall_time=0.0)
        reader = DynamicsReader(str(tmp_path / "other"))
    assert data_fingerprint(probe, steps[:1] if change == "drop" else reader.steps()) != before


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": np.zeros(N, np.int32)},
        {"ids": np.ones(N, np.int32)},
        {"splits": np.ones(N, np.uint8)},
        {"pages": (b"[]",)},
        {"pages": ()},
    ],
)
def test_the_digest_of_the_samples_changes_with_each_part(changes: Any):
    assert make_samples(**changes).digest() != make_samples().digest()
    assert make_samples().digest("fact") != make_samples().digest()
    assert make_samples().digest("ab", "c") != make_samples().digest("a", "bc")


def test_pages_hold_1024_samples():
    assert [n_pages(n) for n in (1, 1024, 1025, 2048)] == [1, 1, 2, 2]
    assert len(make_probe().class_names) == C
