"""How much memory a big film takes on a CPU, stage by stage.

    python benchmarks/memory.py                                50,000 × 512 × 200: 30 GB of disk
    python benchmarks/memory.py --size 2000x64x12              proves the script

Memory does not depend on how long a fit goes on, so layout and decoder get a few iterations instead of their hundreds, samples do not
settle (by a decoder that has learned nothing, all would), measures compare the neighbors of a tenth of the samples that they would, and the
neighbors at the second step stand for all after it: as many, in files of their own at each step. All else is the default fit of a logged
run, from the log to the film on disk, in a process of its own. Anonymous memory is what cannot be taken back: mapped files can.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from drift import log_drift
from fits import memory_of, show_progress
from report import Records, table, write_section
from runs import probe_of

from tb_timetravel.fit import METHODS
from tb_timetravel.pipeline import FitOptions, measure
from tb_timetravel.pipeline.budget import memory_needed
from tb_timetravel.pipeline.film import write_film
from tb_timetravel.pipeline.source import open_source
from tb_timetravel.schema import DEFAULT_METHOD
from tb_timetravel.store import DynamicsReader, FilmStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_POLL_S = 0.02
_ITERATIONS, _BATCHES = 10, 40
_SEARCHED = 2  # steps
_KEY = "0" * 16  # of the film


class FewSearches:
    """Results of stages in files, as of a real fit; from the third step on, a copy of the second's neighbors is there already."""

    def __init__(self, films: FilmStore) -> None:
        self._films = films

    def get(self, name: str) -> dict[str, NDArray[Any]] | None:
        """Read what is there."""
        kind, _, step = name.partition("-")
        if kind in {"graph", "beside"} and int(step) >= _SEARCHED and self._films.stage(_KEY, name) is None:
            self.put(name, self._films.stage(_KEY, f"{kind}-{_SEARCHED - 1}") or {})
        return self._films.stage(_KEY, name)

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep it."""
        self._films.write_stage(_KEY, name, arrays)


class Watch:
    """Tells progress, and the most anonymous memory that this process holds at each stage."""

    def __init__(self) -> None:
        self.stage, self.peaks, self.resident = "reading", {}, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)  # a fit that fails shall end the process
        self._thread.start()

    def __call__(self, stage: str, done: float) -> None:
        """Take a report of progress."""
        self.stage = stage
        show_progress(stage, done)

    def end(self) -> None:
        """Look no longer."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_POLL_S):
            found = memory_of("self")
            self.peaks[self.stage] = max(self.peaks.get(self.stage, 0), found["RssAnon"])
            self.resident = found["VmHWM"]


def fit(run: Path, folder: Path) -> dict[str, Any]:
    """Fit a run briefly, and write its film to a folder."""
    before, watch = memory_of("self")["RssAnon"], Watch()
    source = open_source(DynamicsReader(probe_of(run)), FitOptions(device="cpu"))
    method, films = METHODS[DEFAULT_METHOD], FilmStore(str(folder))
    config = method.config(seed=0)
    config = replace(
        config,
        reach=0.0,
        layout=replace(config.layout, n_iterations=_ITERATIONS, n_iterations_others=_ITERATIONS),
        decoder=replace(config.decoder, min_batches=_BATCHES, max_visits=0),
    )
    measure._MAX_PAIRS["cpu"] //= 10
    fitted = method.fit(source.dynamics, config, report=watch, stages=FewSearches(films))
    write_film(films, source, _KEY, DEFAULT_METHOD, {}, fitted, FitOptions(device="cpu"), watch, {})
    watch.end()
    return {
        "peaks": watch.peaks, "resident": watch.resident, "computed": memory_needed(source.dynamics),
        "layout": fitted.embedding.nbytes, "before": before,
    }  # fmt: skip


def section(record: dict[str, Any]) -> str:
    """Write what was measured."""
    rows = [[stage, f"{peak / 2**20:,.0f}"] for stage, peak in record["peaks"].items()]
    gib = {name: f"{record[name] / 2**30:.2f} GiB" for name in ("before", "layout", "resident", "computed")}
    return "\n".join(
        [
            f"{record['about']} Layout: {_ITERATIONS} iterations, decoder: {_BATCHES} batches, neighbors: of the first {_SEARCHED} steps, "
            "the last of which stands for all others; no sample settles, and measures compare the neighbors of a tenth as many samples. "
            "The rest is the default fit of a logged run on a CPU.\n",
            table(["stage", "most anonymous memory, MiB"], rows),
            f"The peak is {max(record['peaks'].values()) / 2**30:.2f} GiB, of which {gib['before']} were there before it (torch itself) "
            f"and {gib['layout']} are the positions of all samples; with mapped files {gib['resident']}. "
            f"Before such a fit begins, {gib['computed']} are asked for.",
        ]
    )


def main() -> None:
    """Log, fit in a child process, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--size", default="50000x512x200", help="training samples x features x steps")
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks"), help="folder of records, and of the run while it is fitted")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.child:
        json.dump(fit(args.child / "run", args.child / "film"), sys.stdout)
        return
    n_train, n_features, n_steps = (int(number) for number in args.size.split("x"))
    args.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.cache) as folder:
        log_drift(Path(folder) / "run", n_train, n_features, n_steps)
        command = [sys.executable, __file__, "--child", folder, "--threads", str(args.threads)]
        child = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    about = f"Synthetic drift of {n_train:,} training (and a tenth as many test) samples × {n_features} features × {n_steps} steps."
    records, key = Records(args.cache, "memory"), {"size": args.size, "settings": repr(METHODS[DEFAULT_METHOD].config())}
    records.add(key, {"about": about} | json.loads(child.stdout))
    found = records.find(key)
    body = f"{section(found)}\n\n{found['date']}; {found['machine']}; {found['versions']}."
    print(f"\n{body}")
    write_section(args.out, f"Memory: {args.size}", body)


if __name__ == "__main__":
    main()
