"""What a fit wrote: films, each under a key made of its data, method and settings, and the stages of a fit that has not finished.

``films/<key>/``::

    film.json                          written last: a film exists when it does
    <step>.<hash>.frame.gz             what the tab gets for a step, ready to send
    <step>.embedding.npy               (n_samples, 2) float32
    <step>.sample_fidelity.npy         (n_samples, 4) float16, columns SAMPLE_FIDELITY
    predictions.npy, confidences.npy   (n_steps, n_samples), for one sample through time
    <step>.values.npy                  (n_samples, n_values) float32, columns as film.json lists them
    visualizer.npz                     weights of the decoder, and of the encoder where it is a network
    <step>.visualizer.npz              in a live film instead: each step's decoder
    <step>.moved.npy                   in a live film: (n_samples,) float32, each sample's move in the representation since the step before
    predictions.<n_steps>.npy, …       in a live film, as its record and these are not written at once
    stages/<name>.<array>.npy, .json   results of finished stages; removed when the film is there
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import Corrupt, StoreError
from tb_timetravel.schema import DEFAULT_METHOD, Film, Versioned
from tb_timetravel.store import npy
from tb_timetravel.store.files import (
    below,
    exists,
    join,
    listdir,
    read_array,
    read_bytes,
    read_record,
    remove,
    write_array,
    write_bytes,
    write_record,
)
from tb_timetravel.store.places import result_directories

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

SAMPLE_FIDELITY = ("neighborhood_preservation", "trustworthiness", "continuity", "prediction_agreement")
_MOST_FRAME_BYTES = 2**28
_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True)
class _StageRecord(Versioned):
    """What a finished stage left: name -> shape and type; written after its arrays."""

    arrays: dict[str, tuple[tuple[int, ...], str]]


class FilmStore:
    """Reads and writes the films of one probe set."""

    def __init__(self, directory: str) -> None:
        self._to_read = tuple(below(place, "films") for place in result_directories(directory))
        self.directory = self._to_read[0]  # to which films are written

    def keys(self) -> list[str]:
        """List the keys of the films that are complete."""
        names = dict.fromkeys(name for place in self._to_read for name in listdir(place))
        return [name for name in names if _KEY.fullmatch(name) and self.has(name)]

    def has(self, key: str) -> bool:
        """Tell whether a film is complete."""
        return any(exists(join(place, key, "film.json")) for place in self._to_read)

    def films(self) -> list[Film]:
        """Read all films, newest first; one that cannot be read is left out, a fit can make it again."""
        films = []
        for key in self.keys():
            try:
                films.append(self.film(key))
            except StoreError:
                continue
        return sorted(films, key=lambda film: -film.created_at)

    def film(self, key: str) -> Film:
        """Read a film.

        Raises
        ------
        NotFound, UnsupportedVersion, Corrupt
        """
        film = read_record(self._found(key, "film.json"), Film)
        if film.film != key:
            raise Corrupt(f"the film in {self.directory}/{key} says it is {film.film}; fit this run again")
        x_min, x_max, y_min, y_max = film.extent
        if not (x_min < x_max and y_min < y_max) or any(a.step >= b.step for a, b in itertools.pairwise(film.steps)):
            raise Corrupt(f"expected steps that rise and an extent in the film in {self.directory}/{key}; fit this run again")
        return film

    def write_film(self, film: Film) -> None:
        """Write the record that makes a film exist; everything else must be there."""
        write_record(self._path(film.film, "film.json"), film)

    def frame(self, key: str, step: int, frame: str) -> bytes:
        """Read the compressed frame of a step, as it is sent."""
        return read_bytes(self._found(key, f"{step:012d}.{frame}.frame.gz"), most=_MOST_FRAME_BYTES)

    def write_frame(self, key: str, step: int, content: bytes) -> str:
        """Write the compressed frame of a step and return its hash."""
        frame = frame_hash(content)
        write_bytes(self._path(key, f"{step:012d}.{frame}.frame.gz"), content)
        return frame

    def embedding(self, key: str, step: int, n_samples: int) -> NDArray[np.float32]:
        """Read where the samples are at a step, (n_samples, 2)."""
        return read_array(self._found(key, f"{step:012d}.embedding.npy"), shape=(n_samples, 2), dtype=np.float32)

    def write_embedding(self, key: str, step: int, embedding: NDArray[np.float32]) -> None:
        """Write where the samples are at a step, (n_samples, 2)."""
        write_array(self._path(key, f"{step:012d}.embedding.npy"), embedding)

    def sample_fidelity(self, key: str, step: int, n_samples: int) -> NDArray[np.float16]:
        """Read each sample's fidelity at a step, (n_samples, 4), columns ``SAMPLE_FIDELITY``; NaN where not defined."""
        shape = (n_samples, len(SAMPLE_FIDELITY))
        return read_array(self._found(key, f"{step:012d}.sample_fidelity.npy"), shape=shape, dtype=np.float16)

    def write_sample_fidelity(self, key: str, step: int, values: NDArray[np.float16]) -> None:
        """Write each sample's fidelity at a step, (n_samples, 4)."""
        write_array(self._path(key, f"{step:012d}.sample_fidelity.npy"), values)

    def history(self, film: Film, n_samples: int, n_classes: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """Read the predicted class and 255 · confidence at every step, both (n_steps, n_samples)."""
        shape = (len(film.steps), n_samples)
        names = [_history_name(name, len(film.steps) if film.live else None) for name in ("predictions", "confidences")]
        predictions = read_array(self._found(film.film, names[0]), shape=shape, dtype=class_dtype(n_classes))
        return predictions, read_array(self._found(film.film, names[1]), shape=shape, dtype=np.uint8)

    def write_history(self, key: str, predictions: NDArray[Any], confidences: NDArray[np.uint8], *, live: bool = False) -> None:
        """Write the predicted class and 255 · confidence at every step, both (n_steps, n_samples)."""
        n_steps = len(predictions) if live else None
        write_array(self._path(key, _history_name("predictions", n_steps)), predictions)
        write_array(self._path(key, _history_name("confidences", n_steps)), confidences)

    def values(self, film: Film, step: int, n_samples: int) -> NDArray[np.float32]:
        """Read the values that a film tells of each sample at a step, (n_samples, n_values), columns ``film.values``; NaN where none."""
        return read_array(self._found(film.film, f"{step:012d}.values.npy"), shape=(n_samples, len(film.values)), dtype=np.float32)

    def write_values(self, key: str, step: int, values: NDArray[np.float32]) -> None:
        """Write the values of each sample at a step, (n_samples, n_values)."""
        write_array(self._path(key, f"{step:012d}.values.npy"), values)

    def remove_history(self, key: str, n_steps: int) -> None:
        """Remove what a live film knew when it had so many steps."""
        for name in ("predictions", "confidences"):
            remove(self._path(key, _history_name(name, n_steps)))

    def visualizer(self, key: str, step: int | None = None) -> dict[str, NDArray[Any]]:
        """Read the weights of the visualizer by name; of a live film, those of a step."""
        return _read_npz(self._found(key, _visualizer_name(step)))

    def write_visualizer(self, key: str, weights: Mapping[str, NDArray[Any]], step: int | None = None) -> None:
        """Write the weights of the visualizer by name; of a live film, those of a step."""
        write_bytes(self._path(key, _visualizer_name(step)), _encode_npz(weights))

    def moved(self, key: str, step: int, n_samples: int) -> NDArray[np.float32]:
        """Read how far each sample moved in the representation to a step of a live film, (n_samples,)."""
        return read_array(self._found(key, f"{step:012d}.moved.npy"), shape=(n_samples,), dtype=np.float32)

    def write_moved(self, key: str, step: int, moved: NDArray[np.float32]) -> None:
        """Write how far each sample moved in the representation to a step of a live film, (n_samples,)."""
        write_array(self._path(key, f"{step:012d}.moved.npy"), moved)

    def stage(self, key: str, name: str) -> dict[str, NDArray[Any]] | None:
        """Read what a finished stage of an unfinished fit left, memory-mapped; None when it left nothing usable."""
        try:
            record = read_record(self._path(key, "stages", f"{name}.json"), _StageRecord)
            return {
                array: read_array(self._path(key, "stages", f"{name}.{array}.npy"), shape=shape, dtype=dtype, writable=True)
                for array, (shape, dtype) in record.arrays.items()
            }
        except (StoreError, TypeError):  # TypeError: the record names a type that numpy does not know
            return None

    def write_stage(self, key: str, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep the result of a stage, so that an interrupted fit need not make it again."""
        for array, values in arrays.items():
            write_array(self._path(key, "stages", f"{name}.{array}.npy"), values)
        kinds = {array: (values.shape, values.dtype.str) for array, values in arrays.items()}
        write_record(self._path(key, "stages", f"{name}.json"), _StageRecord(arrays=kinds))

    def remove_stages(self, key: str) -> None:
        """Remove what only an unfinished fit needs."""
        for name in listdir(self._path(key, "stages")):
            remove(self._path(key, "stages", name))

    def _path(self, key: str, *names: str) -> str:
        return below(self.directory, key, *names)

    def _found(self, key: str, *names: str) -> str:
        """Name a file of a film where that lies: beside what was logged only if it is complete there, and nowhere before."""
        *earlier, last = self._to_read
        place = next((place for place in earlier if exists(join(place, key, "film.json"))), last) if earlier else last
        return below(place, key, *names)


def film_version(film: Film) -> str:
    """Name what a film shows: its frames, of which a live one gets more."""
    return hashlib.blake2b("".join(step.frame for step in film.steps).encode(), digest_size=8).hexdigest()


def frame_hash(content: bytes) -> str:
    """Name a compressed frame by what it is, in 16 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _history_name(name: str, n_steps: int | None) -> str:
    return f"{name}.npy" if n_steps is None else f"{name}.{n_steps}.npy"


def _visualizer_name(step: int | None) -> str:
    return "visualizer.npz" if step is None else f"{step:012d}.visualizer.npz"


def class_dtype(n_classes: int) -> type[np.uint8] | type[np.uint16]:
    """Choose the type of class indices: one byte up to 256 classes, two beyond."""
    return np.uint8 if n_classes <= 256 else np.uint16


def choose_film(films: Iterable[Film], fingerprint: str, *, followed: str | None = None) -> Film | None:
    """Choose the film to show, of films newest first.

    The one that follows a training now, whose key may be given; else one fitted on the present data, else a preview of the present data,
    else one of older data, previews last; of those alike the newest by the default method, one that was laid beside another film after one
    that is free, else the newest, and of the present data a live film after one that was fitted as a whole. Other methods are fitted to be
    compared with the default, and films laid beside another to be seen with that, so what was fitted last must not become what everybody
    who opens the run sees; whoever fits it sees it, by asking for it (``render --method``) or by the tab, which shows what was fitted while
    it was open and keeps that in its address.
    """

    def rank(film: Film) -> tuple[bool, ...]:
        is_old = film.fingerprint != fingerprint
        is_default = film.method == DEFAULT_METHOD
        return film.film != followed, is_old, film.is_preview, not is_default, film.beside is not None, film.live and not is_old

    return min(films, key=rank, default=None)  # the first of equals: the newest


def _encode_npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # of numbers all; older numpys have no allow_pickle here, and would store it
    return buffer.getvalue()


def _read_npz(path: str) -> dict[str, NDArray[Any]]:
    """Read arrays by name; numpy packs them without compression, so what unpacks to more than the file is none of ours."""
    content = read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise ValueError("its members are compressed")
            if sum(member.file_size for member in members) > len(content):
                raise ValueError("it unpacks to more than it is")
            return {member.filename.removesuffix(".npy"): npy.decode(archive.read(member)) for member in members}
    except Exception as error:  # damaged bytes make zipfile raise of every kind: NotImplementedError, RuntimeError, EOFError, …
        raise Corrupt(f"{path} is damaged or incomplete ({error}); fit this run again") from error
