"""What a request to save or delete a selection says."""

from __future__ import annotations

from tb_timetravel.schema import SelectionName  # noqa: TC001  # msgspec reads it at run time
from tb_timetravel.serve.jobs import ProbeRequest

MAX_BODY = 2**21  # bytes: 150,000 separate pieces


class SelectionRequest(ProbeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which selection is meant."""

    name: SelectionName


class SaveRequest(SelectionRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A selection to save."""

    ranges: tuple[tuple[int, int], ...]
    replace: bool = True  # one of the same name
