"""How far partners are from each other at each step, and how many would be found: of contrastive and retrieval models."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.schema import MetricInfo, Scores, ValueInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_MAX_QUERIES = 2_000  # of a split and side that are searched for, drawn with equal chances and the same at every step
_BLOCK = 256  # queries compared at once: with 100,000 candidates 100 MB
_USUAL = 0.98  # share of the distances within their scale
_VALUES = {
    "pair_distance": ("Pair distance", "Euclidean distance of the representations of a sample and its partner"),
    "pair_cosine": (
        "Pair cosine distance",
        "1 minus the cosine of the representations of a sample and its partner: 0 alike, 1 unrelated, 2 opposed",
    ),
}


@dataclass(frozen=True, eq=False)
class Pairs:
    """Partners of samples, and the representations in which they are near or far.

    Attributes
    ----------
    partners : (n_samples,) position of each sample's partner, -1 where it has none.
    representations : (n_samples, n_features) at each step.
    splits : name -> positions of its samples.
    """

    partners: NDArray[np.int64]
    representations: Sequence[NDArray[Any]]
    splits: Mapping[str, NDArray[np.int64]]
    _known: dict[int, NDArray[np.float32]] = field(default_factory=dict)  # a step's values are asked for twice, in infos too

    def values(self, t: int) -> NDArray[np.float32]:
        """Give both distances at the t-th step, (n_samples, 2), NaN without a partner."""
        if t not in self._known:
            self._known[t] = pair_distances(self.representations[t], self.partners)
        return self._known[t]

    @cached_property
    def infos(self) -> tuple[ValueInfo, ...]:
        """Say what the values are; one scale for all steps, up to what all but a few stay within."""
        found = [self.values(t) for t in range(len(self.representations))]
        ends = [_end(np.concatenate([values[:, at] for values in found])) for at in range(len(_VALUES))]
        return tuple(
            ValueInfo(value=value, label=label, description=words, low=0.0, high=high, open_high=True)
            for (value, (label, words)), high in zip(_VALUES.items(), ends, strict=True)
        )

    @cached_property
    def metrics(self) -> tuple[MetricInfo, ...]:
        """Say what the score means; chance finds one of all candidates."""
        chance = {name: _mean([1.0 / len(candidates) for _, candidates in searches]) for name, searches in self._searches.items()}
        return (
            MetricInfo(
                metric="recall_at_1",
                label="Recall@1",
                description="Share of samples whose nearest by cosine, among the partners of their split and side, is their own partner.",
                range=(0.0, 1.0), better="higher", scope="step", chance=chance,
            ),
        )  # fmt: skip

    def scores(self, t: int) -> Scores:
        """Score the t-th step per split; None where nobody has a partner."""
        x = self.representations[t]
        found = {
            name: [_recall(x, queries, self.partners[queries], candidates) for queries, candidates in searches]
            for name, searches in self._searches.items()
        }
        return {"recall_at_1": {name: _mean(shares) for name, shares in found.items()}}

    @cached_property
    def _searches(self) -> dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64]]]]:
        """Queries and candidates of each split, for either side: those that come before their partners, and those that come after."""
        searches: dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = {}
        for name, rows in self.splits.items():
            paired = rows[self.partners[rows] >= 0]
            sides = [side for first in (True, False) if len(side := paired[(paired < self.partners[paired]) == first])]
            searches[name] = [(_some(side), np.unique(self.partners[side])) for side in sides]
        return searches


def pair_distances(representations: NDArray[Any], partners: NDArray[np.int64]) -> NDArray[np.float32]:
    """Measure Euclidean and cosine distance of each sample to its partner, (n, d), (n,) -> (n, 2); NaN without one."""
    found = np.full((len(partners), 2), np.nan, np.float32)
    paired = np.flatnonzero(partners >= 0)
    for start in range(0, len(paired), 4096):
        rows = paired[start : start + 4096]
        one, other = (np.asarray(representations[at], np.float32) for at in (rows, partners[rows]))
        found[rows, 0] = np.linalg.norm(one - other, axis=1)
        found[rows, 1] = 1.0 - (_unit(one) * _unit(other)).sum(1)
    return found


def _recall(x: NDArray[Any], queries: NDArray[np.int64], partners: NDArray[np.int64], candidates: NDArray[np.int64]) -> float:
    """Tell the share of queries whose nearest candidate is their partner; of equally near ones the partner counts as found."""
    pool, at, found = _unit(np.asarray(x[candidates], np.float32)), np.searchsorted(candidates, partners), 0
    for start in range(0, len(queries), _BLOCK):
        part = slice(start, start + _BLOCK)
        alike = _unit(np.asarray(x[queries[part]], np.float32)) @ pool.T
        found += int((alike[np.arange(len(alike)), at[part]] >= alike.max(1)).sum())
    return found / len(queries)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


def _some(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(rows) <= _MAX_QUERIES:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, _MAX_QUERIES, replace=False))


def _mean(shares: Sequence[float]) -> float | None:
    return float(np.mean(shares)) if shares else None


def _end(distances: NDArray[np.float32]) -> float:
    known = distances[np.isfinite(distances)]
    high = float(np.quantile(known, _USUAL)) if len(known) else 0.0
    return float(f"{high:.2g}") or 1.0
