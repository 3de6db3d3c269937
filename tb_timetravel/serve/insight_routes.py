"""Views of what a log says of each sample; ``http_api.md`` describes each of them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from tb_timetravel.insight.descriptions import COLUMNS, EVENTS
from tb_timetravel.insight.near import METRICS
from tb_timetravel.serve import insight_payloads as payloads
from tb_timetravel.serve.guard import read_body
from tb_timetravel.serve.http import (
    answers,
    digest_argument,
    name_argument,
    number_argument,
    ranges_argument,
    refuse,
    respond_bytes,
    respond_json,
    word_argument,
)
from tb_timetravel.serve.jobs import InsightRequest, Jobs, ProbeRequest, insight_command
from tb_timetravel.serve.locate import asker_of
from tb_timetravel.serve.searches import (
    MAX_INFLUENCERS,
    MAX_NEAR,
    USUAL_NUMBER,
    AcrossQuestion,
    InfluenceQuestion,
    NearQuestion,
    Searches,
)
from tb_timetravel.serve.suspects import MAX_BODY, MOST, USUAL, VerdictsRequest, list_suspects, save_verdicts
from tb_timetravel.store import FilmStore, why_no_fit, why_not_writable
from tb_timetravel.store.status import INSIGHT

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from tb_timetravel.schema import InsightStatus
    from tb_timetravel.serve.guard import Access
    from tb_timetravel.serve.locate import RunLocator


class InsightRoutes:
    """The views, and what they share from one request to the next."""

    def __init__(self, locator: RunLocator, access: Access) -> None:
        self._locator, self._access = locator, access
        self._jobs = Jobs(INSIGHT, insight_command)
        self._searches = Searches()

    def allow_change(self, request: Request) -> None:
        """Let a state change through, or raise `Refused`."""
        self._access.check(request)

    @answers("GET", "POST")
    def status_route(self, request: Request) -> Response:
        """Tell what was read of a log for insight, or start reading it."""
        if request.method != "POST":
            run, tag = name_argument(request, "run"), name_argument(request, "tag")
            film = digest_argument(request, "film") if "film" in request.args else None
            directory = self._directory(request)
            return respond_json(request, self._describe(directory, self._jobs.status(directory), run, tag, film))
        body = read_body(request, InsightRequest)
        asker = asker_of(request)
        directory = self._locator.probe_directory(asker, body.run, body.tag)
        refuse(self._why_not(directory))
        if body.film is not None:
            FilmStore(directory).film(body.film)
        started, status = self._jobs.start(body, self._locator.run_directory(asker, body.run), directory)
        described = self._describe(directory, status, body.run, body.tag, body.film)
        return respond_json(request, {"started": started, "insight": described}, code=202)

    @answers("POST")
    def cancel_route(self, request: Request) -> Response:
        """Stop reading."""
        refuse(self._access.why_no_saving())
        body = read_body(request, ProbeRequest)
        directory = self._locator.probe_directory(asker_of(request), body.run, body.tag)
        described = self._describe(directory, self._jobs.cancel(directory), body.run, body.tag, None)
        return respond_json(request, {"insight": described}, code=202)

    def _describe(self, directory: str, status: InsightStatus, run: str, tag: str, film: str | None) -> dict[str, Any]:
        logdir, cannot = self._locator.logdir_as_typed, self._why_not(directory)
        return payloads.describe_insight(directory, status, film=film, run=run, tag=tag, logdir=logdir, cannot=cannot)

    def _why_not(self, directory: str) -> str | None:
        return self._access.why_no_job() or why_no_fit(directory) or payloads.why_nothing_to_read(directory)

    @answers("GET")
    def values_route(self, request: Request) -> Response:
        """Send one value per sample."""
        key, column = digest_argument(request, "insight"), word_argument(request, "column", list(COLUMNS))
        return _respond_packed(request, payloads.pack_values(self._directory(request), key, column))

    @answers("GET")
    def events_route(self, request: Request) -> Response:
        """Send the events of a kind at all steps."""
        key, kind = digest_argument(request, "insight"), word_argument(request, "kind", list(EVENTS))
        return _respond_packed(request, payloads.pack_events(self._directory(request), key, kind))

    @answers("GET")
    def suspects_route(self, request: Request) -> Response:
        """List the samples whose labels are likely wrong."""
        key = digest_argument(request, "insight")
        top = number_argument(request, "top", 1, MOST) if "top" in request.args else USUAL
        split = name_argument(request, "split") if "split" in request.args else None
        directory = self._directory(request)
        cannot_save = self._access.why_no_saving() or why_not_writable(directory)
        return respond_json(request, list_suspects(directory, key, top=top, split=split, cannot_save=cannot_save))

    @answers("POST")
    def verdicts_route(self, request: Request) -> Response:
        """Save what somebody said of labels."""
        body = read_body(request, VerdictsRequest, MAX_BODY)
        refuse(self._access.why_no_saving())
        directory = self._locator.probe_directory(asker_of(request), body.run, body.tag)
        return respond_json(request, save_verdicts(directory, body))

    @answers("GET")
    def influence_route(self, request: Request) -> Response:
        """Name the training samples that helped and harmed a prediction."""
        sample, until = number_argument(request, "sample"), number_argument(request, "until") if "until" in request.args else None
        target = request.args.get("target", "label")
        asked = InfluenceQuestion(
            sample=sample,
            target=target if target in ("label", "prediction") else number_argument(request, "target"),
            until=until,
            top=number_argument(request, "top", 1, MAX_INFLUENCERS) if "top" in request.args else USUAL_NUMBER,
        )
        return respond_json(request, self._searches.influence(self._directory(request), asked))

    @answers("GET")
    def near_route(self, request: Request) -> Response:
        """Name what lay near some samples at a step, or at all, in their run or in another."""
        step = None if request.args.get("step") == "all" else number_argument(request, "step")
        question: dict[str, Any] = {
            "samples": tuple(ranges_argument(request, "samples")),
            "step": step,
            "k": number_argument(request, "k", 1, MAX_NEAR) if "k" in request.args else USUAL_NUMBER,
            "metric": word_argument(request, "metric", METRICS) if "metric" in request.args else METRICS[0],
            "as_one": number_argument(request, "as_one", 0, 1) == 1 if "as_one" in request.args else False,
        }
        if "with_run" not in request.args:
            return respond_json(request, self._searches.near(self._directory(request), NearQuestion(**question)))
        run, tag = name_argument(request, "with_run"), name_argument(request, "with_tag")
        other = self._locator.probe_directory(asker_of(request), run, tag)
        with_step = number_argument(request, "with_step") if step is not None and "with_step" in request.args else None
        asked = AcrossQuestion(**question, other=other, with_step=with_step)
        return respond_json(request, self._searches.near(self._directory(request), asked))

    def _directory(self, request: Request) -> str:
        return self._locator.probe_directory(asker_of(request), name_argument(request, "run"), name_argument(request, "tag"))


def _respond_packed(request: Request, content: bytes) -> Response:
    content = gzip.compress(content, compresslevel=3, mtime=0)
    return respond_bytes(request, content, "application/octet-stream", forever=True, gzipped=True)
