"""The commands insight, suspects and influence: what a log says of each sample, whose label is likely wrong, and what made a prediction."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.arguments import positive
from tb_timetravel.errors import NotFound
from tb_timetravel.job import at_work, title_of
from tb_timetravel.schema import InsightStatus
from tb_timetravel.store import FilmStore, InsightStore, data_fingerprint, open_reader
from tb_timetravel.store.catalog import only
from tb_timetravel.store.files import read_bytes, write_bytes
from tb_timetravel.store.films import choose_film
from tb_timetravel.store.places import absolute
from tb_timetravel.store.status import INSIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tb_timetravel.schema import Film
    from tb_timetravel.store import ProbeLocation, ProbeReader

    Locate = Callable[[argparse.Namespace], list[ProbeLocation]]
    LocatePlayable = Callable[[argparse.Namespace], Iterable[ProbeLocation]]
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN = 20
_INFLUENCERS = 10


def add_insight_commands(commands: Subparsers, where: argparse.ArgumentParser, locate: Locate, locate_playable: LocatePlayable) -> None:
    """Add the commands to the command line.

    Parameters
    ----------
    where : the arguments that choose probe sets of a logdir.
    locate : finds the probe sets that these arguments choose.
    locate_playable : finds them too, and passes over somebody else's logs that nobody can play.
    """
    insight = commands.add_parser("insight", parents=[where], help="read what the log says of each sample, and keep it for the tab")
    insight.add_argument(
        "--film", metavar="KEY", help="tell the events of this film (default: the one that the tab shows, or else of the log alone)"
    )
    insight.add_argument("--from-tab", action="store_true", help=argparse.SUPPRESS)
    insight.set_defaults(command=lambda options: _insight(locate_playable(options), options))

    suspects = commands.add_parser("suspects", parents=[where], help="list the samples whose labels are most likely wrong")
    suspects.add_argument("--top", type=positive, default=_SHOWN, metavar="N", help=f"how many (default: {_SHOWN})")
    suspects.add_argument("--csv", metavar="FILE", help="also write them as CSV to relabel by, with a column for your verdicts")
    suspects.add_argument("--feedback", metavar="FILE", help="rank again by a CSV with the columns id and verdict: suspicious or fine")
    suspects.set_defaults(command=lambda options: _suspects(locate(options), options))

    influence = commands.add_parser("influence", parents=[where], help="list the training samples that helped and harmed a prediction most")
    influence.add_argument("--sample", type=int, required=True, metavar="ID", help="the sample that was predicted, by its id")
    influence.add_argument("--split", metavar="NAME", help="its split, where the id is in several")
    influence.add_argument(
        "--target", default="label", metavar="CLASS", help="a class by name, or label or prediction: those of the sample (default: label)"
    )
    influence.add_argument(
        "--until", type=int, metavar="STEP", help="only what came up to this step, and its prediction (default: the last)"
    )
    influence.add_argument(
        "--top", type=positive, default=_INFLUENCERS, metavar="N", help=f"how many that helped, and that harmed (default: {_INFLUENCERS})"
    )
    influence.add_argument("--csv", metavar="FILE", help="also write them as CSV")
    influence.set_defaults(command=lambda options: _influence(locate(options), options))


def _insight(locations: Iterable[ProbeLocation], options: argparse.Namespace) -> int:
    from tb_timetravel.insight.recording import record_insight

    for location in locations:
        with at_work(location.directory, INSIGHT, InsightStatus(), from_tab=options.from_tab, title=title_of(location)) as reporter:
            reporter.update()
            reader, films = open_reader(location.directory, keep=True), FilmStore(location.directory)
            film = _film_of(reader, films, options.film)
            recorded = record_insight(reader, InsightStore(location.directory), films, film, reporter.progress)
            reporter.update(insight=recorded.insight)
        whose = "the log alone" if film is None else f"the film {film.film}"
        sys.stdout.write(f"{location.run}\t{location.tag}\tinsight {recorded.insight} of {whose}\n")
    return 0


def _film_of(reader: ProbeReader, films: FilmStore, key: str | None) -> Film | None:
    """Find the film that is meant: the one of a key, else the one that the tab shows if it is of the present data, else none."""
    if key is not None:
        return films.film(key)
    fingerprint = data_fingerprint(reader.probe(), reader.steps())
    shown = choose_film(films.films(), fingerprint)
    return shown if shown is not None and shown.fingerprint == fingerprint else None


def _suspects(locations: list[ProbeLocation], options: argparse.Namespace) -> int:
    from tb_timetravel.insight.judging import decode_verdicts, encode_csv, list_suspects
    from tb_timetravel.insight.reading import read_insight
    from tb_timetravel.insight.suspicion import rerank

    reader = open_reader(only(locations, "for a list of suspects").directory)
    verdicts = {} if options.feedback is None else decode_verdicts(read_bytes(absolute(options.feedback)), reader)
    evidence = read_insight(reader).evidence
    scores = rerank(evidence, verdicts)
    if np.isnan(scores).all():
        raise NotFound(
            f"expected labels of at least two classes in {locations[0].run}, found none to doubt; log the labels with the samples"
        )
    found = list_suspects(reader, evidence, scores, verdicts, top=options.top)
    if options.csv is not None:
        write_bytes(absolute(options.csv), encode_csv(found))
    sys.stdout.write("id\tsplit\tlabel\tlooks like\tscore\tverdict\twhy\n")
    for one in found:
        sys.stdout.write(f"{one.id}\t{one.split}\t{one.label}\t{one.looks_like}\t{one.score:.2f}\t{one.verdict or '-'}\t{one.why}\n")
    return 0


def _influence(locations: list[ProbeLocation], options: argparse.Namespace) -> int:
    from tb_timetravel.insight.influence import influence
    from tb_timetravel.insight.influence_listing import encode_influencers, find_sample, list_influencers
    from tb_timetravel.insight.judging import printable

    reader = open_reader(only(locations, "for a list of influences").directory)
    sample = find_sample(reader, options.sample, options.split)
    (found,) = influence(reader, [sample], target=options.target, until=options.until, top=options.top)
    if found.target < 0:
        raise NotFound(f"expected a label of sample {options.sample}, found none; ask with --target prediction or --target CLASS")
    rows = list_influencers(reader, found)
    if options.csv is not None:
        write_bytes(absolute(options.csv), encode_influencers(rows))
    sys.stderr.write(f"what helped and harmed sample {options.sample} as {printable(reader.probe().class_names[found.target])}\n")
    sys.stdout.write("effect\tid\tsplit\tlabel\tpredicted\tinfluence\n")
    for one in rows:
        sys.stdout.write(f"{one.effect}\t{one.id}\t{one.split}\t{one.label}\t{one.predicted}\t{one.influence:.4g}\n")
    return 0
