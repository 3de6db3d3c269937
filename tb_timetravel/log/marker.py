"""The mark in the event file by which TensorBoard learns that a run has something for this plugin."""

from __future__ import annotations

import importlib
import os
from typing import Any

import msgspec
import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.schema import FORMAT_VERSION, PLUGIN_NAME


class MarkerWriter:
    """Writes one tiny tensor per step through the user's own writer.

    A second event file beside the user's would not do: TensorBoard's default reader follows only the newest file of a run, so the
    user's scalars would stop.

    Parameters
    ----------
    writer : a SummaryWriter of torch or tensorboardX, or a run's directory.
    """

    def __init__(self, writer: object, tag: str) -> None:
        self.run_directory = _run_directory(writer)
        self._writer: Any = None if isinstance(writer, (str, os.PathLike)) else writer
        self._own: Any = None
        self._tag = f"{PLUGIN_NAME}/{tag}"
        self._last = -1

    def write(self, step: int, n_samples: int) -> None:
        """Mark a step and flush; a step that does not come after the last marked one stays unmarked.

        TensorBoard would take it for a restart and drop the marks since then, while the arrays, which count, are listed without any.
        """
        if step <= self._last:
            return
        summary = _summary(self._tag, n_samples)
        if self._writer is None:
            self._write_own(summary, step)
        else:
            file_writer = self._writer._get_file_writer()  # torch and tensorboardX have no public way to a summary of one's own
            file_writer.add_summary(_in_dialect_of(file_writer, summary), global_step=step)
            self._writer.flush()
        self._last = step

    def _write_own(self, summary: Any, step: int) -> None:  # noqa: ANN401  # tensorboard ships no types
        import time

        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        if self._own is None:
            self._own = EventFileWriter(self.run_directory)
        self._own.add_event(Event(wall_time=time.time(), step=step, summary=summary))
        self._own.flush()


def _run_directory(writer: object) -> str:
    if isinstance(writer, (str, os.PathLike)):
        return os.path.expanduser(os.fspath(writer))
    directory = getattr(writer, "log_dir", None) or getattr(writer, "logdir", None)  # torch, tensorboardX
    if not directory or not hasattr(writer, "_get_file_writer"):
        raise InvalidData(f"expected a SummaryWriter of torch or tensorboardX or a run's directory, got {type(writer).__name__}; give one")
    return str(directory)


def _summary(tag: str, n_samples: int) -> Any:  # noqa: ANN401  # tensorboard ships no types
    from tensorboard.compat.proto import summary_pb2
    from tensorboard.util import tensor_util

    plugin_data = summary_pb2.SummaryMetadata.PluginData(plugin_name=PLUGIN_NAME, content=msgspec.json.encode({"version": FORMAT_VERSION}))
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=plugin_data,
        data_class=summary_pb2.DATA_CLASS_TENSOR,  # without it no data provider lists the tensor
        summary_description="Number of samples whose state was logged for Time Travel.",
    )
    tensor = tensor_util.make_tensor_proto(np.float32(n_samples))
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])


def _in_dialect_of(file_writer: object, summary: Any) -> Any:  # noqa: ANN401  # tensorboard ships no types
    if not type(file_writer).__module__.startswith("tensorboardX"):
        return summary
    theirs = importlib.import_module("tensorboardX.proto.summary_pb2")  # the same message, compiled a second time under another name
    return theirs.Summary.FromString(summary.SerializeToString())
