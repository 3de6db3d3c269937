"""What each route answers, as plain data: from a probe set's directory and plain arguments to dict or bytes."""

from __future__ import annotations

import io
import math
import shlex
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import Corrupt, NotFound
from tb_timetravel.frame import decode_frame, encode_samples
from tb_timetravel.palette import class_colors
from tb_timetravel.schema import PAGE_SIZE, as_plain
from tb_timetravel.serve.estimate import estimate_seconds
from tb_timetravel.serve.methods import offered
from tb_timetravel.serve.territory_part import is_refinable
from tb_timetravel.store import FilmStore, StatusFile, cache_directory, data_fingerprint, open_reader, why_no_fit, why_not_writable
from tb_timetravel.store.branches import has_branches
from tb_timetravel.store.dynamics import n_pages
from tb_timetravel.store.films import choose_film, film_version, frame_hash
from tb_timetravel.store.remote import is_of_one_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tb_timetravel.schema import Film, FitStatus, Media, Probe

_PNG = b"\x89PNG\r\n\x1a\n"
_PALEST = 0.25  # share of the class colour where the margin is 0


def summarise(directory: str, tag: str) -> dict[str, Any]:
    """Describe a probe set in the list of all runs."""
    reader = open_reader(directory)
    probe, steps = reader.probe(), reader.steps()
    return {
        "tag": tag,
        "n_samples": probe.n_samples,
        "n_features": probe.n_features,
        "n_classes": probe.n_classes,
        "n_steps": len(steps),
        "first_step": steps[0].step if steps else None,
        "last_step": steps[-1].step if steps else None,
        "state": _state(StatusFile(directory).read(), FilmStore(directory)),
    }


def _state(status: FitStatus, store: FilmStore) -> str:
    """Name what happened last; a preview alone is no film."""
    if status.state in ("queued", "starting", "running"):
        return "fitting"
    if status.state in ("failed", "interrupted"):
        return status.state
    return "fitted" if any(not film.is_preview for film in store.films()) else "logged"


def describe(directory: str, *, run: str, tag: str, logdir: str, status: FitStatus) -> dict[str, Any]:
    """Describe one probe set: what was logged, which films exist, and what its fit is doing."""
    reader = open_reader(directory)
    probe, steps, films = reader.probe(), reader.steps(), FilmStore(directory).films()
    fingerprint = data_fingerprint(probe, steps)
    followed = status.film if status.n_followed is not None and status.state == "running" else None
    shown = choose_film(films, fingerprint, followed=followed)
    return {
        "run": run,
        "tag": tag,
        "n_samples": probe.n_samples,
        "n_features": probe.n_features,
        "n_classes": probe.n_classes,
        "class_names": probe.class_names,
        "splits": probe.split_names,
        "samples": probe.version,
        "media": _media(probe.media, probe.n_samples),
        "n_columns": probe.n_columns,
        "n_targets": probe.n_targets,
        "has_pairs": probe.has_pairs,
        "has_branches": has_branches(directory),
        "source": reader.source,
        "steps": [step.step for step in steps],
        "fingerprint": fingerprint,
        "films": [
            {
                "film": film.film,
                "method": film.method,
                "stale": film.fingerprint != fingerprint and film.film != followed,
                "live": film.live,
                "version": film_version(film),
                "n_steps": len(film.steps),
                "created_at": film.created_at,
                "beside": _beside(film),
            }
            for film in films
        ],
        "film": shown.film if shown is not None else None,
        "methods": offered(probe, len(steps)),
        "estimate_s": estimate_seconds(probe, len(steps)),
        "command": command("fit", directory, run=run, tag=tag, logdir=logdir),
        "cannot_fit": why_no_fit(directory),
        "fit": fit_status(status),
    }


def _beside(film: Film) -> dict[str, str] | None:
    return None if film.beside is None else {"run": film.beside.run, "tag": film.beside.tag, "film": film.beside.film}


def command(name: str, directory: str, *, run: str, tag: str, logdir: str, options: Sequence[str] = ()) -> str | None:
    """Write the command that works on a probe set, None where no shell can."""
    if is_of_one_process(directory):
        return None
    cache = cache_directory() or ("DIR" if why_not_writable(directory) else None)
    return shlex.join(["timetravel", name, logdir, "--run", run, "--tag", tag, *options, *(["--cache", cache] if cache else [])])


def _media(media: Media, n_samples: int) -> dict[str, Any]:
    described: dict[str, Any] = {"kind": media.kind, "page_size": PAGE_SIZE, "n_pages": 0 if media.kind == "none" else n_pages(n_samples)}
    if media.kind == "image":
        described |= {"thumbnail_width": media.thumbnail_width, "thumbnail_height": media.thumbnail_height}
    return described


def fit_status(status: FitStatus) -> dict[str, Any]:
    """Describe a fit at work."""
    described: dict[str, Any] = as_plain(status)
    del described["format_version"]
    return described


def film(directory: str, key: str) -> dict[str, Any]:
    """Describe a film."""
    found = FilmStore(directory).film(key)
    described: dict[str, Any] = {**as_plain(found), "refinable": is_refinable(found)}
    for private in ("format_version", "settings", "timings_s"):
        del described[private]
    return described


def frame(directory: str, key: str, *, step: int, version: str) -> bytes:
    """Read the compressed frame of a step; the version is its hash and part of the file's name."""
    content = FilmStore(directory).frame(key, step, version)
    if frame_hash(content) != version:
        raise Corrupt(f"the frame of step {step} of film {key} is damaged; fit this run again")
    return content


def samples(directory: str, probe: Probe) -> bytes:
    """Pack labels, ids and splits."""
    reader = open_reader(directory)
    return encode_samples(reader.labels(probe), reader.ids(probe), reader.splits(probe))


def thumbnails(directory: str, probe: Probe, page: int) -> bytes:
    """Read a page of thumbnails."""
    if probe.media.kind != "image":
        raise NotFound(f"no pictures were logged with these samples ({probe.media.kind})")
    content = open_reader(directory).thumbnails(page)
    if not content.startswith(_PNG):
        raise Corrupt(f"page {page} of the thumbnails is not a PNG; log the run again")
    return content


def texts(directory: str, probe: Probe, page: int) -> dict[str, Any]:
    """Read a page of texts."""
    if probe.media.kind != "text":
        raise NotFound(f"no texts were logged with these samples ({probe.media.kind})")
    return {"texts": open_reader(directory).texts(page)}


def history(directory: str, key: str, sample: int) -> dict[str, Any]:
    """Follow one sample's prediction through all steps of a film."""
    probe, store = open_reader(directory).probe(), FilmStore(directory)
    if sample >= probe.n_samples:
        raise NotFound(f"expected a sample from 0 to {probe.n_samples - 1}, got {sample}")
    played = store.film(key)
    steps = [step.step for step in played.steps]
    values: dict[str, list[float | None]] = {}
    if played.values:
        rows = [store.values(played, step, probe.n_samples)[sample].tolist() for step in steps]
        values = {info.value: [_finite(row[at]) for row in rows] for at, info in enumerate(played.values)}
    if played.values and not probe.has_logits:
        return {"steps": steps, "prediction": [None] * len(steps), "confidence": [None] * len(steps), "values": values}
    predictions, confidences = store.history(played, probe.n_samples, probe.n_classes)
    return {
        "steps": steps,
        "prediction": predictions[:, sample].tolist(),
        "confidence": [round(value / 255, 4) for value in confidences[:, sample].tolist()],
        "values": values,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def territory(directory: str, key: str, step: int) -> bytes:
    """Paint a step's territory: the class's colour, paler where the margin is small, y up."""
    from PIL import Image  # only people and reports ask for a picture

    found = decode_frame(frame(directory, key, step=step, version=_frame_of(FilmStore(directory).film(key), step))).territory
    if found is None:
        raise NotFound(f"film {key} has no territory")
    colors = class_colors(int(found.classes.max()) + 1)[found.classes].astype(np.float32)  # (g, g, 3)
    share = _PALEST + (1 - _PALEST) * found.margins[..., None].astype(np.float32) / 255  # (g, g, 1)
    pixels = np.rint(colors * share + 255 * (1 - share)).astype(np.uint8)[::-1]  # rows go up in a frame, down in a picture
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _frame_of(played: Film, step: int) -> str:
    for known in played.steps:
        if known.step == step:
            return known.frame
    there = f"{len(played.steps)} from {played.steps[0].step} to {played.steps[-1].step}" if played.steps else "none"
    raise NotFound(f"film {played.film} has no step {step}; it has {there}")
