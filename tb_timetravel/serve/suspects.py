"""Samples whose labels are likely wrong, ranked with what people said of them; and what a request to say so holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, InvalidData, NotFound, StoreError
from tb_timetravel.insight.suspicion import RANKED_BY, WORDS, Evidence, order_of, reasons, rerank, suspicion
from tb_timetravel.schema import Count, Digest  # noqa: TC001  # msgspec reads them at run time
from tb_timetravel.serve.http import explain
from tb_timetravel.serve.jobs import ProbeRequest
from tb_timetravel.store import InsightStore, VerdictsFile, open_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tb_timetravel.schema import Insight, Probe
    from tb_timetravel.store import ProbeReader

MAX_BODY = 2**21  # bytes: a verdict on each of 80,000 samples
MOST, USUAL = 1000, 200  # suspects in a list
_NAMES = {True: "suspicious", False: "fine"}
_MEANINGS: dict[str | None, bool | None] = {"suspicious": True, "fine": False, None: None}


class VerdictsRequest(ProbeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Verdicts on some samples by position, None takes one back; and the list that is wanted in return."""

    insight: Digest
    verdicts: tuple[tuple[Count, Literal["suspicious", "fine"] | None], ...]
    top: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = USUAL
    split: Annotated[str, msgspec.Meta(max_length=2048)] | None = None


def list_suspects(directory: str, key: str, *, top: int, split: str | None, cannot_save: str | None) -> dict[str, Any]:
    """List the samples whose labels are most likely wrong; verdicts that cannot be read are left out, and the reason is given.

    Parameters
    ----------
    split : only samples of it; of all where None.
    cannot_save : why no verdict may be saved, None where one may.

    Raises
    ------
    NotFound : there is no such insight or split.
    Corrupt : what is stored cannot be read.
    """
    reader = open_reader(directory)
    probe = reader.probe()
    _check_split(probe, split)
    evidence = _read_evidence(InsightStore(directory), key, probe)
    try:
        verdicts = VerdictsFile(directory).read(probe)
    except StoreError as error:  # half written or newer: that must not hide the list, and nothing may overwrite it
        verdicts, cannot_save = {}, cannot_save or explain(error)
    return _describe(reader, probe, evidence, verdicts, top=top, split=split) | {"cannot_save": cannot_save}


def save_verdicts(directory: str, body: VerdictsRequest) -> dict[str, Any]:
    """Save verdicts and list the suspects anew.

    Raises
    ------
    InvalidData : a verdict is on a sample that has no label to judge.
    NotFound, StoreError, OSError : as in `list_suspects` and `VerdictsFile.save`.
    """
    reader = open_reader(directory)
    probe = reader.probe()
    _check_split(probe, body.split)
    evidence = _read_evidence(InsightStore(directory), body.insight, probe)
    changes = {position: _MEANINGS[word] for position, word in body.verdicts}
    labels = np.asarray(reader.labels(probe))
    without = next((position for position in changes if position < probe.n_samples and labels[position] < 0), None)
    if without is not None:
        raise InvalidData(f"expected verdicts on samples that have a label, got one on sample {without}; leave it out")
    verdicts = VerdictsFile(directory).save(changes, probe)
    return _describe(reader, probe, evidence, verdicts, top=body.top, split=body.split) | {"cannot_save": None}


def _check_split(probe: Probe, split: str | None) -> None:
    if split is not None and split not in probe.split_names:
        raise NotFound(f"expected a split of {', '.join(probe.split_names)}; got {split[:40]!r}")


def _read_evidence(store: InsightStore, key: str, probe: Probe) -> Evidence:
    insight = store.insight(key)
    if insight.n_samples != probe.n_samples:
        raise NotFound(f"insight {key} is of {insight.n_samples} samples, {probe.n_samples} are logged now; read the log for insight again")
    if not set(RANKED_BY) <= set(insight.evidence):
        raise Corrupt(f"expected the evidence {', '.join(RANKED_BY)} in insight {key}, found {', '.join(insight.evidence)}; remove it")
    columns = dict(zip(insight.evidence, np.asarray(store.evidence(insight)).T, strict=True))
    return Evidence({name: values for name, values in columns.items() if name in WORDS}, _looks_like(store, insight))


def _looks_like(store: InsightStore, insight: Insight) -> NDArray[np.int32]:
    values = np.asarray(store.column(insight, "looks_like"))
    return np.where(np.isfinite(values), values, -1).astype(np.int32)


def _describe(
    reader: ProbeReader, probe: Probe, evidence: Evidence, verdicts: Mapping[int, bool], *, top: int, split: str | None
) -> dict[str, Any]:
    has_score = ~np.isnan(suspicion(evidence))
    judged = {position: verdict for position, verdict in verdicts.items() if has_score[position]}
    scores = rerank(evidence, judged)
    if split is not None:
        scores = np.where(reader.splits(probe) == probe.split_names.index(split), scores, np.nan).astype(np.float32)
    n_suspicious = sum(verdicts.values())
    return {
        "suspects": [
            {
                "sample": position,
                "score": round(float(scores[position]), 4),
                "looks_like": int(evidence.looks_like[position]),
                "why": reasons(evidence, position),
                "verdict": _NAMES[verdicts[position]] if position in verdicts else None,
            }
            for position in order_of(scores, judged)[:top].tolist()
        ],
        "verdicts": [(position, _NAMES[verdict]) for position, verdict in verdicts.items()],
        "n_verdicts": {"suspicious": n_suspicious, "fine": len(verdicts) - n_suspicious},
    }
