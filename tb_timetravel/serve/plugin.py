"""The plugin as TensorBoard sees it at its start; the views, and all that they import, are loaded with the first request."""

from __future__ import annotations

import functools
import operator
import threading
from typing import TYPE_CHECKING, Any

from tensorboard.plugins import base_plugin

from tb_timetravel.serve.activity import EmbeddingWatch
from tb_timetravel.serve.loader import PLUGIN_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from tb_timetravel.schema import FitStatus
    from tb_timetravel.serve.jobs import Jobs
    from tb_timetravel.serve.routes import Routes

# route -> view in routes.py, or in insight_routes.py
_VIEWS = {
    "/runs": "runs_route",
    "/run": "run_route",
    "/fit": "fit_route",
    "/fit/cancel": "cancel_route",
    "/film": "film_route",
    "/frame": "frame_route",
    "/samples": "samples_route",
    "/thumbnails": "thumbnails_route",
    "/texts": "texts_route",
    "/history": "history_route",
    "/neighbors": "neighbors_route",
    "/beside": "beside_route",
    "/branches": "branches_route",
    "/compare": "compare.similarity_route",
    "/compare_neighbors": "compare.neighbors_route",
    "/selections": "selections_route",
    "/selections/delete": "delete_selection_route",
    "/sample_values": "sample_values_route",
    "/columns": "columns_route",
    "/column_values": "column_values_route",
    "/scalar_tags": "scalar_tags_route",
    "/scalars": "scalars_route",
    "/insight": "insight.status_route",
    "/insight/cancel": "insight.cancel_route",
    "/insight_values": "insight.values_route",
    "/insight_events": "insight.events_route",
    "/suspects": "insight.suspects_route",
    "/verdicts": "insight.verdicts_route",
    "/influence": "insight.influence_route",
    "/near": "insight.near_route",
    "/territory": "territory_route",
    "/territory_part": "territory_part_route",
    "/static/*": "static_route",
}


class TimeTravelPlugin(base_plugin.TBPlugin):  # type: ignore[misc]  # tensorboard ships no types
    """Time Travel for TensorBoard."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext, jobs: Jobs[FitStatus] | None = None) -> None:
        self._context = context
        self._jobs = jobs
        self._routes: Routes | None = None
        self._lock = threading.Lock()
        self._embeddings = EmbeddingWatch(context)

    def get_plugin_apps(self) -> dict[str, Callable[..., Any]]:
        """Name the application of every route."""
        return {route: functools.partial(self._answer, view) for route, view in _VIEWS.items()}

    def _answer(self, view: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            if self._routes is None:
                from tb_timetravel.serve.routes import Routes  # costs TensorBoard's start about 50 ms

                self._routes = Routes(self._context, self._jobs)
        answer: Iterable[bytes] = operator.attrgetter(view)(self._routes)(environ, start_response)
        return answer

    def is_active(self) -> bool:
        """Tell whether a run has embeddings; asked only while no event file holds a marker of ours, which shows the tab by itself."""
        return self._embeddings.has_found()

    def data_plugin_names(self) -> tuple[str, ...]:
        """Name whose summaries light the tab."""
        return (PLUGIN_NAME,)

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Say where the frontend is."""
        return base_plugin.FrontendMetadata(es_module_path="/static/index.js", tab_name="Time Travel", disable_reload=False)
