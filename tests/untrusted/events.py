"""What can befall an event file: bytes as of any file, and records that are whole while what they say is nobody's."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from tensorboard.compat.proto import summary_pb2
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.util import tensor_util

from tests.untrusted.damage import damaged

if TYPE_CHECKING:
    from random import Random

_HEADER = struct.Struct("<QI")  # length of the record, and a sum over that
ODD_STEPS = (-(2**63), -1, 0, 2**31, 2**53 + 1, 2**63 - 1)
ODD_NUMBERS = (0.0, -0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), float("-inf"))
ODD_TAGS = ("", "loss/train", "a/../../b", "\0", "<img src=x onerror=alert(1)>", "x" * 5000, "é\u202e", "timetravel/probe")
ODD_ARRAYS = (
    np.zeros(()), np.zeros((0,)), np.zeros((3, 2)), np.array(b"text"), np.array([b"a", b"b"]), np.array(1 + 2j), np.array(True),
    np.array(2**63, np.uint64),
)  # fmt: skip


def split_records(content: bytes) -> list[bytes]:
    """Take a whole event file apart."""
    records, at = [], 0
    while at < len(content):
        length, _ = _HEADER.unpack_from(content, at)
        at += _HEADER.size
        records.append(content[at : at + length])
        at += length + 4
    return records


def join_records(records: list[bytes], *, claimed: int | None = None) -> bytes:
    """Put an event file together whose sums are right; the last record may claim another length than it has."""
    parts = []
    for number, record in enumerate(records, start=1):
        length = struct.pack("<Q", len(record) if claimed is None or number < len(records) else claimed)
        parts += [length, struct.pack("<I", masked_crc32c(length)), record, struct.pack("<I", masked_crc32c(record))]
    return b"".join(parts)


def damaged_events(content: bytes, random: Random) -> bytes:
    """Change an event file in one of the ways that its kind allows."""
    if random.random() < 0.3:
        return damaged("events.out.tfevents.1", content, random)
    records = split_records(content)
    if random.random() < 0.1:
        return join_records(records, claimed=random.choice((0, 1, 2**16, 2**50, 2**63, 2**64 - 1)))
    for _ in range(random.choice((1, 1, 5))):
        at = random.randrange(len(records))
        records[at] = random.choice((_broken, _foreign, _odd, _odd, _odd))(records[at], random)
    return join_records(records)


def _broken(record: bytes, random: Random) -> bytes:
    return damaged("", record, random)


def _foreign(_: bytes, random: Random) -> bytes:
    """Give a message of another kind, which may read as an event of unknown fields."""
    config = ProjectorConfig()
    config.embeddings.add(tensor_name="a:1", tensor_path="../../a.tsv", tensor_shape=[2**31, 2**31])
    tensor = tensor_util.make_tensor_proto(np.arange(6.0))
    return random.choice((config, tensor, summary_pb2.SummaryMetadata(display_name="x"), Event())).SerializeToString()  # type: ignore[no-any-return]


def _odd(_: bytes, random: Random) -> bytes:
    """Give a summary that nobody's writer makes."""
    value = summary_pb2.Summary.Value(tag=random.choice(ODD_TAGS))
    if random.random() < 0.3:
        value.simple_value = random.choice(ODD_NUMBERS)
    else:
        value.tensor.CopyFrom(tensor_util.make_tensor_proto(random.choice(ODD_ARRAYS)))
        if random.random() < 0.2:
            value.tensor.tensor_shape.dim.add(size=random.choice((-1, 0, 2**40, 2**62)))
        if random.random() < 0.2:
            value.tensor.dtype = random.choice((0, 7, 20, 21, 22, 99))
    if random.random() < 0.8:
        value.metadata.plugin_data.plugin_name = random.choice(("scalars", "scalars", "scalars", "timetravel", "images", "", "x"))
        value.metadata.plugin_data.content = random.choice((b"", b"\xff\xff", b'{"version": 99}'))
        value.metadata.data_class = random.choice((0, 1, 1, 1, 2, 3, 77))
    event = Event(step=random.choice(ODD_STEPS), wall_time=random.choice((1e9, *ODD_NUMBERS)), summary=summary_pb2.Summary(value=[value]))
    return event.SerializeToString()  # type: ignore[no-any-return]
