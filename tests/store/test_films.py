"""What a fit wrote, complete or not, and which film is shown."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.errors import Corrupt, NotFound, UnsupportedVersion
from tb_timetravel.schema import PREVIEW_METHOD
from tb_timetravel.store import FilmStore
from tb_timetravel.store.films import choose_film, class_dtype
from tests.store.records import DATA, KEY, OTHER, N, make_film

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> FilmStore:
    return FilmStore(str(tmp_path))


def test_a_film_is_read_back_field_by_field(store: FilmStore):
    store.write_film(make_film())
    assert store.film(KEY) == make_film()
    assert store.keys() == [KEY]


def test_a_film_exists_only_when_its_record_does(store: FilmStore):
    store.write_frame(KEY, 0, b"frame")
    store.write_embedding(KEY, 0, np.zeros((N, 2), np.float32))
    assert store.keys() == store.films() == []
    with pytest.raises(NotFound):
        store.film(KEY)


def test_a_frame_is_named_by_its_content(store: FilmStore):
    frame, other = store.write_frame(KEY, 3, b"frame"), store.write_frame(KEY, 3, b"other")
    assert frame != other
    assert store.frame(KEY, 3, frame) == b"frame"
    with pytest.raises(NotFound):
        store.frame(KEY, 4, frame)


def test_arrays_of_a_step_are_read_back(store: FilmStore):
    rng = np.random.default_rng(0)
    embedding, fidelity = rng.normal(size=(N, 2)).astype(np.float32), rng.random((N, 4)).astype(np.float16)
    fidelity[0, 0] = np.nan
    store.write_embedding(KEY, 1, embedding)
    store.write_sample_fidelity(KEY, 1, fidelity)
    np.testing.assert_array_equal(store.embedding(KEY, 1, N), embedding)
    np.testing.assert_array_equal(store.sample_fidelity(KEY, 1, N), fidelity)
    with pytest.raises(Corrupt, match="expected"):
        store.embedding(KEY, 1, N + 1)


@pytest.mark.parametrize(("n_classes", "dtype"), [(256, np.uint8), (257, np.uint16)])
def test_the_history_of_predictions_is_read_back(store: FilmStore, n_classes: int, dtype: type):
    assert class_dtype(n_classes) is dtype
    predictions, confidences = np.full((1, N), n_classes - 1, dtype), np.arange(N, dtype=np.uint8)[None]
    store.write_history(KEY, predictions, confidences)
    for found, written in zip(store.history(make_film(), N, n_classes), (predictions, confidences), strict=True):
        np.testing.assert_array_equal(found, written)


def test_weights_and_stages_are_read_back_and_stages_go(store: FilmStore):
    arrays = {"encoder.0": np.eye(3, dtype=np.float32), "n": np.array(5)}
    store.write_visualizer(KEY, arrays)
    store.write_stage(KEY, "graph", arrays)
    for found in (store.visualizer(KEY), store.stage(KEY, "graph")):
        assert found is not None
        assert {name: array.tolist() for name, array in found.items()} == {name: array.tolist() for name, array in arrays.items()}
    store.remove_stages(KEY)
    assert store.stage(KEY, "graph") is None
    assert store.visualizer(KEY)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"noise", b"\x93NUMPY\x01\x00"])
def test_a_damaged_stage_is_made_again_and_damaged_weights_are_corrupt(store: FilmStore, tmp_path: Path, content: bytes):
    store.write_stage(KEY, "graph", {"a": np.eye(2)})
    store.write_visualizer(KEY, {"a": np.eye(2)})
    (tmp_path / "films" / KEY / "stages" / "graph.a.npy").write_bytes(content)
    (tmp_path / "films" / KEY / "visualizer.npz").write_bytes(content)
    assert store.stage(KEY, "graph") is None
    with pytest.raises(Corrupt, match="fit this run again"):
        store.visualizer(KEY)


def test_every_cut_and_every_flipped_byte_of_weights_is_noticed_or_harmless(store: FilmStore, tmp_path: Path):
    store.write_visualizer(KEY, {"a": np.arange(6.0)})
    path = tmp_path / "films" / KEY / "visualizer.npz"
    whole = path.read_bytes()
    for position in range(len(whole)):
        for content in (whole[:position], whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :]):
            path.write_bytes(content)
            try:
                store.visualizer(KEY)
            except Corrupt:
                continue
            assert len(content) == len(whole)  # a flipped byte may lie where zip looks twice; a cut file is never whole


def test_films_come_newest_first_and_an_unreadable_one_hides_no_other(store: FilmStore, tmp_path: Path):
    for number, created_at in enumerate((2.0, 3.0, 1.0)):
        store.write_film(make_film(film=f"{number:016x}", created_at=created_at))
    store.write_film(make_film(film="f" * 16))
    (tmp_path / "films" / ("f" * 16) / "film.json").write_bytes(b"{")
    assert [film.created_at for film in store.films()] == [3.0, 2.0, 1.0]


def test_a_film_in_the_wrong_place_is_corrupt(store: FilmStore, tmp_path: Path):
    store.write_film(make_film())
    (tmp_path / "films" / KEY).rename(tmp_path / "films" / ("f" * 16))
    with pytest.raises(Corrupt, match=f"says it is {KEY}"):
        store.film("f" * 16)


def test_a_film_of_a_newer_version_is_refused(store: FilmStore):
    store.write_film(make_film(format_version=2))
    with pytest.raises(UnsupportedVersion, match="upgrade"):
        store.film(KEY)


@pytest.mark.parametrize("name", ["..", "0123", "0123456789ABCDEF", "stages"])
def test_only_keys_are_looked_into(store: FilmStore, tmp_path: Path, name: str):
    directory = tmp_path / "films" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "film.json").write_bytes(b"{}")
    assert store.keys() == []


FRESH = make_film(film="1" * 16)
FRESH_PREVIEW = make_film(film="2" * 16, method=PREVIEW_METHOD)
STALE = make_film(film="3" * 16, fingerprint=OTHER)
FRESH_LIVE = make_film(film="9" * 16, live=True)
STALE_PREVIEW = make_film(film="4" * 16, fingerprint=OTHER, method=PREVIEW_METHOD)
FRESH_BASELINE = make_film(film="6" * 16, method="pca")
STALE_BASELINE = make_film(film="7" * 16, fingerprint=OTHER, method="pca")
RANKED = [FRESH, FRESH_LIVE, FRESH_BASELINE, FRESH_PREVIEW, STALE, STALE_BASELINE, STALE_PREVIEW]


@pytest.mark.parametrize("best", range(len(RANKED)))
def test_the_best_film_is_shown_whatever_the_order(best: int):
    for films in itertools.permutations(RANKED[best:]):
        assert choose_film(films, DATA) == RANKED[best]


def test_of_old_films_the_newest_is_shown_though_it_is_a_live_one():
    live = make_film(film="8" * 16, fingerprint=OTHER, live=True)
    assert choose_film([live, STALE], DATA) is live


def test_of_equal_films_the_newest_is_shown_and_of_none_none():
    newer = make_film(film="5" * 16)
    assert choose_film([newer, FRESH], DATA) is newer
    assert choose_film([], DATA) is None
