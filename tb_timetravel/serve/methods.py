"""The methods of fitting as the tab offers them: what each costs, and whether it can be had here."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from tb_timetravel.schema import METHODS
from tb_timetravel.serve.estimate import estimate_seconds

if TYPE_CHECKING:
    from tb_timetravel.schema import MethodInfo, Probe

_IMPORTED_AS = {"umap-learn": "umap"}  # package -> its module, where the two differ


def why_unavailable(info: MethodInfo) -> str | None:
    """Say why a method cannot be fitted by this Python, None when it can; its package is looked for, not imported."""
    if info.needs is None or importlib.util.find_spec(_IMPORTED_AS.get(info.needs, info.needs)) is not None:
        return None
    return f"{info.label} needs {info.needs}, which TensorBoard's Python lacks; pip install {info.needs} there, or choose another method"


def offered(probe: Probe, n_steps: int) -> list[dict[str, Any]]:
    """Describe every method for a probe set, the default first."""
    return [
        {
            "method": info.method,
            "label": info.label,
            "summary": info.summary,
            "needs": info.needs,
            "available": why_unavailable(info) is None,
            "estimate_s": estimate_seconds(probe, n_steps, info.method),
        }
        for info in METHODS
    ]
