"""Following a training: how soon a step is in the film, what it costs in faithfulness, and what logging costs the training.

    python benchmarks/live.py delay        # seconds from log to film, at the digits demo and at 5,000 samples
    python benchmarks/live.py faithful     # a live film of digits beside the fit of all steps at once
    python benchmarks/live.py logging      # how much a training loop is slowed by logging 5,000 samples

Each writes its part of RESULTS.md. One thread; times are wall-clock, and processor seconds where a busy machine would distort them.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from report import machine, spread, table, versions, write_section
from torch import nn

from tb_timetravel import TimeTravel
from tb_timetravel.pipeline import FitOptions, build_film
from tb_timetravel.pipeline.follow import follow_film
from tb_timetravel.store import FilmStore, probe_directory

sys.path.insert(0, str(Path(__file__).parents[1] / "demo"))


from train_digits import Network, load, run_epoch

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from tb_timetravel.schema import Film

MEASURES = (
    "neighborhood_preservation", "trustworthiness", "prediction_agreement", "temporal_correlation", "temporal_ranking", "territory_flicker",
)  # fmt: skip


_QUIET = 0.1  # the quantile of times that is told: others on the machine make the rest longer


class Digits:
    """The training of the demo, an epoch at a time."""

    def __init__(self, run: Path, seed: int = 0) -> None:
        torch.manual_seed(seed)
        train, test, _ = load(0.1, seed)
        self._loader = torch.utils.data.DataLoader(train, batch_size=64, shuffle=True)
        self._network = Network()
        self._optimizer = torch.optim.Adam(self._network.parameters(), 1e-3)
        data = {"train": torch.utils.data.DataLoader(train, batch_size=256), "test": torch.utils.data.DataLoader(test, batch_size=256)}
        self._film = TimeTravel(str(run), self._network, head=self._network.head, data=data)
        self.epoch = 0

    def log(self) -> None:
        """Log this epoch and train the next one."""
        self._film.log(self.epoch)
        self.epoch += 1
        run_epoch(self._network, self._loader, self._optimizer)


class Drifting:
    """Ten classes of 64 features that part over time, 5,000 samples."""

    def __init__(self, run: Path, n: int = 5_000) -> None:
        rng = np.random.default_rng(0)
        self._labels = np.arange(n) % 10
        self._centers = rng.normal(size=(10, 64)).astype(np.float32)
        self._noise = rng.normal(size=(n, 64)).astype(np.float32)
        self._rng, self._film, self.epoch = rng, TimeTravel(str(run), labels=self._labels), 0

    def log(self) -> None:
        """Log the next step."""
        self._noise += 0.05 * self._rng.normal(size=self._noise.shape).astype(np.float32)
        x = self._noise + (0.3 + 0.1 * self.epoch) * self._centers[self._labels]
        bias = -0.5 * (0.3 + 0.1 * self.epoch) * (self._centers**2).sum(1)
        self._film.log_arrays(self.epoch, x, x @ self._centers.T + bias, head=(self._centers, bias))
        self.epoch += 1


def delays(training: Digits | Drifting, run: Path, n_first: int, n_live: int) -> tuple[list[float], list[float]]:
    """Log one step after another, each once the film has the one before: seconds and processor seconds from the log to the film."""
    for _ in range(n_first):
        training.log()
    waits, costs = [], []
    began = (0.0, 0.0)

    def on_step(film: Film, _: str) -> None:
        nonlocal began
        if len(film.steps) > n_first:
            waits.append(time.perf_counter() - began[0])
            costs.append(time.process_time() - began[1])
        if training.epoch < n_first + n_live:
            training.log()
            began = (time.perf_counter(), time.process_time())

    follow(run, idle_s=1.0, on_step=on_step)
    return waits, costs


def follow(run: Path, *, idle_s: float, on_step=lambda *_: None) -> Film:  # noqa: ANN001  # as `follow_film` has it
    """Follow a run in this process."""

    def quiet(*_: object) -> None:
        pass

    directory = probe_directory(str(run), "probe")
    return follow_film(
        directory,
        FitOptions(device="cpu"),
        idle_s=idle_s,
        progress=quiet,
        on_preview=quiet,
        on_key=quiet,
        on_step=on_step,
        check=lambda: None,
    )


def measure_delay(args: argparse.Namespace) -> str:
    """Write how long a step takes from its log to the film."""
    rows = []
    for name, kind in (("digits demo, 1,797 × 64", Digits), ("5,000 × 64", Drifting)):
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "run"
            waits, costs = delays(kind(run), run, 2, args.steps)
        rows.append([name, f"{np.median(waits):.1f}", f"{max(waits):.1f}", f"{np.median(costs):.1f}", f"{max(costs):.1f}"])
    return table(["", "seconds, median", "worst", "processor seconds, median", "worst"], rows)


def measure_faithfulness(args: argparse.Namespace) -> str:
    """Write a live film's measures beside those of the fit of all steps: means over trainings, and the ratio of the means."""
    rows = []
    for n_first in args.first:
        pairs = [_live_and_whole(n_first, args.steps, seed) for seed in range(args.seeds)]
        for measure in MEASURES:
            cells = []
            for split in ("train", "test"):
                ones, others = ([film.fidelity[measure][split] for film in films] for films in zip(*pairs, strict=True))
                cells.append(f"{spread(ones)} / {spread(others)} = {np.mean(ones) / np.mean(others):.2f}")
            rows.append([f"{n_first} + {args.steps}: {measure.replace('_', ' ')}", *cells])
    words = f"Trainings of seeds 0 to {args.seeds - 1}: mean ± standard deviation, and the ratio of the means."
    return f"{words}\n\n{table(['steps fitted + placed: live / fitted at once = ratio', 'train', 'test'], rows)}"


def _live_and_whole(n_first: int, n_live: int, seed: int) -> tuple[Film, Film]:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        delays(Digits(run, seed), run, n_first, n_live)
        directory = probe_directory(str(run), "probe")
        (live,) = (film for film in FilmStore(directory).films() if film.live)
        return live, whole_fit(directory)


def whole_fit(directory: str) -> Film:
    """Fit all steps of a probe set at once."""

    def quiet(*_: object) -> None:
        pass

    return build_film(directory, FitOptions(device="cpu"), progress=quiet, on_preview=quiet, on_key=quiet)


def measure_logging(args: argparse.Namespace) -> str:
    """Write what logs of 5,000 samples cost training loops, one log before every few passes over them, with an idle core and without."""
    cores = sorted(os.sched_getaffinity(0))
    parts = []
    for words, allowed in (("a core is idle", cores), ("no core is idle, training and background share one", cores[:1])):
        if len(allowed) == 1 or len(cores) > 1:
            os.sched_setaffinity(0, allowed)  # of this thread and of those that it starts
            parts += [f"{network.words}; {words}.\n\n{_logging_table(args, network)}" for network in NETWORKS]
    os.sched_setaffinity(0, cores)
    return "\n".join(parts)


def _logging_table(args: argparse.Namespace, network: SmallNetwork) -> str:
    names = ("not logged", "written at once", "in the background", "the same background in another process, not logged here")
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}  # waited in log, log and one pass, processor
    looked = []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder, _Elsewhere(Path(folder) / "elsewhere", network) as elsewhere:
            loop = _Loop(network)
            films = {
                name: TimeTravel(str(Path(folder) / name), loop.network, head=loop.network[-1], data=loop.data, background=background)
                for name, background in zip(names[1:3], (False, True), strict=True)
            }
            for epoch in range(args.steps + 1):
                for at in range(len(names)):
                    name = names[(epoch + at) % len(names)]  # in turn, as a busy machine changes its pace
                    seconds = _beside(loop, elsewhere, epoch) if name == names[3] else _logged(loop, films.get(name), epoch)
                    if epoch > 0:  # the first log writes the samples too
                        found[name].append(seconds)
                looked.append(_wall(loop.look))
    alone = np.array(found["not logged"])
    least = np.quantile(alone, _QUIET, axis=0)
    epoch_ms = float(least[1]) * args.passes * 1e3
    rows = []
    for name in names[1:]:
        waited, whole, work = np.quantile(found[name], _QUIET, axis=0) * 1e3
        lost, worked = whole - least[1] * 1e3, work - least[2] * 1e3
        rows.append([name, f"{waited:.1f} = {waited / epoch_ms:.2%}", f"{lost:.1f} = {lost / epoch_ms:.2%}", f"{worked:.1f}"])
    header = ["", "ms that `log` takes", "ms that the training takes longer", "ms of the processor more"]
    own = float(np.median(looked)) * 1e3
    words = f"Training, {args.passes} passes over 5,000 samples: {epoch_ms:.0f} ms. The network's own pass over them: {own:.1f} ms."
    return f"{words}\n\n{table(header, rows)}\nTold is the first decile of times, as others on the machine make the rest longer.\n"


class _Elsewhere:
    """Another process that logs in the background what this one would: what the cores alone cost the training, without Python's lock."""

    def __init__(self, run: Path, network: SmallNetwork) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_log_when_told, args=(there, run, network), daemon=True)
        self._process.start()

    def __enter__(self) -> _Elsewhere:
        return self

    def begin(self, epoch: int) -> None:
        self._here.send(epoch)

    def wait(self) -> None:
        self._here.recv()

    def __exit__(self, *_: object) -> None:
        self._here.close()
        self._process.join()


def _log_when_told(there: Connection, run: Path, network: SmallNetwork) -> None:
    torch.set_num_threads(1)
    loop = _Loop(network)
    film = TimeTravel(str(run), loop.network, head=loop.network[-1], data=loop.data, background=True)
    with contextlib.suppress(EOFError):
        while True:
            film.log(there.recv())
            film.flush()
            there.send(None)


def _beside(loop: _Loop, elsewhere: _Elsewhere, epoch: int) -> tuple[float, float, float]:
    """Train for one pass while the other process logs."""
    began, worked = time.perf_counter(), time.process_time()
    elsewhere.begin(epoch)
    loop.train(1)
    elsewhere.wait()
    return 0.0, time.perf_counter() - began, time.process_time() - worked


def _logged(loop: _Loop, film: TimeTravel | None, epoch: int) -> tuple[float, float, float]:
    """Log, and train for one pass, in which the background is done: seconds in the log, and on the wall and of the processor in all.

    One pass and not twelve, as the pace of a machine comes and goes by more than what is measured.
    """
    began, worked = time.perf_counter(), time.process_time()
    waited = 0.0 if film is None else _wall(film.log, epoch)
    loop.train(1)
    if film is not None:
        film.flush()  # nothing is left to wait for, or else it counts
    return waited, time.perf_counter() - began, time.process_time() - worked


class SmallNetwork(NamedTuple):
    """Shape of the images, what the network is, and what makes it."""

    shape: tuple[int, ...]
    words: str
    make: Callable[[], nn.Sequential]


def perceptron() -> nn.Sequential:
    """Make layers so small that a batch of 64 is short calls of Python and little else."""
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


def convolutional() -> nn.Sequential:
    """Make what people train on MNIST."""
    first = [nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10))


NETWORKS = (
    SmallNetwork((64,), "A perceptron of 64, 128, 64 and 10 units", perceptron),
    SmallNetwork((1, 28, 28), "Two convolutions of 16 and 32 channels and two layers, on 28 × 28 pixels", convolutional),
)


class _Loop:
    """A small network, and the loop that trains it."""

    def __init__(self, network: SmallNetwork) -> None:
        rng = np.random.default_rng(0)
        self._images = torch.tensor(rng.normal(size=(5_000, *network.shape)), dtype=torch.float32)
        self._labels = torch.tensor(rng.integers(0, 10, 5_000))
        self.network = network.make()
        self._optimizer = torch.optim.Adam(self.network.parameters(), 1e-3)
        self.data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(self._images, self._labels), batch_size=1_000)

    def train(self, n_passes: int) -> None:
        for _ in range(n_passes):
            for at in torch.randperm(5_000).split(64):
                loss = nn.functional.cross_entropy(self.network(self._images[at]), self._labels[at])
                self._optimizer.zero_grad()
                loss.backward()
                self._optimizer.step()

    def look(self) -> None:
        """Run the samples through the network as an evaluation does."""
        with torch.no_grad():
            for images, _ in self.data:
                self.network(images)


def _wall(work: Callable[..., object], *given: object) -> float:
    began = time.perf_counter()
    work(*given)
    return time.perf_counter() - began


PARTS = {
    "delay": ("seconds from log to film", measure_delay),
    "faithful": ("beside the fit of all steps", measure_faithfulness),
    "logging": ("what logging costs the training", measure_logging),
}


def main() -> None:
    """Measure a part and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--steps", type=int, default=10, help="steps that are placed, or logged")
    parser.add_argument("--first", type=int, nargs="+", default=[3], help="steps that are fitted before")
    parser.add_argument("--seeds", type=int, default=3, help="trainings whose live films are compared")
    parser.add_argument("--passes", type=int, default=12, help="passes over the data between two logs: 12 are an epoch of 60,000 samples")
    parser.add_argument("--rounds", type=int, default=3, help="times that logging is measured, each in a run of its own")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    args = parser.parse_args()
    torch.set_num_threads(1)
    title, measure = PARTS[args.part]
    body = f"{measure(args)}\n\n{machine()}; {versions()}."
    print(body)
    write_section(args.out, f"Live: {title}", body)


if __name__ == "__main__":
    main()
