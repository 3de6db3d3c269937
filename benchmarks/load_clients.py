"""Clients for ``load.py``: each asks over HTTP what the tab asks while somebody plays film after film, and notes how long it waited."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS_PER_S = 4.0  # at which the tab plays, unless told otherwise
PART_EVERY, VALUES_EVERY, POLL_EVERY = 50, 5, 20  # steps from one to the next; a part is asked for where somebody zooms and rests
_OURS = "/data/plugin/timetravel/"
_PATIENCE_S = 120.0
_GZIP = b"\x1f\x8b"


class Clock:
    """How long answers took, in milliseconds, by route; whatever is not answered with 200 is an error of the benchmark."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url).netloc
        self.waited: dict[str, list[float]] = {}
        self.n_bytes = 0
        self._lock = threading.Lock()

    def get(self, path: str, **arguments: object) -> bytes:
        """Ask once, over a connection of its own, as TensorBoard keeps none."""
        connection = http.client.HTTPConnection(self.address, timeout=_PATIENCE_S)
        began = time.perf_counter()
        connection.request("GET", f"{path}?{urlencode(arguments)}", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        content = response.read()
        took = 1000 * (time.perf_counter() - began)
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"expected 200 of {path} {arguments}, got {response.status}: {content[:200]!r}")
        with self._lock:
            self.waited.setdefault(path.removeprefix(_OURS), []).append(took)
            self.n_bytes += len(content)
        return content

    def json(self, path: str, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        """Ask for JSON, which TensorBoard compresses."""
        content = self.get(path, **arguments)
        return json.loads(gzip.decompress(content) if content.startswith(_GZIP) else content)

    def ours(self, route: str, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        """Ask one of the tab's routes for JSON."""
        return self.json(_OURS + route, **arguments)


def watch_films(clock: Clock, until: float, seed: int) -> None:
    """Open a run, play its film to the end at the tab's own pace, go on to another, until a time of ``time.monotonic``."""
    rng = random.Random(seed)  # noqa: S311  # which run comes next is no secret
    while time.monotonic() < until:
        run = rng.choice(clock.ours("runs")["runs"])
        place = {"run": run["run"], "tag": run["tags"][0]["tag"]}
        probe = clock.ours("run", **place)
        film = clock.ours("film", **place, film=probe["film"])
        clock.get(f"{_OURS}samples", **place, v=probe["samples"])
        for tag in clock.ours("scalar_tags", run=run["run"])["scalars"]:
            clock.ours("scalars", run=tag["run"], tag=tag["tag"])
        clock.ours("selections", **place)
        clock.ours("insight", **place, film=film["film"])
        _play(clock, place, film, until)


def _play(clock: Clock, place: dict[str, Any], film: dict[str, Any], until: float) -> None:
    x_min, x_max, y_min, y_max = film["extent"]
    window = {"x_min": x_min / 4, "x_max": x_max / 4, "y_min": y_min / 4, "y_max": y_max / 4}  # the extent is centred on 0
    due = time.monotonic()
    for number, step in enumerate(film["steps"]):
        if time.monotonic() >= until:
            return
        shown = {**place, "film": film["film"], "step": step["step"], "v": step["frame"]}
        clock.get(f"{_OURS}frame", **shown)
        if number % VALUES_EVERY == 0:
            clock.get(f"{_OURS}sample_values", **shown, column="neighborhood_preservation")
        if number % PART_EVERY == 0:
            clock.get(f"{_OURS}territory_part", **shown, **window, resolution=256)
        if number % POLL_EVERY == 0:
            clock.ours("run", **place)
        due = max(due + 1 / STEPS_PER_S, time.monotonic() - 1)  # who was kept waiting does not catch up all at once
        time.sleep(max(0.0, due - time.monotonic()))


def watch_scalars(clock: Clock, until: float, pause_s: float, seed: int = 0) -> None:
    """Ask what TensorBoard's own scalars tab asks, again and again until a time of ``time.monotonic``."""
    rng = random.Random(seed)  # noqa: S311  # which run comes next is no secret
    runs = [run for run, tags in clock.json("/data/plugin/scalars/tags").items() if tags]
    while time.monotonic() < until:
        clock.get("/data/plugin/scalars/scalars", run=rng.choice(runs), tag="loss/train")
        time.sleep(pause_s)


def at_once(tasks: list[Callable[[], None]]) -> None:
    """Run tasks in a thread each; an error in one is raised when all have ended."""
    errors: list[BaseException] = []

    def run(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:  # raised below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
