"""Everything that reads a logdir, one after another: what each raises must be an error of ours, what each answers must be no 5xx."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tb_timetravel.errors import TimeTravelError
from tb_timetravel.export import Source, write_page
from tb_timetravel.frame import decode_frame
from tb_timetravel.store import FilmStore, SelectionsFile, StatusFile, find_probes, open_reader
from tests.serve.served import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.serve.served import Served


def try_it(call: Callable[[], Any]) -> Any:
    """Call, and give None where the answer is an error of ours."""
    with contextlib.suppress(TimeTravelError):
        return call()


def read_everything(logdir: Path, out: Path) -> None:
    """Read all probe sets and films of a logdir, or of a run, as the fit, the exports and the commands do."""
    for place in try_it(lambda: find_probes(str(logdir))) or ():
        _read_samples(place.directory)
        try_it(lambda place=place: _read_films(place.run, place.tag, place.directory, out))
        try_it(lambda place=place: _read_status(StatusFile(place.directory)))
        try_it(lambda place=place: SelectionsFile(place.directory).read(40))


def _read_status(file: StatusFile) -> None:
    file.last_words()
    file.cancel_requested(file.read())


def _read_samples(directory: str) -> None:
    reader = try_it(lambda: open_reader(directory))
    probe = try_it(reader.probe) if reader is not None else None
    if probe is None:
        return
    for read in (reader.labels, reader.ids, reader.splits, reader.columns, lambda probe: reader.column(probe, 0)):
        try_it(lambda read=read: read(probe))
    for page in (0, 1):
        try_it(lambda page=page: reader.thumbnails(page))
        try_it(lambda page=page: reader.texts(page))
    for step in try_it(reader.steps) or ():
        try_it(lambda step=step: reader.read(probe, step))
        try_it(lambda step=step: reader.wall_time(step))


def _read_films(run: str, tag: str, directory: str, out: Path) -> None:
    store = FilmStore(directory)
    reader = try_it(lambda: open_reader(directory))
    probe = try_it(reader.probe) if reader is not None else None
    for film in try_it(store.films) or ():
        try_it(lambda film=film: store.visualizer(film.film))
        try_it(lambda film=film: store.stage(film.film, "graph"))
        for step in film.steps:
            try_it(lambda film=film, step=step: decode_frame(store.frame(film.film, step.step, step.frame)))
            try_it(lambda film=film, step=step: store.embedding(film.film, step.step, 40))
            try_it(lambda film=film, step=step: store.sample_fidelity(film.film, step.step, 40))
        if probe is not None:
            try_it(lambda film=film: store.history(film, probe.n_samples, probe.n_classes))
            source = Source(run=run, tag=tag, reader=reader, films=store, film=film, probe=probe, steps=film.steps)
            try_it(lambda source=source: write_page(source, os.fspath(out)))


def addresses(served: Served, *, only: str | None = None) -> list[str]:
    """Name one address of every route that sends something of a run, for each run that is listed, or for one, and each of its films."""
    found = [PREFIX + "runs"]
    answer = served.get("runs")
    assert answer.status_code == 200, answer.data
    for run in (run for run in answer.json["runs"] if only in (None, run["run"])):
        for tag in run["tags"]:
            found += _of_probe(served, {"run": run["run"], "tag": tag["tag"]})
        found.append(_address("scalar_tags", {"run": run["run"]}))
        found.append(_address("scalars", {"run": run["run"], "tag": "loss/train"}))
    return found


def _of_probe(served: Served, probe: dict[str, str]) -> Iterator[str]:
    for route in ("run", "branches", "fit", "samples", "selections", "columns"):
        yield _address(route, probe)
    for page in (0, 1):
        yield _address("thumbnails", {**probe, "page": page})
        yield _address("texts", {**probe, "page": page})
        yield _address("column_values", {**probe, "column": page})
    described = served.get("run", **probe)
    if described.status_code != 200:
        return
    steps = described.json["steps"]
    if steps:
        yield _address("neighbors", {**probe, "step": steps[-1], "samples": "0,1", "k": 5})
    for film in described.json["films"]:
        yield from _of_film(served, {**probe, "film": film["film"]})


def _of_film(served: Served, film: dict[str, str]) -> Iterator[str]:
    yield _address("film", film)
    yield _address("history", {**film, "sample": 3})
    yield _address("territory", {**film, "step": 0})
    answer = served.get("film", **film)
    if answer.status_code != 200:
        return
    x_min, x_max, y_min, y_max = answer.json["extent"]
    window = {"x_min": x_min, "x_max": (x_min + x_max) / 2, "y_min": y_min, "y_max": (y_min + y_max) / 2, "resolution": 16}
    for step in answer.json["steps"][-1:]:
        at = {**film, "step": step["step"], "v": step["frame"]}
        yield _address("frame", at)
        yield _address("territory", at)
        for column in ("flips", "trustworthiness"):
            yield _address("sample_values", {**at, "column": column})
        yield _address("territory_part", {**at, **{key: _decimal(value) for key, value in window.items()}})


def _decimal(value: float) -> str:
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def _address(route: str, arguments: dict[str, Any]) -> str:
    return f"{PREFIX}{route}?{urlencode(arguments)}"


def ask(served: Served, known: list[str], run: str) -> None:
    """Ask of a run what was there once, and what is there now; every answer is whole, and none is a 5xx."""
    served.plugin._routes = None  # and with it what it remembers of the run a moment ago
    of_run = [address for address in known if urlencode({"run": run}) in address]
    for address in dict.fromkeys([*of_run, *addresses(served, only=run)]):
        response = served.client.get(address)
        assert response.status_code < 500, (address, response.data)
        if response.status_code >= 400:
            assert response.json["error"], address
