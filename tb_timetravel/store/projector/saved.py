"""Which checkpoints of TensorFlow, or weights of Keras 3, hold the embeddings of a config that names no files: each is a step."""

from __future__ import annotations

import re

from tb_timetravel.errors import StoreError
from tb_timetravel.store.files import below, listdir, read_bytes
from tb_timetravel.store.projector.checkpoint import INDEX
from tb_timetravel.store.projector.weights import WEIGHTS

_NUMBERED = re.compile(r"(.*?)(?:-(\d{1,12}))?", re.DOTALL)  # a checkpoint's name: without its step, and that
_LATEST = re.compile(r'^\s*model_checkpoint_path:\s*"([^"\\]*)"', re.MULTILINE)
_STATE, _MOST_STATE = "checkpoint", 2**20  # a file in which TensorFlow says which is the latest, and its bytes
_OF_KERAS_3 = re.compile(rf"keras_embedding\.ckpt-(\d{{1,12}}){re.escape(WEIGHTS)}")
_OF_KERAS = "train"  # where Keras' callback keeps them
_OF_OBJECTS = "/.ATTRIBUTES/VARIABLE_VALUE"  # behind the name of a variable of an object


def checkpoints_of(base: str, named: str) -> dict[int, str]:
    """Find the checkpoints that belong to a config: step -> path of the index, relative to the config's directory.

    They are those called like the one that the config names, else like the latest that lies beside it or where Keras puts them.
    A number behind a name is its step; one without is step 0. Where there are none, weights that Keras 3 saved are taken.

    Parameters
    ----------
    named : the config's ``model_checkpoint_path``, empty where it has none.
    """
    if named:
        inside = named.removeprefix(base.rstrip("/") + "/")
        directory, _, name = inside.rpartition("/")
        return _alike(base, directory, name) or {0: inside + INDEX}
    for directory in ("", _OF_KERAS):
        latest = _latest(base, directory)
        if latest is not None and (found := _alike(base, directory, latest)):
            return found
    saved = ((_OF_KERAS_3.fullmatch(name), name) for name in _names_in(base, _OF_KERAS))
    return {int(found[1]): f"{_OF_KERAS}/{name}" for found, name in saved if found}


def _alike(base: str, directory: str, name: str) -> dict[int, str]:
    """Find the checkpoints that have a name but for their steps."""
    stem = _without_step(name)[0]
    found = {}
    for file in _names_in(base, directory):
        if file.endswith(INDEX):
            other, step = _without_step(file.removesuffix(INDEX))
            if other == stem:
                found[step] = f"{directory}/{file}".lstrip("/")
    return found


def _names_in(base: str, directory: str) -> list[str]:
    """List a directory below the config's; of any other, nothing."""
    names = [name for name in directory.split("/") if name]
    if ".." in names or "\0" in directory or directory.startswith("/"):
        return []
    try:
        return listdir(below(base, *names))
    except StoreError:  # a link out of it
        return []


def _without_step(name: str) -> tuple[str, int]:
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2] or 0)) if found else (name, 0)


def _latest(base: str, directory: str) -> str | None:
    """Name the latest checkpoint of a directory, without where it lay when it was written; None where TensorFlow has not said it."""
    if _STATE not in _names_in(base, directory):
        return None
    try:
        found = _LATEST.search(read_bytes(below(base, *filter(None, (directory, _STATE))), most=_MOST_STATE).decode(errors="replace"))
    except StoreError:  # none that TensorFlow wrote
        return None
    return None if found is None else found[1].rpartition("/")[2]


def plain_name(tensor_name: str) -> tuple[str, str]:
    """Give a tensor's name in a checkpoint, without the number of an output, and as people call it."""
    name = tensor_name.removesuffix(":0")
    return name, name.removesuffix(_OF_OBJECTS)
