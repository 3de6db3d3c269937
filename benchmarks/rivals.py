"""The rivals, each fitted on the training split of every given step in this process: umap-learn, AlignedUMAP, openTSNE, PCA."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import openTSNE
import umap
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Where a rival puts samples.

    Attributes
    ----------
    train : (n_steps, n_train, 2) positions of what it was fitted on.
    unseen : per step (n_unseen, 2) positions of what it was not fitted on; None where it has no transform.
    seconds : for fitting all steps; placing the unseen is not counted.
    """

    train: Floats
    unseen: list[Floats] | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A method of somebody else.

    Attributes
    ----------
    lay_out : called with the training split of each step, (n_train, n_features), what is to be placed unseen, and a seed.
    independent : each step is fitted by itself: any of them may be left out, and one is rotated onto the other before motion is measured.
    """

    label: str
    lay_out: Callable[[Sequence[Floats], Sequence[Floats], int | None], Drawn]
    independent: bool


def warm_up() -> None:
    """Let numba compile outside the clock."""
    warnings.simplefilter("ignore")  # of umap-learn about its seed, of numba about itself
    x = np.random.default_rng(0).normal(size=(5_000, 5)).astype(np.float32)  # more than the 4,096 up to which neighbours are exact
    umap.UMAP(n_epochs=30, random_state=0).fit(x).transform(x[:50])
    small = [x[:100], x[100:200]]
    umap.AlignedUMAP(n_epochs=30, random_state=0).fit(small, relations=[{i: i for i in range(100)}])


def _umap(train: Sequence[Floats], unseen: Sequence[Floats], seed: int | None) -> Drawn:
    def fit(x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        fitted = umap.UMAP(random_state=seed).fit(x)
        return fitted.embedding_, fitted.transform

    return _each(fit, train, unseen)


def _tsne(train: Sequence[Floats], unseen: Sequence[Floats], seed: int | None) -> Drawn:
    def fit(x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        fitted = openTSNE.TSNE(random_state=seed).fit(x)
        return np.asarray(fitted), lambda points: np.asarray(fitted.transform(points))

    return _each(fit, train, unseen)


def _aligned_umap(train: Sequence[Floats], unseen: Sequence[Floats], seed: int | None) -> Drawn:  # noqa: ARG001  # it has no transform
    same = {i: i for i in range(len(train[0]))}
    began = time.perf_counter()
    fitted = umap.AlignedUMAP(random_state=seed).fit(list(train), relations=[same] * (len(train) - 1))
    return Drawn(np.stack(fitted.embeddings_).astype(np.float32), None, time.perf_counter() - began)


def _pca(train: Sequence[Floats], unseen: Sequence[Floats], seed: int | None) -> Drawn:
    began = time.perf_counter()
    fitted = PCA(2, random_state=seed).fit(np.concatenate(train))
    positions = np.stack([fitted.transform(x) for x in train])
    return Drawn(positions, [fitted.transform(x) for x in unseen], time.perf_counter() - began)


RIVALS = {
    "umap-learn": Rival(label="umap-learn per step", lay_out=_umap, independent=True),
    "aligned-umap": Rival(label="AlignedUMAP", lay_out=_aligned_umap, independent=False),
    "opentsne": Rival(label="openTSNE per step", lay_out=_tsne, independent=True),
    "shared-pca": Rival(label="PCA, all steps together", lay_out=_pca, independent=False),
}


def _each(fit: Callable[[Floats], tuple[Floats, Callable[[Floats], Floats]]], train: Sequence[Floats], unseen: Sequence[Floats]) -> Drawn:
    """Fit every step by itself; each is then rotated and shifted onto the one before."""
    positions, placed, seconds = [], [], 0.0
    for x, points in zip(train, unseen, strict=True):
        began = time.perf_counter()
        own, transform = fit(x)
        seconds += time.perf_counter() - began
        there = transform(points) if len(points) else np.empty((0, 2), np.float32)
        center, rotation = own.mean(0), np.eye(2)
        if positions:  # rotation, reflection and shift between steps mean nothing: orthogonal Procrustes takes them out
            rotation, _ = orthogonal_procrustes(own - center, positions[-1])
        positions.append((own - center) @ rotation)
        placed.append((there - center) @ rotation)
    return Drawn(np.stack(positions), placed, seconds)
