"""Looks into files of weights in a process of its own: the library of HDF5 may never end, or crash, on one that is damaged.

    python weights_look.py LAYER < paths.json

Standard input is a JSON list of paths; for each a line of JSON says where the numbers of the layer lie, or why they cannot be read. HDF5
can send a reader to other files, by links, external storage and virtual datasets: none of these is followed, and no numbers are read here.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from typing import Any

_MOST_CPU_S, _MOST_MEMORY = 10, 2**32
_MOST_LAYERS = 10_000  # that are looked through where none is called as Keras calls it
_SHOWN = 5  # layers that a message names
_ELSEWHERE = "a link, which is not followed"


class Refused(Exception):
    """What was found in place of a matrix."""


def limit() -> None:
    """Let this process take no more than its job does."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    for kind, most in ((resource.RLIMIT_CPU, _MOST_CPU_S), (resource.RLIMIT_AS, _MOST_MEMORY)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS knows no limit of addresses
            continue


def place_of(h5py: Any, file: Any, layer: str) -> dict[str, Any]:  # noqa: ANN401  # h5py is optional
    """Tell the type, shape and place in bytes of a layer's numbers."""
    found = find(h5py, file, layer)
    is_bfloat16 = found.dtype.str == "|V2" and str(found.attrs.get("dtype", ""))[:20] == "bfloat16"
    layout, offset = found.id.get_create_plist(), found.id.get_offset()
    is_whole = layout.get_layout() == h5py.h5d.CONTIGUOUS and layout.get_external_count() == 0 and not file.userblock_size
    if not is_whole or offset is None:
        raise Refused("numbers that do not lie in one piece of the file")
    return {"kind": "bfloat16" if is_bfloat16 else found.dtype.str, "shape": [int(n) for n in found.shape], "offset": int(offset)}


def find(h5py: Any, file: Any, layer: str) -> Any:  # noqa: ANN401
    """Find a layer by its name, else the only one that is a matrix."""
    layers = member(h5py, file, "layers")
    if (found := matrix_of(h5py, member(h5py, layers, layer))) is not None:
        return found
    names = list(itertools.islice(layers or (), _MOST_LAYERS))
    others = [(name, matrix) for name in names if (matrix := matrix_of(h5py, member(h5py, layers, name))) is not None]
    if layer == "embedding" and len(others) == 1:  # of a class of one's own, which is called otherwise
        return others[0][1]
    shown = ", ".join(repr(name[:40]) for name, _ in others[:_SHOWN])
    raise Refused(f"only {shown}" if shown else "no layer of one matrix")


def matrix_of(h5py: Any, layer: Any) -> Any:  # noqa: ANN401
    """Give the matrix of a layer that has nothing else, as an embedding has; None where it is no such layer."""
    variables = member(h5py, layer, "vars")
    found = member(h5py, variables, "0")
    is_alone = isinstance(found, h5py.Dataset) and len(variables) == 1 and found.shape is not None and len(found.shape) == 2
    return found if is_alone else None


def member(h5py: Any, group: Any, name: str) -> Any:  # noqa: ANN401
    """Give what lies in a group under a name, None where nothing does."""
    if not isinstance(group, h5py.Group) or (link := group.get(name, getlink=True)) is None:
        return None
    if not isinstance(link, h5py.HardLink):
        raise Refused(_ELSEWHERE)
    return group[name]


def look(h5py: Any, path: str, layer: str) -> dict[str, Any]:  # noqa: ANN401
    """Look into a file."""
    try:
        with open(path, "rb") as source, h5py.File(source, "r") as file:  # by a path, the library would lock what another process writes
            return place_of(h5py, file, layer)
    except Refused as refused:
        return {"refused": str(refused)}
    except Exception as error:  # whatever it raises of a damaged file
        return {"damaged": str(error)[:200]}


def main() -> None:
    """Answer for each path on standard input."""
    # what h5py imports is nothing of here
    sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]
    paths = json.load(sys.stdin)
    import h5py

    limit()
    for path in paths:
        sys.stdout.write(json.dumps(look(h5py, path, sys.argv[1])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
