"""Whether a fit will fit, said before it starts: what it needs of memory and of disk, and what is there."""

from __future__ import annotations

import math
import os
import shutil
from typing import TYPE_CHECKING

import torch

from tb_timetravel.errors import FitError
from tb_timetravel.fit.dynamics import RESIDENT_BYTES
from tb_timetravel.fit.motion import N_REFERENCES
from tb_timetravel.fit.placing import neighborhood_beside
from tb_timetravel.schema import DEFAULT_METHOD
from tb_timetravel.store.files import is_local

if TYPE_CHECKING:
    from tb_timetravel.fit import Dynamics

_PER_POSITION = 2 * 4 * 12  # bytes: the layout, Adam's two moments, forces, and what is computed on the way
_PER_EDGE = 12  # in its file; on a GPU 8 more, where the graphs of all steps stand one after another
_EDGES_PER_SAMPLE = 45  # of 30 neighbours each, after making the graph symmetric
_PER_NEIGHBOR = 8  # bytes, of a sample that is not laid out; on a GPU twice, where those of all steps stand one after another
_FIXED = {"cpu": 2**29, "cuda": 3 * 2**30}  # blocks of distances, batches, networks
_PER_STEP = 4 * 2**20  # the decoder's grids, their gradients and Adam's two moments
# Copies of all representations that a method holds at once, whatever stays in files: rows, what they are joined from, and attention.
_COPIES = {"timevis": 4}
_ON_DISK_PER_SAMPLE = 64  # of the film, per step


def memory_needed(dynamics: Dynamics, method: str = DEFAULT_METHOD) -> int:
    """Estimate the bytes that a method holds at its peak on the dynamics' device; no less than the default does."""
    kind, n_steps, rows = dynamics.device.type, dynamics.n_steps, dynamics.n_steps * dynamics.n_samples
    held = sum(size if size <= RESIDENT_BYTES[kind] else 0 for size in (4 * rows * dynamics.n_features, 4 * rows * dynamics.n_classes))
    ranks = 2 * min(n_steps, N_REFERENCES) * rows
    graphs = _EDGES_PER_SAMPLE * (_PER_EDGE + 8) * rows if kind == "cuda" else 0  # on a CPU they stay in their files
    beside = 2 * _PER_NEIGHBOR * _n_neighbors_beside(dynamics) if kind == "cuda" else 0
    parts = 3 * 4 * dynamics.n_samples * dynamics.n_features if kind == "cuda" else 0  # of one step's numbers, for tensor cores
    copies = _COPIES.get(method, 0) * 4 * rows * dynamics.n_features
    return _FIXED[kind] + held + copies + ranks + graphs + beside + parts + (_PER_POSITION + 8) * rows + _PER_STEP * n_steps


def disk_needed(dynamics: Dynamics) -> int:
    """Estimate the bytes that a fit writes, most of them until it has finished."""
    rows = dynamics.n_steps * dynamics.n_samples
    return rows * (_EDGES_PER_SAMPLE * _PER_EDGE + _ON_DISK_PER_SAMPLE) + _PER_NEIGHBOR * _n_neighbors_beside(dynamics)


def _n_neighbors_beside(dynamics: Dynamics) -> int:
    """Count, over all steps, the neighbours of samples that are not laid out among those that are."""
    n_neighbors, _ = neighborhood_beside(len(dynamics.laid_out))
    return dynamics.n_steps * len(dynamics.others) * n_neighbors


def check_budget(dynamics: Dynamics, directory: str, method: str = DEFAULT_METHOD) -> None:
    """Refuse a fit for which there is no room.

    Raises
    ------
    FitError : it needs more than there is; the message says what would fit.
    """
    room = [("memory", memory_needed(dynamics, method), _free_memory(dynamics.device))]
    if is_local(directory):
        room.append(("disk", disk_needed(dynamics), shutil.disk_usage(directory).free))
    for what, needed, free in room:
        if free is not None and needed > free:
            every = math.ceil(needed / max(free, 1))
            fewer = (
                f"fit one step in {every} with --every {every}, or log fewer samples" if every < dynamics.n_steps else f"free some {what}"
            )
            raise FitError(
                f"expected {_size(needed)} of free {what} for {dynamics.n_samples} samples at {dynamics.n_steps} steps, "
                f"found {_size(free)}; {fewer}"
            )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GB" if n_bytes >= 2**30 / 10 else f"{n_bytes / 2**20:.2f} MB"


def _free_memory(device: torch.device) -> int | None:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return 1024 * int(fields["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):  # not Linux
        names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if "SC_AVPHYS_PAGES" in names else None
