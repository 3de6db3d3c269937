"""The runs that the benchmarks fit, trained and logged where they are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.store import DynamicsReader, find_probes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROOT = Path(__file__).parent.parent
_DONE = "logged.txt"  # written when a run is complete, so that one cut short is trained again


def digits_run(folder: Path, *, epochs: int, seed: int) -> str:
    """Train the demo's network on digits, and give the directory of its probe set."""
    return _run(folder, f"digits-{epochs}-seed{seed}", _ROOT / "demo" / "train_digits.py", epochs=epochs, seed=seed)


def hard_run(folder: Path, *, train: int, test: int, steps: int, seed: int) -> str:
    """Train a network on the hard problem, and give the directory of its probe set."""
    script = Path(__file__).parent / "hard_run.py"
    return _run(folder, f"hard-{train}x{steps}-seed{seed}", script, train=train, test=test, steps=steps, seed=seed)


def noisy_digits_run(folder: Path, *, epochs: int, noise: float, seed: int) -> str:
    """Train the demo's network on digits with a share of wrong labels, and give the directory of the run."""
    name = f"digits-{epochs}-noise{noise:g}-seed{seed}"
    _run(folder, name, _ROOT / "demo" / "train_digits.py", epochs=epochs, noise=noise, seed=seed)
    return str(folder / name)


def noisy_hard_run(folder: Path, *, train: int, features: int, steps: int, noise: float, seed: int) -> str:
    """Train a network on the hard problem with a share of wrong labels, and give the directory of the run."""
    name = f"hard-{train}x{steps}-noise{noise:g}-seed{seed}"
    script = Path(__file__).parent / "hard_run.py"
    _run(folder, name, script, train=train, test=train // 5, features=features, steps=steps, noise=noise, seed=seed)
    return str(folder / name)


def _run(folder: Path, name: str, script: Path, **options: float) -> str:
    done = folder / name / _DONE
    if not done.exists():
        chosen = [text for option, value in options.items() for text in (f"--{option}", str(value))]
        subprocess.run([sys.executable, str(script), "--logdir", str(folder), "--name", name, *chosen], check=True)
        done.write_text(" ".join(chosen), encoding="utf-8")
    return probe_of(folder / name)


def probe_of(run: Path) -> str:
    """Give the directory of a run's first probe set."""
    found = find_probes(str(run))
    if not found:
        raise SystemExit(f"expected a run with a Time Travel log at {run}, found none; give the directory of a logged run")
    return found[0].directory


def read_splits(reader: DynamicsReader) -> dict[str, NDArray[np.int64]]:
    """Give the positions of the samples of each split."""
    probe = reader.probe()
    splits = reader.splits(probe)
    return {name: np.flatnonzero(splits == number) for number, name in enumerate(probe.split_names)}
