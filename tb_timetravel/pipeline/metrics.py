"""What is measured of a film, in words."""

from __future__ import annotations

from dataclasses import replace

from tb_timetravel.schema import MetricInfo, Scores

FIDELITY_NEIGHBORS = 15  # k of every neighbour measure, as in the literature of the field
N_FOLLOWED = 2_000  # samples of a split that temporal ranking follows through all steps: its time grows with n_steps²

METRICS = (
    MetricInfo(
        metric="neighborhood_preservation",
        label="Neighbors kept",
        description=f"Share of a sample's {FIDELITY_NEIGHBORS} nearest others that are nearest in the picture too.",
        range=(0.0, 1.0),
        better="higher",
        scope="both",
        n_neighbors=FIDELITY_NEIGHBORS,
    ),
    MetricInfo(
        metric="trustworthiness",
        label="Trustworthiness",
        description="How far neighbors in the picture are neighbors in the representation; full ranks.",
        range=(0.0, 1.0),
        better="higher",
        scope="both",
        n_neighbors=FIDELITY_NEIGHBORS,
    ),
    MetricInfo(
        metric="continuity",
        label="Continuity",
        description="How far neighbors in the representation are neighbors in the picture; full ranks.",
        range=(0.0, 1.0),
        better="higher",
        scope="both",
        n_neighbors=FIDELITY_NEIGHBORS,
    ),
    MetricInfo(
        metric="boundary_preservation",
        label="Boundary kept",
        description=f"Share of the {FIDELITY_NEIGHBORS} decision boundary points nearest to a sample that are nearest in the picture too.",
        range=(0.0, 1.0),
        better="higher",
        scope="both",
        n_neighbors=FIDELITY_NEIGHBORS,
    ),
    MetricInfo(
        metric="prediction_agreement",
        label="Prediction agreement",
        description="Share of samples that lie in the territory of the model's prediction.",
        range=(0.0, 1.0),
        better="higher",
        scope="both",
    ),
    MetricInfo(
        metric="confidence_deviation",
        label="Confidence deviation",
        description="How far the confidence at a sample's place in the picture is from the model's confidence in its prediction.",
        range=(0.0, 1.0),
        better="lower",
        scope="both",
    ),
    MetricInfo(
        metric="reconstruction_error",
        label="Reconstruction error",
        description="Mean squared error of the representation decoded from a sample's place, relative to the variance of the step.",
        range=(0.0, None),
        better="lower",
        scope="both",
    ),
    MetricInfo(
        metric="temporal_correlation",
        label="Temporal correlation",
        description="Rank correlation of moves in the representation and in the picture.",
        range=(-1.0, 1.0),
        better="higher",
        scope="both",
    ),
    MetricInfo(
        metric="temporal_ranking",
        label="Temporal ranking",
        description="Rank correlation of a sample's distances from this step to all others, in the representation and in the picture; "
        f"mean over the samples, of large splits over a random {N_FOLLOWED:,}.",
        range=(-1.0, 1.0),
        better="higher",
        scope="both",
    ),
    MetricInfo(
        metric="jitter",
        label="Jitter",
        description="Moves of samples that rested in the model, as a share of the picture's radius.",
        range=(0.0, None),
        better="lower",
        scope="both",
    ),
    MetricInfo(
        metric="territory_flicker",
        label="Territory flicker",
        description="Share of the region cells that changed class since the step before, of those with no changed prediction nearby.",
        range=(0.0, 1.0),
        better="lower",
        scope="both",
    ),
)


def describe_metrics(chance: Scores, neighbor_note: str) -> tuple[MetricInfo, ...]:
    """Add to every metric what chance scores, per split, and to those of neighbours what there is to note about the samples compared."""
    return tuple(
        replace(info, chance=chance[info.metric], description=info.description + neighbor_note * (info.n_neighbors is not None))
        for info in METRICS
    )
