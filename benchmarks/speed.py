"""How long a fit takes beside its rivals, where the time goes, how time and memory grow.

    python benchmarks/speed.py --cache build/benchmarks        (needs: pip install umap-learn openTSNE)

All ratios are of one session: the default fits a film of the hard run (graph, layout, maps, territory, measures), umap-learn fits some of
the same steps before it and some after it, AlignedUMAP the first few steps, all on the same number of threads in this process. Growth is
measured in child processes, one per size, on subsets of the same run and, where it has too few samples, on synthetic ones; their peak of
anonymous memory is read from /proc meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numba
import numpy as np
import torch
from drift import log_drift
from fits import fit_film, memory_of
from report import Records, table, write_section
from rivals import RIVALS, warm_up
from runs import hard_run, probe_of, read_splits

from tb_timetravel import TimeTravel
from tb_timetravel.fit import METHODS
from tb_timetravel.fit.graph import nearest_neighbors
from tb_timetravel.schema import DEFAULT_METHOD, DEFAULT_TAG
from tb_timetravel.store import DynamicsReader, probe_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_POLL_S = 0.02
_BIG_FEATURES, _BIG_STEPS = 512, 4
Result = TypeVar("Result")


def write_subset(directory: str, run: Path, *, n_train: int, n_steps: int) -> str:
    """Log the first samples of each split (a fifth as many of the test split) and the first steps of a probe set as a run of its own."""
    reader = DynamicsReader(directory)
    probe, steps = reader.probe(), reader.steps()[:n_steps]
    rows = read_splits(reader)
    if n_train > len(rows["train"]) or n_steps > len(reader.steps()):
        raise SystemExit(f"expected at most {len(rows['train'])} samples and {len(reader.steps())} steps, got {n_train} and {n_steps}")
    chosen = np.concatenate([rows["train"][:n_train], rows["test"][: n_train // 5]])
    names = ["train"] * n_train + ["test"] * (len(chosen) - n_train)
    log = TimeTravel(str(run), labels=reader.labels(probe)[chosen], splits=names, class_names=probe.class_names)
    for step in steps:
        snapshot = reader.read(probe, step)
        logits = None if snapshot.logits is None else snapshot.logits[chosen]
        log.log_arrays(step.step, snapshot.representations[chosen], logits, head=snapshot.head)
    return probe_directory(str(run), DEFAULT_TAG)


def clocked(work: Callable[[], Result]) -> tuple[Result, NDArray[np.float64]]:
    """Do some work; give its result, and seconds on the wall's clock and of this process, (2,)."""
    began = np.array([time.perf_counter(), time.process_time()])
    result = work()
    return result, np.array([time.perf_counter(), time.process_time()]) - began


def compare(directory: str, *, umap_steps: int, aligned_steps: int, threads: int) -> dict[str, Any]:
    """Time the default and the two UMAPs in this process."""
    reader = DynamicsReader(directory)
    probe, logged, train = reader.probe(), reader.steps(), read_splits(reader)["train"]

    def read(t: int) -> np.ndarray:
        return np.array(reader.read(probe, logged[t]).representations[train], dtype=np.float32)

    def rival(name: str, chosen: list[int]) -> NDArray[np.float64]:
        steps = [read(t) for t in chosen]
        seed = 0 if threads == 1 else None  # with a seed, umap-learn uses one thread
        return clocked(lambda: RIVALS[name].lay_out(steps, [x[:0] for x in steps], seed))[1] if steps else np.zeros(2)

    chosen = np.linspace(0, len(logged) - 1, umap_steps).round().astype(int).tolist()
    half = (umap_steps + 1) // 2
    umap_s = rival("umap-learn", chosen[:half])
    film, film_s = clocked(lambda: fit_film(directory, DEFAULT_METHOD, seed=0, device="cpu"))
    umap_s += rival("umap-learn", chosen[half:])
    aligned_s = rival("aligned-umap", list(range(aligned_steps)))
    x = [torch.from_numpy(read(t)) for t in range(len(logged))]
    n_neighbors = METHODS[DEFAULT_METHOD].config().n_neighbors
    neighbors_s = clocked(lambda: [nearest_neighbors(step, n_neighbors) for step in x])[1]
    return {
        "n_train": len(train), "n_samples": probe.n_samples, "n_features": probe.n_features, "n_steps": len(logged),
        "timings_s": film.timings_s, "film_s": film_s.tolist(), "neighbors_s": neighbors_s.tolist(),
        "umap_steps": umap_steps, "umap_s": umap_s.tolist(), "aligned_steps": aligned_steps, "aligned_s": aligned_s.tolist(),
        "threads": threads,
    }  # fmt: skip


def watch_child(directory: str, threads: int) -> dict[str, Any]:
    """Fit in a child process; give its timings and the peaks of its memory in bytes (anonymous: without mapped files)."""
    child = subprocess.Popen([sys.executable, __file__, "--child", directory, "--threads", str(threads)], stdout=subprocess.PIPE, text=True)
    anonymous = resident = 0
    while child.poll() is None:
        fields = memory_of(child.pid)
        anonymous, resident = max(anonymous, fields.get("RssAnon", 0)), max(resident, fields.get("VmHWM", 0))
        time.sleep(_POLL_S)
    if child.returncode or child.stdout is None:
        raise SystemExit(f"the fit of {directory} ended with status {child.returncode}; see its message above")
    return json.loads(child.stdout.read()) | {"anonymous": anonymous, "resident": resident}


def ratio_section(records: list[dict[str, Any]]) -> str:
    """Write what the comparison of one session says."""
    record = records[0]
    timings, n_steps = record["timings_s"], record["n_steps"]
    total = sum(timings.values())
    per_step = {
        "default: preview, graph, layout, maps, territory, measures": np.array(record["film_s"]) / n_steps,
        f"umap-learn per step, training split alone ({record['umap_steps']} steps)": np.array(record["umap_s"]) / record["umap_steps"],
        f"AlignedUMAP, the same (first {record['aligned_steps']} steps)": np.array(record["aligned_s"]) / record["aligned_steps"],
    }
    own, *_ = per_step.values()
    rows = [[name, f"{wall:.2f}", f"{own[0] / wall:.2f}", f"{cpu:.2f}", f"{own[1] / cpu:.2f}"] for name, (wall, cpu) in per_step.items()]
    stages = [[stage, f"{seconds / n_steps:.2f}", f"{seconds / total:.0%}"] for stage, seconds in timings.items()]
    measures = timings.get("fidelity", 0.0)
    return "\n".join(
        [
            f"{record['n_train']:,} training + {record['n_samples'] - record['n_train']:,} test samples × {record['n_features']} features "
            f"× {n_steps} steps, {record['threads']} thread(s), one process.\n",
            table(["method", "seconds per step", "default's / its", "CPU seconds per step", "default's / its"], rows),
            table(["stage of the default", "seconds per step", "share"], stages),
            f"Measures take {measures / total:.1%} of the fit, exact neighbors (float32, blocks) {record['neighbors_s'][0] / total:.1%}.",
        ]
    )


def growth_section(records: list[dict[str, Any]]) -> str:
    """Write how time and memory grow."""
    rows = []
    for record in sorted(records, key=lambda record: (record["key"]["n_train"], record["key"]["n_steps"])):
        n_train, n_steps, cpu_s = record["key"]["n_train"], record["key"]["n_steps"], record["cpu_s"]
        stages = [f"{seconds:.1f}" for seconds in record["timings_s"].values()]
        memory = [f"{record[name] / 2**20:.0f}" for name in ("anonymous", "resident")]
        rows.append([f"{n_train:,} × {n_steps}", f"{cpu_s:.1f}", f"{1e3 * cpu_s / n_train / n_steps:.2f}", *stages, *memory])
    header = ["training samples × steps", "CPU seconds", "CPU ms per sample and step", *records[0]["timings_s"]]
    return (
        table([*header, "anonymous MiB", "resident MiB"], rows)
        + "\nStages in seconds on the wall's clock; peaks of a child process that does nothing else (torch itself included)."
    )


def ratio_key(args: argparse.Namespace) -> dict[str, Any]:
    """Name the record of the comparison."""
    settings = repr(METHODS[DEFAULT_METHOD].config())
    return {"part": "ratio", "size": f"{args.train}x{args.steps}", "threads": args.threads, "settings": settings}


def growth_keys(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Name the record of each size."""
    sizes = [(n_train, args.steps) for n_train in args.grow_samples] + [(args.train, n_steps) for n_steps in args.grow_steps]
    return [ratio_key(args) | {"part": "growth", "n_train": n_train, "n_steps": n_steps} for n_train, n_steps in dict.fromkeys(sizes)]


def big_keys(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Name the record of each size that the hard run does not reach."""
    settings = ratio_key(args)["settings"]
    sizes = [{"n_train": n_train, "n_steps": _BIG_STEPS} for n_train in args.grow_big]
    return [{"part": "growth", "size": "drift", "threads": args.threads, "settings": settings} | size for size in sizes]


def measure(args: argparse.Namespace, records: Records) -> None:
    """Measure what no record tells yet."""
    run = hard_run(args.cache / "runs", train=args.train, test=args.train // 5, steps=args.steps, seed=0)
    if not records.has(ratio_key(args)):
        warm_up()
        with tempfile.TemporaryDirectory() as folder:  # the default, too, imports and compiles outside the clock
            fit_film(write_subset(run, Path(folder), n_train=500, n_steps=4), DEFAULT_METHOD, seed=0, device="cpu")
        with tempfile.TemporaryDirectory() as folder:
            directory = write_subset(run, Path(folder), n_train=args.train, n_steps=args.steps)
            content = compare(directory, umap_steps=args.umap_steps, aligned_steps=args.aligned_steps, threads=args.threads)
        records.add(ratio_key(args), content)
    for key in growth_keys(args):
        if not records.has(key):
            with tempfile.TemporaryDirectory() as folder:
                directory = write_subset(run, Path(folder), n_train=key["n_train"], n_steps=key["n_steps"])
                records.add(key, watch_child(directory, args.threads))
    for key in big_keys(args):
        if not records.has(key):
            with tempfile.TemporaryDirectory(dir=args.cache) as folder:
                log_drift(Path(folder), key["n_train"], _BIG_FEATURES, key["n_steps"])
                records.add(key, watch_child(probe_of(Path(folder)), args.threads))


def write_sections(args: argparse.Namespace, records: Records) -> None:
    """Write what the records tell."""
    hard = f"hard run {args.train}x{args.steps}"
    parts = (
        (f"Speed beside rivals: {hard}", [ratio_key(args)], ratio_section),
        (f"Growth: {hard}", growth_keys(args), growth_section),
        (f"Growth: synthetic drift of {_BIG_FEATURES} features", big_keys(args), growth_section),
    )
    for title, keys, write in parts:
        found = [record for key in keys if (record := records.find(key)) is not None]
        if found:
            body = f"{write(found)}\n\n{found[-1]['date']}; {found[-1]['machine']}; {found[-1]['versions']}."
            print(f"\n{title}\n\n{body}")
            write_section(args.out, title, body)


def main() -> None:
    """Measure, keep, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks"), help="folder of runs and records")
    parser.add_argument("--train", type=int, default=10_000, help="training samples of the hard run; a fifth as many test samples")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--umap-steps", type=int, default=4, help="steps that umap-learn fits, evenly spaced")
    parser.add_argument("--aligned-steps", type=int, default=3, help="first steps that AlignedUMAP fits together")
    parser.add_argument("--grow-steps", type=int, nargs="*", default=[5, 10, 20], help="numbers of steps, at all samples")
    parser.add_argument("--grow-samples", type=int, nargs="*", default=[2_500, 5_000, 10_000], help="numbers of samples, at all steps")
    parser.add_argument("--grow-big", type=int, nargs="*", default=[50_000, 100_000, 200_000], help="numbers of samples of synthetic runs")
    parser.add_argument("--threads", type=int, default=1, help="of torch and of numba, here and in the children")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    parser.add_argument("--table-only", action="store_true", help="write the sections again from the records")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.child:
        film, (_, cpu_s) = clocked(lambda: fit_film(args.child, DEFAULT_METHOD, seed=0, device="cpu"))
        json.dump({"timings_s": film.timings_s, "cpu_s": cpu_s}, sys.stdout)
        return
    numba.set_num_threads(args.threads)
    records = Records(args.cache, "speed")
    if not args.table_only:
        measure(args, records)
    write_sections(args, records)


if __name__ == "__main__":
    main()
