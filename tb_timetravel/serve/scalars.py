"""The curves beside a film, from TensorBoard's own data provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import NotFound
from tb_timetravel.serve.event_data import reading_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tb_timetravel.serve.locate import Asker

_PLUGIN_NAME = "scalars"
_MAX_POINTS = 1000  # per curve, as TensorBoard's scalars tab asks for
_BY_BATCHES = "_vs_iterations"  # Keras counts batches in these, and epochs in the same curve beside them
_SHOWN = 100  # characters of a name that a message quotes
_LOSS_OR_ACCURACY = re.compile(r"(?<![a-z])(loss|acc|accuracy)(?![a-z])", re.IGNORECASE)


def related_runs(run: str, runs: Sequence[str], film_runs: Sequence[str]) -> list[str]:
    """Choose the runs whose scalars belong beside a run: itself, those nested in it, its parents.

    A nested run with a film of its own is another experiment, and so is all that is nested in that one.
    """
    others = [other for other in film_runs if other != run and _is_nested(other, run)]
    nested = [name for name in runs if _is_nested(name, run) and not any(name == other or _is_nested(name, other) for other in others)]
    parents = [name for name in runs if _is_nested(run, name)]
    return [run, *sorted(nested), *sorted(parents, key=len, reverse=True)]


def _is_nested(inner: str, outer: str) -> bool:
    return inner != outer and (outer == "." or inner.startswith(f"{outer}/"))


def list_scalars(provider: Any, asker: Asker, run: str, related: list[str]) -> list[dict[str, object]]:  # noqa: ANN401
    """Describe the scalars of the related runs, those of the run itself first.

    Raises
    ------
    Corrupt : an event file is damaged.
    """
    from tensorboard.data.provider import RunTagFilter

    if provider is None:
        return []
    with reading_events(f"event files of the run {run[:_SHOWN]!r} and those beside it"):
        listing = provider.list_scalars(
            asker.context, experiment_id=asker.experiment_id, plugin_name=_PLUGIN_NAME, run_tag_filter=RunTagFilter(runs=related)
        )
    return [
        {"run": name, "tag": tag, "name": _label(run, name, tag), "preselected": _is_chosen(tag)}
        for name in related
        for tag in sorted(listing.get(name, {}))
    ]


def _is_chosen(tag: str) -> bool:
    return bool(_LOSS_OR_ACCURACY.search(tag.replace("_", " "))) and not tag.endswith(_BY_BATCHES)


def _label(run: str, name: str, tag: str) -> str:
    if not _is_nested(name, run):
        return tag
    return f"{name if run == '.' else name[len(run) + 1 :]}/{tag}"


def read_scalars(provider: Any, asker: Asker, run: str, tag: str) -> dict[str, list[Any]]:  # noqa: ANN401
    """Read a curve.

    Raises
    ------
    NotFound : there is no such curve.
    Corrupt : its event file holds something else than numbers under its name.
    """
    from tensorboard.data.provider import RunTagFilter

    points = []
    with reading_events(f"a number at each step of {tag[:_SHOWN]!r} in an event file of the run {run[:_SHOWN]!r}"):
        if provider is not None:
            curves = provider.read_scalars(
                asker.context,
                experiment_id=asker.experiment_id,
                plugin_name=_PLUGIN_NAME,
                downsample=_MAX_POINTS,
                run_tag_filter=RunTagFilter(runs=[run], tags=[tag]),
            )
            points = curves.get(run, {}).get(tag, [])
        values = [float(point.value) for point in points]  # text and complex numbers come through as they are
    if not points:
        raise NotFound(f"the run {run!r} has no scalar named {tag!r}")
    return {
        "steps": [point.step for point in points],
        "values": values,
        "wall_times": [point.wall_time for point in points],
    }
