"""Views that compare two runs: similarity of their representations step by step, and by how much each sample's neighbours differ."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tb_timetravel.frame import share_bytes
from tb_timetravel.insight.comparison import compare
from tb_timetravel.insight.neighbors_differ import neighbor_difference
from tb_timetravel.serve.http import answers, name_argument, number_argument, respond_bytes, respond_json
from tb_timetravel.serve.kept import KeptBytes
from tb_timetravel.serve.locate import asker_of
from tb_timetravel.store import data_fingerprint, open_reader

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from werkzeug.wrappers import Request, Response

    from tb_timetravel.serve.guard import Access
    from tb_timetravel.serve.locate import RunLocator
    from tb_timetravel.store import ProbeReader

_REMEMBERED_PAIRS, _PAIRS_BYTES = 8, 2**20  # each 60 by 60 numbers at most
_REMEMBERED_STEPS, _STEPS_BYTES = 32, 2**23  # a byte per sample, packed


class CompareRoutes:
    """Views of two probe sets: ``run`` and ``tag`` beside ``with_run`` and ``with_tag``."""

    def __init__(self, locator: RunLocator, access: Access) -> None:
        self._locator, self._access = locator, access
        self._comparisons = KeptBytes(_REMEMBERED_PAIRS, _PAIRS_BYTES)
        self._differences = KeptBytes(_REMEMBERED_STEPS, _STEPS_BYTES)

    def allow_change(self, request: Request) -> None:
        """Let a state change through, or raise `Refused`."""
        self._access.check(request)

    def _two(self, request: Request) -> tuple[ProbeReader, ProbeReader]:
        asker = asker_of(request)
        names = [(name_argument(request, f"{which}run"), name_argument(request, f"{which}tag")) for which in ("", "with_")]
        one, other = (open_reader(self._locator.probe_directory(asker, run, tag)) for run, tag in names)
        return one, other

    @answers("GET")
    def similarity_route(self, request: Request) -> Response:
        """Send how alike the representations are, at every pair of steps."""
        one, other = self._two(request)
        found = self._comparisons.get(_version(one, other), lambda: msgspec.json.encode(_compare(one, other)))
        return respond_json(request, msgspec.Raw(found))

    @answers("GET")
    def neighbors_route(self, request: Request) -> Response:
        """Send the share of each sample's nearest that differ between two steps."""
        step, with_step = number_argument(request, "step"), number_argument(request, "with_step")
        one, other = self._two(request)
        key = (*_version(one, other), step, with_step)
        content = self._differences.get(key, lambda: pack_shares(neighbor_difference(one, other, step, with_step).shares))
        return respond_bytes(request, content, "application/octet-stream", gzipped=True)


def _version(one: ProbeReader, other: ProbeReader) -> tuple[str, ...]:
    return tuple(part for reader in (one, other) for part in (reader.directory, data_fingerprint(reader.probe(), reader.steps())))


def _compare(one: ProbeReader, other: ProbeReader) -> dict[str, Any]:
    found = compare(one, other)
    return {
        "steps": found.steps,
        "with_steps": found.with_steps,
        "cka": np.round(found.cka.astype(np.float64), 6).tolist(),
        "n_matched": found.n_matched,
        "n_used": found.n_used,
        "seed": found.seed,
    }


def pack_shares(shares: NDArray[np.float32]) -> bytes:
    """Pack shares (n,) in [0, 1], NaN for none, as a gzipped ``TTV1``: a byte per sample, as ``sample_values`` sends them."""
    return gzip.compress(struct.pack("<4sIff", b"TTV1", len(shares), 0.0, 1.0) + share_bytes(shares).tobytes(), compresslevel=3, mtime=0)
