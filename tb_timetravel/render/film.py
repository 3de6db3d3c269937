"""From a stored film to pictures, one per step, or a video in which dots glide from step to step."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, overload

import numpy as np
from PIL import Image

from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.frame import decode_frame
from tb_timetravel.render.paint import between
from tb_timetravel.render.stage import Cast, Stage
from tb_timetravel.render.video import check_target, write_video
from tb_timetravel.store.files import join, write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tb_timetravel.frame import Extent, Frame
    from tb_timetravel.schema import Film, TerritoryInfo
    from tb_timetravel.store.films import FilmStore
    from tb_timetravel.store.reading import ProbeReader

_GIF_RATE, _MP4_RATE = 12, 28  # pictures per second
_GIF_SIZE, _MP4_SIZE = 560, 960  # pixels, longer side of the map
_GIF_PICTURES = 400  # browsers hold all of them in memory


def render_step(
    frame: Frame,
    *,
    labels: NDArray[np.int32] | None,
    splits: NDArray[np.uint8] | None,
    extent: Extent,
    class_names: Sequence[str],
    step: int,
    split_names: Sequence[str] = (),
    size: int = 1000,
) -> Image.Image:
    """Draw one step: territory, dots, legend, step number and accuracy.

    Parameters
    ----------
    labels : (n_samples,), -1 where there is none.
    splits : (n_samples,), indices into ``split_names``; dots of the first are round.
    size : of the longer side of the map, in pixels; title and legend come on top.
    """
    n = len(frame.positions)
    cast = Cast(
        labels=np.full(n, -1, np.int32) if labels is None else labels,
        splits=np.zeros(n, np.uint8) if splits is None else splits,
        extent=extent,
        class_names=class_names,
        split_names=split_names,
        predicted=frame.predictions is not None,
        size=size,
    )
    if len(cast.labels) != n:
        raise InvalidData(f"expected a label for each of {n} samples, got {len(cast.labels)}; hand over one per sample")
    return Stage(cast).picture(frame.positions / 65535.0, frame.predictions, frame.territory, (step, step))


def render_film(
    reader: ProbeReader,
    films: FilmStore,
    film: Film,
    out_directory: str,
    *,
    prefix: str,
    size: int = 1000,
    on_step: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Write a PNG per step, ``<prefix>_<step>.png``, and return their paths; ``on_step`` hears how many of how many are done."""
    paths = []
    digits = max([6, *(len(str(step.step)) for step in film.steps)])
    reel = _Reel(reader, films, film, size=size)
    for number, step in enumerate(film.steps):
        buffer = io.BytesIO()
        reel[number].save(buffer, "PNG")
        path = join(out_directory or ".", f"{prefix}_{step.step:0{digits}d}.png")
        write_bytes(path, buffer.getvalue())
        paths.append(path)
        if on_step is not None:
            on_step(number + 1, len(film.steps))
    return paths


def render_video(
    reader: ProbeReader,
    films: FilmStore,
    film: Film,
    target: str,
    *,
    steps_per_second: float = 4.0,
    size: int | None = None,
    on_picture: Callable[[int, int], None] | None = None,
) -> None:
    """Write a film as ``.gif`` or ``.mp4``, dots gliding from step to step; ``on_picture`` hears how many of how many are done.

    A GIF gets fewer and smaller pictures.
    """
    ending = check_target(target)
    if not 0 < steps_per_second <= 100:
        raise InvalidData(f"expected more than 0 and at most 100 steps per second, got {steps_per_second:g}; choose another speed")
    gif = ending == ".gif"
    per_step = max(1, round((_GIF_RATE if gif else _MP4_RATE) / steps_per_second))
    if gif:
        per_step = max(1, min(per_step, _GIF_PICTURES // max(1, len(film.steps))))
    reel = _Reel(reader, films, film, size=size or (_GIF_SIZE if gif else _MP4_SIZE), per_step=per_step)
    write_video(reel, target, steps_per_second=steps_per_second, pictures_per_step=per_step, on_picture=on_picture)


class _Reel(Sequence[Image.Image]):
    """The pictures of a film, each drawn when asked for; with ``per_step`` 7, six lie between a step and the next."""

    def __init__(self, reader: ProbeReader, films: FilmStore, film: Film, *, size: int, per_step: int = 1) -> None:
        self._films, self._film, self._per_step = films, film, per_step
        probe = reader.probe()
        self._stage = Stage(
            Cast(
                labels=reader.labels(probe),
                splits=reader.splits(probe),
                extent=film.extent,
                class_names=probe.class_names,
                split_names=probe.split_names,
                notes=_notes(film.territory, preview=film.is_preview),
                predicted=probe.has_logits,
                size=size,
            )
        )
        self._frame = lru_cache(maxsize=2)(self._read)

    def __len__(self) -> int:
        return (len(self._film.steps) - 1) * self._per_step + 1 if self._film.steps else 0

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...
    @overload
    def __getitem__(self, index: slice) -> list[Image.Image]: ...
    def __getitem__(self, index: int | slice) -> Image.Image | list[Image.Image]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number, part = divmod(range(len(self))[index], self._per_step)
        following = number + (part > 0)
        share = part / self._per_step
        frame, next_frame = self._frame(number), self._frame(following)
        territory = frame.territory
        if territory is not None and next_frame.territory is not None and part:
            territory = between(territory, next_frame.territory, share)
        unit = (frame.positions * (1 - share) + next_frame.positions * share) / 65535.0
        predictions = (next_frame if share >= 0.5 else frame).predictions
        steps = self._film.steps[number].step, self._film.steps[following].step
        return self._stage.picture(unit, predictions, territory, steps)

    def _read(self, number: int) -> Frame:
        step, n = self._film.steps[number], len(self._stage.cast.labels)
        frame = decode_frame(self._films.frame(self._film.film, step.step, step.frame))
        if len(frame.positions) != n:
            raise Corrupt(f"expected {n} samples at step {step.step}, found {len(frame.positions)}; fit this run again")
        return frame


def _notes(territory: TerritoryInfo, *, preview: bool) -> list[str]:
    """Say where the regions come from, so that nobody takes an approximation for the model itself."""
    agreement = "" if territory.agreement is None else f" ({100 * territory.agreement:.1f} % agree)"
    lines = {"surrogate": [f"regions: approximate{agreement}"], "labels": ["regions: from the labels"]}.get(territory.source, [])
    return [*lines, "a preview, before the fit"] if preview else lines
