"""Influence as rows for people, and as CSV; and the sample that they mean by its id."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.insight.judging import plain, printable
from tb_timetravel.insight.source import logits_of

if TYPE_CHECKING:
    from tb_timetravel.insight.influence import Influence
    from tb_timetravel.store import ProbeReader

COLUMNS = ("effect", "id", "split", "label", "predicted", "influence")


@dataclass(frozen=True, kw_only=True)
class Influencer:
    """A training sample that helped or harmed; label and predicted are names of classes, predicted of the last logged step."""

    effect: str  # helps or harms
    id: int
    split: str
    label: str
    predicted: str
    influence: float


def find_sample(reader: ProbeReader, number: int, split: str | None) -> int:
    """Find the position of a sample by its id, and its split where the id is in several.

    Raises
    ------
    NotFound : no sample, or more than one, is called so.
    """
    probe = reader.probe()
    splits, found = reader.splits(probe), np.flatnonzero(reader.ids(probe) == number)
    names = [printable(name) for name in probe.split_names]
    if split is not None:
        found = np.array([position for position in found if names[int(splits[position])] == split], np.int64)
    if len(found) != 1:
        where = "" if split is None else f" in the split {split!r}"
        there = ", ".join(dict.fromkeys(names[int(splits[position])] for position in found[:100]))
        what = "none" if not len(found) else f"{len(found)}, in {there}"
        how = f"choose with --split, one of {', '.join(names)}" if split is None and len(found) else "take its id from the table of the tab"
        raise NotFound(f"expected one sample with the id {number}{where}, found {what}; {how}")
    return int(found[0])


def list_influencers(reader: ProbeReader, found: Influence) -> list[Influencer]:
    """Describe the helpers, then the harmers, strongest first."""
    probe = reader.probe()
    labels, ids, splits = reader.labels(probe), reader.ids(probe), reader.splits(probe)
    rows = [("helps", *pair) for pair in zip(found.helpers.tolist(), found.helper_scores.tolist(), strict=True)]
    rows += [("harms", *pair) for pair in zip(found.harmers.tolist(), found.harmer_scores.tolist(), strict=True)]
    logits = logits_of(reader, reader.read(probe, reader.steps()[-1]))
    return [
        Influencer(
            effect=effect,
            id=int(ids[position]),
            split=printable(probe.split_names[int(splits[position])]),
            label=printable(probe.class_names[int(labels[position])]),
            predicted=printable(probe.class_names[int(logits[position].argmax())]),
            influence=score,
        )
        for effect, position, score in rows
    ]


def encode_influencers(rows: list[Influencer]) -> bytes:
    """Write rows as CSV, ``COLUMNS``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([row.effect, row.id, plain(row.split), plain(row.label), plain(row.predicted), f"{row.influence:.6g}"])
    return text.getvalue().encode()
