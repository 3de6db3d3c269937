"""How far the picture can be trusted: measures of a film against the representations it draws.

A sample is never its own neighbour, ranks are full, and every measure declares its range, its direction and what chance scores.
"""

from __future__ import annotations

from tb_timetravel.fidelity.boundary import boundary_preservation
from tb_timetravel.fidelity.flicker import Flicker, territory_flicker, territory_flickers
from tb_timetravel.fidelity.inverse import confidence_deviation, prediction_agreement, reconstruction_distance, reconstruction_error
from tb_timetravel.fidelity.spatial import SpatialFidelity, neighborhood_chance, spatial_fidelity
from tb_timetravel.fidelity.step_order import nearest_steps_kept, stage_ranking, stillness, weighted_ranking
from tb_timetravel.fidelity.temporal import jitter, jitter_chance, spearman, temporal_correlation, temporal_ranking

__all__ = [
    "Flicker",
    "SpatialFidelity",
    "boundary_preservation",
    "confidence_deviation",
    "jitter",
    "jitter_chance",
    "nearest_steps_kept",
    "neighborhood_chance",
    "prediction_agreement",
    "reconstruction_distance",
    "reconstruction_error",
    "spatial_fidelity",
    "spearman",
    "stage_ranking",
    "stillness",
    "temporal_correlation",
    "temporal_ranking",
    "territory_flicker",
    "territory_flickers",
    "weighted_ranking",
]
