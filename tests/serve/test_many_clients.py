"""What many people before one TensorBoard share: what is dear to make is made once, and what is kept has an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tb_timetravel.serve import payloads, routes
from tb_timetravel.serve.kept import Kept
from tests.serve.crowd import Counted, at_once
from tests.serve.served import FILM, Served, serve, write_events, write_probe

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_samples_are_packed_once_for_all_who_come_at_once(served: Served, monkeypatch: pytest.MonkeyPatch):
    packed: list[object] = []
    pack = payloads.samples
    monkeypatch.setattr(payloads, "samples", lambda *about: packed.append(about) or pack(*about))
    answers = [response.data for response in at_once(lambda: served.get("samples", run="digits", tag="probe"))]
    assert len(packed) == 1
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert answers[0].startswith(b"TTS1")


def test_values_of_a_step_are_packed_once_for_all_who_come_at_once(served: Served, monkeypatch: pytest.MonkeyPatch):
    counted = Counted(routes.pack_column)
    monkeypatch.setattr(routes, "pack_column", counted)
    step = served.get("film", run="digits", tag="probe", film=FILM).json["steps"][0]
    asked = {"run": "digits", "tag": "probe", "film": FILM, "step": step["step"], "v": step["frame"], "column": "flips"}
    answers = at_once(lambda: served.get("sample_values", **asked))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert counted.at_work == [1]
    assert len({answer.data for answer in answers}) == 1
    served.get("sample_values", **{**asked, "column": "continuity"})
    assert counted.at_work == [1, 1]  # another question is worked out


def test_samples_of_each_probe_set_are_its_own(tmp_path: Path):
    for kind in ("image", "text"):
        write_events(tmp_path / kind)
        write_probe(tmp_path / kind, kind=kind)
    served = serve(tmp_path)
    versions = [served.get("run", run=kind, tag="probe").json["samples"] for kind in ("image", "text")]
    for kind, version in zip(("image", "text"), versions, strict=True):
        assert served.get("samples", run=kind, tag="probe", v=version).status_code == 200
    assert served.get("samples", run="image", tag="probe", v=versions[1]).status_code == 404


def test_no_more_answers_are_kept_than_was_said_and_the_oldest_goes_first():
    kept: Kept[int] = Kept(2)
    made = []
    for key in (1, 2, 1, 3, 1, 2):
        assert kept.get(key, lambda key=key: made.append(key) or 10 * key) == 10 * key
    assert made == [1, 2, 3, 2]  # 2 made room for 3, as 1 had been asked for since
