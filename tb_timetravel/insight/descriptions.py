"""What a person is told of each value per sample and of each kind of events: a label, a sentence, and the group it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tb_timetravel.insight.events import KINDS

if TYPE_CHECKING:
    from tb_timetravel.schema import Insight


@dataclass(frozen=True)
class Words:
    """Of a column or a kind."""

    group: str
    label: str
    description: str

    def as_plain(self) -> dict[str, str]:
        """Give what a person is told by its keys."""
        return {"label": self.label, "description": self.description, "group": self.group}


COLUMNS = {
    "suspicion": Words(
        "label errors",
        "Suspicion",
        "How likely the label is wrong: the mean of the loss at the end, a probe fitted on the other samples, and the neighbors' labels, "
        "each in standard deviations. It orders samples of one run and is no probability.",
    ),
    "looks_like": Words(
        "label errors", "Looks like", "The class besides the label that fits best, by other samples and the model's own probabilities."
    ),
    "final_loss": Words("label errors", "Loss at the end", "-log of the label's probability at the last step, in nats."),
    "area_under_margin": Words(
        "label errors",
        "Area under the margin",
        "Mean over the steps of the label's logit minus the largest other one; low where the label is wrong (Pleiss et al., 2020).",
    ),
    "early_margin": Words(
        "label errors",
        "Early margin",
        "Mean margin in probability over the first third of the steps, when what is common is learned and what is wrong not yet "
        "(Arpit et al., 2017).",
    ),
    "el2n": Words(
        "label errors", "Early error (EL2N)", "Distance of the early probabilities from the label (Paul et al., 2021, of one training run)."
    ),
    "confidence": Words(
        "data map", "Mean confidence", "Mean over the steps of the label's probability (Swayamdipta et al., Dataset Cartography, 2020)."
    ),
    "variability": Words(
        "data map",
        "Variability",
        "Standard deviation over the steps of the label's probability (Swayamdipta et al., Dataset Cartography, 2020).",
    ),
    "correctness": Words(
        "data map",
        "Correctness",
        "Share of the steps whose prediction is the label (Swayamdipta et al., Dataset Cartography, 2020).",
    ),
    "forgetting_events": Words(
        "forgetting",
        "Times forgotten",
        "How often a right prediction became a wrong one; infinite where the label was never predicted (Toneva et al., 2019).",
    ),
    "first_learned": Words(
        "forgetting",
        "First learned",
        "Place among the logged steps, from 0, of the first right prediction; infinite where there is none.",
    ),
    "rare_position": Words(
        "rarity",
        "Rare places",
        "Share of the samples that were elsewhere in the representation's principal plane (after DeepDebugger, Yang et al., 2023).",
    ),
    "rare_velocity": Words(
        "rarity",
        "Rare moves",
        "Share of the samples that moved otherwise in the representation's principal plane (after DeepDebugger, Yang et al., 2023).",
    ),
    "rare_acceleration": Words(
        "rarity",
        "Rare turns",
        "Share of the samples that turned otherwise in the representation's principal plane (after DeepDebugger, Yang et al., 2023).",
    ),
    "self_influence": Words(
        "influence",
        "Self-influence",
        "How much the sample's own gradients moved the last layer, summed over the steps; large where the label is hard to learn "
        "(Pruthi et al., TracIn, 2020).",
    ),
}
_KINDS = {
    "learned": ("flips", "Learned"),
    "forgotten": ("flips", "Forgotten"),
    "wrong_to_wrong": ("flips", "From wrong to wrong"),
    "unlabelled_flip": ("flips", "Changed, no label"),
    "confidence_jump": ("confidence", "Confidence jumped"),
    "closer": ("movement", "Came closer"),
    "farther": ("movement", "Went farther"),
    "closer_in_plane": ("movement", "Came closer in the plane"),
    "farther_in_plane": ("movement", "Went farther in the plane"),
    "closer_pair": ("movement", "Partners came together"),
    "farther_pair": ("movement", "Partners went apart"),
    "border_crossing": ("film", "Crossed a border"),
    "visualizer_error": ("film", "Drawn in a wrong territory"),
}
EVENTS = {kind: Words(*_KINDS[kind], f"{KINDS[kind][0].upper()}{KINDS[kind][1:]}.") for kind in KINDS}


def describe_columns(insight: Insight) -> list[dict[str, Any]]:
    """Describe the values per sample of an insight; those that a later version has read are left out."""
    return [
        {"name": column.name, **COLUMNS[column.name].as_plain(), "low": column.low, "high": column.high}
        for column in insight.columns
        if column.name in COLUMNS
    ]
