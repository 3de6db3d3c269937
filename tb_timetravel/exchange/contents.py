"""A directory of training dynamics, whatever its layout: samples, epochs with what they left, and the branches that these form."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tb_timetravel.exchange.reading import read_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.exchange.media import MediaSource


@dataclass(frozen=True, eq=False)
class Part:
    """A file of rows, (len(rows), d), and which samples these are, by position among all."""

    path: str
    rows: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Read the rows of some samples, all of which must be here, in the order asked for."""
        order = np.argsort(self.rows, kind="stable")
        return np.asarray(read_matrix(self.path)[order[np.searchsorted(self.rows, rows, sorter=order)]])


@dataclass(frozen=True, eq=False, kw_only=True)
class Epoch:
    """What an epoch left.

    Attributes
    ----------
    number : as its directory says.
    features, logits : files that together hold a row for each of some samples; none where nothing was saved.
    missing : name of the file without which there are no features; None where they are there.
    trained_on : positions of the samples that this epoch was trained on, ascending.
    checkpoint : file of its weights, which need not be there.
    """

    number: int
    directory: str
    features: tuple[Part, ...]
    logits: tuple[Part, ...]
    missing: str | None
    trained_on: NDArray[np.int64]
    checkpoint: str

    @property
    def rows(self) -> NDArray[np.int64]:
        """Positions of the samples that have features, ascending."""
        return np.sort(np.concatenate([part.rows for part in self.features])) if self.features else np.zeros(0, np.int64)


@dataclass(frozen=True)
class Branch:
    """Epochs that follow each other; the name is empty where there is but one branch."""

    name: str
    epochs: tuple[Epoch, ...]

    @property
    def steps(self) -> list[int]:
        """Number the epochs: as they are numbered where that rises along the branch, else from 1."""
        numbers = [epoch.number for epoch in self.epochs]
        rises = all(a < b for a, b in itertools.pairwise(numbers))
        return numbers if rises and numbers and numbers[0] >= 0 else list(range(1, len(numbers) + 1))


@dataclass(frozen=True, eq=False, kw_only=True)
class Contents:
    """All of a directory of training dynamics.

    Attributes
    ----------
    labels : (n_all,) class that the model was trained to give, -1 where there is none; None where there are none at all.
    clean_labels : (n_all,) class that is right, where the labels were changed on purpose.
    train, test : (n_all,) whether a sample belongs to the training or to the test data; some may belong to neither.
    """

    path: str
    layout: Literal["classic", "process"]
    class_names: tuple[str, ...] | None
    labels: NDArray[np.int64] | None
    clean_labels: NDArray[np.int64] | None
    train: NDArray[np.bool_]
    test: NDArray[np.bool_]
    branches: tuple[Branch, ...]
    media: MediaSource | None

    @property
    def epochs(self) -> list[Epoch]:
        """Every epoch once, also where branches share it."""
        return list({epoch.directory: epoch for branch in self.branches for epoch in branch.epochs}.values())


def take(parts: tuple[Part, ...], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Read the rows of some samples from several files, (len(rows), d)."""
    taken = None
    for part in parts:
        here = np.isin(rows, part.rows)
        some = part.take(rows[here])
        if taken is None:
            taken = np.empty((len(rows), some.shape[1]), some.dtype)
        taken[here] = some
    if taken is None:
        raise ValueError("expected a file to read from, got none; ask whether there is one first")
    return taken
