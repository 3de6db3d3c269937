"""The store on paths with a scheme: in memory, and on a real S3."""

from __future__ import annotations

import os
import threading
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel.errors import Corrupt, FitRunning, NotFound, NotWritable, Unreachable
from tb_timetravel.log.recorder import TimeTravel
from tb_timetravel.schema import FitStatus
from tb_timetravel.store import FilmStore, FitLock, SelectionsFile, StatusFile, find_probes, lease, open_reader, probe_directory
from tb_timetravel.store.files import exists, listdir, read_bytes, read_chunks, read_record, size_and_time, stamp, write_bytes, write_record
from tb_timetravel.store.status import is_held
from tests.object_store import running_s3
from tests.store.records import KEY, N, make_film, write_run

fsspec = pytest.importorskip("fsspec", reason="memory:// is fsspec's; torch brings it")
local = pytest.importorskip("fsspec.implementations.local")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with running_s3() as url:
        yield url


@pytest.fixture(params=["memory", "s3"])
def root(request: pytest.FixtureRequest) -> str:
    base = "memory://logs" if request.param == "memory" else request.getfixturevalue("s3")
    return f"{base}/{uuid.uuid4().hex}"  # what nobody can remove must not be met by the next test


def test_a_file_is_written_whole_and_read_back(root: str):
    path = f"{root}/a/b/file"
    assert not exists(path)
    for content in (b"first\0", b"", bytes(range(256)) * 100):
        write_bytes(path, content)
        assert read_bytes(path) == content
        assert size_and_time(path) == (len(content), 0.0)
        assert b"".join(read_chunks(path, 1000)) == content
    assert exists(path)
    assert exists(f"{root}/a")
    assert listdir(f"{root}/a/b") == ["file"]
    assert listdir(root) == ["a"]
    assert (stamp(path) or (0,))[0] == 25600
    assert stamp(f"{root}/a") is None


@pytest.mark.parametrize("base", ["memory://large", ""])
def test_a_file_that_is_larger_than_its_kind_can_be_is_refused_wherever_it_lies(base: str, tmp_path: Path):
    path = f"{base or tmp_path}/{uuid.uuid4().hex}"
    write_bytes(path, b"0123456789")
    assert read_bytes(path, most=10) == b"0123456789"
    with pytest.raises(Corrupt, match=r"at most 9 bytes in .*, found 10; remove it"):
        read_bytes(path, most=9)


def test_what_is_not_there_is_said_so(root: str):
    assert listdir(f"{root}/nowhere") == []
    write_bytes(f"{root}/file.json", b"{}")
    for name in ("nothing", "file"):  # S3 knows names by their beginnings
        with pytest.raises(NotFound, match="found none"):
            read_bytes(f"{root}/{name}")


def test_a_run_is_logged_found_and_read(root: str):
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(2, 30, 5)).astype(np.float32)
    with SummaryWriter(f"{root}/exp/a run#%") as writer:
        film = TimeTravel(writer, labels=np.arange(30) % 3, tag="fc 1")
        for step in (0, 7):
            film.log_arrays(step, arrays[step // 7], arrays[step // 7, :, :3])
    (found,) = find_probes(root)
    assert found[:2] == ("exp/a run#%", "fc 1")
    reader = open_reader(found.directory)
    assert [step.step for step in reader.steps()] == [0, 7]
    np.testing.assert_array_equal(reader.read(reader.probe(), reader.steps()[1]).representations, arrays[1])
    assert find_probes(f"{root}/exp/a run#%")[0].run == "."
    assert any("tfevents" in name for name in listdir(f"{root}/exp/a run#%"))


def test_films_statuses_and_selections_are_kept(root: str):
    directory = probe_directory(f"{root}/run", "probe")
    write_run(directory)
    store = FilmStore(directory)
    frame = store.write_frame(KEY, 0, b"frame")
    store.write_film(make_film())
    assert [film.film for film in store.films()] == [KEY]
    assert store.frame(KEY, 0, frame) == b"frame"
    SelectionsFile(directory).save("a", [(0, 2)], N)
    assert SelectionsFile(directory).read(N)[0].ranges == ((0, 2),)
    with FitLock(directory):
        StatusFile(directory).write(FitStatus(state="running"))
        assert StatusFile(directory).read().state == "running"
        with pytest.raises(FitRunning, match="already running"), FitLock(directory):
            pytest.fail("two fits at once")
    assert StatusFile(directory).read().state == "failed"
    with FitLock(directory):
        assert is_held(directory)
    assert not is_held(directory)


def test_a_fit_on_another_machine_is_running_until_it_falls_silent(s3: str, monkeypatch: pytest.MonkeyPatch):
    directory = probe_directory(f"{s3}/elsewhere/run", "probe")
    path, now = f"{directory}/fit.lock", [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    with FitLock(directory):
        claim = read_record(path, lease._Claim)
    assert claim.renewed_at == 1000.0
    lease.write_record(path, replace(claim, machine="another"))
    StatusFile(directory).write(FitStatus(state="running"))
    assert is_held(directory)
    assert StatusFile(directory).read().state == "running"
    with pytest.raises(FitRunning), FitLock(directory):
        pytest.fail("two fits at once")
    now[0] += lease.SILENT_S
    assert StatusFile(directory).read().state == "failed"
    with FitLock(directory):
        pass


def test_of_two_that_claim_at_once_one_is_refused(s3: str, monkeypatch: pytest.MonkeyPatch):
    path = f"{s3}/race/fit.lock"
    other = lease.Lease(path, "another")
    monkeypatch.setattr("time.sleep", lambda _: other._write(1e12))  # it wrote while this one waited
    with pytest.raises(FitRunning, match="taken in this moment"):
        lease.Lease(path, "this").take()


def test_a_claim_is_renewed_while_it_is_held(s3: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lease, "_RENEW_S", 0.02)
    monkeypatch.setattr(lease, "_SETTLE_S", 0.0)
    path = f"{s3}/renewed/fit.lock"
    held = lease.Lease(path, "this")
    held.take()
    first = read_record(path, lease._Claim).renewed_at or 0.0
    for _ in range(200):
        if (read_record(path, lease._Claim).renewed_at or 0.0) > first:
            break
    else:
        pytest.fail("never renewed")
    assert lease.is_alive(path, "another")
    assert not lease.is_alive(path, "this")
    held.give_back()
    assert not lease.is_alive(path, "another")


def test_a_renewal_on_its_way_does_not_outlive_the_claim(monkeypatch: pytest.MonkeyPatch):
    on_its_way, may_land, path = threading.Event(), threading.Event(), f"memory://{uuid.uuid4().hex}/fit.lock"

    def write_slowly(path: str, record: lease._Claim) -> None:
        if threading.current_thread().name == "timetravel-lease":
            on_its_way.set()
            may_land.wait(30)
        write_record(path, record)

    monkeypatch.setattr(lease, "_RENEW_S", 0.01)
    monkeypatch.setattr(lease, "_SETTLE_S", 0.0)
    monkeypatch.setattr(lease, "write_record", write_slowly)
    held = lease.Lease(path, "this")
    held.take()
    renewing = next(thread for thread in threading.enumerate() if thread.name == "timetravel-lease")
    assert on_its_way.wait(30)
    giving_back = threading.Thread(target=held.give_back)
    giving_back.start()
    giving_back.join(0.2)  # time for it to overtake, if it could
    may_land.set()
    giving_back.join(30)
    renewing.join(30)
    assert not lease.is_alive(path, "another")


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_is_a_sentence():
    with pytest.raises(Unreachable, match=r"s3://nowhere/run.* cannot be read: .*NoSuchBucket"):
        listdir("s3://nowhere/run")
    with pytest.raises(NotWritable, match=r"s3://nowhere/run/x cannot be written: .*NoSuchBucket"):
        write_bytes("s3://nowhere/run/x", b"")


@pytest.mark.usefixtures("s3")
def test_a_store_that_may_only_be_read_names_the_flag():
    with pytest.raises(NotWritable, match="--timetravel_cache DIR"), FitLock("s3://nowhere/run/plugins/timetravel/probe"):
        pytest.fail("locked what cannot be written")


def test_a_scheme_without_its_package_names_the_package():
    with pytest.raises(Unreachable, match=r"nosuch://x/y cannot be read: nosuch:// needs fsspec"):
        exists("nosuch://x/y")


class Remembering(local.LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """Keeps a listing for good, as s3fs and gcsfs do."""

    protocol = "remembering"

    def ls(self, path: str, detail: bool = False, **more: Any) -> Any:
        path = self._strip_protocol(path)
        if path not in self.dircache:
            self.dircache[path] = super().ls(path, detail=True, **more)
        return self.dircache[path] if detail else [entry["name"] for entry in self.dircache[path]]

    def invalidate_cache(self, path: str | None = None) -> None:
        self.dircache.pop(path, None)

    @classmethod
    def _strip_protocol(cls, path: str) -> Any:
        return super()._strip_protocol(os.fspath(path).removeprefix("remembering://"))


def test_what_another_process_wrote_is_seen_although_the_file_system_remembers_listings(tmp_path: Path):
    fsspec.register_implementation("remembering", Remembering, clobber=True)
    directory = f"remembering://{tmp_path}"
    assert listdir(directory) == []
    (tmp_path / "new").write_text("")
    assert listdir(directory) == ["new"]
