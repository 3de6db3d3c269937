"""The command that lists samples whose labels are likely to be wrong: suspects."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.store import open_reader
from tb_timetravel.store.files import is_local, read_bytes, write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.store import ProbeLocation

    Locate = Callable[[argparse.Namespace], list[ProbeLocation]]
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN = 20


def add_insight_commands(commands: Subparsers, where: argparse.ArgumentParser, locate: Locate) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    where : the arguments that choose probe sets of a logdir.
    locate : finds the probe sets that these arguments choose.
    """
    suspects = commands.add_parser("suspects", parents=[where], help="list the samples whose labels are most likely wrong")
    suspects.add_argument("--top", type=_from_one, default=_SHOWN, metavar="N", help=f"how many (default: {_SHOWN})")
    suspects.add_argument("--csv", metavar="FILE", help="also write them as CSV to relabel by, with a column for your verdicts")
    suspects.add_argument("--feedback", metavar="FILE", help="rank again by a CSV with the columns id and verdict: suspicious or fine")
    suspects.set_defaults(command=lambda options: _suspects(locate(options), options))


def _from_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 up, got {text}")
    return value


def _path(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if is_local(path) else path


def _suspects(locations: list[ProbeLocation], options: argparse.Namespace) -> int:
    from tb_timetravel.insight.judging import decode_verdicts, encode_csv, list_suspects
    from tb_timetravel.insight.reading import read_insight
    from tb_timetravel.insight.suspicion import rerank

    if len(locations) > 1:
        raise NotFound(f"expected one probe set for a list of suspects, found {len(locations)}; choose with --run and --tag")
    reader = open_reader(locations[0].directory)
    verdicts = {} if options.feedback is None else decode_verdicts(read_bytes(_path(options.feedback)), reader)
    evidence = read_insight(reader).evidence
    scores = rerank(evidence, verdicts)
    if np.isnan(scores).all():
        raise NotFound(
            f"expected labels of at least two classes in {locations[0].run}, found none to doubt; log the labels with the samples"
        )
    found = list_suspects(reader, evidence, scores, verdicts, top=options.top)
    if options.csv is not None:
        write_bytes(_path(options.csv), encode_csv(found))
    sys.stdout.write("id\tsplit\tlabel\tlooks like\tscore\tverdict\twhy\n")
    for one in found:
        sys.stdout.write(f"{one.id}\t{one.split}\t{one.label}\t{one.looks_like}\t{one.score:.2f}\t{one.verdict or '-'}\t{one.why}\n")
    return 0
