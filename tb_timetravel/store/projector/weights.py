"""Embeddings in the weights that Keras 3 keeps: ``train/keras_embedding.ckpt-<epoch>.weights.h5`` of its TensorBoard callback.

A file is HDF5. h5py, which is not among this package's requirements, finds where the numbers of a layer lie, in a process of its own
(``weights_look.py``), as its library may crash on what anybody wrote, or never end. The numbers are then read as those of a checkpoint of
TensorFlow, so that no filter runs and no more memory is taken than there are bytes.

Keras' config names every layer alike. In the file they are ``layers/embedding``, ``layers/embedding_1`` and so on, in the same order.
"""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Annotated

import msgspec

from tb_timetravel.errors import Corrupt, NotPlayable
from tb_timetravel.store.files import is_local, listdir, read_bytes, stamp
from tb_timetravel.store.projector import weights_look
from tb_timetravel.store.projector.checkpoint import BFLOAT16, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHTS = ".weights.h5"
_KINDS = ("<f4", "<f8", "<f2", BFLOAT16)
_AT_ONCE = 500  # files that one process looks into
_MOST_S = 120.0  # for all of them; what hangs is ended sooner, by the processor's time
_REMEMBERED = 8192

Number = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
_Key = tuple[str, tuple[int, str], str]  # path, stamp, layer


class _Answer(msgspec.Struct, frozen=True):
    """What was found in a file: a place, or why there is none."""

    kind: str = ""
    shape: tuple[Number, ...] = ()
    offset: Number = 0
    refused: str = ""
    damaged: str = ""


_answers: OrderedDict[_Key, _Answer] = OrderedDict()
_looking = threading.Lock()


def layer_name(number: int) -> str:
    """Name the n-th embedding layer of a model, from 0 up, as Keras' files do."""
    return "embedding" if number == 0 else f"embedding_{number}"


def find_layer(path: str, known: tuple[int, str], layer: str) -> Place:
    """Find the numbers of an embedding layer in a file of weights, once for each time it is written, and in those beside it with it.

    Parameters
    ----------
    known : stamp of the file.

    Raises
    ------
    NotPlayable : h5py is not installed, there is no such layer, or it is none of numbers in one piece of this file.
    Corrupt : the file is damaged.
    """
    key = (path, known, layer)
    with _looking:
        if key not in _answers:
            _look_into([key, *_beside(key)])
        answer = _answers[key]
        _answers.move_to_end(key)
        while len(_answers) > _REMEMBERED:
            _answers.popitem(last=False)
    if answer.damaged:
        raise Corrupt(f"{path} is not readable HDF5 ({answer.damaged}); let Keras save it again, or remove it")
    if answer.refused or answer.kind not in _KINDS:
        found = answer.refused or f"numbers of type {answer.kind[:20]}"
        raise NotPlayable(
            f"expected layer {layer!r} in {path} as float32, float64, float16 or bfloat16, found {found}; "
            "write the embeddings as .npy instead"
        )
    place = Place(answer.kind, answer.shape, os.path.basename(path), answer.offset)
    if len(place.shape) != 2 or place.offset + place.stored.itemsize * math.prod(place.shape) > known[0]:
        raise Corrupt(f"expected {place.shape} numbers in {path}, which ends before them; let Keras save it again, or remove it")
    return place


def _beside(key: _Key) -> list[_Key]:
    """List the other files of weights in a directory that were not looked into: to start a process for each would take longer."""
    path, _, layer = key
    if not is_local(path):
        return []
    directory = os.path.dirname(path)
    paths = [os.path.join(directory, name) for name in listdir(directory) if name.endswith(WEIGHTS)]
    keys = [(other, known, layer) for other in paths if not os.path.islink(other) and (known := stamp(other)) is not None]
    return [other for other in keys if other != key and other not in _answers][: _AT_ONCE - 1]


def _look_into(keys: Sequence[_Key]) -> None:
    """Remember what is found in files; of those behind one at which the process ended, nothing is known yet."""
    path, _, layer = keys[0]
    if importlib.util.find_spec("h5py") is None:
        raise NotPlayable(
            f"expected the package h5py to read {path}, found none; run pip install 'tb-timetravel[hdf5]' and start TensorBoard again"
        )
    if is_local(path):
        lines, ending = _ask(layer, [other for other, _, _ in keys])
    else:
        with tempfile.TemporaryDirectory() as directory:
            copy = os.path.join(directory, "weights.h5")
            with open(copy, "wb") as file:
                file.write(read_bytes(path))
            lines, ending = _ask(layer, [copy])
    for key, line in zip(keys, lines, strict=False):
        try:
            _answers[key] = msgspec.json.decode(line, type=_Answer)
        except msgspec.MsgspecError as error:
            _answers[key] = _Answer(damaged=str(error))
    if len(lines) < len(keys):
        _answers[keys[len(lines)]] = _Answer(damaged=ending)


def _ask(layer: str, paths: Sequence[str]) -> tuple[list[bytes], str]:
    """Ask a process of its own; give its whole lines, and why there are no more where it ended before."""
    command = [sys.executable, weights_look.__file__, layer]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each would take addresses of those it may have
    try:
        done = subprocess.run(  # noqa: S603  # this Python, and our own file
            command, input=msgspec.json.encode(list(paths)), capture_output=True, timeout=_MOST_S, env=environment, check=False
        )
        output, ending = done.stdout, f"the library of HDF5 ended at it, with code {done.returncode}"
    except subprocess.TimeoutExpired as error:
        output, ending = error.stdout or b"", "the library of HDF5 did not come to an end with it"
    return output.splitlines(keepends=False) if output.endswith(b"\n") else output.splitlines()[:-1], ending
