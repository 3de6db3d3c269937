from __future__ import annotations

import pytest
import torch
from sklearn.metrics.pairwise import paired_euclidean_distances

from tb_timetravel.fidelity import confidence_deviation, prediction_agreement, reconstruction_distance, reconstruction_error


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_prediction_agreement_compares_the_top_classes():
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0], [0.0, 5.0, 2.0], [1.0, 0.0, 0.0]])
    drawn = torch.tensor([[0.3, 0.2, 0.1], [9.0, 1.0, 2.0], [0.0, 0.1, 0.0], [0.0, 0.0, 1.0]])
    assert prediction_agreement(drawn, logits).tolist() == [1.0, 0.0, 1.0, 0.0]
    assert prediction_agreement(logits, logits).tolist() == [1.0] * 4


def test_prediction_agreement_of_classes_dealt_at_random_is_one_in_their_number():
    assert float(prediction_agreement(draw(4000, 5), draw(4000, 5, seed=1)).mean()) == pytest.approx(0.2, abs=0.02)


def test_confidence_deviation_is_about_the_class_that_the_model_predicts():
    logits = torch.tensor([[0.0, 0.0, 0.0], [0.6, 0.3, 0.1], [0.5, 0.25, 0.25]]).clamp_min(1e-9).log()
    drawn = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.5, 0.4, 0.1]]).log()
    torch.testing.assert_close(confidence_deviation(drawn, logits), torch.tensor([1 / 3 - 0.2, 0.5, 0.0]))


def test_confidence_deviation_ignores_a_common_shift_of_logits():
    torch.testing.assert_close(
        confidence_deviation(draw(50, 4) + 7.0, draw(50, 4, seed=1) - 3.0), confidence_deviation(draw(50, 4), draw(50, 4, seed=1))
    )
    assert float(confidence_deviation(draw(50, 4), draw(50, 4)).max()) == 0.0


def test_reconstruction_error_is_0_for_a_copy_and_1_for_the_mean():
    x = draw(200, 9)
    assert float(reconstruction_error(x, x).mean()) == 0.0
    assert float(reconstruction_error(x.mean(0).expand_as(x), x).mean()) == pytest.approx(1.0, abs=1e-4)


def test_reconstruction_error_is_that_of_a_hand():
    x = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]])  # variances 1 and 4: mean 2.5
    decoded = x + torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
    torch.testing.assert_close(reconstruction_error(decoded, x), torch.tensor([0.0, 0.5, 2.0, 2.5]) / 2.5)


def test_reconstruction_error_does_not_depend_on_unit_and_origin():
    x, decoded = draw(50, 6), draw(50, 6, seed=1)
    torch.testing.assert_close(
        reconstruction_error(3.0 * decoded + 5.0, 3.0 * x + 5.0), reconstruction_error(decoded, x), rtol=1e-4, atol=0
    )


def test_reconstruction_error_is_not_defined_where_all_representations_are_equal():
    assert bool(reconstruction_error(draw(5, 3), torch.ones(5, 3)).isnan().all())


def test_reconstruction_distance_is_that_of_pairs_in_units_of_the_representation():
    x, decoded = draw(50, 6), draw(50, 6, seed=1)
    found = reconstruction_distance(decoded, x)
    torch.testing.assert_close(found, torch.from_numpy(paired_euclidean_distances(decoded, x)), check_dtype=False)
    torch.testing.assert_close(reconstruction_distance(3.0 * decoded + 5.0, 3.0 * x + 5.0), 3.0 * found)
    assert float(reconstruction_distance(x, x).max()) == 0.0
    assert reconstruction_distance(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2)).tolist() == [5.0]
