"""What many people before one TensorBoard share: what is dear to make is made once, and what is kept has an end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tb_timetravel.serve import payloads
from tb_timetravel.serve.kept import Kept
from tests.serve.served import Served, serve, write_events, write_probe

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_samples_are_packed_once_for_all_who_come_at_once(served: Served, monkeypatch: pytest.MonkeyPatch):
    packed, answers = [], []
    pack = payloads.samples
    monkeypatch.setattr(payloads, "samples", lambda *about: packed.append(about) or pack(*about))
    threads = [threading.Thread(target=lambda: answers.append(served.get("samples", run="digits", tag="probe").data)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(packed) == 1
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert answers[0].startswith(b"TTS1")


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
