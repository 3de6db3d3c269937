"""What was read for insight, as it lies on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.errors import Corrupt, NotFound, UnsupportedVersion
from tb_timetravel.schema import Insight, InsightColumn, InsightKind
from tb_timetravel.store import InsightStore, set_cache
from tb_timetravel.store.insights import KindEvents

if TYPE_CHECKING:
    from collections.abc import Callable

KEY, N = "a" * 16, 5
INSIGHT = Insight(
    insight=KEY,
    fingerprint="b" * 16,
    film=None,
    n_samples=N,
    has_labels=True,
    created_at=1.0,
    columns=(InsightColumn(name="confidence", low=0.0, high=1.0),),
    evidence=("final_loss", "held_out"),
    steps=(1, 2),
    kinds=(InsightKind(kind="learned", counts=(0, 3)), InsightKind(kind="confidence_jump", counts=(1, 1))),
)
COLUMN = np.array([0.0, 0.25, np.nan, np.inf, 1.0], np.float32)
EVIDENCE = np.arange(N * 2, dtype=np.float32).reshape(N, 2)
EVENTS = {
    "learned": KindEvents(np.array([0, 2, 4], np.int32), np.array([0, 0, 3])),
    "confidence_jump": KindEvents(
        np.array([3, 1], np.int32), np.array([0, 1, 2]), np.array([2, 0], np.int32), np.array([0.75, -0.5], np.float32)
    ),
}


@pytest.fixture
def store(tmp_path: Path) -> InsightStore:
    store = InsightStore(str(tmp_path))
    store.write(INSIGHT, {"confidence": COLUMN}, EVIDENCE, EVENTS)
    return store


def test_what_was_written_is_read(store: InsightStore):
    assert store.insights() == [store.insight(KEY)] == [INSIGHT]
    np.testing.assert_array_equal(store.column(INSIGHT, "confidence"), COLUMN)
    np.testing.assert_array_equal(store.evidence(INSIGHT), EVIDENCE)
    for name, events in EVENTS.items():
        found = store.events(INSIGHT, name)
        for field in ("positions", "offsets", "targets", "sizes"):
            np.testing.assert_array_equal(getattr(found, field), getattr(events, field))
    assert store.is_whole(KEY)


def test_nothing_is_there_before_its_record_is(store: InsightStore):
    Path(store.directory, KEY, "insight.json").unlink()
    assert store.insights() == []
    with pytest.raises(NotFound, match="not stored any more"):
        store.insight(KEY)
    assert not store.is_whole(KEY)


@pytest.mark.parametrize(
    "name", ["column.confidence", "evidence", "event.learned.positions", "event.learned.offsets", "jumps.targets", "jumps.sizes"]
)
def test_an_array_that_is_cut_off_or_gone_is_noticed(store: InsightStore, name: str):
    path = Path(store.directory, KEY, f"{name}.npy")
    path.write_bytes(path.read_bytes()[:-2])
    assert not store.is_whole(KEY)
    path.unlink()
    assert not store.is_whole(KEY)


@pytest.mark.parametrize(
    ("name", "values"),
    [("positions", np.array([0, 2, N], np.int32)), ("positions", np.array([-1, 2, 4], np.int32)), ("offsets", np.array([0, 2, 3]))],
    ids=str,
)
def test_events_that_mean_no_samples_or_other_steps_are_corrupt(store: InsightStore, name: str, values: np.ndarray):
    np.save(Path(store.directory, KEY, f"event.learned.{name}.npy"), values)
    with pytest.raises(Corrupt, match="contradict their record"):
        store.events(INSIGHT, "learned")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"format_version": 99}, UnsupportedVersion),
        ({"insight": "c" * 16}, Corrupt),
        ({"steps": [1, 2, 3]}, Corrupt),
        ({"columns": [{"name": "../../secret", "low": None, "high": None}]}, Corrupt),
        ({"kinds": [{"kind": "learned/..", "counts": [0, 3]}]}, Corrupt),
        ({"kinds": [{"kind": "learned", "counts": [0, -3]}]}, Corrupt),
    ],
    ids=str,
)
def test_a_record_that_cannot_be_believed_is_refused_and_left_out_of_the_list(store: InsightStore, change: dict, error: type[Exception]):
    path = Path(store.directory, KEY, "insight.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(error):
        store.insight(KEY)
    assert store.insights() == []


def test_what_is_not_there_is_named(store: InsightStore):
    with pytest.raises(NotFound, match="expected a column of confidence; got 'el2n'"):
        store.column(INSIGHT, "el2n")
    with pytest.raises(NotFound, match="expected a kind of learned, confidence_jump; got 'closer'"):
        store.events(INSIGHT, "closer")


def test_the_three_newest_stay_and_an_unfinished_one_goes(store: InsightStore, write: Callable[[str, float], None]):
    Path(store.directory, "f" * 16).mkdir()
    Path(store.directory, "f" * 16, "evidence.npy").write_bytes(b"half")
    Path(store.directory, "notes").mkdir()
    for number, key in enumerate("bcd"):
        write(key * 16, 2.0 + number)
    assert [insight.insight[0] for insight in store.insights()] == ["d", "c", "b"]
    assert sorted(path.name[0] for path in Path(store.directory).iterdir()) == ["b", "c", "d", "n"]


@pytest.fixture
def write(store: InsightStore) -> Callable[[str, float], None]:
    return lambda key, at: store.write(replace(INSIGHT, insight=key, created_at=at), {"confidence": COLUMN}, EVIDENCE, EVENTS)


def test_a_cache_shows_what_lies_beside_the_run_and_takes_what_is_new(store: InsightStore, tmp_path: Path):
    set_cache(str(tmp_path / "cache"))
    try:
        cached = InsightStore(str(tmp_path))
        assert cached.insights() == [INSIGHT]
        newer = replace(INSIGHT, insight="e" * 16, created_at=9.0)
        cached.write(newer, {"confidence": COLUMN}, EVIDENCE, EVENTS)
        assert cached.insights() == [newer, INSIGHT]
        np.testing.assert_array_equal(cached.column(INSIGHT, "confidence"), COLUMN)
    finally:
        set_cache(None)
    assert store.insights() == [INSIGHT]
