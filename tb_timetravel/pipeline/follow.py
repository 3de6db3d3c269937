"""A fit that follows a training: what is logged is fitted, then each new step is placed as it comes."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import FitCancelled, FitError, NotFound
from tb_timetravel.fit.methods.joint import JointConfig
from tb_timetravel.pipeline.build import build_film, flat_settings, prepare_threads
from tb_timetravel.pipeline.live_film import begin_film, grow_film, live_key, pending_steps, steps_before
from tb_timetravel.pipeline.source import choose_device, chosen_steps, source_of
from tb_timetravel.schema import DEFAULT_METHOD
from tb_timetravel.store import FilmStore, data_fingerprint, open_reader
from tb_timetravel.store.choices import check_choices, check_followed
from tb_timetravel.store.files import is_local

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit import Report
    from tb_timetravel.pipeline.source import FitOptions
    from tb_timetravel.schema import Film, LoggedStep, Probe
    from tb_timetravel.store import ProbeReader

_LOOK_EVERY_S, _LOOK_REMOTE_EVERY_S = 0.5, 5.0


def follow_film(
    directory: str,
    options: FitOptions,
    *,
    idle_s: float | None,
    progress: Report,
    on_preview: Callable[[str], None],
    on_key: Callable[[str], None],
    on_step: Callable[[Film, str], None],
    check: Callable[[], None],
) -> Film:
    """Fit what is logged, then place each new step, until somebody ends it.

    Earlier frames never change. A follower that ended, however it did, is gone on with by the next one with the same options.

    Parameters
    ----------
    idle_s : end after so many seconds without a new step; None goes on.
    progress, on_preview, on_key : of the fit of what is logged, see `build_film`; there is none where a film goes on.
    on_step : called with the film each time that it has changed, and a sentence about it.
    check : called at least every half second; raises ``FitCancelled`` to end it. It ends as well by KeyboardInterrupt.

    Returns
    -------
    The film as it is at the end.

    Raises
    ------
    FitCancelled : it was ended before there was a film.
    TimeTravelError : with one sentence.
    """
    check_choices(method=options.method, end=options.end, follow=True, beside=options.beside is not None)
    follower = _Follower(directory, options, check)
    follower.wait_for_first(idle_s)
    probe = follower.probe()
    check_followed(probe)

    def begun() -> Film:
        film = follower.latest()
        if film is None:
            build_film(directory, options, progress=progress, on_preview=on_preview, on_key=on_key)
            film = follower.latest()
        if film is None:
            raise FitError("expected the logged steps to stay as they were during their fit, some were logged again; follow once more")
        return film

    prepare_threads(probe.n_samples, options.device)
    while True:
        film = begun()
        on_key(film.film)
        try:
            on_step(film, f"following; {len(film.steps)} steps are placed")
            follower.follow(film, idle_s, on_step)
        except (FitCancelled, KeyboardInterrupt):
            pass
        except _NothingStays:  # the training was started again
            continue
        return follower.films.film(film.film)


class _NothingStays(Exception):
    """No step of the film is as it was: there is nothing to tie a new one to."""


class _Follower:
    def __init__(self, directory: str, options: FitOptions, check: Callable[[], None]) -> None:
        self._reader: ProbeReader = open_reader(directory, keep=True)
        self.films, self._options, self._check = FilmStore(directory), options, check
        self._device = choose_device(options.device)
        self._config = JointConfig(seed=options.seed)
        self._pause_s = _LOOK_EVERY_S if is_local(directory) else _LOOK_REMOTE_EVERY_S

    def probe(self) -> Probe:
        return self._reader.probe()

    def wait_for_first(self, idle_s: float | None) -> None:
        began = time.monotonic()
        while not chosen_steps(self._reader.steps(), self._options):
            if idle_s is not None and time.monotonic() - began > idle_s:
                raise NotFound(f"expected a logged step, found none within {idle_s:g} s; log one, or give --idle more seconds")
            self._pause()

    def latest(self) -> Film | None:
        """Find the film to go on with: the newest live one; or begin one with the newest that was fitted as a whole, if that is newer."""
        logged = {step.step: step.digest for step in self._reader.steps()}
        for film in self.films.films():
            if film.live and film.settings == self._settings():
                if all(step.step in logged for step in film.steps) and any(logged[step.step] == step.data for step in film.steps):
                    return film
            elif self._is_base(film):
                return self.begin(film)
        return None

    def begin(self, base: Film) -> Film:
        if self.films.has(live_key(base)):
            return self.films.film(live_key(base))
        logged = {step.step: step for step in self._reader.steps()}
        steps = [logged[step.step] for step in base.steps]
        source = source_of(self._reader, self.probe(), steps, base.fingerprint, self._device)
        return begin_film(self.films, source, base, self._config, self._settings())

    def _is_base(self, film: Film) -> bool:
        """Tell whether a film was fitted, with these options, on the first of the steps that are logged now."""
        if film.live or film.method != DEFAULT_METHOD or film.settings != flat_settings(asdict(self._config)):
            return False
        probe, logged = self.probe(), self._reader.steps()
        numbers = [step.step for step in film.steps]
        for end in range(len(logged), len(numbers) - 1, -1):
            if data_fingerprint(probe, logged[:end]) == film.fingerprint:
                return [step.step for step in chosen_steps(logged[:end], self._options)] == numbers
        return False

    def _settings(self) -> dict[str, Any]:
        options = self._options
        return flat_settings(asdict(self._config)) | {"samples": self.probe().version, "start": options.start, "every": options.every}

    def follow(self, film: Film, idle_s: float | None, on_step: Callable[[Film, str], None]) -> None:
        latest = time.monotonic()
        while idle_s is None or time.monotonic() - latest <= idle_s:
            logged = self._reader.steps()
            pending = pending_steps(film, chosen_steps(logged, self._options))
            covered = data_fingerprint(self.probe(), [step for step in logged if step not in pending[1:]])
            if pending:
                began = time.perf_counter()
                said: list[str] = []
                try:
                    film = self._grow(film, logged, pending[0], covered, said.append)
                except NotFound:  # it was logged again in this moment: the next look sees it as it is now
                    self._pause()
                    continue
                said.insert(0, f"step {pending[0].step} placed in {time.perf_counter() - began:.1f} s")
                on_step(film, "; ".join(said))
                latest = time.monotonic()
            elif covered != film.fingerprint:  # a step was logged that --every leaves out
                film = replace(film, fingerprint=covered)
                self.films.write_film(film)
            else:
                self._pause()

    def _grow(self, film: Film, logged: list[LoggedStep], step: LoggedStep, covered: str, say: Callable[[str], None]) -> Film:
        by_number = {known.step: known for known in logged}
        before = [by_number[number] for number in steps_before(film, step.step) if number in by_number]
        if not before:
            raise _NothingStays
        source = source_of(self._reader, self.probe(), [*before, step], covered, self._device)
        return grow_film(self.films, film, source, self._config, progress=lambda *_: self._check(), say=say)

    def _pause(self) -> None:
        until = time.monotonic() + self._pause_s
        while (left := until - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left, 0.5))
