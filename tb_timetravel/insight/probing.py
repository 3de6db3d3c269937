"""What the other samples say of a sample's label: a linear probe of the representation that has not seen it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.insight.measures import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDEST = 512  # features; wider representations are projected at random, which keeps distances and saves time
_RIDGE = 1e-2  # per sample, of standardised features
_LEAST_LEFT = 1e-3  # of a sample's leverage: one that alone spans a direction cannot be predicted from the others


def held_out_scores(
    representations: NDArray[Any],
    labels: NDArray[np.int32],
    reference: NDArray[np.int64],
    *,
    n_classes: int,
    seed: int = 0,
    ridge: float = _RIDGE,
) -> NDArray[np.float32]:
    """Score each class of each sample by a ridge regression of one-hot labels on all other samples.

    Leaving one out is exact and costs nothing more than one fit (the hat matrix: Hastie, Tibshirani and Friedman, Elements of Statistical
    Learning, 7.10): ``(ŷ_i - h_ii y_i) / (1 - h_ii)`` with ``h_ii = x_iᵀ (XᵀX + λ n I)⁻¹ x_i``.

    Parameters
    ----------
    representations : (n, d); read in blocks, twice.
    reference : positions of the samples that the regression is fitted on, all with a label.

    Returns
    -------
    (n, n_classes); about 1 for the class that the others suggest, about 0 for the rest. Zeros where nothing can be fitted on.
    """
    n, d = representations.shape
    if len(reference) < 2:
        return np.zeros((n, n_classes), np.float32)
    project = np.random.default_rng(seed).normal(size=(d, _WIDEST)).astype(np.float32) / np.float32(_WIDEST**0.5) if d > _WIDEST else None

    def features(rows: Any) -> NDArray[np.float32]:  # noqa: ANN401  # a slice or positions
        block = np.asarray(representations[rows], np.float32)
        return block if project is None else block @ project

    first = features(reference)
    mean, scale = first.mean(0), first.std(0)
    scale = np.where(scale > 1e-6 * max(float(scale.max()), 1e-30), scale, np.inf)  # what does not vary says nothing

    def standardised(block: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.hstack([(block - mean) / scale, np.ones((len(block), 1))])

    x = standardised(first)
    inverse = np.linalg.inv(x.T @ x + ridge * len(reference) * np.eye(x.shape[1]))
    target = np.zeros((len(reference), n_classes))
    target[np.arange(len(reference)), labels[reference]] = 1.0
    weight = inverse @ (x.T @ target)
    scores = np.empty((n, n_classes), np.float32)
    for rows in blocks(n, max(d, n_classes)):
        scores[rows] = standardised(features(rows)) @ weight
    leverage = np.einsum("ij,ij->i", x @ inverse, x)[:, None]
    scores[reference] = (x @ weight - leverage * target) / np.maximum(1.0 - leverage, _LEAST_LEFT)
    return scores
