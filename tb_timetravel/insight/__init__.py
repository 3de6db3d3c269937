"""What a log says of each sample: how its training went, what happened to it at each step, and whether its label is likely to be wrong.

Numpy only, so that TensorBoard's process can use it; everything reads one step at a time, and keeps a few numbers per sample.
"""

from __future__ import annotations

from tb_timetravel.insight.agreement import Agreement, agreement, last_agreement
from tb_timetravel.insight.comparison import Comparison, cka, compare
from tb_timetravel.insight.events import KINDS, StepEvents, StepState, step_events
from tb_timetravel.insight.film import film_events
from tb_timetravel.insight.influence import Influence, influence, influence_scores, self_influence
from tb_timetravel.insight.near import Near, near, near_through_time
from tb_timetravel.insight.near_across import NearAcross, near_across, near_across_time
from tb_timetravel.insight.neighbors_differ import NeighborDifference, neighbor_difference
from tb_timetravel.insight.reading import RunInsight, read_insight, sample_columns
from tb_timetravel.insight.suspicion import Evidence, order_of, reasons, rerank, suspicion
from tb_timetravel.insight.training import TrainingDynamics, training_dynamics

__all__ = [
    "KINDS",
    "Agreement",
    "Comparison",
    "Evidence",
    "Influence",
    "Near",
    "NearAcross",
    "NeighborDifference",
    "RunInsight",
    "StepEvents",
    "StepState",
    "TrainingDynamics",
    "agreement",
    "cka",
    "compare",
    "film_events",
    "influence",
    "influence_scores",
    "last_agreement",
    "near",
    "near_across",
    "near_across_time",
    "near_through_time",
    "neighbor_difference",
    "order_of",
    "read_insight",
    "reasons",
    "rerank",
    "sample_columns",
    "self_influence",
    "step_events",
    "suspicion",
    "training_dynamics",
]
