"""A logdir with a file of every kind that is read."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.schema import FitStatus
from tb_timetravel.store import FilmStore, SelectionsFile, StatusFile
from tb_timetravel.store.branches import Fork, write_branch
from tests.export.films import log_and_fit
from tests.serve.served import FILM, N_SAMPLES, write_events, write_film, write_probe
from tests.store.projector.embeddings import CHECKPOINTS, log, pictures, vectors, write_config

if TYPE_CHECKING:
    from pathlib import Path


def make_logdir(root: Path) -> None:
    """Write a run with pictures, one with texts, columns, heads and a decoder, and three of embeddings."""
    log_and_fit(root)  # first, as it fits all that is there
    write_events(root / "digits")
    directory = write_probe(root / "digits")
    write_film(directory)
    StatusFile(directory).write(FitStatus(state="finished", film=FILM, started_at=1e9))
    SelectionsFile(directory).save("few", ((0, 3), (7, 9)), N_SAMPLES)
    write_branch(directory, Fork(run="texts", step=1, own_step=0))
    FilmStore(directory).write_stage(FILM, "graph", {"rows": np.arange(9), "weights": np.ones((3, 3), np.float32)})
    log(
        root / "embedded",
        (0, 1),
        label_img=pictures(),
        metadata=[[f"{i}", f"{i % 3}", "x"] for i in range(24)],
        metadata_header=["id", "label", "note"],
    )
    arrays = root / "arrays"
    arrays.mkdir()
    np.save(arrays / "vectors.npy", vectors(0))
    (arrays / "vectors.bytes").write_bytes(vectors(1).tobytes())
    places = [
        {"tensor_name": f"tag:{n:05d}", "tensor_path": f"vectors.{kind}", "tensor_shape": [24, 5]}
        for n, kind in enumerate(("npy", "bytes"))
    ]
    write_config(arrays, places)
    shutil.copytree(CHECKPOINTS / "saver", root / "saved", ignore=shutil.ignore_patterns("*.npy"))


def files_of(root: Path) -> list[str]:
    """Name every file but TensorBoard's own, in order."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and ".tfevents." not in path.name and path.suffix not in (".lock", ".log")
    )


def nested(depth: int) -> bytes:
    """Nest lists as deep as would end a parser that recurses."""
    return b'{"format_version": ' + b"[" * depth + b"]" * depth + b"}"


def with_number(content: bytes, key: str, value: float) -> bytes:
    """Give a JSON document another number."""
    return json.dumps({**json.loads(content), key: value}).encode()
