"""A part of a step's territory drawn finer than the film stores it, with the stored decoder and the logged head.

NumPy alone, so that TensorBoard's process needs no library of the fit. Decoder and head end in affine maps, which are multiplied once per
request; a cell then costs the same whatever the number of features.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import Corrupt, InvalidData, NotFound
from tb_timetravel.frame import Frame, Territory, encode_frame
from tb_timetravel.store import FilmStore, data_fingerprint, open_reader
from tb_timetravel.store.films import class_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from tb_timetravel.frame import Extent
    from tb_timetravel.schema import Film

    Weights = Mapping[str, NDArray[Any]]
    Head = tuple[NDArray[np.float32], NDArray[np.float32]]

_METHODS = ("joint", "umap", "pca")  # whose decoders are known here
_CELLS_PER_BATCH = 8192
_MOST_LOGITS = 2**23  # in memory at once
_drawing = threading.Lock()  # one at a time: two take twice the memory, and leave no processor to TensorBoard's other tabs


def is_refinable(film: Film) -> bool:
    """Tell whether parts of a film's territory can be drawn finer: its decoder is known and its head was logged."""
    return film.method in _METHODS and film.territory.source == "head"


def draw_part(directory: str, key: str, *, step: int, version: str, window: Extent, resolution: int) -> bytes:
    """Draw a window of a step's territory as a frame without samples.

    Raises
    ------
    NotFound : no such step or version, or a film whose territory cannot be drawn finer.
    InvalidData : the window is empty or reaches out of the extent.
    Corrupt : the stored decoder cannot be read.
    """
    store, reader = FilmStore(directory), open_reader(directory)
    film = store.film(key)
    _check_inside(window, film.extent)
    probe, logged = reader.probe(), reader.steps()
    index = next((i for i, known in enumerate(film.steps) if known.step == step and known.frame == version), None)
    if index is None:
        raise NotFound(f"film {key} has no step {step} of version {version}; ask for the film again")
    if not is_refinable(film):
        raise NotFound(f"film {key} has no decoder and head that can be evaluated here; its territory is as fine as it gets")
    logged_step = next((known for known in logged if known.step == step), None)
    is_of_older_data = film.fingerprint != data_fingerprint(probe, logged)
    if film.live and logged_step is not None:  # each of its steps has data of its own
        is_of_older_data = film.steps[index].data != logged_step.digest
    if logged_step is None or is_of_older_data:
        raise NotFound(f"film {key} was fitted on other data than is logged now; fit this run again")
    head = reader.read(probe, logged_step).head
    if head is None:
        raise NotFound(f"no head was logged at step {step}")
    if film.live:
        logits_at = _logits(_weights(directory, key, version, step), head, 0)
    else:
        logits_at = _logits(_weights(directory, key, str(film.created_at), None), head, index)
    with _drawing:
        territory = _classify(logits_at, window, resolution, probe.n_classes)
    return encode_frame(Frame(np.empty((0, 2), np.uint16), None, None, territory))


def _check_inside(window: Extent, extent: Extent) -> None:
    """Refuse a window that is empty or reaches out of the extent."""
    room_x, room_y = 1e-4 * (extent[1] - extent[0]), 1e-4 * (extent[3] - extent[2])  # decimals of an address are rounded
    left, right, bottom, top = window
    in_x = extent[0] - room_x <= left < right <= extent[1] + room_x
    if not in_x or not extent[2] - room_y <= bottom < top <= extent[3] + room_y:
        raise InvalidData(f"expected a window inside the extent {list(extent)}, got {list(window)}")


@functools.lru_cache(maxsize=1)
def _weights(directory: str, key: str, version: str, step: int | None) -> Weights:  # noqa: ARG001  # what was fitted again is another
    return FilmStore(directory).visualizer(key, step)


def _logits(weights: Weights, head: Head, index: int) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Make a step's decoder and head one function, (b, 2) -> (b, n_classes)."""
    try:
        if "basis" in weights:
            return _of_components(weights, head)
        return _of_network(weights, head, index)
    except (KeyError, IndexError, ValueError) as error:
        raise Corrupt(f"the stored decoder is of another make ({error}); fit this run again") from error


def _of_components(weights: Weights, head: Head) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    out = weights["basis"].T @ head[0].T  # (2, n_classes)
    bias = weights["center"].reshape(-1) @ head[0].T + head[1]
    return lambda z: z @ out + bias


def _of_network(weights: Weights, head: Head, index: int) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Evaluate `fit.networks.PlaneNetwork`: values read from grids, an MLP that the step modulates, then the head."""
    layers = [
        (
            weights[f"mlp.hidden.{i}.weight"].T,
            weights[f"mlp.hidden.{i}.bias"],
            weights[f"mlp.modulation.{i}"][index],
        )
        for i in range(sum(name.startswith("mlp.modulation.") for name in weights))
    ]
    sizes = weights["sizes"].tolist()
    nodes = np.split(weights["grids"][index], np.cumsum([size * size for size in sizes])[:-1], 1)
    grids = [values.reshape(-1, size, size) for size, values in zip(sizes, nodes, strict=True)]
    scale, center = weights["scale"][index].item(), weights["center"][index].reshape(-1)
    offset = weights["mlp.output.bias"] + weights["mlp.offset"][index]
    out = scale * (weights["mlp.output.weight"].T @ head[0].T)  # (width, n_classes)
    bias = (offset * scale + center) @ head[0].T + head[1]
    middle, half = weights["middle"], weights["half"]
    if not layers or not grids:
        raise ValueError("it has no layers")

    def logits(z: NDArray[np.float32]) -> NDArray[np.float32]:
        u = ((z - middle) / half).astype(np.float32)
        v = np.concatenate([u, *(_read_grid(grid, u) for grid in grids)], 1)
        for weight, shift, (gain, drift) in layers:
            v = (v @ weight + shift) * (1.0 + gain) + drift
            v = v / (1.0 + np.exp(-v.clip(-80.0)))  # SiLU
        result: NDArray[np.float32] = v @ out + bias
        return result

    return logits


def _read_grid(grid: NDArray[np.float32], u: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolate values (channels, size, size) between nodes at positions (b, 2) from -1 to 1, clamped: (b, channels)."""
    last = grid.shape[1] - 1
    at = ((u + 1.0) / 2.0 * last).clip(0.0, last)
    low = np.minimum(at.astype(np.intp), max(last - 1, 0))
    (x, y), (right, above) = low.T, (at - low).astype(np.float32).T[..., None]
    nodes = grid.transpose(1, 2, 0)  # (y, x, channels)
    x_next, y_next = np.minimum(x + 1, last), np.minimum(y + 1, last)
    below = nodes[y, x] * (1.0 - right) + nodes[y, x_next] * right
    over = nodes[y_next, x] * (1.0 - right) + nodes[y_next, x_next] * right
    result: NDArray[np.float32] = below * (1.0 - above) + over * above
    return result


def _classify(
    logits_at: Callable[[NDArray[np.float32]], NDArray[np.float32]], window: Extent, resolution: int, n_classes: int
) -> Territory:
    unit = (np.arange(resolution) + 0.5) / resolution
    x, y = window[0] + (window[1] - window[0]) * unit, window[2] + (window[3] - window[2]) * unit
    cells = np.stack([np.tile(x, resolution), np.repeat(y, resolution)], 1).astype(np.float32)
    classes, margins = np.empty(len(cells), class_dtype(n_classes)), np.empty(len(cells), np.uint8)
    batch = max(1, min(_CELLS_PER_BATCH, _MOST_LOGITS // max(n_classes, 1)))
    for start in range(0, len(cells), batch):
        part = slice(start, start + batch)
        logits = logits_at(cells[part])
        odds = np.exp(logits - logits.max(1, keepdims=True))
        classes[part] = odds.argmax(1)
        top = np.partition(odds, -2, 1)[:, -2:] if odds.shape[1] > 1 else np.pad(odds, ((0, 0), (1, 0)))
        margins[part] = np.rint((top[:, 1] - top[:, 0]) / odds.sum(1) * 255.0)
    shape = (resolution, resolution)
    return Territory(classes.reshape(shape), margins.reshape(shape))
