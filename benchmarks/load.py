"""Many people before one TensorBoard: how long the tab's requests take, what they cost another tab, and TensorBoard's memory.

    python benchmarks/load.py                                                                              # some minutes
    python benchmarks/load.py --runs 100 --steps 50 --clients 50 --seconds 300 --large 1000000x64x20      # what RESULTS.md has

A real TensorBoard serves copies of a run to clients that ask, over HTTP, what the tab asks while somebody plays film after film at the
usual four steps a second. Meanwhile one more client looks at TensorBoard's own scalars; how long that one waits is compared with a
TensorBoard without the plugin, idle, and with one where the others look at scalars as well. Memory is the resident size of
TensorBoard's process (Linux). The clients run on the same machine and take their share of it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from load_clients import STEPS_PER_S, Clock, at_once, watch_films, watch_scalars
from load_runs import write_runs
from report import NOT_MEASURED, machine, table, versions, write_section

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tensorboard_process import RunningTensorBoard

_SCALARS_PAUSE_S = 0.2
_LISTING_IS_KEPT_S = 30.0
_WITHOUT = """
from tensorboard import default, main
points = default._iter_entry_points("tensorboard_plugins")
default.get_dynamic_plugins = lambda: [point.load() for point in points if point.name != "timetravel"]
main.run_main()
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What clients waited for, and TensorBoard's memory in MB: before they came, at most, and after they had gone."""

    seconds: float
    ours: Clock
    scalars: Clock
    memory: tuple[float, float, float]


@contextlib.contextmanager
def tensorboard(logdir: Path, n_runs: int, *, with_plugin: bool = True) -> Iterator[RunningTensorBoard]:
    """Serve a logdir, and wait until all its runs are read."""
    main = ("-m", "tensorboard.main") if with_plugin else ("-c", _WITHOUT)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = ("--logdir", str(logdir), "--reload_interval", "30")
        with running_tensorboard(*arguments, output=Path(scratch) / "said", main=main) as board:
            while len(board.json("/data/runs")) < n_runs:
                time.sleep(0.2)
            yield board


def memory_mb(pid: int, field: str) -> float:
    """Read VmRSS (now) or VmHWM (at most so far) of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def list_seconds(board: RunningTensorBoard) -> tuple[float, float]:
    """Time the first listing of all runs, which also loads what the plugin needs, and one made anew later."""
    took = []
    for pause in (0.0, _LISTING_IS_KEPT_S):
        time.sleep(pause)
        began = time.perf_counter()
        board.json("/data/plugin/timetravel/runs")
        took.append(time.perf_counter() - began)
    return took[0], took[1]


def put_under_load(board: RunningTensorBoard, *, clients: int, seconds: float, films: bool = True) -> Measured:
    """Let so many clients watch films, or else scalars, and one more scalars."""
    before = memory_mb(board.pid, "VmRSS")
    ours, scalars = Clock(board.url), Clock(board.url)
    began = time.monotonic()
    until = began + seconds
    crowd = [
        partial(watch_films, ours, until, i) if films else partial(watch_scalars, ours, until, 1 / STEPS_PER_S, i) for i in range(clients)
    ]
    at_once([*crowd, partial(watch_scalars, scalars, until, _SCALARS_PAUSE_S)])
    took = time.monotonic() - began
    time.sleep(1.0)
    memory = before, memory_mb(board.pid, "VmHWM"), memory_mb(board.pid, "VmRSS")
    return Measured(seconds=took, ours=ours, scalars=scalars, memory=memory)


def latencies(values: list[float]) -> list[str]:
    """Write median and 95th percentile, in milliseconds."""
    return [f"{np.percentile(values, share):.1f}" for share in (50, 95)] if values else [NOT_MEASURED] * 2


def rate(measured: Measured) -> str:
    """Write requests and MB per second."""
    n = sum(map(len, measured.ours.waited.values()))
    return f"{n / measured.seconds:.0f} requests and {measured.ours.n_bytes / measured.seconds / 2**20:.1f} MB a second"


def routes_table(measured: Measured) -> str:
    """Write what each route took."""
    rows = [[f"`{route}`", f"{len(values):,}", *latencies(values)] for route, values in sorted(measured.ours.waited.items())]
    return table(["route", "requests", "median, ms", "95 %, ms"], rows)


def scalars_of(measured: Measured) -> list[str]:
    """Write what the scalars tab took."""
    return latencies(measured.scalars.waited["/data/plugin/scalars/scalars"])


def measure_runs(logdir: Path, args: argparse.Namespace) -> str:
    """Measure many runs, and write the section's first half."""
    crowd = f"{args.clients} clients"
    with tensorboard(logdir, args.runs, with_plugin=False) as board:
        idle_without = put_under_load(board, clients=0, seconds=args.idle)
        crowd_without = put_under_load(board, clients=args.clients, seconds=args.idle, films=False)
    with tensorboard(logdir, args.runs) as board:
        first, later = list_seconds(board)
        idle_with = put_under_load(board, clients=0, seconds=args.idle)
        loaded = put_under_load(board, clients=args.clients, seconds=args.seconds)
    others = [
        ["without the plugin, nobody else", *scalars_of(idle_without)],
        ["with the plugin, nobody else", *scalars_of(idle_with)],
        [f"without the plugin, {crowd} look at scalars too", *scalars_of(crowd_without)],
        [f"with the plugin, {crowd} watch films", *scalars_of(loaded)],
    ]
    what = f"{args.runs} runs of {args.samples:,} samples × {args.features} features × {args.steps} steps"
    return "\n\n".join(
        [
            f"{what}, {crowd} for {loaded.seconds:.0f} s: {rate(loaded)}. The list of all runs is there {first:.2f} s after it is first "
            f"asked for, and made anew in {later:.2f} s.",
            routes_table(loaded),
            "TensorBoard's own scalars meanwhile:",
            table(["a curve of the scalars tab", "median, ms", "95 %, ms"], others),
            memory_words(loaded, f"without the plugin {crowd_without.memory[1]:.0f} MB at most"),
        ]
    )


def measure_large(logdir: Path, args: argparse.Namespace) -> str:
    """Measure a run of many samples, and write the section's second half."""
    with tensorboard(logdir, 1) as board:
        loaded = put_under_load(board, clients=args.clients, seconds=args.large_seconds)
    n_samples, n_features, n_steps = map(int, args.large.split("x"))
    what = f"One run of {n_samples:,} samples × {n_features} features × {n_steps} steps, {args.clients} clients for {loaded.seconds:.0f} s"
    return "\n\n".join([f"{what}: {rate(loaded)}.", routes_table(loaded), memory_words(loaded, "")])


def memory_words(measured: Measured, besides: str) -> str:
    """Write what TensorBoard's process took."""
    before, most, after = measured.memory
    return f"Memory of TensorBoard: {before:.0f} MB before, {most:.0f} MB at most, {after:.0f} MB after{besides and f'; {besides}'}."


def load_words() -> str:
    """Say how busy the machine was, with the clients and whatever else it did."""
    return f"load average of the last 15 minutes {os.getloadavg()[2]:.0f}"


def main() -> None:
    """Make the logdirs that are not there, measure, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("runs", 20), ("samples", 1000), ("features", 64), ("steps", 20), ("clients", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=30.0, help="of clients before many runs")
    parser.add_argument("--large-seconds", type=float, default=30.0, help="of clients before the large run")
    parser.add_argument("--idle", type=float, default=15.0, help="seconds of each comparison without films")
    parser.add_argument("--large", default="100000x64x10", help="samples x features x steps of the large run")
    parser.add_argument("--cache", type=Path, help="folder to keep the logdirs in")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = args.cache or Path(scratch)
        many = cache / f"{args.runs}x{args.samples}x{args.features}x{args.steps}"
        large = cache / args.large
        if not many.exists():
            write_runs(many, args.runs, n_samples=args.samples, n_features=args.features, n_steps=args.steps)
        if not large.exists():
            n_samples, n_features, n_steps = map(int, args.large.split("x"))
            write_runs(large, 1, n_samples=n_samples, n_features=n_features, n_steps=n_steps)
        parts = []
        for measure, logdir in ((measure_runs, many), (measure_large, large)):
            parts.append(measure(logdir, args))
            print(parts[-1], flush=True)
    write_section(args.out, "Many people before one TensorBoard", "\n\n".join([*parts, f"{machine()}, {load_words()}; {versions()}."]))


if __name__ == "__main__":
    main()
