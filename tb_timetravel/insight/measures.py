"""What one step says of each sample with respect to its label: plain functions of (n, n_classes) arrays.

A label of -1 means none: what needs one is NaN there. Everything takes logits; where only probabilities were kept, their logarithms serve,
as the softmax of those is what they were and differences between classes stay the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_BLOCK = 2**20  # numbers worked on together: 4 MB
_TINY = float(np.finfo(np.float32).tiny)


def blocks(n: int, width: int) -> Iterator[slice]:
    """Cut n rows of some width into blocks of a few megabytes, so that a memory-mapped step of any size fits."""
    rows = max(1, _BLOCK // max(1, width))
    for start in range(0, n, rows):
        yield slice(start, min(n, start + rows))


def softmax(logits: NDArray[Any]) -> NDArray[np.float32]:
    """Turn logits (n, n_classes) into probabilities."""
    shifted = np.asarray(logits, np.float32) - np.max(logits, axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return np.asarray(exponentials / exponentials.sum(1, keepdims=True), np.float32)


def log_probabilities(probabilities: NDArray[Any]) -> NDArray[np.float32]:
    """Give logits (n, n_classes) whose softmax these probabilities are."""
    return np.asarray(np.log(np.maximum(np.asarray(probabilities, np.float32), _TINY)), np.float32)


def of_label(values: NDArray[Any], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """Take each row's value of its label, (n, n_classes) -> (n,); NaN without a label."""
    taken = values[np.arange(len(values)), np.maximum(labels, 0)]
    return np.where(labels >= 0, taken, np.nan).astype(np.float32)


def best_other(values: NDArray[Any], labels: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Find the largest value of a class that is not the label, and that class, both (n,); of a single class NaN and -1."""
    others = np.array(values, np.float32)
    known = np.flatnonzero(labels >= 0)
    others[known, labels[known]] = -np.inf
    which = others.argmax(1).astype(np.int32)
    largest = others[np.arange(len(others)), which]
    exists = largest > -np.inf
    return np.where(exists, largest, np.nan).astype(np.float32), np.where(exists, which, -1).astype(np.int32)


def margin(values: NDArray[Any], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """Measure by how much the label leads, (n, n_classes) -> (n,): value of the label minus the largest of the others.

    Of logits this is the margin of Pleiss et al. (NeurIPS 2020), in logits, unbounded; of probabilities it lies in [-1, 1]. Negative where
    another class is preferred; NaN without a label, or where there is one class only.
    """
    return np.asarray(of_label(values, labels) - best_other(values, labels)[0], np.float32)


def el2n(probabilities: NDArray[Any], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """Measure the error of the probabilities, ||p - y||_2 with y one-hot, (n, n_classes) -> (n,) in [0, √2]; NaN without a label.

    Paul, Ganguli and Dziugaite, Deep Learning on a Data Diet (NeurIPS 2021).
    """
    right = of_label(probabilities, labels)
    square = np.square(probabilities, dtype=np.float32).sum(1) - np.square(right) + np.square(1.0 - right)
    return np.asarray(np.sqrt(np.maximum(square, 0.0)), np.float32)


def cross_entropy(logits: NDArray[Any], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """Measure the loss -log p(label), (n, n_classes) -> (n,), in nats; NaN without a label."""
    values = np.asarray(logits, np.float32)
    largest = values.max(1)
    total = np.log(np.exp(values - largest[:, None]).sum(1)) + largest
    return np.asarray(total - of_label(values, labels), np.float32)
