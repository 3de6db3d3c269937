"""The only code that touches disk: what training logged, what a fit made of it, and what a fit is doing.

``<run>/plugins/timetravel/<tag>/``::

    probe.json  labels.npy  splits.npy  ids.npy       the samples            dynamics.py
    thumbnails/000000.png  texts/000000.json          pages of 1,024
    columns.json  columns/000.npy  columns/001.json   more about each sample  columns.py
    steps/<step>.<revision>.<digest>.json             a logged step, written after its arrays
    steps/<step>.<revision>.<digest>.<array>.npy      representations, logits, head_weight, head_bias, predictions
    branch.json                                       in a tree of runs      branches.py
    films/<key>/film.json  …                          a fit's result         films.py
    selections.json                                   saved by people        selections.py
    verdicts.json                                     said of labels         verdicts.py
    insight/<key>/insight.json  …                     read of the log        insights.py
    <method>_eval.json  subject_model_eval.json       for other systems      exchange/evaluation.py
    fit.json  fit.log  fit.lock  fit.cancel           a fit at work          status.py
    insight.json  insight.log  …                      the same of a reading for insight
    vectors/<step>.<digest>.npy                       parsed embeddings      projector/

What training did not log, from ``films`` down, lies there or below a directory of one's own: ``places.py`` says where.
Whatever the path, ``files.py`` opens it: a local one by itself, one with a scheme through ``remote.py``.

``reading.py`` opens what was logged there, or else the embeddings that ``add_embedding`` wrote into the run under the same name.
"""

from __future__ import annotations

from tb_timetravel.store.catalog import ProbeLocation, find_probes, probe_directory, tags_of
from tb_timetravel.store.dynamics import DynamicsReader, DynamicsWriter, Snapshot, data_fingerprint
from tb_timetravel.store.films import FilmStore
from tb_timetravel.store.insights import InsightStore
from tb_timetravel.store.matching import Matched, match_samples
from tb_timetravel.store.places import cache_directory, results_directory, set_cache, why_no_fit, why_not_writable
from tb_timetravel.store.reading import ProbeReader, open_reader
from tb_timetravel.store.selections import SelectionsFile
from tb_timetravel.store.status import FitLock, StatusFile
from tb_timetravel.store.verdicts import VerdictsFile

__all__ = [
    "DynamicsReader",
    "DynamicsWriter",
    "FilmStore",
    "FitLock",
    "InsightStore",
    "Matched",
    "ProbeLocation",
    "ProbeReader",
    "SelectionsFile",
    "Snapshot",
    "StatusFile",
    "VerdictsFile",
    "cache_directory",
    "data_fingerprint",
    "find_probes",
    "match_samples",
    "open_reader",
    "probe_directory",
    "results_directory",
    "set_cache",
    "tags_of",
    "why_no_fit",
    "why_not_writable",
]
