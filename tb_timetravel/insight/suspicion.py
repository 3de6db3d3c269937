"""Which labels are likely to be wrong, from what was logged, and again after somebody has judged some of them.

The default ranking adds up three kinds of evidence that err in different places, the best sum that ``benchmarks/suspicious.py`` measured:
the final loss is sharp while the network has not memorised its labels; the held-out probe and the neighbours ask other samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

RANKED_BY = ("final_loss", "held_out", "neighbors")
WORDS = {
    "final_loss": "high loss at the end",
    "area_under_margin": "small margin through the training",
    "held_out": "a probe fitted on the others says otherwise",
    "neighbors": "its neighbors are labelled otherwise",
    "confidence": "little confidence in the label",
    "early_margin": "small margin while the network learned",
    "correctness": "rarely predicted",
    "el2n": "large error at the start",
    "rare_position": "rare places",
    "rare_velocity": "rare moves",
    "rare_acceleration": "rare turns",
}
_STRENGTH = 50.0  # of the ridge, in judgements: with fewer the default ranking prevails; at 10, three wrong ones of thirty cost precision
_WORTH_SAYING = 1.0  # standard deviations from which on evidence is named


@dataclass(frozen=True, eq=False)
class Evidence:
    """What speaks against each label.

    Attributes
    ----------
    columns : name of ``WORDS`` -> (n,), higher is more suspicious, of mean 0 and standard deviation 1; NaN without a label.
    looks_like : (n,) the class that fits best besides the label, -1 where nothing says.
    """

    columns: Mapping[str, NDArray[np.float32]]
    looks_like: NDArray[np.int32]


def standardise(values: NDArray[Any], like: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Shift and scale values (n,) so that those of ``like`` have mean 0 and standard deviation 1; all 0 where they are all alike.

    What is infinite counts as the largest, or smallest, of the finite ones; what is NaN stays.
    """
    values = np.array(values, np.float64)
    finite = np.isfinite(values)
    if not finite.any():
        return np.where(np.isnan(values), np.nan, 0.0).astype(np.float32)
    values = np.clip(values, values[finite].min(), values[finite].max())  # NaN stays
    known = values[like & ~np.isnan(values)]
    if not len(known):
        known = values[finite]
    deviation = float(known.std())
    if deviation <= 1e-9 * max(1.0, float(np.abs(known).max())):
        return np.where(np.isnan(values), np.nan, 0.0).astype(np.float32)
    return np.asarray((values - known.mean()) / deviation, np.float32)


def suspicion(evidence: Evidence) -> NDArray[np.float32]:
    """Score how likely each label is wrong, (n,): the mean of the columns ``RANKED_BY`` that are known; NaN without a label.

    It orders samples of one run; it is no probability, and scores of two runs cannot be compared.
    """
    known = [evidence.columns[name] for name in RANKED_BY if np.isfinite(evidence.columns[name]).any()]
    if not known:
        return np.full(len(evidence.looks_like), np.nan, np.float32)
    return np.asarray(np.mean(known, axis=0), np.float32)


def rerank(evidence: Evidence, verdicts: Mapping[int, bool]) -> NDArray[np.float32]:
    """Score again after judgements, (n,); NaN without a label.

    A ridge regression, on all columns, of what the default score s got wrong about the judgements y (suspicious 1, fine -1):
    ``s + X (JᵀJ + λ I)⁻¹ Jᵀ (y - tanh(s_J))`` with J the judged rows of X. So few judgements change little, and a wrong one can be
    outvoted; a sample that was judged is scored like any other, and what was judged of it is for the caller to show.

    Parameters
    ----------
    verdicts : position -> whether it is suspicious.

    Raises
    ------
    InvalidData : a position is not that of a sample with a label.
    """
    start = suspicion(evidence)
    rows = np.array(sorted(verdicts), np.int64)
    if not len(rows):
        return start
    if rows[0] < 0 or rows[-1] >= len(start) or np.isnan(start[rows]).any():
        raise InvalidData("expected judgements of samples that have a label, got one of another; leave it out")
    features = np.stack([np.nan_to_num(column) for column in evidence.columns.values()], 1).astype(np.float64)
    judged = features[rows]
    given = np.array([1.0 if verdicts[int(row)] else -1.0 for row in rows])
    left = given - np.tanh(start[rows])  # what the default ranking got wrong
    inner = judged.T @ judged + _STRENGTH * np.eye(features.shape[1])
    change = np.linalg.solve(inner, judged.T @ left)
    return np.asarray(start + features @ change, np.float32)


def order_of(scores: NDArray[np.float32], verdicts: Mapping[int, bool] | None = None) -> NDArray[np.int64]:
    """Order the samples that have a score, most suspicious first; those judged suspicious precede them all, those judged fine follow."""
    judged = np.zeros(len(scores))
    for position, is_suspicious in (verdicts or {}).items():
        judged[position] = 1.0 if is_suspicious else -1.0
    rows = np.flatnonzero(~np.isnan(scores))
    return rows[np.lexsort((-scores[rows], -judged[rows]))]


def reasons(evidence: Evidence, position: int, *, names: Sequence[str] = RANKED_BY, most: int = 2) -> str:
    """Say in words what speaks most against a label."""
    found = [(float(evidence.columns[name][position]), name) for name in names]
    found = sorted(((value, name) for value, name in found if value >= _WORTH_SAYING), reverse=True)[:most]
    return ", ".join(f"{WORDS[name]} ({value:+.1f} sd)" for value, name in found) or "nothing in particular"
