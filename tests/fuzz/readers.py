"""A target for Atheris, which looks for inputs that reach new code.

``pip install atheris``, then ``python -m tests.fuzz.readers -max_total_time=60``.

The first byte chooses the reader, the rest is its file; whatever is not an error of ours is a finding.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["tb_timetravel"]):
    from tb_timetravel.errors import TimeTravelError
    from tb_timetravel.exchange.reading import read_json
    from tb_timetravel.exchange.tree import read_tree
    from tb_timetravel.frame import decode_frame
    from tb_timetravel.schema import Columns, Film, FitStatus, Probe, SavedSelections, StepRecord
    from tb_timetravel.store import FilmStore
    from tb_timetravel.store.files import open_array, read_bytes, read_record
    from tb_timetravel.store.projector import CONFIG_NAME, embeddings_of
    from tb_timetravel.store.projector.metadata import classes_of, label_column, read_metadata
    from tb_timetravel.store.projector.tensors import read_tensor

RECORDS = (Probe, StepRecord, Columns, Film, FitStatus, SavedSelections)
DIRECTORY = tempfile.mkdtemp()
FILM = "0" * 16


def _metadata(path: str) -> None:
    label = label_column(read_metadata(path))
    if label is not None:
        classes_of(label)


READERS = (
    *((f"{kind.__name__}.json", lambda path, kind=kind: read_record(path, kind)) for kind in RECORDS),
    ("a.npy", open_array),
    ("b.npy", lambda path: open_array(path, mapped=False)),
    ("v.npy", lambda path: read_tensor(path, ())),
    ("v.tsv", lambda path: read_tensor(path, ())),
    ("v.bytes", lambda path: read_tensor(path, (2, 3))),
    ("model.ckpt-7.index", lambda path: read_tensor(path, (), "words")),
    ("m.tsv", _metadata),
    ("frame.gz", lambda path: decode_frame(read_bytes(path))),
    (f"films/{FILM}/visualizer.npz", lambda _: FilmStore(DIRECTORY).visualizer(FILM)),
    (CONFIG_NAME, lambda _: embeddings_of(DIRECTORY)),
    ("x.json", lambda path: read_json(path, dict[str, int])),
    ("tree.json", read_tree),
)


def try_one(data: bytes) -> None:
    """Write the file and read it."""
    name, read = READERS[data[0] % len(READERS) if data else 0]
    path = os.path.join(DIRECTORY, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data[1:])
    with contextlib.suppress(TimeTravelError):
        read(path)


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()
