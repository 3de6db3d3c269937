"""Pairs of samples, from log to film: distances, recall and events, against plain loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_distances, euclidean_distances

from tb_timetravel import TimeTravel
from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.insight.events import StepState, step_events
from tb_timetravel.pipeline.pairs import Pairs, pair_distances
from tb_timetravel.store import DynamicsReader, probe_directory
from tb_timetravel.store.pairs import read_partners

if TYPE_CHECKING:
    from pathlib import Path

N, D = 40, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, D)).astype(np.float32)
PARTNERS = np.concatenate([np.arange(20) + 20, np.arange(20)])
PARTNERS[[3, 23]] = -1
EVERYBODY = {"all": np.arange(N)}


def test_partners_come_back_as_they_were_logged_and_are_a_column_to_everybody_else(tmp_path: Path):
    TimeTravel(str(tmp_path), pairs=PARTNERS, columns={"age": np.arange(N)}).log_arrays(0, X)
    reader = DynamicsReader(probe_directory(str(tmp_path), "probe"))
    probe = reader.probe()
    found = read_partners(reader, probe)
    assert found is not None
    np.testing.assert_array_equal(found, PARTNERS)
    assert [info.name for info in reader.columns(probe)] == ["partner", "age"]


def test_a_log_without_pairs_has_no_partners(tmp_path: Path):
    TimeTravel(str(tmp_path)).log_arrays(0, X)
    reader = DynamicsReader(probe_directory(str(tmp_path), "probe"))
    assert read_partners(reader, reader.probe()) is None


def test_a_partner_that_is_no_sample_is_not_followed(tmp_path: Path):
    TimeTravel(str(tmp_path), pairs=PARTNERS).log_arrays(0, X)
    directory = probe_directory(str(tmp_path), "probe")
    np.save(f"{directory}/columns/000.npy", np.full(N, 1e9))
    reader = DynamicsReader(directory)
    with pytest.raises(Corrupt, match="none of 40 samples"):
        read_partners(reader, reader.probe())


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([1, 2], "expected pairs as positions of other samples, from 0 to 1"),
        ([0, 1], "got 0 for sample 0"),
        ([-1, None], "expected a partner of at least one sample"),
        ([0.5, 1.0], "expected pairs as positions of shape"),
    ],
)
def test_pairs_are_positions_of_other_samples(tmp_path: Path, pairs: list[float], words: str):
    with pytest.raises(InvalidData, match=words):
        TimeTravel(str(tmp_path / "run"), pairs=pairs)


def test_distances_are_those_of_scikit_learn():
    found = pair_distances(X, PARTNERS)
    for sample, partner in enumerate(PARTNERS.tolist()):
        if partner < 0:
            assert np.isnan(found[sample]).all()
            continue
        for at, distance in enumerate((euclidean_distances, cosine_distances)):
            assert found[sample, at] == pytest.approx(distance(X[[sample]], X[[partner]])[0, 0], abs=1e-5)


def test_recall_counts_whose_nearest_on_the_other_side_is_the_partner():
    noisy = X.copy()
    noisy[20:] = X[:20] + RNG.normal(size=(20, D)) * 0.6
    pairs = Pairs(PARTNERS, [noisy], EVERYBODY)
    hits = []
    for sample, partner in enumerate(PARTNERS.tolist()):
        side = [p for s, p in enumerate(PARTNERS.tolist()) if p >= 0 and (s < p) == (sample < partner)]
        if partner >= 0:
            far = cosine_distances(noisy[[sample]], noisy[side])[0]
            hits.append(side[int(far.argmin())] == partner)
    first, second = np.mean(hits[:19]), np.mean(hits[19:])
    assert pairs.scores(0)["recall_at_1"]["all"] == pytest.approx((first + second) / 2)
    assert 0.2 < first < 1.0  # or it would tell nothing


def test_recall_is_one_where_partners_are_alike_and_chance_where_nothing_is_known():
    alike = np.concatenate([X[:20], X[:20]])
    assert Pairs(PARTNERS, [alike], EVERYBODY).scores(0)["recall_at_1"]["all"] == 1.0
    partners = np.concatenate([np.arange(500) + 500, np.arange(500)])
    noise = Pairs(partners, [RNG.normal(size=(1000, 3)).astype(np.float32)], {"all": np.arange(1000)})
    (metric,) = noise.metrics
    assert metric.chance["all"] == pytest.approx(1 / 500)
    assert noise.scores(0)["recall_at_1"]["all"] < 0.02
    assert Pairs(partners, [], {"none": np.arange(0)}).metrics[0].chance["none"] is None


def test_pairs_that_come_together_or_go_apart_much_more_than_others_are_events():
    after = X.copy()
    after[0] = after[20]  # 0 and 20 meet
    after[1] = after[1] + 30
    states = [StepState(step, representations=x, partners=PARTNERS) for step, x in enumerate((X, after))]
    first, second = step_events(states, np.full(N, -1, np.int32), final=states[-1])
    assert first.counts["closer_pair"] == first.counts["farther_pair"] == 0
    change = pair_distances(after, PARTNERS)[:, 0] - pair_distances(X, PARTNERS)[:, 0]
    mean, bound = np.nanmean(change), 2 * np.nanstd(change)
    assert second.samples["farther_pair"].tolist() == np.flatnonzero(change > mean + bound).tolist() == [1, 21]
    assert second.samples["closer_pair"].tolist() == np.flatnonzero(change < mean - bound).tolist()
