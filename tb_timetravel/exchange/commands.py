"""The commands that exchange files with other systems: import, extract, evaluate, to-projector."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.schema import DEFAULT_TAG
from tb_timetravel.store import FilmStore, data_fingerprint, open_reader, probe_directory
from tb_timetravel.store.branches import write_branch
from tb_timetravel.store.catalog import place_of
from tb_timetravel.store.files import join
from tb_timetravel.store.films import choose_film
from tb_timetravel.store.places import absolute

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tb_timetravel.exchange.contents import Branch
    from tb_timetravel.exchange.importing import Plan
    from tb_timetravel.schema import Film, LoggedStep
    from tb_timetravel.store import ProbeLocation, ProbeReader

    Locate = Callable[[argparse.Namespace], list[ProbeLocation]]
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Subparsers, where: argparse.ArgumentParser, locate: Locate) -> None:
    """Add the commands to the command line.

    Parameters
    ----------
    where : the arguments that choose probe sets of a logdir.
    locate : finds the probe sets that these arguments choose.
    """
    content = "directory of training dynamics of the Time-Travelling Visualizer"
    bring = commands.add_parser("import", help=f"make runs of a {content}")
    bring.add_argument("content_path", help=content)
    bring.add_argument("logdir", help="TensorBoard's logdir")
    bring.add_argument("--run", help="name of the run (default: of the directory); branches become runs below it")
    bring.add_argument("--tag", default=DEFAULT_TAG, help=f"name of the probe set (default: {DEFAULT_TAG})")
    bring.add_argument("--pool", action="store_true", help="also the samples that no epoch was trained or tested on, as split 'pool'")
    bring.set_defaults(command=_import)

    extract = commands.add_parser("extract", help=f"write the features that a {content} lacks; runs your model's code")
    extract.add_argument("content_path", help=content)
    extract.add_argument("--model", required=True, metavar="PACKAGE.MODULE:CLASS", help="makes your model, called without arguments")
    extract.add_argument(
        "--transform", metavar="PACKAGE.MODULE:NAME", help="makes the model's input of a PIL.Image (default: values from 0 to 1)"
    )
    extract.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    extract.set_defaults(command=_extract)

    evaluate = commands.add_parser("evaluate", parents=[where], help="write accuracy and fidelity per step as JSON beside the probe set")
    evaluate.add_argument("--scalars", action="store_true", help="also as scalars of the run, in an event file of their own")
    evaluate.set_defaults(command=lambda options: _evaluate(locate(options), scalars=options.scalars))

    projector = commands.add_parser("to-projector", parents=[where], help="write steps for TensorBoard's Embedding Projector")
    projector.add_argument("out", help="logdir for it, of its own")
    projector.add_argument("--steps", type=int, nargs="+", metavar="STEP", help="these steps (default: the first and the last)")
    projector.set_defaults(command=lambda options: _to_projector(locate(options), options))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _warn(sentence: str) -> None:
    sys.stderr.write(f"timetravel: {sentence}\n")


def _name_of(path: str) -> str:
    return path.rstrip("/").replace(os.sep, "/").rsplit("/", 1)[-1]


def _import(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from tb_timetravel.exchange.forks import forks_of
    from tb_timetravel.exchange.importing import import_branch, plan_branch
    from tb_timetravel.exchange.opening import open_contents

    path, logdir = absolute(options.content_path), absolute(options.logdir)
    contents = open_contents(path)
    name = _check_name(options.run or _name_of(path))
    is_whole = True
    imported: dict[str, Branch] = {}  # directory of the probe set -> what became it
    for branch in contents.branches:
        run = f"{name}/{branch.name}".rstrip("/")
        try:
            plan = plan_branch(contents, branch, with_pool=options.pool)
        except NotFound as error:  # another branch may have features
            _warn(str(error))
            is_whole = False
            continue
        run_directory = join(logdir, *run.split("/"))
        with tqdm(total=len(plan.epochs), desc=run, unit="step") as bar:
            outcome = import_branch(contents, plan, run_directory, options.tag, on_step=bar.update)
        if outcome.n_written + outcome.n_kept:
            imported[probe_directory(run_directory, options.tag)] = branch
        _say(f"{run}\t{options.tag}\t{_in_words(plan)}\t{outcome.n_written} steps written, {outcome.n_kept} were there")
        for note in outcome.notes:
            _warn(note)
        if outcome.left_out:
            _warn(f"{len(outcome.left_out)} of {len(branch.epochs)} epochs were left out; the first: {outcome.left_out[0][1]}")
            is_whole = False
    forks = forks_of(list(imported.values()))
    if any(forks):
        for directory, fork in zip(imported, forks, strict=True):
            write_branch(directory, fork)
    return 0 if is_whole else 1


def _check_name(name: str) -> str:
    if not name or name.startswith("/") or "\0" in name or {"", ".", "..", "plugins"} & set(name.split("/")):
        raise InvalidData(f"expected --run as a name, or names with / between them, got {name!r}; give one")
    return name


def _in_words(plan: Plan) -> str:
    counts = {split: plan.splits.count(split) for split in dict.fromkeys(plan.splits)}
    lacking = [] if plan.has_logits else ["no logits"]
    return ", ".join([*(f"{count} {split}" for split, count in counts.items()), *lacking])


def _extract(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from tb_timetravel.exchange.extracting import extract, load_named
    from tb_timetravel.exchange.opening import open_contents

    contents = open_contents(absolute(options.content_path))
    directory = os.getcwd()
    transform = None if options.transform is None else load_named(options.transform, directory)
    todo = extract(contents, load_named(options.model, directory), transform, device=options.device)
    n_todo = sum(epoch.missing is not None for epoch in contents.epochs)
    n_done = sum(1 for _ in tqdm(todo, total=n_todo, unit="epoch"))
    _say(f"features of {n_done} epochs written; next: {shlex.join(['timetravel', 'import', options.content_path, 'LOGDIR'])}")
    return 0


def _films_to_tell(reader: ProbeReader, films: FilmStore) -> list[Film]:
    """Choose the film of each method that would be shown."""
    fingerprint = data_fingerprint(reader.probe(), reader.steps())
    there = [film for film in films.films() if not film.is_preview]
    chosen = [choose_film([film for film in there if film.method == method], fingerprint) for method in sorted({f.method for f in there})]
    return [film for film in chosen if film is not None]


def _evaluate(locations: list[ProbeLocation], *, scalars: bool) -> int:
    from tb_timetravel.exchange.evaluation import accuracy_points, fidelity_points, film_eval, subject_eval, write_eval
    from tb_timetravel.exchange.event_file import write_event_file

    n_told = 0
    for location in locations:
        reader, films = open_reader(location.directory), FilmStore(location.directory)
        chosen = _films_to_tell(reader, films)
        tables: dict[str, Any] = {film.method: film_eval(reader, films, film, ways=True) for film in chosen}
        try:
            accuracies = subject_eval(reader)
            tables["subject_model"] = accuracies
        except NotFound as error:  # a film of samples without labels or logits has measures all the same
            accuracies = {}
            _warn(str(error))
        n_told += len(tables)
        for name, table in tables.items():
            _say(write_eval(location.directory, name, table))
        if scalars:
            points = [*accuracy_points(reader, location.tag, accuracies)]
            points += [point for film in chosen for point in fidelity_points(reader, location.tag, film)]
            _say(write_event_file(place_of(location.directory)[0], location.tag, points))
    return 0 if n_told else 1


def _to_projector(locations: list[ProbeLocation], options: argparse.Namespace) -> int:
    from tb_timetravel.exchange.projector import check_directory, write_config, write_projector

    out = absolute(options.out)
    directories = {location: out if location.run == "." else join(out, *location.run.split("/")) for location in locations}
    for directory in set(directories.values()):
        check_directory(directory)
    chosen = {location: _choose_steps(location, options.steps) for location in locations}
    configs: dict[str, object] = {}
    for location, directory in directories.items():
        reader = open_reader(location.directory)
        configs[directory] = write_projector(reader, location.tag, chosen[location], directory, others=configs.get(directory))
    for directory, config in configs.items():
        write_config(directory, config)
    n_steps = sum(map(len, chosen.values()))
    _say(f"{n_steps} steps in {options.out}; next: {shlex.join(['tensorboard', '--logdir', options.out])}, tab Projector")
    return 0


def _choose_steps(location: ProbeLocation, wanted: list[int] | None) -> list[LoggedStep]:
    steps = open_reader(location.directory).steps()
    if not steps:
        raise NotFound(f"expected logged steps in {location.directory}, found none; log one")
    if wanted is None:
        return steps if len(steps) < 2 else [steps[0], steps[-1]]
    by_number = {step.step: step for step in steps}
    unknown = [number for number in wanted if number not in by_number]
    if unknown:
        raise NotFound(
            f"expected steps of {location.run} from {steps[0].step} to {steps[-1].step} as they were logged, got {unknown[0]}; "
            "`timetravel runs` counts them"
        )
    return [by_number[number] for number in dict.fromkeys(wanted)]
