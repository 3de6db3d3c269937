"""Logdirs for ``load.py``: a training that never took place and its film, by the package's own writers, and copies of them."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import numpy as np
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel
from tb_timetravel.frame import Frame, Territory, encode_frame
from tb_timetravel.schema import Film, FilmStep, TerritoryInfo
from tb_timetravel.store import FilmStore, data_fingerprint, find_probes, open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tb_timetravel.frame import Extent

    Head = tuple[NDArray[np.float32], NDArray[np.float32]]

N_CLASSES = 10
_GRID = 200
_KEY = "10ad10ad10ad10ad"


def write_runs(logdir: Path, n_runs: int, *, n_samples: int, n_features: int, n_steps: int) -> None:
    """Write a run with its film, and copies of it; each has event files of its own, as TensorBoard reads them."""
    first = logdir / "run-000"
    head = _write_log(first, n_samples=n_samples, n_features=n_features, n_steps=n_steps)
    _write_film(first, head)
    for number in range(1, n_runs):
        shutil.copytree(first, logdir / f"run-{number:03d}")


def _write_log(directory: Path, *, n_samples: int, n_features: int, n_steps: int) -> Head:
    """Log classes that drift apart, with their curves; return the head that tells them, (n_classes, n_features) and (n_classes,)."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, N_CLASSES, n_samples)
    centers = rng.normal(size=(N_CLASSES, n_features)).astype(np.float32)
    noise = rng.normal(size=(n_samples, n_features)).astype(np.float32)
    head = (centers, -0.5 * (centers**2).sum(1))
    log, curves = TimeTravel(str(directory), labels=labels), SummaryWriter(str(directory))
    for step in range(n_steps):
        x = noise + centers[labels] * (3.0 * step / n_steps)
        log.log_arrays(step, x, x @ head[0].T + head[1], head=head)
        curves.add_scalar("loss/train", 2.3 / (1 + step), step)
        curves.add_scalar("accuracy/train", step / n_steps, step)
    curves.close()
    return head


def _write_film(directory: Path, head: Head) -> None:
    """Project every step onto two directions, and classify the plane that they span."""
    place = find_probes(str(directory))[0].directory
    reader, store = open_reader(place), FilmStore(place)
    probe, logged = reader.probe(), reader.steps()
    basis = np.linalg.qr(np.random.default_rng(1).normal(size=(probe.n_features, 2)))[0].astype(np.float32)
    reach = 1.01 * max(float(np.abs(reader.read(probe, step).representations @ basis).max()) for step in (logged[0], logged[-1]))
    extent = (-reach, reach, -reach, reach)
    predictions = np.empty((len(logged), probe.n_samples), np.uint8)
    confidences = np.full_like(predictions, 200)
    territory = _classify(basis, head, extent)
    steps = []
    for index, step in enumerate(logged):
        snapshot = reader.read(probe, step)
        z = snapshot.representations @ basis
        predictions[index] = np.asarray(snapshot.logits).argmax(1)
        positions = np.rint((z + reach).clip(0, 2 * reach) / (2 * reach) * 65535).astype(np.uint16)
        content = encode_frame(Frame(positions, predictions[index], confidences[index], territory))
        frame = store.write_frame(_KEY, step.step, content)
        store.write_embedding(_KEY, step.step, z)
        store.write_sample_fidelity(_KEY, step.step, np.random.default_rng(index).random((probe.n_samples, 4)).astype(np.float16))
        steps.append(FilmStep(step=step.step, frame=frame, bytes=len(content), flips=0, accuracy={"train": 0.5}, fidelity={}))
    store.write_history(_KEY, predictions, confidences)
    store.write_visualizer(_KEY, {"basis": basis, "center": np.zeros(probe.n_features, np.float32)})
    film = Film(
        film=_KEY,
        method="pca",
        settings={"seed": 0},
        fingerprint=data_fingerprint(probe, logged),
        seed=0,
        device="cpu",
        created_at=time.time(),
        extent=extent,
        grid_resolution=_GRID,
        territory=TerritoryInfo(source="head", agreement=1.0),
        metrics=(),
        fidelity={},
        steps=tuple(steps),
        timings_s={},
    )
    store.write_film(film)


def _classify(basis: NDArray[np.float32], head: Head, extent: Extent) -> Territory:
    """Run the head on a grid over the plane."""
    at = np.linspace(extent[0], extent[1], _GRID, dtype=np.float32)
    cells = np.stack([np.tile(at, _GRID), np.repeat(at, _GRID)], 1)  # (grid * grid, 2)
    logits = cells @ (basis.T @ head[0].T) + head[1]
    odds = np.exp(logits - logits.max(1, keepdims=True))
    top = np.partition(odds, -2, 1)[:, -2:]
    margins = np.rint((top[:, 1] - top[:, 0]) / odds.sum(1) * 255)
    return Territory(logits.argmax(1).astype(np.uint8).reshape(_GRID, _GRID), margins.astype(np.uint8).reshape(_GRID, _GRID))
