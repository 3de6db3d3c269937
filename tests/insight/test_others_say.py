"""What other samples say of a label: neighbours by brute force, the probe by fitting once per sample, clusters by their definition."""

from __future__ import annotations

import numpy as np
import pytest

from tb_timetravel.insight.neighborhood import choose_reference, neighbor_votes
from tb_timetravel.insight.probing import held_out_scores
from tb_timetravel.insight.rarity import cluster_rows, principal_plane, rarities


@pytest.mark.parametrize("block", [2**20, 30])
def test_votes_are_those_of_a_search_by_brute_force(block: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.insight.measures._BLOCK", block)
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(40, 5)) + 100, rng.integers(0, 3, 40).astype(np.int32)
    reference = np.arange(0, 40, 2)
    votes = neighbor_votes(x, labels, reference, n_classes=3, n_neighbors=4)
    for i in range(40):
        others = [j for j in reference if j != i]
        near = sorted(others, key=lambda j: np.linalg.norm(x[i] - x[j]))[:4]
        np.testing.assert_allclose(votes[i], np.bincount(labels[near], minlength=3) / 4)


def test_fewer_samples_than_neighbors_vote_all_and_a_sample_alone_has_none():
    x, labels = np.arange(6.0).reshape(3, 2), np.array([0, 1, 1], np.int32)
    np.testing.assert_allclose(neighbor_votes(x, labels, np.arange(3), n_classes=2), [[0, 1], [0.5, 0.5], [0.5, 0.5]])
    np.testing.assert_allclose(neighbor_votes(x, labels, np.array([1]), n_classes=2), [[0, 1], [0, 0], [0, 1]])
    assert not neighbor_votes(x, labels, np.empty(0, int), n_classes=2).any()


def test_only_labelled_candidates_can_be_neighbors_and_of_many_a_seeded_part():
    labels, candidates = np.array([0, -1, 1, 1], np.int32), np.array([True, True, False, True])
    assert choose_reference(labels, candidates, seed=0).tolist() == [0, 3]
    many = choose_reference(np.zeros(12_000, np.int32), np.ones(12_000, bool), seed=0)
    assert len(np.unique(many)) == 10_000
    np.testing.assert_array_equal(many, choose_reference(np.zeros(12_000, np.int32), np.ones(12_000, bool), seed=0))


def test_held_out_scores_are_those_of_fitting_without_each_sample():
    rng = np.random.default_rng(0)
    x, labels, ridge = rng.normal(size=(25, 4)).astype(np.float32), rng.integers(0, 3, 25).astype(np.int32), 0.05
    reference = np.arange(20)
    scores = held_out_scores(x, labels, reference, n_classes=3, ridge=ridge)
    z = np.hstack([(x - x[:20].mean(0)) / x[:20].std(0), np.ones((25, 1))]).astype(float)
    target = np.eye(3)[labels]
    for i in range(25):
        rows = [j for j in reference if j != i]
        weight = np.linalg.solve(z[rows].T @ z[rows] + ridge * 20 * np.eye(5), z[rows].T @ target[rows])
        np.testing.assert_allclose(scores[i], z[i] @ weight, atol=1e-5)


def test_held_out_scores_stay_finite_where_features_do_not_vary_or_are_many():
    labels = np.array([0, 1] * 6, np.int32)
    assert np.isfinite(held_out_scores(np.ones((12, 3)), labels, np.arange(12), n_classes=2)).all()
    wide = np.random.default_rng(0).normal(size=(12, 2000))
    assert np.isfinite(held_out_scores(wide, labels, np.arange(12), n_classes=2)).all()
    assert not held_out_scores(wide, labels, np.array([3]), n_classes=2).any()  # one sample teaches nothing


def test_a_flipped_label_is_contradicted_by_the_held_out_probe_although_a_fit_would_follow_it():
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2
    x = rng.normal(size=(60, 40)) + 2 * truth[:, None]
    labels = truth.copy().astype(np.int32)
    labels[7] = 1 - labels[7]
    scores = held_out_scores(x, labels, np.arange(60), n_classes=2)
    assert scores[7].argmax() == truth[7]


def test_a_way_that_few_take_is_rare():
    rng = np.random.default_rng(0)
    ways = rng.normal(size=(400, 6, 2)).astype(np.float32) * 0.01
    ways[:3] += np.cumsum(np.ones((6, 2)), 0) ** 2  # three samples that accelerate
    for rarity in rarities(ways):
        assert rarity.shape == (400,)
        assert (rarity[:3] > 0.99).all()
        assert rarity[3:].mean() < rarity[:3].mean()


def test_a_single_step_has_no_velocity_and_alike_samples_are_not_rare():
    position, velocity, acceleration = rarities(np.ones((8, 1, 2), np.float32))
    assert not position.any()
    assert not velocity.any()
    assert not acceleration.any()


def test_separate_groups_are_separate_clusters():
    rows = np.repeat(np.array([[0.0, 0], [10, 0], [0, 10]], np.float32), 5, axis=0)
    found = cluster_rows(rows, 3, seed=0).reshape(3, 5)
    assert (found == found[:, :1]).all()
    assert len(np.unique(found)) == 3


def test_the_plane_is_that_of_the_largest_variance():
    x = np.random.default_rng(0).normal(size=(300, 4)) * [1, 5, 0.1, 3]
    middle, directions = principal_plane(x)
    np.testing.assert_allclose(middle, x.mean(0), atol=1e-5)
    assert np.abs(directions[1, 0]) > 0.99
    assert np.abs(directions[3, 1]) > 0.99
    _, line = principal_plane(np.arange(5.0)[:, None])
    assert line.shape == (1, 2)
    assert line[0, 1] == 0
