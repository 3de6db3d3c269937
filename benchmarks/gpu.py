"""Fit big films on a CUDA device, end to end, and say where the time goes.

    python benchmarks/gpu.py                                   10,000 × 512 × 20 and 50,000 × 512 × 200, made on the device
    python benchmarks/gpu.py --run runs/hard                   a logged run instead
    python benchmarks/gpu.py --quick                           two small films on whatever device there is: proves the script

Per film: seconds of every stage from representations in memory to the film on disk (of small films the second time too), peak memory,
whether the neighbours are the exact ones (against distances in float64 of some rows), and the kernels that take longest in a shortened fit.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from drift import N_CLASSES, Drift
from fits import NoStages, show_progress
from report import Records, machine, table, write_section
from runs import probe_of
from torch.profiler import ProfilerActivity, profile

from tb_timetravel.fit import METHODS, Dynamics
from tb_timetravel.fit.graph import nearest_neighbors
from tb_timetravel.pipeline import FitOptions
from tb_timetravel.pipeline.film import write_film
from tb_timetravel.pipeline.source import Source, open_source
from tb_timetravel.schema import DEFAULT_METHOD, LoggedStep, Media, Probe
from tb_timetravel.store import DynamicsReader, FilmStore

if TYPE_CHECKING:
    from collections.abc import Callable

_CHECKED_ROWS = 200  # of a step, whose neighbours are found again in float64
_TWICE_S = 30.0  # a film that takes less is fitted twice: the first time libraries load and Triton compiles
_KERNELS, _PROFILED = 12, 12  # of which so many are told, and steps that are fitted for it


def synthetic(n_train: int, n_features: int, n_steps: int, device: torch.device) -> Source:
    """Make a probe set that stays in memory."""
    drift = Drift(n_train, n_features, n_steps, device)
    probe = Probe(
        n_samples=drift.n, n_features=n_features, n_classes=N_CLASSES, class_names=tuple(f"class {number}" for number in range(N_CLASSES)),
        split_names=("train", "test"), media=Media(), has_logits=True, version="0" * 16,
    )  # fmt: skip
    snapshots = list(drift.snapshots())
    dynamics = Dynamics(steps=snapshots, laid_out=np.arange(n_train), labels=drift.labels, n_classes=N_CLASSES, device=device)
    return Source(probe, [LoggedStep(step=t, revision=0, digest="0" * 16) for t in range(n_steps)], "0" * 16, dynamics, drift.splits)


@dataclass
class Clock:
    """Adds up what each stage takes and the most device memory that it holds; finished kernels count, not launched ones."""

    device: torch.device
    began: float
    seconds: dict[str, float]
    memory: dict[str, int]

    def __call__(self, stage: str, done: float) -> None:
        """Take a report of progress."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()
            self.memory[stage] = max(self.memory.get(stage, 0), torch.cuda.max_memory_allocated())
            torch.cuda.reset_peak_memory_stats()
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self.began
        self.began = now
        show_progress(stage, done)


def fit(source: Source) -> dict[str, Any]:
    """Fit, measure, draw and write the default film."""
    method, device = METHODS[DEFAULT_METHOD], source.dynamics.device
    config, options = method.config(seed=0), FitOptions(device=device.type)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock(device, time.perf_counter(), {}, {})
        began = clock.began
        source.dynamics.representations(0)  # to the device, where they fit
        clock("upload", 1.0)
        fitted = method.fit(source.dynamics, config, report=clock, stages=NoStages())
        film = write_film(FilmStore(folder), source, "0" * 16, DEFAULT_METHOD, {}, fitted, options, clock, clock.seconds)
        total = time.perf_counter() - began
    return {
        "total_s": total, "seconds": clock.seconds, "device_memory": clock.memory, "fidelity": film.fidelity,
        "host_memory": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }  # fmt: skip


def check_neighbors(source: Source) -> dict[str, float]:
    """Compare found neighbours with those by float64 distances, on some rows of the first, middle and last step.

    Returns
    -------
    ``same``: share of the neighbours that are the same samples; ``as_near``: share that are no farther than the k-th is, to within 1e-6
    of its distance, so that ties and the last digit of float32 do not count against them.
    """
    k, n_steps = METHODS[DEFAULT_METHOD].config().n_neighbors, source.dynamics.n_steps
    device = source.dynamics.device
    laid_out = torch.from_numpy(source.dynamics.laid_out).to(device)
    same, as_near = [], []
    for t in sorted({0, n_steps // 2, n_steps - 1}):
        x = source.dynamics.representations(t)[laid_out]
        rows = torch.randperm(len(x), generator=torch.Generator().manual_seed(t))[:_CHECKED_ROWS].to(device)
        found = nearest_neighbors(x, k)[0][rows]
        double = x.double()
        exact = torch.stack([(double - double[row]).norm(dim=1) for row in rows])
        exact[torch.arange(len(rows), device=device), rows] = torch.inf
        near = exact.topk(k, largest=False)
        same.append((found[:, :, None] == near.indices[:, None]).any(2).double().mean())
        as_near.append((exact.gather(1, found) <= near.values[:, -1:] * (1.0 + 1e-6)).double().mean())
    return {"same": float(torch.stack(same).mean()), "as_near": float(torch.stack(as_near).mean())}


def top_kernels(source: Source) -> list[tuple[str, float, int]]:
    """Profile a shortened fit; name, share of the device's time and number of calls of what takes longest."""
    method, config = METHODS[DEFAULT_METHOD], METHODS[DEFAULT_METHOD].config(seed=0)
    dynamics = replace(source.dynamics, steps=source.dynamics.steps[:_PROFILED])  # a profile of all steps takes longer than the fit
    config = replace(config, layout=replace(config.layout, n_iterations=10), decoder=replace(config.decoder, min_batches=50, max_visits=0))
    on_cuda = dynamics.device.type == "cuda"
    with profile(activities=[ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_cuda else [])]) as profiler:
        method.fit(dynamics, config, report=lambda *_: None, stages=NoStages())
    events = [event for event in profiler.key_averages() if not on_cuda or event.device_type.name == "CUDA"]

    def own_time(event: Any) -> float:  # noqa: ANN401  # torch does not name its type
        return event.self_device_time_total if on_cuda else event.self_cpu_time_total

    total = sum(own_time(event) for event in events)
    return [(event.key, own_time(event) / total, event.count) for event in sorted(events, key=own_time, reverse=True)[:_KERNELS]]


def section(record: dict[str, Any]) -> str:
    """Write what was measured of one film."""
    total, seconds = record["total_s"], record["seconds"]
    again = record["again"] or {}
    rows = [
        [
            stage,
            f"{spent:.2f}",
            f"{again[stage]:.2f}" if again else "–",
            f"{record['device_memory'].get(stage, 0) / 2**30:.2f}",
        ]
        for stage, spent in seconds.items()
    ]
    kernels = [[f"`{re.sub('[|`]', ' ', name)[:90]}`", f"{share:.1%}", str(calls)] for name, share, calls in record["kernels"]]
    exact = record["neighbors"]
    scores = ", ".join(
        f"{metric} {split} {value:.3f}"
        for metric, splits in record["fidelity"].items()
        for split, value in splits.items()
        if value is not None
    )
    return "\n".join(
        [
            f"{record['about']} End to end {total:.1f} s ({total / record['n_steps']:.3f} s per step), "
            + (f"again in the same process {sum(again.values()):.2f} s, " if again else "")
            + f"peak {max(record['device_memory'].values(), default=0) / 2**30:.1f} GiB of device memory, "
            f"{record['host_memory'] / 2**30:.1f} GiB of the process.\n",
            table(["stage", "seconds", "again", "peak device GiB"], rows),
            f"Neighbors: {exact['same']:.4%} are the exact ones by float64, {exact['as_near']:.4%} as near "
            f"({_CHECKED_ROWS} rows of 3 steps).\n",
            f"Fidelity of the whole film: {scores}.\n",
            table(["kernel of a shortened fit", "share of its time", "calls"], kernels),
        ]
    )


def benchmark(name: str, about: str, load: Callable[[], Source], records: Records) -> dict[str, Any]:
    """Measure one film, unless a record of it on this machine is there; give the record."""
    key = {"film": name, "machine": machine(), "settings": repr(METHODS[DEFAULT_METHOD].config())}
    if not records.has(key):
        source = load()
        content = {"about": about, "n_steps": source.dynamics.n_steps} | fit(source)
        print(f"{name}: {content['total_s']:.1f} s, {content['seconds']}", flush=True)  # what follows can take longer than there is time
        content["again"] = fit(source)["seconds"] if content["total_s"] < _TWICE_S else None
        records.add(key, content | {"neighbors": check_neighbors(source), "kernels": top_kernels(source)})
    return records.find(key)


def main() -> None:
    """Measure, keep, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", help="directory of a logged run to fit instead of synthetic data")
    parser.add_argument("--sizes", nargs="+", default=["10000x512x20", "50000x512x200"], help="training samples x features x steps")
    parser.add_argument("--quick", action="store_true", help="two small films, on the CPU where there is no CUDA")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks"), help="folder of records")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    args = parser.parse_args()
    if not torch.cuda.is_available() and not args.quick:
        sys.exit("expected a CUDA device, torch sees none; run this on a machine with one, or give --quick to try the script on the CPU")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    records = Records(args.cache, "gpu")
    films: dict[str, tuple[str, Callable[[], Source]]] = {}
    if args.run:
        reader = DynamicsReader(probe_of(Path(args.run)))
        films[Path(args.run).name] = ("A logged run.", lambda: open_source(reader, FitOptions(device=device.type)))
    else:
        for size in ["800x64x4", "400x32x3"] if args.quick else args.sizes:
            n, d, t = (int(number) for number in size.split("x"))
            about = f"Synthetic drift of {n:,} training (and a tenth as many test) samples × {d} features × {t} steps."
            films[size] = (about, lambda n=n, d=d, t=t: synthetic(n, d, t, device))
    for name, (about, load) in films.items():
        found = benchmark(name, about, load, records)
        body = f"{section(found)}\n\n{found['date']}; {found['machine']}; {found['versions']}."
        print(f"\n{name}\n\n{body}")
        write_section(args.out, f"{'GPU' if device.type == 'cuda' else 'CPU, trying the GPU benchmark'}: {name}", body)


if __name__ == "__main__":
    main()
