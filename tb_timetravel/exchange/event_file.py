"""An event file of our own in a run, written as a whole each time, so that writing it again doubles nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from tb_timetravel.store.files import join, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable


class Point(NamedTuple):
    """A value of a scalar."""

    tag: str
    step: int
    value: float
    wall_time: float  # seconds since 1970


def write_event_file(run_directory: str, name: str, points: Iterable[Point] = ()) -> str:
    """Write an event file with scalars, or with none just so that TensorBoard lists the directory as a run, and return its path.

    Its name sorts before those that trainings write: TensorBoard's default reader follows the last file of a run and never turns back, so
    a file that sorts last would stop the scalars of a training that goes on.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    points = sorted(points, key=lambda point: (point.step, point.tag))
    buffer = io.BytesIO()
    records: Any = RecordWriter(buffer)
    records.write(Event(wall_time=points[0].wall_time if points else 0.0, file_version="brain.Event:2").SerializeToString())
    for point in points:
        summary = Summary(value=[Summary.Value(tag=point.tag, simple_value=point.value)])
        records.write(Event(wall_time=point.wall_time, step=point.step, summary=summary).SerializeToString())
    path = join(run_directory, f"events.out.tfevents.0000000000.timetravel.{quote(name, safe='')}")
    write_bytes(path, buffer.getvalue())
    return path
