"""The order of a fit: a preview by PCA first, so that something plays within seconds, then the film itself."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed

from tb_timetravel.fit import METHODS
from tb_timetravel.pipeline.beside import open_beside
from tb_timetravel.pipeline.budget import check_budget
from tb_timetravel.pipeline.film import write_film
from tb_timetravel.pipeline.source import FitOptions, choose_device, film_key, open_source
from tb_timetravel.schema import DEFAULT_METHOD, PREVIEW_METHOD, Film, find_method
from tb_timetravel.store import FilmStore, open_reader, results_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tb_timetravel.fit import Method, Report
    from tb_timetravel.fit.shared_plane import SharedPlane
    from tb_timetravel.pipeline.beside import OtherFilm
    from tb_timetravel.pipeline.source import Source

_ONE_THREAD_SAMPLES = 5_000  # up to here one thread is as fast as two, and five times as fast beside another busy process


class _FilmStages:
    """Results of stages, kept beside the film that they will become."""

    def __init__(self, films: FilmStore, key: str) -> None:
        self._films, self._key = films, key

    def get(self, name: str) -> dict[str, NDArray[Any]] | None:
        return self._films.stage(self._key, name)

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._films.write_stage(self._key, name, arrays)


class _NoStages:
    """For fits that take no longer than reading what they would have kept."""

    def get(self, _: str) -> None:
        return None

    def put(self, _: str, __: Mapping[str, NDArray[Any]]) -> None:
        pass


def build_film(
    directory: str, options: FitOptions, *, progress: Report, on_preview: Callable[[str], None], on_key: Callable[[str], None]
) -> Film:
    """Fit a probe set and write its film; a preview by PCA first, so that something plays meanwhile.

    Parameters
    ----------
    progress : called with a stage of the method (``schema.MethodInfo.stages``) and how much of it is done; may raise ``FitCancelled``.
    on_preview, on_key : called with the key of the preview once it plays, and with the key that the film will have.

    Raises
    ------
    TimeTravelError : with one sentence; finished stages are kept and used by the next call with the same options.
    """
    source, films, method, config, other = _prepare(directory, options)
    settings = _settings(config, other)
    key = film_key(source, options.method, settings)
    on_key(key)
    if films.has(key):
        return films.film(key)
    check_budget(source.dynamics, results_directory(directory), options.method)
    preview_key = film_key(source, PREVIEW_METHOD, {})
    if not films.has(preview_key):
        pca = METHODS["pca"]
        fitted = pca.fit(source.dynamics, pca.config(seed=options.seed), report=lambda *_: progress("preview", 0.5), stages=_NoStages())
        write_film(films, source, preview_key, PREVIEW_METHOD, {}, fitted, options, lambda _, done: progress("preview", done), {})
    on_preview(preview_key)
    progress("preview", 1.0)
    clock = _Clock(progress)
    fitted = method.fit(source.dynamics, config, report=clock, stages=_FilmStages(films, key), **_in_plane_of(other))
    film = write_film(films, source, key, options.method, settings, fitted, options, clock, clock.seconds, other)
    films.remove_stages(key)
    return film


def help_build(directory: str, options: FitOptions) -> None:
    """Work beside the process that builds the film: see `join_workers`. A method that knows no workers is left to that one alone."""
    source, films, method, config, other = _prepare(directory, options)
    key = film_key(source, options.method, _settings(config, other))
    if options.method == DEFAULT_METHOD and not films.has(key):
        method.fit(source.dynamics, config, report=lambda *_: None, stages=_FilmStages(films, key), **_in_plane_of(other))


def join_workers(device: str) -> int:
    """Join the other processes that torchrun started, and give this one's number; 0 builds the film, the others help."""
    kind = choose_device(device).type
    if kind == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
    return int(distributed.get_rank())


def leave_workers() -> None:
    """Part from the others; a process that ends without it may be aborted by a thread of its own that still listens."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def _prepare(directory: str, options: FitOptions) -> tuple[Source, FilmStore, Method, Any, OtherFilm | None]:
    reader = open_reader(directory, keep=True)
    source = open_source(reader, options)
    other = open_beside(reader, source, options)
    prepare_threads(len(source.dynamics.laid_out), options.device)
    method = METHODS[find_method(options.method).method]
    return source, FilmStore(directory), method, method.config(seed=options.seed), other


def _settings(config: Any, other: OtherFilm | None) -> dict[str, int | float | str | bool | None]:  # noqa: ANN401  # of any method
    return flat_settings(asdict(config)) | ({} if other is None else other.settings())


def _in_plane_of(other: OtherFilm | None) -> dict[str, SharedPlane]:
    return {} if other is None else {"plane": other.plane}


def prepare_threads(n_laid_out: int, device: str) -> None:
    """Take as many threads as a film of so many samples gains from."""
    if choose_device(device).type == "cpu" and n_laid_out <= _ONE_THREAD_SAMPLES:
        torch.set_num_threads(1)  # this process only fits


class _Clock:
    """Passes progress on and adds up what each stage took."""

    def __init__(self, progress: Report) -> None:
        self._progress, self._last = progress, time.perf_counter()
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: float) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now
        self._progress(stage, done)


def flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, int | float | str | bool | None]:
    """Write nested settings side by side, as a film's record has them."""
    flat: dict[str, int | float | str | bool | None] = {}
    for name, value in settings.items():
        flat |= flat_settings(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat
