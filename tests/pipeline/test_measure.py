from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel import TimeTravel
from tb_timetravel.fidelity import spatial_fidelity, temporal_ranking
from tb_timetravel.fit import METHODS, heads
from tb_timetravel.pipeline import measure as measuring
from tb_timetravel.pipeline.metrics import METRICS
from tb_timetravel.pipeline.source import FitOptions, Source, open_source
from tb_timetravel.store import DynamicsReader, FilmStore, probe_directory
from tb_timetravel.store.films import SAMPLE_FIDELITY
from tb_timetravel.territory import draw_territory, shared_extent

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.fit import Fitted
    from tb_timetravel.schema import MetricInfo, Scores

N_SAMPLES, N_TRAIN, N_CLASSES, N_STEPS, K = 150, 120, 3, 5, 15
KEY = "0123456789abcdef"


@dataclass
class Measured:
    """A film by principal components, and what was measured of it."""

    source: Source
    fitted: Fitted
    films: FilmStore
    steps: list[Scores]
    whole: Scores
    infos: dict[str, MetricInfo]
    progress: list[float]


class _Nowhere:
    def get(self, _: str) -> None:
        return None

    def put(self, *_: Any) -> None:
        pass


def measure_run(
    directory: Path, *, with_logits: bool = True, with_labels: bool = True, n_steps: int = N_STEPS, n_train: int = N_TRAIN
) -> Measured:
    """Log three classes that drift apart, project them and measure that."""
    rng = np.random.default_rng(0)
    labels = np.arange(N_SAMPLES) % N_CLASSES
    centers, noise = rng.normal(size=(N_CLASSES, 6)), rng.normal(size=(N_SAMPLES, 6))
    splits = ["train" if i < n_train else "test" for i in range(N_SAMPLES)]
    film = TimeTravel(str(directory), labels=labels if with_labels else None, splits=splits)
    for step in range(n_steps):
        x = (noise * (0.6 + 0.1 * rng.random((N_SAMPLES, 1))) + centers[labels] * (1 + step)).astype(np.float32)
        weight, bias = centers.astype(np.float32), (-(1 + step) / 2 * (centers**2).sum(1)).astype(np.float32)
        film.log_arrays(step, x, *([x @ weight.T + bias] if with_logits else []), **({"head": (weight, bias)} if with_logits else {}))
    probe = probe_directory(str(directory), "probe")
    source, films = open_source(DynamicsReader(probe), FitOptions(device="cpu")), FilmStore(probe)
    pca = METHODS["pca"]
    fitted = pca.fit(source.dynamics, pca.config(seed=0), report=lambda *_: None, stages=_Nowhere())
    extent, territories, progress = shared_extent(fitted.embedding), [], []
    if fitted.head is not None:
        for t in range(n_steps):
            drawn = draw_territory(lambda z, t=t: fitted.decoded_logits(z, t), extent, resolution=32, device=torch.device("cpu"))
            territories.append(drawn.classes)
    steps, whole, infos, _ = measuring.measure(films, source, KEY, fitted, territories, extent, lambda _, done: progress.append(done))
    return Measured(source, fitted, films, steps, whole, {info.metric: info for info in infos}, progress)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measure_run(tmp_path_factory.mktemp("run"))


def test_every_metric_is_known_at_every_step_and_for_the_film_in_both_splits(measured: Measured):
    of_moves = {"temporal_correlation", "jitter", "territory_flicker"}
    for t, scores in enumerate([*measured.steps, measured.whole]):
        assert set(scores) == {info.metric for info in METRICS}
        for metric, values in scores.items():
            assert set(values) == {"train", "test"}
            assert all((value is None) == (t == 0 and metric in of_moves) for value in values.values()), (t, metric, values)


def test_every_value_lies_in_the_range_that_its_metric_declares_and_is_better_than_chance(measured: Measured):
    for metric, info in measured.infos.items():
        low, high = info.range
        for split, chance in info.chance.items():
            assert chance is not None
            for scores in (*measured.steps, measured.whole):
                value = scores[metric][split]
                assert value is None or (low <= value and (high is None or value <= high))
            value = measured.whole[metric][split]
            assert value is not None
            assert value > chance if info.better == "higher" else value < chance, (metric, split, value, chance)


def test_chance_is_what_arithmetic_says(measured: Measured):
    chance = {metric: info.chance for metric, info in measured.infos.items()}
    assert chance["neighborhood_preservation"] == pytest.approx({"train": 15 / 119, "test": 14 / 29})
    assert chance["trustworthiness"] == chance["continuity"] == {"train": 0.5, "test": 0.5}
    assert chance["temporal_correlation"] == chance["temporal_ranking"] == {"train": 0.0, "test": 0.0}
    assert chance["reconstruction_error"] == {"train": 1.0, "test": 1.0}
    assert chance["prediction_agreement"]["train"] == pytest.approx(1 / N_CLASSES, abs=0.05)


def test_the_values_are_those_of_the_measures(measured: Measured):
    dynamics, t, train = measured.source.dynamics, 2, torch.arange(N_TRAIN)
    x, z = dynamics.representations(t), torch.from_numpy(measured.fitted.embedding)
    spatial = spatial_fidelity(x[train], z[t, train], n_neighbors=K)
    stored = measured.films.sample_fidelity(KEY, t, N_SAMPLES)
    np.testing.assert_allclose(stored[:N_TRAIN, SAMPLE_FIDELITY.index("continuity")], spatial.continuity, atol=1e-3)
    assert not np.isnan(stored).any()
    assert measured.steps[t]["trustworthiness"]["train"] == pytest.approx(float(spatial.trustworthiness.mean()))
    ranking = temporal_ranking(dynamics.rows(torch.arange(N_STEPS), train), z[:, train])
    assert measured.steps[t]["temporal_ranking"]["train"] == pytest.approx(float(ranking[t].nanmean()))
    agreement = (measured.fitted.decoded_logits(z[t], t).argmax(1) == dynamics.logits(t).argmax(1)).float()
    assert measured.steps[t]["prediction_agreement"]["test"] == pytest.approx(float(agreement[N_TRAIN:].mean()))


def test_progress_grows_to_1(measured: Measured):
    assert measured.progress == sorted(measured.progress)
    assert measured.progress[-1] == pytest.approx(1.0)


def test_without_logits_what_needs_the_models_prediction_is_not_defined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heads, "_ITERATIONS", 30)  # whatever the labels' territory looks like
    measured = measure_run(tmp_path, with_logits=False)
    of_predictions = {"prediction_agreement", "confidence_deviation", "boundary_preservation"}
    for metric, values in measured.whole.items():
        assert all((value is None) == (metric in of_predictions) for value in values.values()), metric
        assert all((chance is None) == (metric in of_predictions) for chance in measured.infos[metric].chance.values()), metric
    assert np.isnan(measured.films.sample_fidelity(KEY, 0, N_SAMPLES)[:, SAMPLE_FIDELITY.index("prediction_agreement")]).all()


def test_without_logits_and_labels_there_is_no_territory_to_flicker(tmp_path: Path):
    measured = measure_run(tmp_path, with_logits=False, with_labels=False)
    assert measured.whole["territory_flicker"] == {"train": None, "test": None}
    assert measured.whole["trustworthiness"]["train"] is not None


def test_a_film_of_one_step_has_no_motion(tmp_path: Path):
    measured = measure_run(tmp_path, n_steps=1)
    for metric in ("temporal_correlation", "jitter", "territory_flicker", "temporal_ranking"):
        assert measured.whole[metric] == {"train": None, "test": None}
    assert measured.whole["neighborhood_preservation"]["test"] is not None


@pytest.mark.parametrize("n_test", [1, 2])
def test_a_split_too_small_for_neighbours_still_has_the_rest(tmp_path: Path, n_test: int):
    measured = measure_run(tmp_path, n_train=N_SAMPLES - n_test)
    assert measured.whole["neighborhood_preservation"]["test"] is None
    assert measured.infos["neighborhood_preservation"].chance["test"] is None
    assert measured.whole["prediction_agreement"]["test"] is not None
    assert measured.whole["trustworthiness"]["train"] is not None


def test_of_a_large_split_the_same_random_samples_are_compared_at_every_step(
    measured: Measured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(measuring._MAX_PAIRS, "cpu", 60 * N_TRAIN)
    sampled = measure_run(tmp_path)
    stored = [sampled.films.sample_fidelity(KEY, t, N_SAMPLES) for t in range(N_STEPS)]
    known = ~np.isnan(stored[0][:, 0])
    assert known[:N_TRAIN].sum() == 60
    assert known[N_TRAIN:].all()
    for t in range(N_STEPS):
        np.testing.assert_array_equal(~np.isnan(stored[t][:, 0]), known)
        everyone = measured.films.sample_fidelity(KEY, t, N_SAMPLES)
        np.testing.assert_array_equal(stored[t][known], everyone[known])  # against the whole split, not against each other
        assert not np.isnan(stored[t][:, SAMPLE_FIDELITY.index("prediction_agreement")]).any()
        exact = measured.steps[t]["neighborhood_preservation"]["train"]
        assert sampled.steps[t]["neighborhood_preservation"]["train"] == pytest.approx(exact, abs=0.03)
    assert "Measured on a random 60 of 120 train samples." in sampled.infos["trustworthiness"].description
    assert "random 60" not in sampled.infos["jitter"].description
    assert "random 60" not in measured.infos["trustworthiness"].description
