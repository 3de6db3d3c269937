"""From records of methods, runs and seeds to the numbers of a table, and to bars that are met or not."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from report import NOT_MEASURED

from tb_timetravel.schema import DEFAULT_METHOD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNCOUPLED = "uncoupled"  # the default without anything that ties steps together
_SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A column: a metric, and how its values at the steps become one; of the whole film it is what the motion of all steps gives."""

    label: str
    metric: str
    over: Literal["mean", "least", "most", "whole"] = "mean"

    def of(self, view: dict[str, Any], split: str) -> float | None:
        """Compute the column's value of a split; None where the metric is not defined."""
        if self.over == "whole":
            return view["whole"].get(self.metric, {}).get(split)
        values = [step.get(self.metric, {}).get(split) for step in view["steps"]]
        known = [value for value in values if value is not None]
        return float({"mean": np.mean, "least": np.min, "most": np.max}[self.over](known)) if known else None


KEPT = Measure(label="neighbors kept", metric="neighborhood_preservation")
TRUST = Measure(label="trustworthiness", metric="trustworthiness")
CONTINUITY = Measure(label="continuity", metric="continuity")
AGREEMENT = Measure(label="prediction agreement", metric="prediction_agreement")
LEAST_AGREEMENT = Measure(label="agreement, worst step", metric="prediction_agreement", over="least")
BOUNDARY = Measure(label="boundary kept", metric="boundary_preservation")
CORRELATION = Measure(label="temporal correlation", metric="temporal_correlation", over="whole")
WITHIN = Measure(label="correlation within a step", metric="temporal_correlation")
RANKING = Measure(label="temporal ranking", metric="temporal_ranking")
LEAST_RANKING = Measure(label="ranking, worst step", metric="temporal_ranking", over="least")
JITTER = Measure(label="jitter", metric="jitter")
FLICKER = Measure(label="flicker", metric="territory_flicker")
MOST_FLICKER = Measure(label="flicker, worst step", metric="territory_flicker", over="most")
COLUMNS = (
    KEPT, TRUST, CONTINUITY, AGREEMENT, LEAST_AGREEMENT, BOUNDARY,
    CORRELATION, WITHIN, RANKING, LEAST_RANKING, JITTER, FLICKER, MOST_FLICKER,
)  # fmt: skip


@dataclass(frozen=True)
class Results:
    """Records of one run, all seeds; rivals whose steps are independent were fitted at every n-th step."""

    records: Sequence[dict[str, Any]]
    every: int

    def names(self) -> list[str]:
        """Name the methods, in the order of the records."""
        return list(dict.fromkeys(record["key"]["name"] for record in self.records))

    def strides(self, name: str) -> list[int]:
        """List at which steps a method was measured: each, each n-th, or both."""
        return sorted({int(stride) for record in self._of(name) for stride in record["views"]})

    def values(self, name: str, measure: Measure, split: str, stride: int) -> list[float | None]:
        """Give a measure of each seed."""
        return [measure.of(record["views"][str(stride)], split) for record in self._of(name) if str(stride) in record["views"]]

    def seconds(self, name: str) -> list[float | None]:
        """Give the seconds per step of each seed."""
        return [record.get("seconds_per_step") for record in self._of(name)]

    def mean(self, name: str, measure: Measure, split: str, stride: int | None = None) -> float | None:
        """Average a measure over seeds, at the steps that all methods share unless told otherwise."""
        known = [value for value in self.values(name, measure, split, stride or self.every) if value is not None]
        return float(np.mean(known)) if known else None

    def _of(self, name: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["key"]["name"] == name]


class Bar(NamedTuple):
    """What is wanted of the default: a value on the right side of a bound; None where one of them was not measured."""

    what: str
    value: float | None
    sign: str
    bound: float | None
    source: str = ""  # of the bound, where it is no constant

    @property
    def met(self) -> bool | None:
        """Whether it is met; None where that cannot be told."""
        return None if self.value is None or self.bound is None else _SIGNS[self.sign](self.value, self.bound)

    def row(self) -> list[str]:
        """Write it for a table."""
        value, bound = (NOT_MEASURED if number is None else f"{number:.3f}" for number in (self.value, self.bound))
        wanted = f"{self.sign} {bound} {f'({self.source})' if self.source else ''}".strip()
        return [self.what, value, wanted, {True: "met", False: "**not met**", None: "not measured"}[self.met]]


def bars(results: Results, rivals: Iterable[str]) -> list[Bar]:
    """Compare the default with fixed bounds at every step, and with others at the steps that all share; means over seeds."""
    rivals = [name for name in rivals if name in results.names()]
    others = [name for name in results.names() if name not in (DEFAULT_METHOD, UNCOUPLED)]

    def ours(measure: Measure, split: str = "train", stride: int | None = None) -> float | None:
        return results.mean(DEFAULT_METHOD, measure, split, stride)

    def against(what: str, measure: Measure, split: str, sign: str, name: str, factor: float = 1.0, less: float = 0.0) -> Bar:
        theirs = results.mean(name, measure, split)
        terms = f"{f'{factor:g} × ' if factor != 1.0 else ''}{name}{f' − {less:g}' if less else ''}"
        return Bar(f"{what}, {split}", ours(measure, split), sign, None if theirs is None else factor * theirs - less, terms)

    def above_all(what: str, measure: Measure, names: Sequence[str], split: str = "train") -> Bar:
        measured = {name: value for name in names if (value := results.mean(name, measure, split)) is not None}
        best = max(measured, key=measured.__getitem__, default="")
        return Bar(f"{what}, {split}", ours(measure, split), ">", measured.get(best), f"best of the others: {best}")

    def fixed(what: str, measure: Measure, split: str, sign: str, bound: float) -> Bar:
        extreme = {"least": min, "most": max}.get(measure.over)
        values = [value for value in results.values(DEFAULT_METHOD, measure, split, 1) if value is not None]
        at_worst = extreme(values) if extreme and values else ours(measure, split, 1)  # "every step" means of every seed too
        return Bar(f"{what}, {split}", at_worst, sign, bound)

    uncoupled = results.mean(UNCOUPLED, KEPT, "train", 1)
    return [
        against("neighbors kept", KEPT, "train", ">=", "opentsne", factor=0.9),
        against("neighbors kept", KEPT, "train", ">", "umap-learn"),
        against("neighbors kept", KEPT, "train", ">", "aligned-umap"),
        against("neighbors kept", KEPT, "test", ">=", "umap-learn"),
        *(against("trustworthiness", TRUST, split, ">=", "opentsne", less=0.005) for split in ("train", "test")),
        *(against("continuity", CONTINUITY, split, ">=", "opentsne", less=0.005) for split in ("train", "test")),
        fixed("prediction agreement, worst step of all seeds", LEAST_AGREEMENT, "train", ">=", 0.99),
        fixed("prediction agreement, worst step of all seeds", LEAST_AGREEMENT, "test", ">=", 0.97),
        *(above_all("boundary kept", BOUNDARY, others, split) for split in ("train", "test")),
        fixed("temporal correlation", CORRELATION, "train", ">=", 0.85),
        fixed("temporal correlation within a step", WITHIN, "train", ">=", 0.5),
        above_all("temporal correlation", CORRELATION, rivals),
        above_all("temporal correlation within a step", WITHIN, rivals),
        Bar(
            "neighbors kept, train",
            ours(KEPT, "train", 1),
            ">=",
            None if uncoupled is None else 0.92 * uncoupled,
            "0.92 × without coupling",
        ),
        fixed("temporal ranking", RANKING, "train", ">=", 0.85),
        fixed("temporal ranking, worst step of all seeds", LEAST_RANKING, "train", ">=", 0.75),
        above_all("temporal ranking", RANKING, rivals),
        above_all("temporal ranking, worst step", LEAST_RANKING, rivals),
        against("jitter", JITTER, "train", "<=", "opentsne", factor=0.2),
        fixed("territory flicker, mean over steps", FLICKER, "train", "<=", 0.01),
    ]
