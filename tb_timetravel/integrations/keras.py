"""The film as a callback of Keras 3, on any backend.

>>> data = {"train": (x_train[:500], y_train[:500]), "test": (x_test[:500], y_test[:500])}  # doctest: +SKIP
>>> model.fit(x_train, y_train, callbacks=[TimeTravelCallback(data, head="logits", directory="runs/mine")])  # doctest: +SKIP
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.integrations.moments import Every, check_every, passes
from tb_timetravel.log import TimeTravel
from tb_timetravel.log.media import channels_last, looks_like_pictures
from tb_timetravel.log.samples import label_array
from tb_timetravel.schema import DEFAULT_SPLIT

try:
    import keras
except ImportError as error:
    raise InvalidData("expected Keras 3 for this callback, found none; run: pip install keras") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_BATCH_SIZE = 128
_SQUASHING = ("softmax", "sigmoid")  # after these, a layer's output is no logit any more


class TimeTravelCallback(keras.callbacks.Callback):
    """Logs the film while a model is fitted.

    Steps are numbered as Keras' own TensorBoard callback numbers its scalars: by the epoch, from 0, or by the batch where ``every`` is a
    number of them. That callback may write to the same directory.

    Parameters
    ----------
    data : the samples to watch: ``(inputs, labels)``, or ``{"train": (inputs, labels), "test": …}``. Inputs are an array, or a list or
        mapping of arrays as the model takes them; labels are class indices or one-hot, or None.
    head : the last layer, or its name. What goes in is the representation, what comes out are the logits; of a Dense layer with softmax
        or sigmoid, what it is before that.
    directory : of the run.
    every : ``"epoch"`` logs at the end of each, ``"evaluation"`` after each validation, a number every so many batches, and once before
        the first.
    batch_size : of the pass over ``data``.
    options : what ``TimeTravel`` takes besides: class_names, tag, dtype, columns, images, texts. Images among the inputs are found.

    Raises
    ------
    InvalidData : an argument is none of these; while logging, as ``TimeTravel``.
    StoreError : the arrays could not be written.
    """

    def __init__(
        self,
        data: object,
        *,
        head: keras.layers.Layer | str,
        directory: str,
        every: Every = "epoch",
        batch_size: int = _BATCH_SIZE,
        **options: Any,  # noqa: ANN401  # TimeTravel checks them
    ) -> None:
        super().__init__()
        self._parts = _parts(data)
        self._head, self._batch_size = head, batch_size
        self._every = check_every(every)
        facts = {"labels": _labels(self._parts), "images": _pictures(self._parts) if "texts" not in options else None}
        self._film = TimeTravel(
            directory,
            ids=np.concatenate([np.arange(part.n) for part in self._parts]),
            splits=[part.name for part in self._parts for _ in range(part.n)],
            **facts | options,
        )
        self._epoch: int | None = None  # None outside of fit
        self._batches, self._batch = 0, -1  # trained on since the model was built; index of the last in this epoch

    def on_train_begin(self, logs: object = None) -> None:  # noqa: ARG002
        """Log the model as it is before the first batch, where batches are counted."""
        self._batches = int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))
        if isinstance(self._every, int):
            self._log(self._batches)

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002
        """Remember the epoch: an evaluation is not told."""
        self._epoch, self._batch = epoch, -1

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        """Log every n batches."""
        before = self._batches
        self._batches += batch - self._batch  # several at once with steps_per_execution
        self._batch = batch
        if passes(self._every, before, self._batches):
            self._log(self._batches)

    def on_test_end(self, logs: object = None) -> None:  # noqa: ARG002
        """Log an evaluation within the training."""
        if self._every == "evaluation" and self._epoch is not None:
            self._log(self._epoch)

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002
        """Log the end of an epoch."""
        if self._every == "epoch":
            self._log(epoch)

    def on_train_end(self, logs: object = None) -> None:  # noqa: ARG002
        """Close: an evaluation after the training is none of its steps."""
        self._film.flush()
        self._epoch = None

    def _log(self, step: int) -> None:
        if not _is_first_process():
            return
        model = self.model  # asking for it brings its variables up to date on JAX
        layer = _find(model, self._head)
        found = [_run(model, layer, part, self._batch_size) for part in self._parts]
        x, outputs = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        weights = _affine(layer)
        squashed = weights is not None and keras.activations.serialize(layer.activation) in _SQUASHING
        self._film.log_arrays(step, x, None if squashed else outputs, head=weights)  # without logits, they are what the head makes of x


@dataclass(frozen=True, eq=False)
class _Part:
    """A split: inputs as the model takes them, labels (n,) or None, n samples."""

    name: str
    inputs: Any
    labels: NDArray[np.int64] | None
    n: int


def _parts(data: object) -> list[_Part]:
    if isinstance(data, Mapping):
        return [_part(str(name), pair) for name, pair in data.items()]
    return [_part(DEFAULT_SPLIT, data)]


def _part(name: str, pair: object) -> _Part:
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise InvalidData(
            f"expected data as (inputs, labels) or a mapping of splits to such pairs, got {type(pair).__name__}; "
            "give arrays, with None for labels that are not known"
        )
    inputs, labels = pair
    sizes = {len(array) for array in keras.tree.flatten(inputs)}
    known = None if labels is None else label_array(labels)
    if len(sizes) != 1 or (known is not None and len(known) not in sizes):
        raise InvalidData(
            f"expected as many inputs as labels in split {name!r}, got arrays of {sorted(sizes)} rows; give one for each sample"
        )
    return _Part(name, inputs, known, sizes.pop())


def _labels(parts: list[_Part]) -> NDArray[np.int64] | None:
    if all(part.labels is None for part in parts):
        return None
    return np.concatenate([np.full(part.n, -1) if part.labels is None else part.labels for part in parts])


def _pictures(parts: list[_Part]) -> NDArray[Any] | None:
    arrays = [np.asarray(part.inputs) for part in parts if not isinstance(part.inputs, (list, tuple, Mapping))]
    shown = [array for array in arrays if looks_like_pictures(array)]
    if len(shown) < len(parts) or len({array.shape[1:] for array in shown}) != 1:
        return None
    return channels_last(np.concatenate(shown))


def _is_first_process() -> bool:
    """Tell whether this process logs; TimeTravel knows of torch's ranks by itself."""
    jax = sys.modules.get("jax") if keras.backend.backend() == "jax" else None
    return jax is None or jax.process_index() == 0


def _find(model: keras.Model, head: keras.layers.Layer | str) -> keras.layers.Layer:
    if not isinstance(head, str):
        return head
    try:
        return model.get_layer(head)
    except ValueError as error:
        names = ", ".join(layer.name for layer in model.layers[-5:])
        raise InvalidData(f"expected head as the name of a layer of the model, got {head!r}; its last layers are {names}") from error


def _affine(layer: keras.layers.Layer) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Read a layer as weight (c, d) and bias (c,), None where it is more than that and a squashing at its end."""
    if type(layer) is not keras.layers.Dense or keras.activations.serialize(layer.activation) not in ("linear", *_SQUASHING):
        return None
    weight = _numpy(layer.kernel).T  # (d, c) -> (c, d)
    return weight, np.zeros(len(weight), np.float32) if layer.bias is None else _numpy(layer.bias)


def _run(model: keras.Model, layer: keras.layers.Layer, part: _Part, batch_size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Run a split through the model, layer by layer and not compiled: what goes into the head (n, d) and what comes out (n, c)."""
    pairs = []
    with _tapped(layer) as calls, _without_gradients():
        for start in range(0, part.n, batch_size):
            rows = slice(start, start + batch_size)
            model(keras.tree.map_structure(lambda array, rows=rows: keras.ops.convert_to_tensor(array[rows]), part.inputs), training=False)
            if len(calls) != 1:
                raise InvalidData(f"expected the head to run once in a forward pass, it ran {len(calls)} times; choose a layer that does")
            pairs.append(calls.pop())
    x, outputs = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))
    return x, outputs


@contextmanager
def _tapped(layer: keras.layers.Layer) -> Iterator[list[tuple[NDArray[Any], NDArray[Any]]]]:
    """Copy what goes into a layer and what comes out, of every call while the context lives."""
    calls: list[tuple[NDArray[Any], NDArray[Any]]] = []
    call = layer.call

    def tap(inputs: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # a backend's tensors
        outputs = call(inputs, *args, **kwargs)
        calls.append((_numpy(inputs), _numpy(outputs)))
        return outputs

    vars(layer)["call"] = tap  # beside the layer's own tracking of its attributes
    try:
        yield calls
    finally:
        del vars(layer)["call"]


def _numpy(tensor: Any) -> NDArray[Any]:  # noqa: ANN401  # a backend's tensor
    array: NDArray[Any] = keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))  # numpy has no bfloat16
    return array


def _without_gradients() -> AbstractContextManager[object]:
    if keras.backend.backend() != "torch":
        return nullcontext()
    import torch

    return torch.no_grad()
