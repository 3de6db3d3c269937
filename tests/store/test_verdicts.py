"""Verdicts on labels: what is kept, and what is refused with a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tb_timetravel.errors import Corrupt, InvalidData, StoreError, UnsupportedVersion
from tb_timetravel.store import DynamicsReader, VerdictsFile, set_cache
from tests.serve.served import N_SAMPLES, write_probe

if TYPE_CHECKING:
    from tb_timetravel.schema import Probe


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return write_probe(tmp_path / "digits")


@pytest.fixture
def probe(directory: str) -> Probe:
    return DynamicsReader(directory).probe()


def test_what_was_said_is_kept_until_it_is_taken_back(directory: str, probe: Probe):
    file = VerdictsFile(directory)
    assert file.read(probe) == {}
    assert file.save({7: True, 3: False}, probe) == {3: False, 7: True}
    assert file.save({7: None, 3: True, 9: False, 11: None}, probe) == {3: True, 9: False}
    assert VerdictsFile(directory).read(probe) == {3: True, 9: False}


@pytest.mark.parametrize("position", [-1, N_SAMPLES])
def test_a_verdict_on_a_sample_that_is_not_there_is_refused(directory: str, probe: Probe, position: int):
    with pytest.raises(InvalidData, match=f"0 to {N_SAMPLES - 1}, got {position}"):
        VerdictsFile(directory).save({3: True, position: True}, probe)
    assert VerdictsFile(directory).read(probe) == {}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"format_version": 99}, UnsupportedVersion, "upgrade"),
        ({"samples": "f" * 16}, Corrupt, "other samples"),
        ({"fine": [3]}, Corrupt, "twice"),
        ({"fine": [N_SAMPLES]}, Corrupt, "not there"),
        ({"fine": [-1]}, Corrupt, "not a readable Verdicts"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_believed_is_a_sentence_and_is_not_overwritten(
    directory: str, probe: Probe, change: dict, error: type[StoreError], words: str
):
    VerdictsFile(directory).save({3: True}, probe)
    path = Path(directory, "verdicts.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    before = path.read_bytes()
    for use in (lambda: VerdictsFile(directory).read(probe), lambda: VerdictsFile(directory).save({4: True}, probe)):
        with pytest.raises(error, match=words):
            use()
    assert path.read_bytes() == before


def test_a_half_written_file_is_a_sentence(directory: str, probe: Probe):
    VerdictsFile(directory).save({3: True}, probe)
    path = Path(directory, "verdicts.json")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(Corrupt, match="not a readable"):
        VerdictsFile(directory).read(probe)


def test_verdicts_on_samples_that_changed_are_not_taken_for_those_on_the_new_ones(directory: str, probe: Probe):
    VerdictsFile(directory).save({3: True}, probe)
    with pytest.raises(Corrupt, match="other samples or labels"):
        VerdictsFile(directory).read(replace(probe, version="0" * 16))


def test_a_cache_starts_with_what_lies_beside_the_run(directory: str, probe: Probe, tmp_path: Path):
    VerdictsFile(directory).save({3: True}, probe)
    set_cache(str(tmp_path / "cache"))
    try:
        assert VerdictsFile(directory).save({4: False}, probe) == {3: True, 4: False}
        assert VerdictsFile(directory).read(probe) == {3: True, 4: False}
    finally:
        set_cache(None)
    assert VerdictsFile(directory).read(probe) == {3: True}
