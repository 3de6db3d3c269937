"""What is exported: a film, its samples, and the steps that were asked for."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.frame import Frame, decode_frame
from tb_timetravel.store.files import is_local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    import numpy as np
    from numpy.typing import NDArray

    from tb_timetravel.schema import Film, FilmStep, Probe
    from tb_timetravel.store import FilmStore, ProbeReader


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """A film and where it is read from; ``steps`` are those of the film that are exported."""

    run: str
    tag: str
    reader: ProbeReader
    films: FilmStore
    film: Film
    probe: Probe
    steps: tuple[FilmStep, ...]

    def frame_bytes(self, step: FilmStep) -> bytes:
        """Read the compressed frame of a step."""
        return self.films.frame(self.film.film, step.step, step.frame)

    def frame(self, step: FilmStep) -> Frame:
        """Read the frame of a step.

        Raises
        ------
        Corrupt : it is damaged, of other samples, or predicts a class that there is not.
        """
        frame = decode_frame(self.frame_bytes(step))
        n, predictions = self.probe.n_samples, frame.predictions
        if len(frame.positions) != n or (predictions is not None and int(predictions.max()) >= self.probe.n_classes):
            raise Corrupt(f"expected {n} samples of {self.probe.n_classes} classes at step {step.step}, found others; fit this run again")
        return frame

    def samples(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
        """Read label (-1 = none), index in the user's dataset and split of each sample."""
        return self.reader.labels(self.probe), self.reader.ids(self.probe), self.reader.splits(self.probe)


def chosen_steps(film: Film, *, start: int | None = None, end: int | None = None, every: int = 1) -> tuple[FilmStep, ...]:
    """Choose steps of a film, as ``fit`` chooses among those that were logged.

    Raises
    ------
    InvalidData : none lies in range.
    """
    inside = [step for step in film.steps if (start is None or step.step >= start) and (end is None or step.step <= end)]
    if not inside:
        first, last = film.steps[0].step, film.steps[-1].step
        raise InvalidData(
            f"expected steps from {start if start is not None else first} to {end if end is not None else last}, "
            f"found none of {len(film.steps)} from {first} to {last}; choose others"
        )
    return tuple(inside[::every])


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """Open a local file to be written, which takes the place of an older one only when it is complete.

    Raises
    ------
    InvalidData : the path is not local.
    """
    if not is_local(path):
        raise InvalidData(f"expected a local file to export to, got {path}; write one here and copy it")
    directory = os.path.dirname(os.path.abspath(path))
    os.makedirs(directory, exist_ok=True)
    part = os.path.join(directory, f".{os.path.basename(path)}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
