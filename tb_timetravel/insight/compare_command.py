"""The command that compares two runs: where their predictions agree, and how alike their representations are."""

from __future__ import annotations

import argparse
import csv
import io
import math
import sys
from typing import TYPE_CHECKING

from tb_timetravel.insight.judging import printable
from tb_timetravel.store import open_reader
from tb_timetravel.store.catalog import only
from tb_timetravel.store.files import write_bytes
from tb_timetravel.store.places import absolute

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.insight.agreement import Agreement
    from tb_timetravel.insight.comparison import Comparison
    from tb_timetravel.store import ProbeLocation

    Locate = Callable[[argparse.Namespace], list[ProbeLocation]]
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_DISAGREEMENTS = 5


def add_compare_command(commands: Subparsers, where: argparse.ArgumentParser, locate: Locate) -> None:
    """Add ``compare`` to the command line; parameters as of ``add_insight_commands``."""
    compare = commands.add_parser("compare", parents=[where], help="tell how two runs' predictions and representations agree")
    compare.add_argument("--with", dest="with_run", metavar="RUN", help="the other run, as TensorBoard names it (default: the same)")
    compare.add_argument("--with-tag", metavar="TAG", help="its probe set (default: that of --tag)")
    compare.add_argument("--csv", metavar="FILE", help="also write the similarity of every pair of steps as CSV: step, with_step, cka")
    compare.set_defaults(command=lambda options: _compare(locate, options))


def _compare(locate: Locate, options: argparse.Namespace) -> int:
    from tb_timetravel.insight.agreement import last_agreement
    from tb_timetravel.insight.comparison import compare

    side = "on each side of a comparison"
    one = open_reader(only(locate(options), side).directory)
    run, tag = options.with_run or options.run, options.with_tag or options.tag
    found = locate(argparse.Namespace(**{**vars(options), "run": run, "tag": tag}))
    other = open_reader(only(found, side, "--with and --with-tag").directory)
    compared = compare(one, other)
    if options.csv is not None:
        write_bytes(absolute(options.csv), encode_similarities(compared))
    lines = [_row("steps", compared.steps[-1], compared.with_steps[-1]), *_similarity_lines(compared)]
    if one.probe().has_logits and other.probe().has_logits:
        lines += _agreement_lines(last_agreement(one, other))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _row(*cells: object) -> str:
    return "\t".join(str(cell) for cell in cells)


def _similarity_lines(found: Comparison) -> list[str]:
    value = float(found.cka[-1, -1])
    drawn = f"{found.n_used} of {found.n_matched} samples in common"
    return [_row("similarity", "not defined" if math.isnan(value) else f"{value:.3f}", f"debiased linear CKA, {drawn}")]


def _agreement_lines(found: Agreement) -> list[str]:
    lines = [_row("agreement", f"{found.share:.1%}", f"same prediction, {found.n} samples")]
    if found.labelled:
        for name in ("both_right", "only_first", "only_second", "both_wrong"):
            count = getattr(found, name)
            words = {"only_first": "only the first right", "only_second": "only the second right"}.get(name, name.replace("_", " "))
            lines.append(_row(words, f"{count / found.labelled:.1%}", f"{count} samples"))
    if found.differently_labelled:
        lines.append(_row("labels differ", f"{found.differently_labelled / found.n:.1%}", f"{found.differently_labelled} samples"))
    cells = [
        (int(count), row, column)
        for row, counts in enumerate(found.counts)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    for count, row, column in sorted(cells, key=lambda cell: (-cell[0], *cell[1:]))[:_DISAGREEMENTS]:
        names = (printable(found.class_names[index]) for index in (row, column))
        lines.append(_row("disagree", " / ".join(names), f"{count} samples"))
    return lines


def encode_similarities(found: Comparison) -> bytes:
    """Write similarities as CSV: step, with_step, cka; empty where not defined."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("step", "with_step", "cka"))
    for step, row in zip(found.steps, found.cka.tolist(), strict=True):
        for with_step, value in zip(found.with_steps, row, strict=True):
            writer.writerow((step, with_step, "" if math.isnan(value) else f"{value:.6f}"))
    return text.getvalue().encode()
