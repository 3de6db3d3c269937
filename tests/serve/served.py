"""A small logdir made with the store's own writers and real event files, and a real TensorBoard application over it."""

from __future__ import annotations

import argparse
import io
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from tensorboard.backend import application
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.compat.proto import summary_pb2
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins import base_plugin
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util
from werkzeug.test import Client
from werkzeug.wrappers import Response

from tb_timetravel.frame import Frame, Territory, encode_frame
from tb_timetravel.schema import (
    Film,
    FilmStep,
    Media,
    MetricInfo,
    Probe,
    TerritoryInfo,
)
from tb_timetravel.serve.plugin import TimeTravelPlugin
from tb_timetravel.store import DynamicsWriter, FilmStore, Snapshot, data_fingerprint, probe_directory
from tb_timetravel.store.dynamics import DynamicsReader, Samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tb_timetravel.serve.jobs import Jobs

N_SAMPLES, N_FEATURES, N_CLASSES, GRID = 40, 6, 3, 8
STEPS = (0, 5, 9)
FILM, PREVIEW = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"
PREFIX = "/data/plugin/timetravel/"
POST_HEADERS = {"X-Time-Travel": "1", "Host": "localhost:6006"}


def write_events(run_directory: Path | str, *, marked: bool = True, scalars: tuple[str, ...] = ("loss/train",)) -> None:
    """Write an event file with one marker and three points of every scalar."""
    writer = EventFileWriter(str(run_directory))
    if marked:
        metadata = summary_pb2.SummaryMetadata(
            plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="timetravel"), data_class=summary_pb2.DATA_CLASS_TENSOR
        )
        tensor = tensor_util.make_tensor_proto(np.float32(N_SAMPLES))
        value = summary_pb2.Summary.Value(tag="timetravel/probe", metadata=metadata, tensor=tensor)
        writer.add_event(Event(wall_time=time.time(), step=0, summary=summary_pb2.Summary(value=[value])))
    for tag in scalars:
        for step, number in ((1, 0.5), (2, float("nan")), (3, 0.25)):
            value = summary_pb2.Summary.Value(tag=tag, simple_value=number)
            writer.add_event(Event(wall_time=1e9 + step, step=step, summary=summary_pb2.Summary(value=[value])))
    writer.close()


def write_probe(run_directory: Path | str, tag: str = "probe", *, kind: str = "image") -> str:
    """Log a probe set of three steps."""
    rng = np.random.default_rng(0)
    directory = probe_directory(str(run_directory), tag)
    media = Media(kind="image", thumbnail_width=4, thumbnail_height=4) if kind == "image" else Media(kind=kind)
    picture = io.BytesIO()
    Image.new("L", (32 * 4, 2 * 4), 128).save(picture, "PNG")
    pages = {"image": [picture.getvalue()], "text": [json.dumps([f"text {i}" for i in range(N_SAMPLES)]).encode()], "none": []}[kind]
    samples = Samples(
        labels=np.arange(N_SAMPLES, dtype=np.int32) % N_CLASSES,
        ids=np.arange(N_SAMPLES, dtype=np.int32) * 10,
        splits=(np.arange(N_SAMPLES) % 4 == 0).astype(np.uint8),
        pages=pages,
    )
    probe = Probe(
        n_samples=N_SAMPLES,
        n_features=N_FEATURES,
        n_classes=N_CLASSES,
        class_names=("cat", "dog", "emu"),
        split_names=("train", "test"),
        media=media,
        has_logits=True,
        version=samples.digest(kind),
    )
    writer = DynamicsWriter(directory)
    writer.write_probe(probe, samples)
    for step in STEPS:
        representations = rng.normal(size=(N_SAMPLES, N_FEATURES)).astype(np.float32)
        logits = rng.normal(size=(N_SAMPLES, N_CLASSES)).astype(np.float32)
        writer.write_step(Snapshot(step, representations, logits, None), wall_time=1e9)
    return directory


def write_film(directory: str, key: str = FILM, *, method: str = "joint", created_at: float = 2e9, with_territory: bool = True) -> Film:
    """Write a film of all logged steps."""
    rng = np.random.default_rng(1)
    reader, store = DynamicsReader(directory), FilmStore(directory)
    predictions = rng.integers(0, N_CLASSES, (len(STEPS), N_SAMPLES)).astype(np.uint8)
    confidences = rng.integers(85, 256, (len(STEPS), N_SAMPLES)).astype(np.uint8)
    steps = []
    for index, step in enumerate(STEPS):
        classes = (np.arange(GRID * GRID) // (GRID * GRID // 2)).reshape(GRID, GRID).astype(np.uint8)  # 0 below, 1 above
        territory = Territory(classes, np.full((GRID, GRID), 255, np.uint8)) if with_territory else None
        positions = rng.integers(0, 65536, (N_SAMPLES, 2)).astype(np.uint16)
        content = encode_frame(Frame(positions, predictions[index], confidences[index], territory))
        frame = store.write_frame(key, step, content)
        store.write_embedding(key, step, positions.astype(np.float32))
        fidelity = {"neighborhood_preservation": {"train": 0.4, "test": float("nan")}}
        steps.append(
            FilmStep(step=step, frame=frame, bytes=len(content), flips=0, accuracy={"train": 0.5, "test": None}, fidelity=fidelity)
        )
    store.write_history(key, predictions, confidences)
    metric = MetricInfo(
        metric="neighborhood_preservation", label="Neighbors kept", description="…", range=(0, 1), better="higher", scope="step"
    )
    film = Film(
        film=key,
        method=method,
        settings={"seed": 0},
        fingerprint=data_fingerprint(reader.probe(), reader.steps()),
        seed=0,
        device="cpu",
        created_at=created_at,
        extent=(-1.0, 1.0, -2.0, 2.0),
        grid_resolution=GRID if with_territory else 0,
        territory=TerritoryInfo(source="head" if with_territory else "none", agreement=1.0 if with_territory else None),
        metrics=(metric,),
        fidelity={"temporal_correlation": {"train": 0.9}},
        steps=tuple(steps),
        timings_s={"layout": 1.0},
    )
    store.write_film(film)
    return film


@dataclass(frozen=True)
class Served:
    """A TensorBoard over a logdir."""

    client: Client
    plugin: TimeTravelPlugin
    reload: Callable[[], None]

    def get(self, route: str, **arguments: object) -> Any:
        """Ask one of our routes."""
        return self.client.get(PREFIX + route, query_string={key: str(value) for key, value in arguments.items()})

    def post(self, route: str, body: object, **headers: str) -> Any:
        """Post JSON to one of our routes, guarded as the frontend does it."""
        return self.client.post(PREFIX + route, json=body, headers={**POST_HEADERS, **headers})


def serve(logdir: Path | str, *, jobs: Jobs | None = None, **flags: object) -> Served:
    """Load a logdir as TensorBoard does and put the plugin over it."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()

    def reload() -> None:
        multiplexer.AddRunsFromDirectory(str(logdir))
        multiplexer.Reload()

    reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(logdir))
    context = base_plugin.TBContext(logdir=str(logdir), data_provider=provider, flags=argparse.Namespace(**flags))
    plugin = TimeTravelPlugin(context, jobs)
    return Served(Client(application.TensorBoardWSGI([plugin], data_provider=provider), Response), plugin, reload)
