"""Values per sample over a real store and a real TensorBoard application."""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.frame import decode_frame
from tb_timetravel.serve import sample_values
from tb_timetravel.store import FilmStore, probe_directory
from tb_timetravel.store.films import SAMPLE_FIDELITY
from tests.serve.served import FILM, N_SAMPLES, STEPS, Served

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from numpy.typing import NDArray

OF_PROBE = {"run": "digits", "tag": "probe"}


def ask(served: Served, index: int, column: str) -> Any:
    step = served.get("film", **OF_PROBE, film=FILM).json["steps"][index]
    return served.get("sample_values", **OF_PROBE, film=FILM, step=step["step"], v=step["frame"], column=column)


def unpack(content: bytes) -> tuple[NDArray[np.uint8], float]:
    magic, n, low, high = struct.unpack_from("<4sIff", content)
    assert (magic, n, low, len(content)) == (b"TTV1", N_SAMPLES, 0.0, 16 + N_SAMPLES)
    return np.frombuffer(content, np.uint8, offset=16), high


def directory_of(logdir: Path) -> str:
    return probe_directory(str(logdir / "digits"), "probe")


def test_fidelity_is_each_samples_own_for_good(served: Served, logdir: Path):
    stored = np.full((N_SAMPLES, len(SAMPLE_FIDELITY)), 0.5, np.float16)
    stored[:5, 2] = [0.0, 1.0, np.nan, -0.2, 1.2]
    FilmStore(directory_of(logdir)).write_sample_fidelity(FILM, STEPS[1], stored)
    response = ask(served, 1, "continuity")
    values, high = unpack(response.data)
    assert high == 1.0
    assert values[:6].tolist() == [0, 254, 255, 0, 254, 127]
    assert response.headers["Cache-Control"] == "private, max-age=31536000"
    assert set(unpack(ask(served, 1, "trustworthiness").data)[0].tolist()) == {127}


def test_flips_count_up_to_the_step_on_one_scale(served: Served, logdir: Path):
    frames = [decode_frame(next((logdir / "digits").rglob(f"films/{FILM}/{step:012d}.*.frame.gz")).read_bytes()) for step in STEPS]
    changed = np.stack([before.predictions != after.predictions for before, after in itertools.pairwise(frames)])
    assert changed.sum(0).max() == 2  # or the scale would not show
    for index in range(len(STEPS)):
        values, high = unpack(ask(served, index, "flips").data)
        assert high == 2.0
        assert (values / 254 * high).round().tolist() == changed[:index].sum(0).tolist()


def test_the_scale_of_flips_is_worked_out_once_for_all_steps(served: Served, monkeypatch: pytest.MonkeyPatch):
    lengths: list[int] = []
    count = sample_values._count_flips
    monkeypatch.setattr(sample_values, "_count_flips", lambda predictions: lengths.append(len(predictions)) or count(predictions))
    assert len({unpack(ask(served, index, "flips").data)[1] for index in range(len(STEPS))}) == 1
    assert sorted(lengths) == [1, 2, 3, 3]  # each step up to itself, and once all of them


def test_a_film_that_was_not_measured_has_no_fidelity_of_samples(served: Served):
    response = ask(served, 0, "trustworthiness")
    assert response.status_code == 404
    assert "sample_fidelity" in response.json["error"]


def test_damaged_values_are_a_conflict(served: Served, logdir: Path):
    store = FilmStore(directory_of(logdir))
    store.write_sample_fidelity(FILM, STEPS[0], np.zeros((3, len(SAMPLE_FIDELITY)), np.float16))
    assert ask(served, 0, "trustworthiness").status_code == 409
