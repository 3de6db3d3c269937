"""A film as one HTML file that plays when it is opened from a disk: no server, no network, nothing beside it.

The script is the tab's own, built for this (``static/page.js``); frames lie in the page as the fit compressed them, a data block each in
base64, which no name or text can break out of. What is text goes in as JSON without ``<``, and a Content-Security-Policy allows this one
script, by its hash, and no request at all.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from tb_timetravel import __version__
from tb_timetravel.errors import Corrupt, InvalidData, NotFound
from tb_timetravel.export.page_columns import columns_within
from tb_timetravel.export.page_insight import NOTHING, insight_within
from tb_timetravel.export.source import whole_file
from tb_timetravel.frame import encode_samples, share_bytes
from tb_timetravel.schema import PAGE_SIZE, as_plain, find_method
from tb_timetravel.store.dynamics import n_pages
from tb_timetravel.store.films import SAMPLE_FIDELITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tb_timetravel.export.page_columns import PageColumn
    from tb_timetravel.export.page_insight import InsightColumn, PageInsight
    from tb_timetravel.export.source import Source
    from tb_timetravel.schema import FilmStep

MAX_BYTES = 100_000_000  # of a page; browsers open it whole
_SCRIPT = os.path.join(os.path.dirname(os.path.dirname(__file__)), "static", "page.js")
_GZIP, _PNG = b"\x1f\x8b", b"\x89PNG\r\n\x1a\n"
_MILLION = 1_000_000


@dataclass(frozen=True)
class PageReport:
    """What was written: bytes, and whether there was no room for thumbnails or texts, or for how many columns, that the run has."""

    n_bytes: int
    media_left_out: bool
    columns_left_out: int
    insight_left_out: int


def write_page(source: Source, path: str, *, max_bytes: int = MAX_BYTES, on_step: Callable[[int, int], None] | None = None) -> PageReport:
    """Write a film as a page; ``on_step`` hears how many of how many steps are done. One step is in memory at a time.

    Raises
    ------
    InvalidData : it would be larger than ``max_bytes``, or the path is not local.
    StoreError : the film cannot be read.
    """
    script = _script()
    end = b"<script>" + script + b"</script>\n</body>\n</html>\n"
    samples = gzip.compress(encode_samples(*source.samples()), mtime=0)
    head = _head(source, script)
    frames = sum(_as_block(step.bytes) for step in source.steps)
    bare = _block("facts", _json(_facts(source, (), NOTHING, with_media=True)))
    room = max_bytes - len(head) - len(bare) - len(end) - _as_block(len(samples)) - frames
    _check_room(source, room, max_bytes)
    of_step = (_compressed(size * source.probe.n_samples) for size in (len(SAMPLE_FIDELITY), 4 * len(source.film.values)))
    told = sum(map(_as_block, of_step)) * len(source.steps)  # at most
    columns, room = columns_within(source.reader, source.probe, room - told, _cost_of_column)
    media = list(_media(source, room))
    insight = insight_within(source, room - sum(_as_block(len(page)) for page in media), _cost_of_insight)
    has_media = source.probe.media.kind != "none"
    with whole_file(path) as file:
        file.write(head)
        file.write(_block("facts", _json(_facts(source, columns, insight, with_media=bool(media)))))
        file.write(_block("samples", base64.b64encode(samples)))
        for number, column in enumerate(columns):
            file.write(_block(f"column-{number}", base64.b64encode(column.content)))
        for number, worked_out in enumerate(() if insight is None else insight.columns):
            file.write(_block(f"insight-{number}", base64.b64encode(worked_out.content)))
        for page, content in enumerate(media):
            file.write(_block(f"media-{page}", base64.b64encode(content)))
        for number, step in enumerate(source.steps):
            for name, content in _step_blocks(source, step):
                file.write(_block(f"{name}-{number}", base64.b64encode(content)))
            _check_room(source, max_bytes - file.tell() - len(end), max_bytes)  # what a film's record says of its size may be wrong
            if on_step is not None:
                on_step(number + 1, len(source.steps))
        file.write(end)
        written = file.tell()
    return PageReport(written, has_media and not media, source.probe.n_columns - len(columns), 0 if insight is None else insight.left_out)


def _script() -> bytes:
    with open(_SCRIPT, "rb") as file:
        script = file.read()
    if b"</script" in script.lower() or b"<!--" in script:  # it would end, or swallow, the element that it stands in
        raise Corrupt(f"{_SCRIPT} is no script that can stand in a page; install tb-timetravel again")
    return script


def _as_block(n_bytes: int) -> int:
    """Count the bytes of data in base64 with the element around it."""
    return -(-n_bytes // 3) * 4 + len(_block("columns-1000000", b""))


def _compressed(n_bytes: int) -> int:
    """Count what bytes take that gzip cannot make fewer, at most."""
    return n_bytes + n_bytes // 1000 + 64


def _cost_of_column(column: PageColumn) -> int:
    """Count the bytes that a column takes of a page: its block, and its place in the facts."""
    return _as_block(len(column.content)) + len(_json(as_plain(column.info))) + 1


def _cost_of_insight(column: InsightColumn) -> int:
    return _as_block(len(column.content)) + len(_json(column.words)) + 1


def _check_room(source: Source, room: int, max_bytes: int) -> None:
    if room >= 0:
        return
    times = -(-(max_bytes - room) // max_bytes)
    raise InvalidData(
        f"expected a page of at most {max_bytes / _MILLION:.3g} MB, this film of {len(source.steps)} steps needs "
        f"{(max_bytes - room) / _MILLION:.3g} MB or more; take every {times}th step with --every {times}, or fewer with --start and --end"
    )


def _block(name: str, content: bytes) -> bytes:
    """Hold data in an element that browsers do not run; the content is base64, or JSON without ``<``."""
    return b'<script type="text/plain" id="' + name.encode() + b'">' + content + b"</script>\n"


def _json(value: object) -> bytes:
    """Encode as JSON in which no ``</script>`` or ``<!--`` can stand: there they are only in strings, where an escape says the same."""
    return msgspec.json.encode(value).replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def _head(source: Source, script: bytes) -> bytes:
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="tb-timetravel {__version__}">\n'
        f"<title>{html.escape(source.run)} · Time Travel</title>\n</head>\n<body>\n"
        "<noscript>This film plays with JavaScript, which is switched off here.</noscript>\n"
    ).encode()


def _facts(source: Source, columns: Sequence[PageColumn], insight: PageInsight | None, *, with_media: bool) -> dict[str, Any]:
    """Describe samples, film, columns and insight as the tab is told of them by ``GET run``, ``film``, ``columns`` and ``insight``."""
    probe, film = source.probe, source.film
    described: dict[str, Any] = as_plain(replace(film, steps=source.steps))
    following = {(one.step, other.step) for one, other in zip(film.steps, film.steps[1:], strict=False)}
    for before, step in zip(described["steps"], described["steps"][1:], strict=False):
        if (before["step"], step["step"]) not in following:
            step["flips"] = None  # they are counted from a step that was left out
    for private in ("format_version", "settings", "timings_s"):
        del described[private]
    shown = {"film": film.film, "method": film.method, "stale": False, "n_steps": len(source.steps), "created_at": film.created_at}
    media = as_plain(probe.media) | {"page_size": PAGE_SIZE, "n_pages": n_pages(probe.n_samples)}
    return {
        "probe": {
            "run": source.run, "tag": source.tag,
            "n_samples": probe.n_samples, "n_features": probe.n_features, "n_classes": probe.n_classes,
            "class_names": probe.class_names, "splits": probe.split_names, "samples": probe.version,
            "n_columns": len(columns), "n_targets": min(probe.n_targets, len(columns)),
            "has_pairs": probe.has_pairs and len(columns) > probe.n_targets, "source": source.reader.source,
            "media": media if with_media else {"kind": "none"}, "steps": [step.step for step in source.steps],
            "fingerprint": film.fingerprint, "films": [shown], "film": film.film, "methods": _methods(film.method),
            "command": None, "cannot_fit": None,
            "fit": {"state": "finished"},
        },
        "film": described | {"refinable": False},
        "columns": SAMPLE_FIDELITY,
        "sample_columns": [as_plain(column.info) for column in columns],
        "insight": insight and {
            "state": "finished", "insight": insight.key, "film": film.film, "stale": False,
            "columns": [column.words for column in insight.columns], "kinds": [], "steps": [],
            "has_labels": probe.n_classes > 0, "command": None, "cannot": None,
        },
    }  # fmt: skip


def _methods(name: str) -> list[dict[str, Any]]:
    """Describe the film's method by the name that people read; a preview has none."""
    try:
        info = find_method(name)
    except InvalidData:
        return []
    return [{"method": info.method, "label": info.label, "summary": info.summary, "available": False}]


def _step_blocks(source: Source, step: FilmStep) -> Iterator[tuple[str, bytes]]:
    """Give the frame of a step and, where there are some, its values, (n_values, n) float32, and fidelity, (4, n) bytes, compressed."""
    frame = source.frame_bytes(step)
    if not frame.startswith(_GZIP):
        raise Corrupt(f"the frame of step {step.step} of film {source.film.film} is damaged; fit this run again")
    yield "frame", frame
    if source.film.values:
        values = source.films.values(source.film, step.step, source.probe.n_samples)
        yield "values", gzip.compress(values.T.astype("<f4").tobytes(), mtime=0)
    try:
        fidelity = source.films.sample_fidelity(source.film.film, step.step, source.probe.n_samples)
    except NotFound:  # a preview
        return
    yield "columns", gzip.compress(share_bytes(fidelity.T.astype("f4")).tobytes(), mtime=0)


def _media(source: Source, room: int) -> Iterator[bytes]:
    """Read the pages of thumbnails or texts; none of them where all do not fit."""
    probe, reader = source.probe, source.reader
    if probe.media.kind == "none":
        return
    pages: list[bytes] = []
    for page in range(n_pages(probe.n_samples)):
        content = reader.thumbnails(page) if probe.media.kind == "image" else msgspec.json.encode(reader.texts(page))
        if probe.media.kind == "image" and not content.startswith(_PNG):
            raise Corrupt(f"page {page} of the thumbnails is not a PNG; log the run again")
        room -= _as_block(len(content))
        if room < 0:
            return
        pages.append(content)
    yield from pages
