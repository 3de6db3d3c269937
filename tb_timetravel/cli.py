"""The ``timetravel`` command: fit, runs, render, export; other commands are in ``exchange/commands.py`` and ``insight/commands.py``.

Exit codes: 0 done, 1 it failed (the reason is one sentence on standard error), 2 the command line is wrong, 3 cancelled or interrupted.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from tb_timetravel import __version__
from tb_timetravel.arguments import positive
from tb_timetravel.errors import FitCancelled, InvalidData, NotFound, NotPlayable, StoreError, TimeTravelError
from tb_timetravel.exchange.commands import add_commands
from tb_timetravel.insight.commands import add_insight_commands
from tb_timetravel.insight.compare_command import add_compare_command
from tb_timetravel.job import INTERRUPTED, at_work, title_of
from tb_timetravel.schema import DEFAULT_METHOD, DEFAULT_TAG, METHODS, FitStatus, StageProgress, find_method
from tb_timetravel.store import FilmStore, ProbeLocation, data_fingerprint, find_probes, open_reader, probe_directory, set_cache, tags_of
from tb_timetravel.store.catalog import only
from tb_timetravel.store.choices import check_choices, check_followed
from tb_timetravel.store.films import choose_film
from tb_timetravel.store.places import absolute
from tb_timetravel.store.status import FIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tb_timetravel.job import Reporter
    from tb_timetravel.pipeline import FitOptions
    from tb_timetravel.schema import Film
    from tb_timetravel.store import ProbeReader

_FORMATS = ("parquet", "html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    set_cache(getattr(options, "cache", None))
    try:
        return int(options.command(options))
    except (FitCancelled, KeyboardInterrupt):
        _say("stopped; what was finished is kept, the same command goes on from there")
        return INTERRUPTED
    except (TimeTravelError, OSError) as error:
        _say(str(error))
        return 1


def _say(message: str) -> None:
    sys.stderr.write(f"timetravel: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timetravel", description="Training as a film, for TensorBoard.")
    parser.add_argument("--version", action="version", version=f"timetravel {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("logdir", help="TensorBoard's logdir, or one run")
    where.add_argument("--run", help="only this run, as TensorBoard names it")
    where.add_argument("--tag", help=f"only this probe set (default of the logging helper: {DEFAULT_TAG})")
    where.add_argument("--cache", metavar="DIR", help="keep films below DIR, not in the logdir; as tensorboard --timetravel_cache DIR")

    names = [info.method for info in METHODS]
    fit = commands.add_parser(
        "fit", parents=[where], help="fit the film of every probe set that has none of its present data",
        epilog=_methods_in_words(), formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    fit.add_argument(
        "--method", choices=names, default=DEFAULT_METHOD, metavar="NAME", help=f"one of the methods below (default: {DEFAULT_METHOD})"
    )
    fit.add_argument("--start", type=int, metavar="STEP", help="first step")
    fit.add_argument("--end", type=int, metavar="STEP", help="last step")
    fit.add_argument("--every", type=positive, default=1, metavar="N", help="only every n-th logged step")
    fit.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    fit.add_argument("--seed", type=int, default=0)
    fit.add_argument("--follow", action="store_true", help="then place each new step as it is logged, until Ctrl-C; earlier ones stay")
    fit.add_argument("--idle", type=_seconds, metavar="SECONDS", help="with --follow: end after so long without a new step")
    fit.add_argument("--beside", metavar="RUN", help="in one plane with the film of this run: a name, or a directory")
    fit.add_argument("--beside-tag", metavar="TAG", help="its probe set (default: the one of the same name)")
    fit.add_argument("--beside-film", help=argparse.SUPPRESS)
    fit.add_argument("--beside-name", help=argparse.SUPPRESS)  # how the tab calls it
    fit.add_argument("--from-tab", action="store_true", help=argparse.SUPPRESS)
    fit.set_defaults(command=_fit)

    runs = commands.add_parser("runs", parents=[where], help="list probe sets and their films")
    runs.set_defaults(command=_runs)

    render = commands.add_parser("render", parents=[where], help="write one PNG per step, and a video")
    render.add_argument("out", help="directory for the pictures")
    render.add_argument("--method", choices=names, metavar="NAME", help=f"the film by this method: {', '.join(names)}")
    render.add_argument("--video", metavar="FILE", help="also write an .mp4 or .gif")
    render.set_defaults(command=_render)

    export = commands.add_parser("export", parents=[where], help="write a film as a table, or as a page that plays without a server")
    export.add_argument("out", help="a .parquet file (needs pyarrow) or an .html file")
    export.add_argument("--method", choices=names, metavar="NAME", help=f"the film by this method: {', '.join(names)}")
    export.add_argument("--format", choices=_FORMATS, help="default: by the ending of the file")
    export.add_argument("--start", type=int, metavar="STEP", help="first step")
    export.add_argument("--end", type=int, metavar="STEP", help="last step")
    export.add_argument("--every", type=positive, default=1, metavar="N", help="only every n-th step of the film")
    export.set_defaults(command=_export)
    add_commands(commands, where, _locations)
    add_insight_commands(commands, where, _locations, _playable_locations)
    add_compare_command(commands, where, _locations)
    return parser


def _methods_in_words() -> str:
    width = max(len(info.method) for info in METHODS) + 4
    lines = ["methods:"]
    for info in METHODS:
        words = info.summary if info.needs is None else f"{info.summary} Needs: pip install {info.needs}."
        columns = max(60, min(100, shutil.get_terminal_size().columns))
        lines.append(textwrap.fill(words, columns, initial_indent=f"  {info.method}".ljust(width), subsequent_indent=" " * width))
    return "\n".join(lines)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text}")
    return value


def _locations(options: argparse.Namespace) -> list[ProbeLocation]:
    logdir = absolute(options.logdir)
    found = [p for p in find_probes(logdir) if options.run in (None, p.run) and options.tag in (None, p.tag)]
    if not found:
        asked = " ".join(f"--{name} {value}" for name, value in (("run", options.run), ("tag", options.tag)) if value is not None)
        raise NotFound(
            f"expected a Time Travel log below {logdir} {asked}".rstrip() + ", found none; log one with tb_timetravel.TimeTravel"
        )
    return found


def _fit(options: argparse.Namespace) -> int:
    check_choices(method=options.method, end=options.end, follow=options.follow, beside=options.beside is not None)
    if options.follow:
        return _follow(options)
    if options.idle is not None:
        raise InvalidData("expected --idle with --follow, got it alone; give both, or leave it out")
    helps = "TORCHELASTIC_RUN_ID" in os.environ and _joins_as_helper(options)  # torchrun started this process
    locations, others = list(_playable_locations(options)), _probes_beside(options)
    for location in locations:
        other = _probe_beside(location, others, options)
        if len(locations) > 1 and other is not None and other.directory == location.directory:
            continue  # all others are laid beside it
        if helps:
            _help_fit(location, other, options)
        else:
            _fit_one(location, other, options)
    if "TORCHELASTIC_RUN_ID" in os.environ:
        from tb_timetravel.pipeline import leave_workers

        leave_workers()
    return 0


def _playable_locations(options: argparse.Namespace) -> Iterator[ProbeLocation]:
    for location in _locations(options):
        if options.tag is None and (reason := _why_not_playable(location)) is not None:
            _say(f"{location.run} {location.tag} is left out: {reason}")
        else:
            yield location


def _follow(options: argparse.Namespace) -> int:
    if "TORCHELASTIC_RUN_ID" in os.environ:
        raise InvalidData("expected --follow in one process, got several by torchrun; a step alone is too little to share")
    location = only(_locations(options), "to follow")
    check_followed(open_reader(location.directory).probe())
    _fit_one(location, None, options)
    return 0


def _why_not_playable(location: ProbeLocation) -> str | None:
    """Say why somebody else's log, which nobody asked for by name, has no film."""
    try:
        open_reader(location.directory).probe()
    except NotPlayable as error:
        return str(error)
    except StoreError:
        return None  # whoever works on it says it
    return None


def _joins_as_helper(options: argparse.Namespace) -> bool:
    from tb_timetravel.pipeline import join_workers

    return join_workers(options.device) > 0


def _help_fit(location: ProbeLocation, other: ProbeLocation | None, options: argparse.Namespace) -> None:
    from tb_timetravel.pipeline import help_build

    help_build(location.directory, _fit_options(other, options))


def _fit_options(other: ProbeLocation | None, options: argparse.Namespace) -> FitOptions:
    from tb_timetravel.pipeline import BesideRun, FitOptions

    beside = None if other is None else BesideRun(**other._asdict(), film=options.beside_film)
    return FitOptions(
        method=options.method, device=options.device, seed=options.seed, start=options.start, end=options.end, every=options.every,
        beside=beside,
    )  # fmt: skip


def _probes_beside(options: argparse.Namespace) -> dict[str, ProbeLocation]:
    """Find the probe sets of the run beside which films are to be laid, by tag and under the name that these call it; none without one."""
    if options.beside is None:
        if options.beside_tag is not None:
            raise InvalidData("expected --beside-tag with --beside, got it alone; name the run, too")
        return {}
    directory = absolute(options.beside)
    name = directory.rstrip("/").split("/")[-1]
    found = {tag: ProbeLocation(options.beside_name or name, tag, probe_directory(directory, tag)) for tag in tags_of(directory)}
    named = (probe for probe in find_probes(absolute(options.logdir)) if probe.run == options.beside)
    return found | {probe.tag: probe._replace(run=options.beside_name or options.beside) for probe in named}


def _probe_beside(location: ProbeLocation, others: Mapping[str, ProbeLocation], options: argparse.Namespace) -> ProbeLocation | None:
    """Choose the probe set beside which one is to be laid, None where none is asked for."""
    tag = location.tag if options.beside_tag is None else options.beside_tag
    if options.beside is not None and tag not in others:
        raise NotFound(
            f"expected a run {options.beside} with a probe set {tag} to lay the film beside, found none below {absolute(options.logdir)} "
            "nor there; name a run as TensorBoard does, or its directory, and --beside-tag for another probe set"
        )
    return others.get(tag)


class _Stages:
    """Turns how far a method's stages are into how far the fit is."""

    def __init__(self, reporter: Reporter[FitStatus], weights: Mapping[str, float]) -> None:
        self._reporter, self._weights, self._done = reporter, weights, dict.fromkeys(weights, 0.0)

    def __call__(self, stage: str, done: float) -> None:
        for earlier in list(self._done)[: list(self._done).index(stage)]:
            self._done[earlier] = 1.0
        self._done[stage] = done
        fraction = sum(self._weights[name] * share for name, share in self._done.items())
        stages = tuple(StageProgress(stage=name, fraction=share) for name, share in self._done.items())
        self._reporter.progress(fraction, stage, stage=stage, stages=stages)


def _fit_one(location: ProbeLocation, other: ProbeLocation | None, options: argparse.Namespace) -> None:
    weights = find_method(options.method).stages
    begun = FitStatus(method=options.method, stages=tuple(StageProgress(stage=name, fraction=0.0) for name in weights))
    with at_work(location.directory, FIT, begun, from_tab=options.from_tab, title=title_of(location)) as reporter:
        film = _build(location, other, options, reporter, _Stages(reporter, weights))
        reporter.update(stage=None, film=film)


def _build(
    location: ProbeLocation, other: ProbeLocation | None, options: argparse.Namespace, reporter: Reporter[FitStatus], stages: _Stages
) -> str:
    reporter.update(stage="preview")
    from tb_timetravel.pipeline import build_film, choose_device, follow_film  # torch: after the status says that a fit is on

    chosen = _fit_options(other, options)
    reporter.update(device=choose_device(options.device).type)

    def on_preview(key: str) -> None:
        reporter.update(preview=key)

    def on_key(key: str) -> None:
        reporter.update(film=key)

    def on_step(film: Film, words: str) -> None:
        reporter.close()
        reporter.update(stage=None, fraction=1.0, eta_s=None, n_followed=len(film.steps))
        if not options.from_tab or "border" in words:
            _say(words)

    if options.follow:
        film = follow_film(
            location.directory, chosen, idle_s=options.idle, progress=stages, on_preview=on_preview, on_key=on_key,
            on_step=on_step, check=reporter.check,
        )  # fmt: skip
    else:
        film = build_film(location.directory, chosen, progress=stages, on_preview=on_preview, on_key=on_key)
        if film.beside is None:  # a film laid beside another is not the one that is shown by itself
            _write_eval(location, film)
    return film.film


def _write_eval(location: ProbeLocation, film: Film) -> None:
    """Write the measures of a film for other systems; the film is whole without them."""
    from tb_timetravel.exchange.evaluation import film_eval, write_eval

    try:
        table = film_eval(open_reader(location.directory), FilmStore(location.directory), film, ways=False)
        write_eval(location.directory, film.method, table)
    except (StoreError, OSError) as error:
        _say(f"the film is whole, but {film.method}_eval.json could not be written ({error}); `timetravel evaluate` writes it again")


def _runs(options: argparse.Namespace) -> int:
    for location in _locations(options):
        try:
            reader, films = open_reader(location.directory), FilmStore(location.directory)
            probe, steps = reader.probe(), reader.steps()
            size = f"{probe.n_samples} samples × {probe.n_features} features, {probe.n_classes} classes, {len(steps)} steps"
            state = _films_in_words(films.films(), data_fingerprint(probe, steps))
        except StoreError as error:
            size, state = "not playable" if isinstance(error, NotPlayable) else "unreadable", str(error)
        sys.stdout.write(f"{location.run}\t{location.tag}\t{size}\t{state}\n")
    return 0


def _films_in_words(films: Sequence[Film], fingerprint: str) -> str:
    """Name a probe set's film of every method, and beside every other film, the one that is shown first."""
    words, left = [], [film for film in films if not film.is_preview]
    while (film := choose_film(left, fingerprint)) is not None:
        beside = "" if film.beside is None else f" beside {film.beside.run}"
        words.append(f"{film.film} by {film.method}{beside}" + ("" if film.fingerprint == fingerprint else " (older data)"))
        left = [other for other in left if (other.method, _key_beside(other)) != (film.method, _key_beside(film))]
    return f"film {', '.join(words)}" if words else "not fitted"


def _key_beside(film: Film) -> str | None:
    return None if film.beside is None else film.beside.film


def _render(options: argparse.Namespace) -> int:
    from tb_timetravel.render import render_film, render_video

    locations = _locations(options)
    if options.video:
        only(locations, "for a video")
    n_pictures = 0
    for location in locations:
        reader, films = open_reader(location.directory), FilmStore(location.directory)
        film = _film_to_show(location, reader, films, options)
        name = os.path.basename(os.path.abspath(options.logdir)) if location.run == "." else location.run
        prefix = f"{name}_{location.tag}_{film.method}".replace("/", "_").replace(os.sep, "_")
        n_pictures += len(render_film(reader, films, film, options.out, prefix=prefix))
        if options.video:
            render_video(reader, films, film, options.video)
    sys.stdout.write(f"{n_pictures} pictures in {options.out}\n")
    return 0


def _film_to_show(location: ProbeLocation, reader: ProbeReader, films: FilmStore, options: argparse.Namespace) -> Film:
    there = films.films()
    asked = [film for film in there if options.method in (None, film.method)]
    film = choose_film(asked, data_fingerprint(reader.probe(), reader.steps()))
    if film is None:
        by, how = ("", "") if options.method is None else (f" by {options.method}", f" --method {options.method}")
        found = ", ".join(sorted({film.method for film in there if not film.is_preview})) or "none"
        command = shlex.join(["timetravel", "fit", options.logdir, "--run", location.run])
        raise NotFound(f"expected a film of {location.run}{by}, found {found}; run: {command}{how}")
    return film


def _export(options: argparse.Namespace) -> int:
    from tb_timetravel.export import Source, chosen_steps, write_page, write_table

    kind = options.format or os.path.splitext(options.out)[1].removeprefix(".").lower()
    if kind not in _FORMATS:
        raise InvalidData(f"expected a file that ends in .parquet or .html, got {options.out}; name it so, or choose with --format")
    location = only(_locations(options), "for an export")
    reader, films = open_reader(location.directory), FilmStore(location.directory)
    film = _film_to_show(location, reader, films, options)
    steps = chosen_steps(film, start=options.start, end=options.end, every=options.every)
    source = Source(run=location.run, tag=location.tag, reader=reader, films=films, film=film, probe=reader.probe(), steps=steps)
    if kind == "parquet":
        sys.stdout.write(f"{write_table(source, options.out):,} rows of {len(steps)} steps in {options.out}\n")
        return 0
    report = write_page(source, options.out)
    columns = f"{report.columns_left_out} of its {source.probe.n_columns} columns" if report.columns_left_out else None
    insight = f"{report.insight_left_out} values of its insight" if report.insight_left_out else None
    left_out = " and ".join(filter(None, [columns, insight, "its thumbnails or texts" if report.media_left_out else None]))
    said = f"; {left_out} are left out, as they have no room" if left_out else ""
    sys.stdout.write(f"{len(steps)} steps, {report.n_bytes / 1e6:.1f} MB, in {options.out}{said}\n")
    return 0
