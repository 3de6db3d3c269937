"""One step's arrays, checked and brought into the form in which they are stored."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.schema import MAX_CLASSES
from tb_timetravel.store.dynamics import Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray

Head = tuple["NDArray[np.float32]", "NDArray[np.float32]"]  # weight (c, d), bias (c,)
Dtype = Literal["float32", "float16"]

_MAX_STEP = 999_999_999_999
_HEAD_TOLERANCE = 0.05  # of the largest logit: bfloat16 errs by a hundredth, another head by about the whole


def as_array(value: Any) -> NDArray[Any]:  # noqa: ANN401  # whatever numpy or torch can make of it
    """View anything array-like as numpy, a torch tensor included, without importing torch."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.float() if value.dtype.is_floating_point else value  # numpy has no bfloat16
    try:
        return np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise InvalidData(f"expected an array, got a {type(value).__name__} that is none ({error}); give rows of equal length") from error


def describe(array: NDArray[Any]) -> str:
    """Say what came, for a message."""
    return f"{array.dtype} of shape {array.shape}"


def check_step(step: object) -> int:
    """Check a step number."""
    try:
        number = None if isinstance(step, bool) else operator.index(step)  # type: ignore[arg-type]  # what is no integer raises
    except TypeError:
        number = None
    if number is None or not 0 <= number <= _MAX_STEP:
        raise InvalidData(f"expected a step from 0 to {_MAX_STEP:,} as an integer, got {step!r}; count epochs or batches from 0")
    return number


def make_snapshot(
    step: int, representations: object, logits: object, head: object, *, dtype: Dtype, predictions: object = None
) -> Snapshot:
    """Check the arrays of a step and bring them into the stored form.

    Parameters
    ----------
    representations : (n_samples, n_features) numbers.
    logits : (n_samples, n_classes) numbers or None; one column means the score of the second of two classes.
    head : weight (n_classes, n_features) and bias (n_classes,) with ``logits = representations @ weight.T + bias``, or None.
    dtype : of the representations as stored.
    predictions : (n_samples, n_targets) or (n_samples,) numbers, in place of logits and head where the model predicts numbers.
    """
    x = _matrix("representations", representations, "n_features", step)  # (n, d)
    affine = None if head is None else _check_head(head, n_features=x.shape[1], step=step)
    scores = None if logits is None else _two_columns(_matrix("logits", logits, "n_classes", step))  # (n, c)
    if affine is not None and scores is None:
        scores = (x @ affine[0].T + affine[1]).astype(np.float32)  # the head says what they are
    if scores is not None:
        _check_scores(scores, n_samples=len(x))
    if affine is not None and scores is not None:
        _check_agreement(x, scores, affine, step)
    guessed = None if predictions is None else _check_predictions(predictions, n_samples=len(x), step=step)
    if guessed is not None and scores is not None:
        raise InvalidData(f"expected logits or predictions at step {step}, got both; logits choose among classes, predictions are numbers")
    return Snapshot(step=step, representations=_narrow(x, dtype, step), logits=scores, head=affine, predictions=guessed)


def reproduces(head: Head, representations: NDArray[Any], logits: NDArray[Any]) -> bool:
    """Tell whether a head makes these logits (n, c) of these representations (n, d), up to half precision."""
    some = slice(None, None, max(1, len(logits) // 256))  # 256 samples tell
    made = representations[some] @ head[0].T + head[1]
    return float(np.abs(made - logits[some]).max()) <= _HEAD_TOLERANCE * max(float(np.abs(logits[some]).max()), 1e-6)


def _matrix(name: str, value: object, columns: str, step: int) -> NDArray[np.float32]:
    array = as_array(value)
    if array.ndim == 1 and name != "representations":
        array = array[:, None]  # (n,) -> (n, 1): squeezed, as a binary loss or a regression wants it
    if array.ndim != 2 or array.dtype.kind not in "fiub" or 0 in array.shape:
        raise InvalidData(f"expected {name} as numbers of shape (n_samples, {columns}) at step {step}, got {describe(array)}; reshape them")
    with np.errstate(over="ignore"):  # what overflows is found below
        array = array.astype(np.float32, copy=False)
    finite = np.isfinite(array).all(axis=1)  # (n,)
    if not finite.all():
        bad = np.flatnonzero(~finite)
        raise InvalidData(
            f"expected finite {name} at step {step}, got NaN or infinity in {len(bad)} of {len(array)} rows, first in row {bad[0]}; "
            "the training has probably diverged, so skip this step or look at its loss"
        )
    return array


def _narrow(x: NDArray[np.float32], dtype: Dtype, step: int) -> NDArray[Any]:
    largest = float(np.abs(x).max())
    if dtype == "float16" and largest > float(np.finfo(np.float16).max):
        raise InvalidData(f"representations up to {largest:.4g} at step {step} are more than float16 can hold (65504); use dtype='float32'")
    return x.astype(dtype, copy=False)


def _two_columns(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a single logit z its other class as [0, z], as then softmax over the two is the sigmoid of z; works on bias and weight too."""
    return np.concatenate([np.zeros_like(scores), scores], axis=1) if scores.shape[1] == 1 else scores


def _check_head(head: object, *, n_features: int, step: int) -> Head:
    if not isinstance(head, (tuple, list)) or len(head) != 2:
        raise InvalidData(
            f"expected head=(weight, bias), got {type(head).__name__}; give two arrays, (n_classes, n_features) and (n_classes,)"
        )
    weight, bias = (as_array(part) for part in head)
    if weight.ndim != 2 or weight.shape[1] != n_features or bias.shape != weight.shape[:1]:
        raise InvalidData(
            f"expected a head of shape (n_classes, {n_features}) and (n_classes,), got {weight.shape} and {bias.shape}; "
            "give the weight as nn.Linear keeps it, and zeros where there is no bias"
        )
    weight, bias = weight.astype(np.float32), bias.astype(np.float32)
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise InvalidData(
            f"expected a finite head at step {step}, got NaN or infinity; the training has probably diverged, so skip this step"
        )
    return np.ascontiguousarray(_two_columns(weight.T).T), _two_columns(bias[None])[0]


def _check_scores(scores: NDArray[np.float32], *, n_samples: int) -> None:
    if len(scores) != n_samples:
        raise InvalidData(
            f"expected logits of {n_samples} samples as there are representations, got {len(scores)}; log both of the same pass"
        )
    if scores.shape[1] > MAX_CLASSES:
        raise InvalidData(f"expected at most {MAX_CLASSES:,} classes, got {scores.shape[1]:,}; log the logits of a part of them")


def _check_predictions(predictions: object, *, n_samples: int, step: int) -> NDArray[np.float32]:
    array = _matrix("predictions", predictions, "n_targets", step)
    if len(array) != n_samples:
        raise InvalidData(
            f"expected predictions of {n_samples} samples as there are representations, got {len(array)}; log both of the same pass"
        )
    return array


def _check_agreement(x: NDArray[np.float32], scores: NDArray[np.float32], head: Head, step: int) -> None:
    if scores.shape[1] != len(head[1]):
        raise InvalidData(
            f"expected a head of {scores.shape[1]} classes as the logits have, got {len(head[1])}; log both of the same model"
        )
    if not reproduces(head, x, scores):
        raise InvalidData(
            f"expected a head with representations @ weight.T + bias = logits, but at step {step} it gives others; "
            "log the input of that very layer and its unscaled output, or no head"
        )
