from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.export.page_columns import pack_column
from tb_timetravel.store.columns import number_column, words_column
from tests.export.test_page import Page

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(0)


def unpacked(values: np.ndarray) -> np.ndarray:
    content = gzip.decompress(pack_column(number_column("a", np.asarray(values, np.float64))).content)
    return np.frombuffer(content, "<f4" if len(content) == 4 * len(values) else "<f8")


@pytest.mark.parametrize(
    ("values", "width"),
    [
        (RNG.normal(size=200), 4),
        (np.round(RNG.normal(50, 10, 200), 2), 4),
        (np.arange(1900, 2100), 4),
        (2**24 + np.arange(200), 8),  # float32 has no odd whole numbers from here on
        (1_764_000_000.5 + np.arange(200.0), 8),  # an afternoon in seconds since 1970, of which float32 knows minutes
        (np.array([1e300, 0.5]), 8),
        (np.array([1e-42, 2e-42]), 8),
        (np.array([0.1, 0.1]), 8),  # of no span at all
        (np.full(5, np.nan), 4),
        (np.array([np.nan, 1.5, np.inf, -np.inf]), 4),
    ],
)
def test_numbers_take_the_room_that_they_need(values: np.ndarray, width: int):
    found = unpacked(values)
    assert found.itemsize == width
    known = np.isfinite(values)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    span = np.ptp(values[known]) if known.any() else 0.0
    np.testing.assert_allclose(found[known], values[known], rtol=0, atol=1e-6 * span)
    if width == 8:
        np.testing.assert_array_equal(found, values)


def test_words_are_kept_as_they_are():
    kinds = pack_column(words_column("a", ["x", "", "y", "x"]))
    assert list(gzip.decompress(kinds.content)) == [0, 255, 1, 0]
    texts = pack_column(words_column("a", ["é", "</script>", "", "d"]))
    assert gzip.decompress(texts.content).decode() == '["é","</script>","","d"]'


def test_targets_and_partners_stand_first_and_are_said_to_be_that(tmp_path: Path):
    x = RNG.normal(size=(40, 5))
    targets = TimeTravel(str(tmp_path / "targets"), targets=x[:, 0], columns={"age": np.arange(40)})
    pairs = TimeTravel(str(tmp_path / "pairs"), pairs=np.concatenate([np.arange(20) + 20, np.arange(20)]), columns={"age": np.arange(40)})
    for step in range(2):
        targets.log_arrays(step, x + step, predictions=x[:, 0] * step)
        pairs.log_arrays(step, x + step)
    assert main(["fit", str(tmp_path), "--method", "pca", "--device", "cpu"]) == 0
    found = {}
    for run in ("targets", "pairs"):
        assert main(["export", str(tmp_path / run), str(tmp_path / "film.html")]) == 0
        page = Page((tmp_path / "film.html").read_text(encoding="utf-8"))
        probe = page.facts["probe"]
        names = [column["name"] for column in page.facts["sample_columns"]]
        found[run] = (probe["n_targets"], probe["has_pairs"], names)
    assert found == {"targets": (1, False, ["target", "age"]), "pairs": (0, True, ["partner", "age"])}
    partners = np.frombuffer(gzip.decompress(page.bytes_of("column-0")), "<f4")
    np.testing.assert_array_equal(partners, np.concatenate([np.arange(20) + 20, np.arange(20)]))
