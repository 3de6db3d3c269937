"""From a probe set in the store to values per sample: one pass over its logged steps, one step in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.insight.influence import SelfInfluence
from tb_timetravel.insight.measures import best_other, blocks, margin, softmax
from tb_timetravel.insight.neighborhood import choose_reference, neighbor_votes
from tb_timetravel.insight.probing import held_out_scores
from tb_timetravel.insight.rarity import principal_plane, rarities
from tb_timetravel.insight.source import logits_of, training_split
from tb_timetravel.insight.suspicion import Evidence, standardise, suspicion
from tb_timetravel.insight.training import DynamicsAccumulator, TrainingDynamics

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tb_timetravel.store import ProbeReader, Snapshot

_SEED = 0
_TRAJECTORY_STEPS = 16  # at most, of the last two thirds of the training, as DeepDebugger takes them


@dataclass(frozen=True, eq=False)
class RunInsight:
    """What a probe set's log says of each sample.

    Attributes
    ----------
    dynamics : None where no logits were logged.
    rarity : of positions, velocities and accelerations, (n,) each.
    self_influence : (n,), None where no logits were logged.
    """

    dynamics: TrainingDynamics | None
    evidence: Evidence
    rarity: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    self_influence: NDArray[np.float32] | None


def asked_steps(n_steps: int) -> tuple[int, ...]:
    """Name the positions of the steps whose representations are asked about labels: the middle of the training and its end."""
    return tuple(sorted({(n_steps - 1) // 2, n_steps - 1}))


def read_insight(reader: ProbeReader, *, on_step: Callable[[int], None] = lambda _: None) -> RunInsight:
    """Read all logged steps of a probe set once, the last one twice.

    Parameters
    ----------
    on_step : called with how many steps have been read; what it raises ends the reading.

    Raises
    ------
    NotFound : no step is logged.
    StoreError : the log cannot be read.
    """
    probe, steps = reader.probe(), reader.steps()
    if not steps:
        raise NotFound(f"expected logged steps in {reader.directory}, found none; log one")
    labels = np.asarray(reader.labels(probe))
    candidates = training_split(reader, probe, labels)
    asked = _Asked(labels, candidates, probe.n_classes)
    accumulator = DynamicsAccumulator(labels, len(steps)) if probe.has_logits else None
    own = SelfInfluence(labels)
    followed = _followed_steps(len(steps))
    trajectories = np.empty((probe.n_samples, len(followed), 2), np.float32)
    middle, directions = principal_plane(reader.read(probe, steps[-1]).representations, seed=_SEED)
    for position, step in enumerate(steps):
        snapshot = reader.read(probe, step)
        if accumulator is not None:
            logits = logits_of(reader, snapshot)
            accumulator.add(logits)
            own.add(snapshot.representations, logits)
        if position in followed:
            _project(snapshot.representations, middle, directions, trajectories[:, followed.index(position)])
        if position in asked_steps(len(steps)):
            asked.add(snapshot)
        on_step(position + 1)
    dynamics = None if accumulator is None else accumulator.result()
    rarity = rarities(trajectories, seed=_SEED)
    columns = asked.columns() | _model_columns(dynamics, probe.n_samples)
    columns |= dict(zip(("rare_position", "rare_velocity", "rare_acceleration"), rarity, strict=True))
    has_label = labels >= 0
    standardised = {name: standardise(np.where(has_label, values, np.nan), candidates) for name, values in columns.items()}
    return RunInsight(dynamics, Evidence(standardised, asked.looks_like()), rarity, None if dynamics is None else own.result())


def sample_columns(reader: ProbeReader) -> dict[str, NDArray[np.float32] | NDArray[np.int32]]:
    """Give every value per sample that the log implies, name -> (n_samples,).

    The measures of ``TrainingDynamics`` and ``self_influence`` where logits were logged, ``rare_position``, ``rare_velocity``,
    ``rare_acceleration``, ``suspicion`` (higher is more likely mislabelled) and ``looks_like`` (int32, -1 where nothing says).
    Floats are NaN without a label, and infinite for the forgetting and the first learning of what was never learned.

    Raises
    ------
    NotFound : no step is logged.
    StoreError : the log cannot be read.
    """
    return columns_of(read_insight(reader))


def columns_of(found: RunInsight) -> dict[str, NDArray[np.float32] | NDArray[np.int32]]:
    """Give every value per sample as ``sample_columns`` names them."""
    columns: dict[str, NDArray[Any]] = {}
    if found.dynamics is not None:
        columns |= {field.name: getattr(found.dynamics, field.name) for field in fields(found.dynamics)}
    if found.self_influence is not None:
        columns["self_influence"] = found.self_influence
    columns |= dict(zip(("rare_position", "rare_velocity", "rare_acceleration"), found.rarity, strict=True))
    return columns | {"suspicion": suspicion(found.evidence), "looks_like": found.evidence.looks_like}


def _followed_steps(n_steps: int) -> list[int]:
    """Choose the positions of the steps of which trajectories are made."""
    last = range(n_steps // 3, n_steps)
    return [last[index] for index in np.unique(np.linspace(0, len(last) - 1, min(len(last), _TRAJECTORY_STEPS)).round().astype(int))]


def _project(
    representations: NDArray[Any], middle: NDArray[np.float32], directions: NDArray[np.float32], into: NDArray[np.float32]
) -> None:
    for rows in blocks(*representations.shape):
        into[rows] = (np.asarray(representations[rows], np.float32) - middle) @ directions


def _model_columns(dynamics: TrainingDynamics | None, n: int) -> dict[str, NDArray[np.float32]]:
    """Give the evidence of the model's own predictions, higher more suspicious."""
    if dynamics is None:
        return dict.fromkeys(("final_loss", "area_under_margin", "confidence", "early_margin", "correctness", "el2n"), np.full(n, np.nan))
    return {
        "final_loss": dynamics.final_loss,
        "area_under_margin": -dynamics.area_under_margin,
        "confidence": -dynamics.confidence,
        "early_margin": -dynamics.early_margin,
        "correctness": -dynamics.correctness,
        "el2n": dynamics.el2n,
    }


class _Asked:
    """What other samples say of each label, added up over the steps that are asked."""

    def __init__(self, labels: NDArray[np.int32], candidates: NDArray[np.bool_], n_classes: int) -> None:
        self._labels, self._n_classes = labels, n_classes
        self._reference = choose_reference(labels, candidates, seed=_SEED)
        self._margins = {name: np.zeros(len(labels), np.float32) for name in ("held_out", "neighbors")}
        self._total = np.zeros((len(labels), n_classes), np.float32)

    def add(self, snapshot: Snapshot) -> None:
        """Ask the other samples, and the model, at a step."""
        if self._n_classes == 0:
            return
        x = snapshot.representations
        votes = neighbor_votes(x, self._labels, self._reference, n_classes=self._n_classes)
        scores = held_out_scores(x, self._labels, self._reference, n_classes=self._n_classes, seed=_SEED)
        for name, values in (("neighbors", votes), ("held_out", scores)):
            self._margins[name] += margin(values, self._labels)
            self._total += values
        if snapshot.logits is not None:
            for rows in blocks(*snapshot.logits.shape):
                self._total[rows] += softmax(snapshot.logits[rows])

    def columns(self) -> dict[str, NDArray[np.float32]]:
        """Give the evidence, higher more suspicious."""
        return {name: -values if self._n_classes else np.full(len(values), np.nan, np.float32) for name, values in self._margins.items()}

    def looks_like(self) -> NDArray[np.int32]:
        """Name the class besides the label that fits best, -1 where nothing says."""
        if self._n_classes == 0 or not len(self._reference):
            return np.full(len(self._labels), -1, np.int32)
        return best_other(self._total, self._labels)[1]
