"""What is looked up in the log while somebody waits: the samples behind a prediction, and those near others, then and through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight.influence import influence
from tb_timetravel.insight.near import near, near_through_time
from tb_timetravel.insight.near_across import near_across, near_across_time
from tb_timetravel.serve.kept import KeptBytes
from tb_timetravel.store import data_fingerprint, open_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.insight.near import Metric, Near
    from tb_timetravel.insight.near_across import NearAcross

MAX_SAMPLES = 16  # asked about one by one
MAX_INFLUENCERS, MAX_NEAR = 100, 100
USUAL_NUMBER = 10
_MOST_BYTES = 2 * 10**9  # gone through for one answer: some seconds
_REMEMBERED, _REMEMBERED_BYTES = 64, 2**24  # answers, mostly of a few kilobytes each


@dataclass(frozen=True, kw_only=True)
class InfluenceQuestion:
    """As ``insight.influence`` takes it."""

    sample: int
    target: str | int
    until: int | None
    top: int


@dataclass(frozen=True, kw_only=True)
class NearQuestion:
    """As ``insight.near`` takes it.

    Attributes
    ----------
    samples : first and last position of neighboring samples.
    step : of the log; None asks through time.
    """

    samples: tuple[tuple[int, int], ...]
    step: int | None
    k: int
    metric: str
    as_one: bool


@dataclass(frozen=True, kw_only=True)
class AcrossQuestion(NearQuestion):
    """As ``insight.near_across`` takes it.

    Attributes
    ----------
    other : directory of the other run's probe set.
    with_step : of the other run's log; None takes the one whose number is nearest.
    """

    other: str
    with_step: int | None


class Searches:
    """Looks one thing up at a time, as each takes all of the disk or of a core, and remembers what it found."""

    def __init__(self) -> None:
        self._found = KeptBytes(_REMEMBERED, _REMEMBERED_BYTES)

    def influence(self, directory: str, asked: InfluenceQuestion) -> msgspec.Raw:
        """Name the training samples that helped and harmed a prediction most, in JSON.

        Raises
        ------
        NotFound : there is no such sample, class or step, or no logits were logged.
        StoreError : the log cannot be read.
        """

        def look() -> dict[str, Any]:
            (found,) = influence(
                open_reader(directory), [asked.sample], target=asked.target, until=asked.until, top=asked.top, most_bytes=_MOST_BYTES
            )
            helpers = zip(found.helpers.tolist(), found.helper_scores.tolist(), strict=True)
            harmers = zip(found.harmers.tolist(), found.harmer_scores.tolist(), strict=True)
            return {
                "target": found.target,
                "steps": found.steps,
                "helpers": [{"sample": sample, "influence": score} for sample, score in helpers],
                "harmers": [{"sample": sample, "influence": score} for sample, score in harmers],
            }

        return self._remembered(directory, asked, look)

    def near(self, directory: str, asked: NearQuestion) -> msgspec.Raw:
        """Name what lay near samples in the representation, in JSON.

        Raises
        ------
        NotFound : there is no such sample or step.
        InvalidData : too many samples are asked about one by one.
        StoreError : the log cannot be read.
        """
        if isinstance(asked, AcrossQuestion):
            return self._across(directory, asked)

        def look() -> dict[str, Any]:
            reader = open_reader(directory)
            samples = _spell_out(asked, reader.probe().n_samples)
            metric = cast("Metric", asked.metric)
            if asked.step is not None:
                return {"near": [_describe(near(reader, samples, asked.step, asked.k, metric=metric, as_one=asked.as_one))]}
            found = near_through_time(reader, samples, asked.k, metric=metric, as_one=asked.as_one, most_bytes=_MOST_BYTES)
            return {"near": [_describe(at_step) for at_step in found]}

        return self._remembered(directory, asked, look)

    def _across(self, directory: str, asked: AcrossQuestion) -> msgspec.Raw:
        def look() -> dict[str, Any]:
            one, other = open_reader(directory), open_reader(asked.other)
            samples, metric = _spell_out(asked, one.probe().n_samples), cast("Metric", asked.metric)
            if asked.step is None:
                founds = list(near_across_time(one, other, samples, asked.k, metric=metric, as_one=asked.as_one, most_bytes=_MOST_BYTES))
            else:
                founds = [near_across(one, other, samples, asked.step, asked.with_step, asked.k, metric=metric, as_one=asked.as_one)]
            return {"near": [_describe_across(found) for found in founds]}

        return self._remembered(directory, asked, look, _version(asked.other))

    def _remembered(
        self, directory: str, asked: InfluenceQuestion | NearQuestion, look: Callable[[], dict[str, Any]], *more: str
    ) -> msgspec.Raw:
        return msgspec.Raw(self._found.get((directory, _version(directory), asked, *more), lambda: msgspec.json.encode(look())))


def _version(directory: str) -> str:
    reader = open_reader(directory)
    return data_fingerprint(reader.probe(), reader.steps())


def _spell_out(asked: NearQuestion, n_samples: int) -> list[int]:
    """Name every sample of the ranges; their number is checked before any memory is taken."""
    for first, last in asked.samples:
        if last >= n_samples:
            raise NotFound(f"expected samples from 0 to {n_samples - 1}, got {first} to {last}")
    most = n_samples if asked.as_one else MAX_SAMPLES
    count = sum(last - first + 1 for first, last in asked.samples)
    if count > most:
        raise InvalidData(f"expected 1 to {most} samples, got {count}; ask for fewer, or about their middle with as_one=1")
    return [sample for first, last in asked.samples for sample in range(first, last + 1)]


def _describe_across(found: NearAcross) -> dict[str, Any]:
    return {
        **_describe(found),
        "with_step": found.with_step,
        "own": [rank if rank > 0 else None for rank in found.own.tolist()],
        "n_matched": found.n_matched,
        "n_anchors": found.n_anchors,
        "recall": found.recall,
        "recall_by_chance": found.recall_by_chance,
    }


def _describe(found: Near) -> dict[str, Any]:
    return {"step": found.step, "positions": found.positions.tolist(), "distances": found.distances.tolist()}
