"""Probes, steps and films to be written and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.schema import Film, FilmStep, Media, Probe, TerritoryInfo
from tb_timetravel.store import DynamicsWriter, Snapshot
from tb_timetravel.store.dynamics import Samples

if TYPE_CHECKING:
    from pathlib import Path

N, D, C = 6, 4, 3
KEY = "0123456789abcdef"
DATA, OTHER = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def make_samples(**changes: Any) -> Samples:
    given: dict[str, Any] = {
        "labels": np.array([0, 1, 2, -1, 1, 0], np.int32),
        "ids": np.arange(N, dtype=np.int32) * 10,
        "splits": np.array([0, 0, 0, 0, 1, 1], np.uint8),
        "pages": (b'["a","b","c","d","e","f"]',),
    }
    return Samples(**{**given, **changes})


def make_probe(samples: Samples | None = None, **changes: Any) -> Probe:
    given: dict[str, Any] = {
        "n_samples": N,
        "n_features": D,
        "n_classes": C,
        "class_names": ("x", "y", "z"),
        "split_names": ("train", "test"),
        "media": Media(kind="text"),
        "has_logits": True,
        "version": (samples or make_samples()).digest(),
    }
    return Probe(**{**given, **changes})


def make_snapshot(step: int, *, seed: int | None = None, bare: bool = False) -> Snapshot:
    rng = np.random.default_rng(step if seed is None else seed)

    def draw(*shape: int) -> Any:
        return rng.normal(size=shape).astype(np.float32)

    if bare:
        return Snapshot(step=step, representations=draw(N, D), logits=None, head=None)
    return Snapshot(step=step, representations=draw(N, D), logits=draw(N, C), head=(draw(C, D), draw(C)))


def write_run(directory: Path | str, steps: tuple[int, ...] = (0, 1)) -> DynamicsWriter:
    writer = DynamicsWriter(str(directory))
    writer.write_probe(make_probe(), make_samples())
    for step in steps:
        writer.write_step(make_snapshot(step), wall_time=1.0)
    return writer


def make_film(**changes: Any) -> Film:
    given: dict[str, Any] = {
        "film": KEY,
        "method": "joint",
        "settings": {"n_neighbors": 15, "loss": "umap", "shared": True, "weight": 0.5, "cap": None},
        "fingerprint": DATA,
        "seed": 0,
        "device": "cpu",
        "created_at": 1.0,
        "extent": (-1.0, 1.0, -2.0, 2.0),
        "grid_resolution": 8,
        "territory": TerritoryInfo(source="head", agreement=1.0),
        "metrics": (),
        "fidelity": {},
        "steps": (FilmStep(step=0, frame=DATA, bytes=10, flips=0, accuracy={"all": 0.5}, fidelity={"trustworthiness": {"all": None}}),),
        "timings_s": {"graph": 0.1},
    }
    return Film(**{**given, **changes})
