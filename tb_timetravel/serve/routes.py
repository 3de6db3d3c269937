"""Views that parse a request, ask ``payloads`` and respond; ``http_api.md`` describes each of them."""

from __future__ import annotations

import gzip
import threading
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import StoreError
from tb_timetravel.serve import payloads
from tb_timetravel.serve.besides import Besides
from tb_timetravel.serve.branches import tree_of
from tb_timetravel.serve.compare_routes import CompareRoutes
from tb_timetravel.serve.guard import Access, read_body
from tb_timetravel.serve.http import (
    answers,
    digest_argument,
    explain,
    is_current,
    name_argument,
    number_argument,
    numbers_argument,
    refuse,
    respond_bytes,
    respond_json,
    window_argument,
    word_argument,
)
from tb_timetravel.serve.insight_routes import InsightRoutes
from tb_timetravel.serve.jobs import FitRequest, Jobs, LocatedFit, ProbeRequest, fit_command
from tb_timetravel.serve.kept import KeptBytes
from tb_timetravel.serve.locate import Asker, Recent, RunLocator, asker_of
from tb_timetravel.serve.neighbors import MAX_SAMPLES, NeighborSearch
from tb_timetravel.serve.sample_columns import describe_columns, pack_values
from tb_timetravel.serve.sample_values import FLIPS, columns_of, pack_column
from tb_timetravel.serve.scalars import list_scalars, read_scalars, related_runs
from tb_timetravel.serve.selections import MAX_BODY, SaveRequest, SelectionRequest
from tb_timetravel.serve.static_files import serve_static
from tb_timetravel.serve.territory_part import draw_part
from tb_timetravel.store import FilmStore, SelectionsFile, open_reader, set_cache, why_no_fit, why_not_writable
from tb_timetravel.store.choices import check_followed
from tb_timetravel.store.status import FIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tensorboard.plugins.base_plugin import TBContext
    from werkzeug.wrappers import Request, Response

    from tb_timetravel.schema import FitStatus

# probe sets whose samples are kept packed, some bytes each: to pack a million takes a second, and all ask as they come
_PROBES_REMEMBERED, _PROBES_BYTES = 4, 2**25
# packed values of a step, a byte or four per sample: who plays one film together asks for the same ones
_VALUES_REMEMBERED, _VALUES_BYTES = 8, 2**25


class Routes:
    """The views, and what they share from one request to the next.

    Attributes
    ----------
    insight : the views of what a log says of each sample.
    compare : the views of two probe sets.
    """

    def __init__(self, context: TBContext, jobs: Jobs[FitStatus] | None = None) -> None:
        self._provider = context.data_provider
        self._locator = RunLocator(context)
        self._access = Access.from_flags(context.flags)
        set_cache(getattr(context.flags, "timetravel_cache", None))
        self._jobs = jobs or Jobs(FIT, fit_command)
        self.insight = InsightRoutes(self._locator, self._access)
        self.compare = CompareRoutes(self._locator, self._access)
        self._listing: Recent[dict[str, Any]] = Recent()
        self._neighbors = NeighborSearch()
        self._besides = Besides(self._locator)
        self._samples = KeptBytes(_PROBES_REMEMBERED, _PROBES_BYTES)
        self._values = KeptBytes(_VALUES_REMEMBERED, _VALUES_BYTES)
        self._packing = threading.Lock()  # columns are packed for one client at a time, in memory for one

    @answers("GET")
    def runs_route(self, request: Request) -> Response:
        """List every run with something to show."""
        asker = asker_of(request)
        cannot_fit = self._access.why_no_fit()
        listing = self._listing.get(asker.experiment_id, lambda: self._list_runs(asker))
        return respond_json(request, {**listing, "can_fit": cannot_fit is None, "cannot_fit": cannot_fit})

    def _list_runs(self, asker: Asker) -> dict[str, Any]:
        runs: list[dict[str, Any]] = []
        unreadable: list[dict[str, str]] = []
        for run in self._locator.runs(asker):
            tags = list(self._summaries(asker, run, unreadable))
            if tags:
                runs.append({"run": run, "tags": tags})
        return {"runs": runs, "unreadable": unreadable}

    def _summaries(self, asker: Asker, run: str, unreadable: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
        try:
            tags = self._locator.tags(asker, run)
        except (StoreError, OSError) as error:
            unreadable.append({"run": run, "tag": "", "error": explain(error)})
            return
        for tag in tags:
            try:
                yield payloads.summarise(self._locator.probe_directory(asker, run, tag), tag)
            except (StoreError, OSError) as error:
                unreadable.append({"run": run, "tag": tag, "error": explain(error)})

    @answers("GET")
    def run_route(self, request: Request) -> Response:
        """Describe one probe set."""
        run, tag = name_argument(request, "run"), name_argument(request, "tag")
        directory = self._directory(request)
        status = self._jobs.status(directory)
        return respond_json(request, payloads.describe(directory, run=run, tag=tag, logdir=self._locator.logdir_as_typed, status=status))

    @answers("GET", "POST")
    def fit_route(self, request: Request) -> Response:
        """Tell what the fit of a probe set is doing, or start one."""
        if request.method != "POST":
            return respond_json(request, payloads.fit_status(self._jobs.status(self._directory(request))))
        body = read_body(request, FitRequest)
        body.check()
        refuse(self._access.why_no_fit())
        asker = asker_of(request)
        directory = self._locator.probe_directory(asker, body.run, body.tag)
        refuse(why_no_fit(directory))
        if body.follow:
            check_followed(open_reader(directory).probe())
        located = LocatedFit.of(body, self._besides.locate(asker, directory, body.beside))
        started, status = self._jobs.start(located, self._locator.run_directory(asker, body.run), directory)
        return respond_json(request, {"started": started, "fit": payloads.fit_status(status)}, code=202)

    @answers("GET")
    def beside_route(self, request: Request) -> Response:
        """List the films beside which one of a probe set can be laid."""
        asker = asker_of(request)
        listing = self._listing.get(asker.experiment_id, lambda: self._list_runs(asker))
        fitted = [(run["run"], tag["tag"]) for run in listing["runs"] for tag in run["tags"] if tag["state"] == "fitted"]
        return respond_json(request, {"beside": self._besides.offers(asker, self._directory(request), fitted)})

    @answers("GET")
    def branches_route(self, request: Request) -> Response:
        """List the runs of the tree that a run belongs to."""
        run, tag = name_argument(request, "run"), name_argument(request, "tag")
        return respond_json(request, {"branches": tree_of(self._locator, asker_of(request), run, tag)})

    @answers("POST")
    def cancel_route(self, request: Request) -> Response:
        """Stop a fit."""
        refuse(self._access.why_no_saving())
        body = read_body(request, ProbeRequest)
        directory = self._locator.probe_directory(asker_of(request), body.run, body.tag)
        return respond_json(request, {"fit": payloads.fit_status(self._jobs.cancel(directory))}, code=202)

    @answers("GET")
    def film_route(self, request: Request) -> Response:
        """Send a film."""
        return respond_json(request, payloads.film(self._directory(request), digest_argument(request, "film")))

    @answers("GET")
    def frame_route(self, request: Request) -> Response:
        """Send one step of a film."""
        key, step, version = digest_argument(request, "film"), number_argument(request, "step"), digest_argument(request, "v")
        content = payloads.frame(self._directory(request), key, step=step, version=version)
        return respond_bytes(request, content, "application/octet-stream", forever=True, gzipped=True)

    @answers("GET")
    def samples_route(self, request: Request) -> Response:
        """Send labels, ids and splits."""
        directory = self._directory(request)
        probe = open_reader(directory).probe()
        forever = is_current(request, probe.version)
        content = self._samples.get(
            (directory, probe.version), lambda: gzip.compress(payloads.samples(directory, probe), compresslevel=3, mtime=0)
        )
        return respond_bytes(request, content, "application/octet-stream", forever=forever, gzipped=True)

    @answers("GET")
    def thumbnails_route(self, request: Request) -> Response:
        """Send a page of thumbnails."""
        page, directory = number_argument(request, "page"), self._directory(request)
        probe = open_reader(directory).probe()
        forever = is_current(request, probe.version)
        return respond_bytes(request, payloads.thumbnails(directory, probe, page), "image/png", forever=forever)

    @answers("GET")
    def texts_route(self, request: Request) -> Response:
        """Send a page of texts."""
        page, directory = number_argument(request, "page"), self._directory(request)
        probe = open_reader(directory).probe()
        forever = is_current(request, probe.version)
        return respond_json(request, payloads.texts(directory, probe, page), forever=forever)

    @answers("GET")
    def history_route(self, request: Request) -> Response:
        """Follow one sample through all steps."""
        key, sample = digest_argument(request, "film"), number_argument(request, "sample")
        return respond_json(request, payloads.history(self._directory(request), key, sample))

    @answers("GET")
    def neighbors_route(self, request: Request) -> Response:
        """Name the nearest neighbors of a few samples in the representation of a step."""
        step, k = number_argument(request, "step"), number_argument(request, "k")
        samples = numbers_argument(request, "samples", MAX_SAMPLES)
        found = self._neighbors.find(self._directory(request), step, samples, k)
        return respond_json(request, {"step": step, "k": k, "neighbors": found})

    @answers("GET", "POST")
    def selections_route(self, request: Request) -> Response:
        """List the saved selections, or save one."""
        cannot_save = None
        if request.method != "POST":
            directory = self._directory(request)
            cannot_save = self._access.why_no_saving() or why_not_writable(directory)
            saved = SelectionsFile(directory).read(open_reader(directory).probe().n_samples)
        else:
            body = read_body(request, SaveRequest, MAX_BODY)
            directory = self._directory_to_change(request, body)
            n_samples = open_reader(directory).probe().n_samples
            saved = SelectionsFile(directory).save(body.name, body.ranges, n_samples, replace=body.replace)
        return respond_json(request, {"selections": saved, "cannot_save": cannot_save})

    @answers("POST")
    def delete_selection_route(self, request: Request) -> Response:
        """Delete a saved selection."""
        body = read_body(request, SelectionRequest)
        directory = self._directory_to_change(request, body)
        deleted, saved = SelectionsFile(directory).delete(body.name, open_reader(directory).probe().n_samples)
        return respond_json(request, {"selections": saved, "cannot_save": None, "deleted": deleted})

    def _directory_to_change(self, request: Request, body: ProbeRequest) -> str:
        refuse(self._access.why_no_saving())
        return self._locator.probe_directory(asker_of(request), body.run, body.tag)

    @answers("GET")
    def sample_values_route(self, request: Request) -> Response:
        """Send one value per sample at a step."""
        key, step, version = digest_argument(request, "film"), number_argument(request, "step"), digest_argument(request, "v")
        directory = self._directory(request)
        column = word_argument(request, "column", columns_of(directory, key))
        film = FilmStore(directory).film(key)

        def pack() -> bytes:
            return gzip.compress(pack_column(directory, key, step=step, version=version, column=column), compresslevel=3, mtime=0)

        content = self._values.get((directory, key, film.created_at, len(film.steps), step, version, column), pack)
        forever = column != FLIPS or not film.live  # flips: on the scale of all steps it will have
        return respond_bytes(request, content, "application/octet-stream", forever=forever, gzipped=True)

    @answers("GET")
    def columns_route(self, request: Request) -> Response:
        """List the columns of the samples."""
        directory = self._directory(request)
        probe = open_reader(directory).probe()
        forever = is_current(request, probe.version)
        return respond_json(request, describe_columns(directory, probe), forever=forever)

    @answers("GET")
    def column_values_route(self, request: Request) -> Response:
        """Send the values of a column."""
        number, directory = number_argument(request, "column"), self._directory(request)
        probe = open_reader(directory).probe()
        forever = is_current(request, probe.version)
        with self._packing:
            content = gzip.compress(pack_values(directory, probe, number), compresslevel=3, mtime=0)
        return respond_bytes(request, content, "application/octet-stream", forever=forever, gzipped=True)

    @answers("GET")
    def scalar_tags_route(self, request: Request) -> Response:
        """List the scalars that belong beside a run."""
        run, asker = name_argument(request, "run"), asker_of(request)
        self._locator.run_directory(asker, run)
        listing = self._listing.get(asker.experiment_id, lambda: self._list_runs(asker))
        related = related_runs(run, self._locator.runs(asker), [listed["run"] for listed in listing["runs"]])
        return respond_json(request, {"scalars": list_scalars(self._provider, asker, run, related)})

    @answers("GET")
    def scalars_route(self, request: Request) -> Response:
        """Send one curve."""
        run, tag = name_argument(request, "run"), name_argument(request, "tag")
        return respond_json(request, read_scalars(self._provider, asker_of(request), run, tag))

    @answers("GET")
    def territory_route(self, request: Request) -> Response:
        """Paint one step's territory."""
        key, step = digest_argument(request, "film"), number_argument(request, "step")
        return respond_bytes(request, payloads.territory(self._directory(request), key, step), "image/png")

    @answers("GET")
    def territory_part_route(self, request: Request) -> Response:
        """Draw a window of one step's territory finer than the film stores it."""
        key, step, version = digest_argument(request, "film"), number_argument(request, "step"), digest_argument(request, "v")
        window, resolution = window_argument(request), number_argument(request, "resolution", 16, 512)
        content = draw_part(self._directory(request), key, step=step, version=version, window=window, resolution=resolution)
        return respond_bytes(request, content, "application/octet-stream", forever=True, gzipped=True)

    @answers("GET")
    def static_route(self, request: Request) -> Response:
        """Send a file of the frontend."""
        return serve_static(request)

    def allow_change(self, request: Request) -> None:
        """Let a state change through, or raise `Refused`."""
        self._access.check(request)

    def _directory(self, request: Request) -> str:
        return self._locator.probe_directory(asker_of(request), name_argument(request, "run"), name_argument(request, "tag"))
