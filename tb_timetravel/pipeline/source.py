"""What is fitted: a probe set, the chosen steps of it, and the name that a film of them has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch

from tb_timetravel.errors import Corrupt, FitError
from tb_timetravel.fit import Dynamics
from tb_timetravel.pipeline.pairs import Pairs
from tb_timetravel.pipeline.values import Regression
from tb_timetravel.schema import DEFAULT_METHOD
from tb_timetravel.store import Snapshot, data_fingerprint
from tb_timetravel.store.beside import laid_out_samples
from tb_timetravel.store.pairs import read_partners

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep, Probe
    from tb_timetravel.store import ProbeReader


@dataclass(frozen=True, kw_only=True)
class BesideRun:
    """The run beside whose film another is laid, in the same plane.

    Attributes
    ----------
    directory : of its probe set.
    run, tag : what it is called.
    film : key of the film; None takes the one that the run shows.
    """

    directory: str
    run: str
    tag: str
    film: str | None = None


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """What a user chooses."""

    method: str = DEFAULT_METHOD
    device: str = "auto"
    seed: int = 0
    start: int | None = None
    end: int | None = None
    every: int = 1
    beside: BesideRun | None = None  # of the default method only


@dataclass(frozen=True, eq=False)
class Source:
    """A probe set that was read, and the steps of it that are fitted."""

    probe: Probe
    steps: list[LoggedStep]
    fingerprint: str  # of all logged steps, so that a film of some of them is not stale while nothing new is logged
    dynamics: Dynamics
    splits: NDArray[np.uint8]
    told: tuple[Regression | Pairs, ...] = ()  # what the film tells of each sample as numbers

    def rows(self, split: int) -> torch.Tensor:
        """Positions of the samples of a split."""
        return torch.from_numpy(np.flatnonzero(self.splits == split)).to(self.dynamics.device)


def choose_device(name: str) -> torch.device:
    """Take CUDA where there is one, unless told otherwise.

    Raises
    ------
    FitError : CUDA was asked for and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise FitError("expected a CUDA device, torch sees none; use --device cpu, or install a torch built for CUDA")
    return torch.device("cuda" if name == "cuda" or (name == "auto" and torch.cuda.is_available()) else "cpu")


def open_source(reader: ProbeReader, options: FitOptions) -> Source:
    """Read what is known of a probe set and open the chosen steps.

    Raises
    ------
    FitError : no step is left to fit.
    StoreError : the store cannot be read.
    """
    probe, logged = reader.probe(), reader.steps()
    chosen = chosen_steps(logged, options)
    if not chosen:
        raise FitError(f"expected logged steps in the chosen range, found none of {len(logged)}; log a step, or widen --start and --end")
    return source_of(reader, probe, chosen, data_fingerprint(probe, logged), choose_device(options.device))


def chosen_steps(logged: Sequence[LoggedStep], options: FitOptions) -> list[LoggedStep]:
    """Choose the steps to fit of those that were logged."""
    chosen = [s for s in logged if (options.start is None or s.step >= options.start) and (options.end is None or s.step <= options.end)]
    return chosen[:: options.every]


def source_of(reader: ProbeReader, probe: Probe, steps: list[LoggedStep], fingerprint: str, device: torch.device) -> Source:
    """Open some steps of a probe set.

    Raises
    ------
    FitError : there are too few samples.
    StoreError : the store cannot be read.
    """
    if probe.n_samples < 2:
        raise FitError(f"expected at least 2 samples, got {probe.n_samples}; log more")
    splits = reader.splits(probe)
    dynamics = Dynamics(
        steps=[reader.read(probe, step) for step in steps],
        laid_out=laid_out_samples(reader, probe),
        labels=np.array(reader.labels(probe)),
        n_classes=probe.n_classes,
        device=device,
    )
    told = (_regression(reader, probe, splits, dynamics), _pairs(reader, probe, splits, dynamics))
    return Source(probe, steps, fingerprint, dynamics, splits, tuple(each for each in told if each is not None))


def _regression(reader: ProbeReader, probe: Probe, splits: NDArray[np.uint8], dynamics: Dynamics) -> Regression | None:
    predictions = [step.predictions for step in dynamics.steps if isinstance(step, Snapshot) and step.predictions is not None]
    if not probe.n_targets or len(predictions) < dynamics.n_steps:
        return None
    if any(info.kind != "number" for info in reader.columns(probe)[: probe.n_targets]):
        raise Corrupt(f"the targets in the columns of {reader.directory} are no numbers; log the run again")
    names = [info.name for info in reader.columns(probe)]
    return Regression([reader.column(probe, at) for at in range(probe.n_targets)], predictions, _rows(probe, splits), names)


def _pairs(reader: ProbeReader, probe: Probe, splits: NDArray[np.uint8], dynamics: Dynamics) -> Pairs | None:
    partners = read_partners(reader, probe)
    if partners is None:
        return None
    return Pairs(partners, [step.representations for step in dynamics.steps], _rows(probe, splits))


def _rows(probe: Probe, splits: NDArray[np.uint8]) -> dict[str, NDArray[np.int64]]:
    return {name: np.flatnonzero(splits == number) for number, name in enumerate(probe.split_names)}


def film_key(source: Source, method: str, settings: Mapping[str, Any]) -> str:
    """Name a film by data, method and settings, in 16 hexadecimal digits."""
    facts = [source.fingerprint, [step.step for step in source.steps], method, settings]
    return hashlib.blake2b(msgspec.json.encode(facts, order="deterministic"), digest_size=8).hexdigest()
