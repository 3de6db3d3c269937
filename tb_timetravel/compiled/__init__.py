"""Loops that would spend most of their time carrying intermediate arrays to memory and back, compiled for the CPU by numba.

Every one of them has a twin of torch's operators beside its caller, which CUDA uses and which the tests hold these against. Several threads
work on rows of their own.
"""

from tb_timetravel.compiled.decoding import read_grids, spread_over_grids, take
from tb_timetravel.compiled.forces import add_ranking, attraction, attraction_among, repulsion
from tb_timetravel.compiled.loop import as_many_threads_as_torch
from tb_timetravel.compiled.neighbors import (
    count_nearer,
    count_nearer_in_tile,
    look_for_nearer,
    nearest_by_differences,
    nearest_of,
    square_distances_of_pairs,
)

__all__ = [
    "add_ranking",
    "as_many_threads_as_torch",
    "attraction",
    "attraction_among",
    "count_nearer",
    "count_nearer_in_tile",
    "look_for_nearer",
    "nearest_by_differences",
    "nearest_of",
    "read_grids",
    "repulsion",
    "spread_over_grids",
    "square_distances_of_pairs",
    "take",
]
