"""Suspicious samples as rows for people, as a CSV to relabel by, and judgements read back from one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.insight.suspicion import order_of, reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tb_timetravel.insight.suspicion import Evidence
    from tb_timetravel.store import ProbeReader

COLUMNS = ("id", "split", "label", "looks_like", "score", "why", "verdict")
VERDICTS = {"suspicious": True, "fine": False}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so; names come from a log


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A sample whose label may be wrong; label and looks_like are names of classes."""

    id: int
    split: str
    label: str
    looks_like: str
    score: float
    why: str
    verdict: str  # one of VERDICTS, or nothing


def list_suspects(
    reader: ProbeReader, evidence: Evidence, scores: NDArray[np.float32], verdicts: Mapping[int, bool], *, top: int
) -> list[Suspect]:
    """Describe the samples that are first in order: those judged suspicious, then those not judged, those judged fine last."""
    probe = reader.probe()
    labels, ids, splits = reader.labels(probe), reader.ids(probe), reader.splits(probe)
    words = {position: next(word for word, means in VERDICTS.items() if means == verdict) for position, verdict in verdicts.items()}

    def name(number: int) -> str:
        return _printable(probe.class_names[number]) if number >= 0 else ""

    return [
        Suspect(
            id=int(ids[position]),
            split=_printable(probe.split_names[int(splits[position])]),
            label=name(int(labels[position])),
            looks_like=name(int(evidence.looks_like[position])),
            score=float(scores[position]),
            why=reasons(evidence, position),
            verdict=words.get(position, ""),
        )
        for position in order_of(scores, verdicts)[:top].tolist()
    ]


def encode_csv(suspects: list[Suspect]) -> bytes:
    """Write suspects as CSV, ``COLUMNS``; the last is to be filled with one of ``VERDICTS``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for suspect in suspects:
        cells = (_plain(suspect.split), _plain(suspect.label), _plain(suspect.looks_like))
        writer.writerow([suspect.id, *cells, f"{suspect.score:.4f}", suspect.why, suspect.verdict])
    return text.getvalue().encode()


def _printable(name: str) -> str:
    """Keep control characters of a log's names from the terminal, and tabs and line ends from the listing."""
    return "".join(letter if letter.isprintable() else " " for letter in name)


def _plain(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name


def decode_verdicts(content: bytes, reader: ProbeReader) -> dict[int, bool]:
    """Read judgements, position -> whether suspicious, from CSV with the columns id and verdict, and split where an id is in several.

    Rows without a verdict are passed over; of two judgements of one sample the later counts.

    Raises
    ------
    InvalidData : the file has other columns, another verdict, or a sample that is not in the probe set.
    """
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        lacking = {"id", "verdict"} - set(rows.fieldnames or ())
        if lacking:
            raise InvalidData(
                f"expected a CSV of judgements with the columns id and verdict, got {list(rows.fieldnames or ())}; name them so"
            )
        given = [(line, row) for line, row in enumerate(rows, 2) if (row["verdict"] or "").strip()]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidData(f"expected a CSV of judgements in UTF-8, got something else ({error}); save it as one") from error
    probe = reader.probe()
    places = _Places(reader.ids(probe), reader.splits(probe), probe.split_names)
    verdicts = {}
    for line, row in given:
        word = (row["verdict"] or "").strip().lower()
        if word not in VERDICTS:
            raise InvalidData(
                f"expected the verdict {' or '.join(VERDICTS)} in line {line}, got {word[:40]!r}; write one, or leave it empty"
            )
        verdicts[places.find(row["id"] or "", row.get("split") or "", line)] = VERDICTS[word]
    return verdicts


class _Places:
    """Finds samples by their id, and their split where ids are not enough."""

    def __init__(self, ids: NDArray[np.int32], splits: NDArray[np.uint8], split_names: tuple[str, ...]) -> None:
        self._ids, self._splits = ids, splits
        self._numbers = {_plain(_printable(name)): number for number, name in enumerate(split_names)}

    def find(self, text: str, split: str, line: int) -> int:
        if not text.strip().isdecimal() or (split and split not in self._numbers):
            raise InvalidData(
                f"expected a sample's id and split in line {line}, got {text[:40]!r} {split[:40]!r}; take those of the listing"
            )
        found = np.flatnonzero(self._ids == int(text))
        if split:
            found = found[self._splits[found] == self._numbers[split]]
        if len(found) != 1:
            what = "none" if not len(found) else f"{len(found)} of them in several splits"
            raise InvalidData(
                f"expected one sample with the id {text.strip()[:20]} of line {line}, found {what}; give id and split as listed"
            )
        return int(found[0])
