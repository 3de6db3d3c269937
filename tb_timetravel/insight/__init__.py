"""What a log says of each sample: how its training went, what happened to it at each step, and whether its label is likely to be wrong.

Numpy only, so that TensorBoard's process can use it; everything reads one step at a time, and keeps a few numbers per sample.
"""

from __future__ import annotations

from tb_timetravel.insight.events import KINDS, StepEvents, StepState, step_events
from tb_timetravel.insight.film import film_events
from tb_timetravel.insight.reading import RunInsight, read_insight, sample_columns
from tb_timetravel.insight.suspicion import Evidence, order_of, reasons, rerank, suspicion
from tb_timetravel.insight.training import TrainingDynamics, training_dynamics

__all__ = [
    "KINDS",
    "Evidence",
    "RunInsight",
    "StepEvents",
    "StepState",
    "TrainingDynamics",
    "film_events",
    "order_of",
    "read_insight",
    "reasons",
    "rerank",
    "sample_columns",
    "step_events",
    "suspicion",
    "training_dynamics",
]
