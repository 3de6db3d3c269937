"""What a film tells of each sample as a number at each step, and how good the model is by it: predictions of targets and their errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.schema import MetricInfo, Scores, ValueInfo
from tb_timetravel.store.columns import free_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.store.columns import SampleColumn

_USUAL = 0.98  # share of the errors within their scale; the few beyond would leave one colour to all others
_TAIL, _FAR = 0.01, 3  # as the tab spans the scale of a column: `spanOf` of column_tools.ts


@dataclass(frozen=True, eq=False)
class Regression:
    """Targets of the samples, and what was predicted of them at each step.

    Attributes
    ----------
    columns : a column of each target.
    taken : names of all columns of the samples, which no value may have.
    predictions : (n_samples, n_targets) at each step.
    splits : name -> positions of its samples.
    """

    columns: Sequence[SampleColumn]
    predictions: Sequence[NDArray[np.float32]]
    splits: dict[str, NDArray[np.int64]]
    taken: Sequence[str] = ()

    @cached_property
    def targets(self) -> NDArray[np.float64]:
        """Targets, (n_samples, n_targets), NaN where there is none."""
        return np.stack([np.asarray(column.values, np.float64) for column in self.columns], 1)

    @cached_property
    def units(self) -> NDArray[np.float64]:
        """What errors are measured in, (n_targets,): the target's own unit; of several, as they are averaged, their standard deviations."""
        if len(self.columns) == 1:
            return np.ones(1)
        return np.array([_spread(values) for values in self.targets.T])

    def errors(self, t: int) -> NDArray[np.float64]:
        """Measure the absolute error of each target at the t-th step, (n_samples, n_targets), in the targets' own units."""
        return np.abs(np.asarray(self.predictions[t], np.float64) - self.targets)

    def values(self, t: int) -> NDArray[np.float32]:
        """Give the values of the t-th step, (n_samples, n_values), in the order of `infos`."""
        errors = self.errors(t)
        whole = (errors / self.units).mean(1, keepdims=True)
        parts = [np.asarray(self.predictions[t]), whole, *([errors] if len(self.columns) > 1 else [])]
        return np.concatenate(parts, 1).astype(np.float32)

    @cached_property
    def infos(self) -> tuple[ValueInfo, ...]:
        """Say what the values are: the predictions, the error, and of several targets the error of each."""
        names = [column.info.name for column in self.columns]
        one = len(names) == 1
        predictions = [
            _prediction("prediction" if one else f"prediction of {name}", name, values)
            for name, values in zip(names, self.targets.T, strict=True)
        ]
        half = [self.errors(t) for t in range(len(self.predictions) // 2, len(self.predictions))]  # early errors would fill the scale
        late = np.concatenate(half)
        words = "how far the prediction is from the target" if one else "mean over the targets, each in its standard deviations"
        errors = [_error("error", words, (late / self.units).mean(1))]
        if not one:
            errors += [_error(f"error of {name}", f"how far {name} is off", late[:, at]) for at, name in enumerate(names)]
        return tuple(replace(info, value=free_name(info.value, self.taken, info.value)) for info in (*predictions, *errors))

    @cached_property
    def metrics(self) -> tuple[MetricInfo, ...]:
        """Say what the scores are; chance is the best answer that is the same for all samples."""
        unit = "in the target's unit" if len(self.columns) == 1 else "in standard deviations of each target, averaged over the targets"
        constant = {name: self._constant_error(rows) for name, rows in self.splits.items()}
        return (
            MetricInfo(
                metric="mean_absolute_error",
                label="Mean absolute error",
                description=f"How far predictions are from the targets, {unit}. Chance: every target answered by its median.",
                range=(0.0, None), better="lower", scope="step", chance=constant,
            ),
            MetricInfo(
                metric="r2",
                label="R²",
                description="Share of the targets' variance that the predictions explain: 1 is perfect, 0 is answering the mean.",
                range=(None, 1.0), better="higher", scope="step", chance=dict.fromkeys(self.splits, 0.0),
            ),
        )  # fmt: skip

    def scores(self, t: int) -> Scores:
        """Score the t-th step per split; None where no sample has a target, or all have the same."""
        errors = self.errors(t)
        off = {name: _mean(errors[rows] / self.units) for name, rows in self.splits.items()}
        return {"mean_absolute_error": off, "r2": {name: self._explained(errors[rows], rows) for name, rows in self.splits.items()}}

    def _explained(self, errors: NDArray[np.float64], rows: NDArray[np.int64]) -> float | None:
        known = np.isfinite(errors)
        shares = []
        for error, target, here in zip(errors.T, self.targets[rows].T, known.T, strict=True):
            around = np.square(target[here] - target[here].mean()).sum() if here.any() else 0.0
            if around > 0.0:
                shares.append(1.0 - np.square(error[here]).sum() / around)
        return float(np.mean(shares)) if shares else None

    def _constant_error(self, rows: NDArray[np.int64]) -> float | None:
        targets = self.targets[rows]
        medians = [np.median(known) if len(known := values[np.isfinite(values)]) else np.nan for values in targets.T]
        return _mean(np.abs(targets - np.array(medians)) / self.units)


def _spread(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    spread = float(known.std()) if len(known) else 0.0
    return spread or 1.0


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _prediction(value: str, target: str, targets: NDArray[np.float64]) -> ValueInfo:
    low, high = span(targets[np.isfinite(targets)])
    description = f"what the model predicts of {target}, on the scale that colours {target}"
    return ValueInfo(value=value, label=value.capitalize(), description=description, low=low, high=high, open_low=True, open_high=True)


def _error(value: str, description: str, errors: NDArray[np.float64]) -> ValueInfo:
    known = errors[np.isfinite(errors)]
    high = _rounded_up(float(np.quantile(known, _USUAL))) if len(known) else 1.0
    return ValueInfo(value=value, label=value.capitalize(), description=description, low=0.0, high=high, open_high=True)


def _rounded_up(value: float) -> float:
    """Round up to two digits, so that a scale ends at a number that reads well; 1 in place of 0."""
    if value <= 0.0:
        return 1.0
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / unit) * unit:.3g}")


def span(known: NDArray[np.float64]) -> tuple[float, float]:
    """Find the ends of a scale: all values, but for a few so far out that they would leave one colour to the rest; 0 and 1 of none."""
    if not len(known):
        return 0.0, 1.0
    least, lower, upper, greatest = np.quantile(known, [0.0, _TAIL, 1.0 - _TAIL, 1.0], method="nearest").tolist()
    far = greatest - least > _FAR * (upper - lower) and upper > lower
    low = lower if far and lower - least > (upper - lower) / 2 else least
    return low, upper if far and greatest - upper > (upper - lower) / 2 else greatest
