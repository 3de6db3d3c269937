"""What TensorBoard's process keeps from one request to the next: all of it has an end, and its sum is the one that SECURITY.md states."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel.serve.kept import Kept, KeptBytes
from tb_timetravel.serve.locate import Recent
from tests.serve.served import FILM, STEPS, serve, write_events, write_film, write_probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serve.served import Served

MIB = 2**20
# of files, or of paths and numbers: as SECURITY.md lists them
KEPT_OF_FILES = {
    "serve.territory_part._weights": 1,
    "store.projector.checkpoint.find_tensor": 8192,
    "store.projector.config._parse": 64,
    "store.projector.matching._compare": 1024,
    "store.projector.matching.match_samples": 16,
    "store.projector.metadata._parse": 8,
    "store.projector.metadata.columns_of": 4,
    "store.projector.metadata.metadata_digest": 8192,
    "store.projector.reader._facts_of": 8,
    "store.projector.sprite.sprite_pages": 2,
    "store.projector.tensors._first_width": 8192,
    "store.projector.tensors._shape": 8192,
}


@pytest.fixture
def asked(tmp_path: Path) -> Served:
    """Serve two runs, after one question of each kind whose answer is kept."""
    for run in ("one", "two"):
        write_events(tmp_path / run)
        write_film(write_probe(tmp_path / run))
    served, probe = serve(tmp_path), {"run": "one", "tag": "probe"}
    other, shown = {"with_run": "two", "with_tag": "probe"}, served.get("film", **probe, film=FILM).json["steps"][0]
    for route, about in (
        ("samples", {}),
        ("sample_values", {"film": FILM, "step": STEPS[0], "v": shown["frame"], "column": "flips"}),
        ("neighbors", {"step": STEPS[0], "samples": 3, "k": 30}),
        ("near", {"step": STEPS[0], "samples": 3}),
        ("compare", other),
        ("compare_neighbors", {**other, "step": STEPS[0], "with_step": STEPS[0]}),
        ("beside", {}),
    ):
        assert served.get(route, **probe, **about).status_code == 200, route
    return served


def caches_of(holder: Any, kind: type) -> Iterator[Any]:
    """Find the caches that an object of ours holds, and those of its parts."""
    for part in vars(holder).values():
        if isinstance(part, kind):
            yield part
        elif type(part).__module__.startswith("tb_timetravel.") and hasattr(part, "__dict__"):
            yield from caches_of(part, kind)


def all_kept(served: Served) -> list[Kept[Any]]:
    of_modules = [
        part
        for name, module in sys.modules.items()
        if name.startswith("tb_timetravel.serve.")
        for part in vars(module).values()
        if isinstance(part, Kept)
    ]
    return [*{id(cache): cache for cache in (*caches_of(served.plugin._routes, Kept), *of_modules)}.values()]


def size_of(answer: Any) -> int:
    """Tell the bytes of an answer and of all that it is made of."""
    parts = [*answer.keys(), *answer.values()] if isinstance(answer, dict) else answer if isinstance(answer, tuple) else ()
    return sys.getsizeof(answer) + sum(map(size_of, parts))


def fill(cache: Kept[Any]) -> None:
    """Ask for twice as many answers as are kept; each of bytes is a third of the room, the others are as large as real ones."""
    known = [*cache._answers.items()]
    assert known, "ask the route whose answers it keeps"
    key, answer = known[0]
    for number in range(2 * cache._most):
        made = bytes(cache._most_bytes // 3) if isinstance(cache, KeptBytes) else (np.copy(answer) if hasattr(answer, "dtype") else answer)
        cache.get((number, key), lambda made=made: made)


def test_all_answers_that_are_kept_take_no_more_than_is_stated(asked: Served):
    caches = all_kept(asked)
    assert len(caches) >= 8
    total = 0
    for cache in caches:
        fill(cache)
        assert len(cache._answers) == (3 if isinstance(cache, KeptBytes) else cache._most)
        total += sum(size_of(part) for entry in cache._answers.items() for part in entry)
    stated = re.search(r"\*\*at most (\d+) MiB\*\*", (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8"))
    assert stated is not None
    assert 0.75 * int(stated[1]) < total / MIB <= int(stated[1])


def test_an_answer_too_large_to_be_kept_is_given_all_the_same():
    kept, made = KeptBytes(4, 10), []
    for key, size in ((1, 4), (2, 11), (2, 11), (1, 4), (3, 10), (1, 4)):
        assert kept.get(key, lambda size=size: made.append(size) or bytes(size)) == bytes(size)
    assert made == [4, 11, 11, 4, 10, 4]


def test_answers_asked_for_together_are_made_together_in_their_order():
    kept, made = Kept(2), []
    make = lambda keys: made.append(keys) or [10 * key for key in keys]  # noqa: E731
    assert kept.get_all([3, 1, 3, 2], make) == [30, 10, 30, 20]
    assert kept.get_all([2, 4], make) == [20, 40]
    assert made == [[3, 1, 2], [4]]
    assert [*kept._answers] == [2, 4]


def test_listings_have_an_end(asked: Served):
    for recent in caches_of(asked.plugin._routes, Recent):
        for number in range(40):
            recent.get(str(number), dict)
        assert len(recent._answers) == 16


def test_what_is_kept_of_files_is_listed_with_its_largest_number(asked: Served):  # noqa: ARG001  # it imports what serves
    found = {
        f"{name}.{attribute}".removeprefix("tb_timetravel."): part.cache_parameters()["maxsize"]
        for name, module in sys.modules.items()
        if name.startswith(("tb_timetravel.serve", "tb_timetravel.store", "tb_timetravel.insight"))
        for attribute, part in vars(module).items()
        if isinstance(part, functools._lru_cache_wrapper) and part.__module__ == name
    }
    assert found == KEPT_OF_FILES
