"""A film that grows: begun with a fit of what is logged, then longer by a step each time that one is logged.

What it has stays byte for byte as it is: a new step is placed against the earlier ones (`fit.growing`), and its frame, its decoder and its
measures are written before the film's record, which names them all. A step that is logged again is placed again, against the same steps;
only its own frame changes.
"""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tb_timetravel.fidelity import temporal_correlation
from tb_timetravel.fit.decoder import Decoder
from tb_timetravel.fit.growing import N_PAST, Past, place_step, weights_at
from tb_timetravel.fit.heads import make_head
from tb_timetravel.frame import Extent, Frame, Territory, decode_frame, encode_frame, quantise
from tb_timetravel.pipeline.film import GRID_RESOLUTION, accuracy_at, predictions_of
from tb_timetravel.pipeline.measure import mean_over_steps, measure_next, splits_of
from tb_timetravel.schema import Film, FilmStep
from tb_timetravel.territory import draw_territory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.fit import Report
    from tb_timetravel.fit.methods.joint import JointConfig
    from tb_timetravel.fit.result import Head
    from tb_timetravel.pipeline.source import Source
    from tb_timetravel.schema import LoggedStep, Scores
    from tb_timetravel.store import FilmStore

    Settings = dict[str, int | float | str | bool | None]

_ROOM = 0.15  # on each side of the plane, as a share of its width, for what later steps may need; it is never made wider
_N_LATEST = 4  # steps directly before a new one to which it is tied; the others are spread over the film
_N_RECENT = 32  # moves from which it is known what an ordinary one is


def live_key(base: Film) -> str:
    """Name the live film that begins with a fitted film."""
    return hashlib.blake2b(f"live {base.film}".encode(), digest_size=8).hexdigest()


def begin_film(films: FilmStore, source: Source, base: Film, config: JointConfig, settings: Settings) -> Film:
    """Write the live film that begins with a fitted film: the same picture in a wider extent, with a decoder for each step.

    Parameters
    ----------
    source : what the base was fitted on.
    settings : by which the film is found again, see `follow`.
    """
    key, extent, dynamics = live_key(base), _widened(base.extent), source.dynamics
    weights = films.visualizer(base.film)
    predictions, confidences = predictions_of(source)
    steps = []
    for t, (logged, known) in enumerate(zip(source.steps, base.steps, strict=True)):
        n, alone, own = source.probe.n_samples, replace(dynamics, steps=dynamics.steps[t : t + 1]), weights_at(weights, t)
        embedding = np.array(films.embedding(base.film, logged.step, n))
        layout = torch.from_numpy(embedding[dynamics.laid_out]).to(dynamics.device)[None]
        decoder = Decoder(alone, layout, config.decoder)
        decoder.load(own)
        head = make_head(alone, seed=config.seed)
        frame = Frame(
            quantise(embedding, extent), None if predictions is None else predictions[t], None if confidences is None else confidences[t],
            None if head is None else _draw(decoder, head, extent, dynamics.device),
        )  # fmt: skip
        moved = _moved(source, t - 1, t) if t > 0 else np.zeros(n, np.float32)
        content = _write_step(films, key, logged.step, frame, embedding, own, moved)
        films.write_sample_fidelity(key, logged.step, np.array(films.sample_fidelity(base.film, logged.step, n)))
        steps.append(replace(known, frame=content[0], bytes=content[1], data=logged.digest))
    if predictions is not None and confidences is not None:
        films.write_history(key, predictions, confidences, live=True)
    film = replace(base, film=key, settings=settings, created_at=time.time(), extent=extent, steps=tuple(steps), live=True)
    films.write_film(film)
    return film


def _widened(extent: Extent) -> Extent:
    x_room, y_room = _ROOM * (extent[1] - extent[0]), _ROOM * (extent[3] - extent[2])
    return (extent[0] - x_room, extent[1] + x_room, extent[2] - y_room, extent[3] + y_room)


def _draw(decoder: Decoder, head: Head, extent: Extent, device: torch.device) -> Territory:
    step = torch.zeros(1, dtype=torch.long, device=device)

    def logits_at(cells: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return decoder.logits(cells[None], step, head)[0]

    return draw_territory(logits_at, extent, resolution=GRID_RESOLUTION, device=device)


def _moved(source: Source, before: int, after: int) -> NDArray[np.float32]:
    dynamics = source.dynamics
    moved: NDArray[np.float32] = (dynamics.representations(after) - dynamics.representations(before)).norm(dim=1).cpu().numpy()
    return moved


def _write_step(
    films: FilmStore,
    key: str,
    step: int,
    frame: Frame,
    embedding: NDArray[np.float32],
    weights: Mapping[str, NDArray[Any]],
    moved: NDArray[np.float32],
) -> tuple[str, int]:
    content = encode_frame(frame)
    films.write_embedding(key, step, embedding)
    films.write_visualizer(key, weights, step)
    films.write_moved(key, step, moved)
    return films.write_frame(key, step, content), len(content)


def steps_before(film: Film, step: int) -> list[int]:
    """Choose the steps of a film that a new one is tied to, at most `fit.growing.N_PAST`, the one directly before it last.

    Of a step that comes before all others, these are the ones after it.
    """
    numbers = [known.step for known in film.steps if known.step != step]
    at = bisect_left(numbers, step)
    near = numbers[:at] or numbers[::-1]
    spread = np.linspace(0, len(near) - 1, min(len(near), N_PAST - _N_LATEST)).round().astype(int).tolist()
    return [near[i] for i in sorted({*spread, *range(max(0, len(near) - _N_LATEST), len(near))})]


def grow_film(films: FilmStore, film: Film, source: Source, config: JointConfig, *, progress: Report, say: Callable[[str], None]) -> Film:
    """Place a step and write the film that has it.

    Parameters
    ----------
    source : of the steps of `steps_before` and, last, the new one; its fingerprint is that of the data that the film will be of.
    progress : may raise ``FitCancelled``, and then nothing has changed.
    say : called with a sentence where something did not go as one would wish.
    """
    dynamics, probe, step = source.dynamics, source.probe, source.steps[-1]
    n, device = probe.n_samples, dynamics.device
    before = np.stack([np.array(films.embedding(film.film, known.step, n)) for known in source.steps[:-1]])
    weights = films.visualizer(film.film, source.steps[-2].step)
    typical, log_ratio = _recent_moves(films, film, n)
    past = Past(torch.from_numpy(before).to(device), weights, typical, log_ratio, film.extent)
    fitted = place_step(dynamics, past, config, report=progress)
    low, high = np.array(film.extent[::2], np.float32), np.array(film.extent[1::2], np.float32)
    embedding = fitted.embedding[0].clip(low, high)
    n_beyond = int((embedding != fitted.embedding[0]).any(1).sum())
    if n_beyond > 0:
        say(f"{n_beyond} of {n} samples of step {step.step} stand at the border, as the film's plane is fixed; a fit of all steps has room")
    fitted = replace(fitted, embedding=embedding[None])
    alone = replace(source, steps=[step], dynamics=replace(dynamics, steps=dynamics.steps[-1:]))
    predictions, confidences = predictions_of(alone)
    territory = None
    if fitted.head is not None:
        territory = draw_territory(lambda z: fitted.decoded_logits(z, 0), film.extent, resolution=GRID_RESOLUTION, device=device)
    frame = Frame(
        quantise(embedding, film.extent), None if predictions is None else predictions[0],
        None if confidences is None else confidences[0], territory,
    )  # fmt: skip
    progress("territory", 1.0)
    earlier = next(known for known in film.steps if known.step == source.steps[-2].step)
    was = decode_frame(films.frame(film.film, earlier.step, earlier.frame)).territory
    territories = [] if was is None or territory is None else [was.classes, territory.classes]
    drawn = np.concatenate([before, embedding[None]])
    scores, chance, distance = measure_next(films, source, film.film, fitted, drawn, territories, film.extent)
    progress("fidelity", 1.0)
    name, n_bytes = _write_step(films, film.film, step.step, frame, embedding, fitted.weights, _moved(source, -2, -1))
    new = FilmStep(
        step=step.step, frame=name, bytes=n_bytes, flips=0, accuracy=accuracy_at(alone, predictions, 0), fidelity=scores, data=step.digest,
        reconstruction_distance=distance,
    )  # fmt: skip
    steps = sorted([*(known for known in film.steps if known.step != step.step), new], key=lambda known: known.step)
    at = next(i for i, known in enumerate(steps) if known.step == step.step)
    if predictions is not None and confidences is not None:
        history = [
            _with_row(old, row[0], at, replaces=len(steps) == len(film.steps))
            for old, row in zip(films.history(film, n, probe.n_classes), (predictions, confidences), strict=True)
        ]
        films.write_history(film.film, history[0], history[1], live=True)
        for i in range(max(1, at), min(len(steps), at + 2)):
            steps[i] = replace(steps[i], flips=int((history[0][i] != history[0][i - 1]).sum()))
    metrics = tuple(replace(info, chance=_mixed(info.chance, chance.get(info.metric, {}), len(film.steps))) for info in film.metrics)
    grown = replace(film, fingerprint=source.fingerprint, steps=tuple(steps), metrics=metrics)
    grown = replace(grown, fidelity=_whole(films, grown, source))
    films.write_film(grown)
    if len(grown.steps) > len(film.steps) > 1:
        films.remove_history(film.film, len(film.steps) - 1)  # whoever reads the record before this one still finds its own
    return grown


def _recent_moves(films: FilmStore, film: Film, n_samples: int) -> tuple[float | None, float | None]:
    """Tell what the last moves of a film are like: the typical one in the representation, and the mean log ratio of both lengths."""
    steps = [known.step for known in film.steps[-_N_RECENT - 1 :]]
    if len(steps) < 2:
        return None, None
    z = np.stack([films.embedding(film.film, step, n_samples) for step in steps])
    moved = np.stack([films.moved(film.film, step, n_samples) for step in steps[1:]])
    drawn = np.linalg.norm(z[1:] - z[:-1], axis=2)
    ratio = np.log(np.maximum(drawn, 1e-3)) - np.log(np.maximum(moved, 1e-6 * max(float(np.median(moved)), 1e-12)))
    return float(np.median(moved)), float(ratio.mean())


def _with_row(values: NDArray[Any], row: NDArray[Any], at: int, *, replaces: bool) -> NDArray[Any]:
    return np.concatenate([values[:at], row[None], values[at + replaces :]])


def _mixed(known: dict[str, float | None], new: dict[str, float | None], n_known: int) -> dict[str, float | None]:
    """Take the new step's chance into the mean over the steps before."""
    return {split: _mean_of(known.get(split), value, n_known) for split, value in new.items()}


def _mean_of(mean: float | None, value: float | None, n: int) -> float | None:
    if mean is None or value is None:
        return value if mean is None else mean
    return mean + (value - mean) / (n + 1)


def _whole(films: FilmStore, film: Film, source: Source) -> Scores:
    """Average the steps' scores; moves are ranked over all steps, of large splits for some samples."""
    splits = splits_of(source)
    whole = mean_over_steps([step.fidelity for step in film.steps], splits)
    numbers, n = [step.step for step in film.steps], source.probe.n_samples
    for name, split in splits.items():
        rows = split.rows[split.followed].cpu().numpy()
        z = [films.embedding(film.film, step, n)[rows] for step in numbers]
        moved = np.stack([films.moved(film.film, step, n)[rows] for step in numbers[1:]])
        drawn = np.stack([np.linalg.norm(after - before, axis=1) for before, after in pairwise(z)])
        whole["temporal_correlation"][name] = temporal_correlation(torch.from_numpy(moved), torch.from_numpy(drawn))
    return whole


def pending_steps(film: Film, chosen: Sequence[LoggedStep]) -> list[LoggedStep]:
    """Name the steps that the film lacks, or has as they were before they were logged again, in order."""
    known = {step.step: step.data for step in film.steps}
    return [step for step in chosen if known.get(step.step) != step.digest]
