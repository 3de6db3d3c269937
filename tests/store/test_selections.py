"""Selections that were saved, as they are read back."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from tb_timetravel.errors import Corrupt, InvalidData, NotFound, UnsupportedVersion
from tb_timetravel.store import SelectionsFile, selections
from tb_timetravel.store.selections import MAX_SELECTIONS

if TYPE_CHECKING:
    from pathlib import Path

N = 100


@pytest.fixture
def file(tmp_path: Path) -> SelectionsFile:
    return SelectionsFile(str(tmp_path))


def names(file: SelectionsFile) -> list[str]:
    return [selection.name for selection in file.read(N)]


def test_nothing_is_saved_at_first(file: SelectionsFile):
    assert file.read(N) == ()


def test_selections_are_read_back_in_order_of_their_names(file: SelectionsFile):
    file.save("b", [(0, 3), (5, 5)], N)
    saved = file.save("a", [(99, 99)], N)
    assert file.read(N) == saved
    assert [(selection.name, selection.ranges) for selection in saved] == [("a", ((99, 99),)), ("b", ((0, 3), (5, 5)))]


def test_a_name_that_is_saved_again_is_replaced(file: SelectionsFile):
    file.save("a", [(0, 3)], N)
    assert [selection.ranges for selection in file.save("a", [(7, 8)], N)] == [((7, 8),)]


def test_a_name_that_is_taken_is_left_alone_where_it_must_not_be_replaced(file: SelectionsFile):
    file.save("a", [(0, 3)], N, replace=False)
    with pytest.raises(InvalidData, match="another name"):
        file.save("a", [(7, 8)], N, replace=False)
    assert [selection.ranges for selection in file.read(N)] == [((0, 3),)]


def test_a_deleted_selection_is_gone_and_the_others_stay(file: SelectionsFile):
    file.save("a", [(0, 3)], N)
    file.save("b", [(0, 3)], N)
    assert file.delete("a", N)[0].ranges == ((0, 3),)
    assert names(file) == ["b"]
    with pytest.raises(NotFound, match="'a'"):
        file.delete("a", N)


@pytest.mark.parametrize("ranges", [[], [(3, 2)], [(0, N)], [(-1, 3)], [(0, 3), (4, 5)], [(5, 6), (0, 1)], [(0, 3), (2, 5)]])
def test_ranges_that_are_not_in_order_and_apart_are_refused(file: SelectionsFile, ranges: list[tuple[int, int]]):
    with pytest.raises(InvalidData, match="in order and apart"):
        file.save("a", ranges, N)
    assert names(file) == []


def test_there_is_an_end_to_how_much_is_kept(file: SelectionsFile, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selections, "MAX_RANGES", 4)
    file.save("a", [(0, 0), (2, 2), (4, 4)], N)
    with pytest.raises(InvalidData, match="pieces"):
        file.save("b", [(0, 0), (2, 2)], N)
    file.save("a", [(0, 0), (2, 2), (4, 4), (6, 6)], N)  # in its own place


def test_there_is_an_end_to_how_many_are_kept(file: SelectionsFile):
    for number in range(MAX_SELECTIONS):
        file.save(f"{number}", [(0, 0)], N)
    with pytest.raises(InvalidData, match="at most 200"):
        file.save("one more", [(0, 0)], N)
    file.save("7", [(1, 1)], N)


def test_those_who_save_at_once_lose_nothing(file: SelectionsFile):
    threads = [threading.Thread(target=file.save, args=(f"{number}", [(0, 0)], N)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(file)) == 20


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{", Corrupt),
        (json.dumps({"format_version": 99, "selections": []}).encode(), UnsupportedVersion),
        (json.dumps({"format_version": 1, "selections": [{"name": "a", "ranges": [[0, N]], "saved_at": 1.0}]}).encode(), Corrupt),
    ],
)
def test_a_damaged_or_newer_file_is_refused_and_not_written_over(
    file: SelectionsFile, tmp_path: Path, content: bytes, error: type[Exception]
):
    (tmp_path / "selections.json").write_bytes(content)
    with pytest.raises(error):
        file.read(N)
    with pytest.raises(error):
        file.save("b", [(0, 0)], N)
    assert (tmp_path / "selections.json").read_bytes() == content
