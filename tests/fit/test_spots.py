from __future__ import annotations

import math

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from tb_timetravel.fit import spots
from tb_timetravel.fit.batches import Batch
from tb_timetravel.fit.decoder import Decoder, DecoderConfig
from tb_timetravel.fit.heads import make_head
from tests.fit.data import drifting_classes, dynamics_of

CONFIG = DecoderConfig(width=16)


def made(n_steps: int = 3, n: int = 90):
    x, heads = drifting_classes(n_steps=n_steps, n=n)
    dynamics, layout = dynamics_of(x, heads), torch.from_numpy(x[:, :, :2])
    return dynamics, layout, Decoder(dynamics, layout, CONFIG)


def batch_of(steps: list[int], where: torch.Tensor) -> Batch:
    nothing = torch.zeros(0)
    return Batch(torch.tensor(steps), nothing, nothing, nothing, where, nothing, nothing)


def test_the_samples_near_a_cell_are_those_that_scikit_learn_finds_nearest_to_its_middle():
    _, layout, decoder = made()
    near = spots.nearest_of_cells(layout, decoder.square)
    assert near.shape == (3, 64, 64, 8)
    for x, y in ((0, 0), (63, 20), (31, 40)):
        middle = decoder.middle + decoder.half * (torch.tensor([x, y]) + 0.5 - 32.0) / 32.0
        square = (layout[2] - decoder.middle) / decoder.half
        at = ((middle - decoder.middle) / decoder.half)[None]
        _, expected = NearestNeighbors(n_neighbors=8).fit(square.numpy()).kneighbors(at.numpy())
        assert near[2, y, x].tolist() == expected[0].tolist()
        assert spots.cells_of(middle[None], decoder.square).tolist() == [[x, y]]


def test_of_many_samples_some_spread_over_all_of_them_are_asked():
    layout = torch.rand(1, 9_000, 2, generator=torch.Generator().manual_seed(0))
    dynamics, _, _ = made(n_steps=1)
    near = spots.nearest_of_cells(layout, Decoder(dynamics, layout, CONFIG).square)
    assert int(near.max()) > 8_900
    assert len(near.unique()) <= 4_000
    fewer = spots.nearest_of_cells(layout[:, :5], Decoder(dynamics, layout[:, :5], CONFIG).square)
    assert fewer.shape[3] == 5


def test_a_cell_rests_where_nothing_near_it_changes_neither_before_nor_after():
    near = torch.stack([torch.tensor([[[0, 1], [2, 3], [4, 5]]]), torch.tensor([[[0, 1], [4, 5], [2, 3]]])])
    # Three cells; the second and the third change what is near to them.
    predictions = torch.zeros(2, 6, dtype=torch.long)
    predictions[1, 3] = 1
    assert spots.resting_cells(near, predictions).tolist() == [[[True, False, False]]]


def test_around_a_spot_is_the_mean_prediction_of_the_samples_near_it():
    dynamics, layout, decoder = made()
    near, head, sharpen = spots.nearest_of_cells(layout, decoder.square), make_head(dynamics, seed=0), torch.full((3, 1, 1), 0.5)
    where = layout[1, :4] + 0.1
    around = spots.predictions_near(dynamics, near, head, sharpen, decoder.square)(torch.tensor([1, 2]), where)
    x, y = spots.cells_of(where, decoder.square).unbind(1)
    expected = torch.stack([(0.5 * dynamics.logits(t))[near[t, y, x].long()].softmax(-1).mean(1) for t in (1, 2)])
    torch.testing.assert_close(around, expected)


def test_a_spot_is_unlike_those_near_by_its_divergence_from_their_prediction():
    around = torch.tensor([[[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]]])
    batch = batch_of([0], torch.zeros(2, 2))._replace(around=around)
    assert abs(float(spots.unlike_those_near(batch, (around + 1e-12).log()))) < 1e-6  # at its least
    uniform = 0.5 * (math.log(3.0) + 0.7 * math.log(0.7) + 0.2 * math.log(0.2) + 0.1 * math.log(0.1) + math.log(3.0))
    torch.testing.assert_close(spots.unlike_those_near(batch, torch.full((1, 2, 3), 1 / 3).log()), torch.tensor(uniform))


def test_a_spot_that_rests_is_held_to_the_next_step_and_one_that_does_not_is_free():
    x, heads = drifting_classes(n_steps=3)
    dynamics, layout = dynamics_of(x[[2, 2, 2]], (heads[0][[2, 2, 2]], heads[1][[2, 2, 2]])), torch.from_numpy(x[[2, 2, 2], :, :2])
    decoder, where = Decoder(dynamics, layout, CONFIG), layout[0, :5]
    square = decoder.square
    held = spots.held_still(dynamics, spots.nearest_of_cells(layout, square), square, CONFIG)  # no prediction changes: all rests
    found = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(0)).log_softmax(-1)
    expected = CONFIG.still_weight * 0.5 * spots.difference(found[:-1], found[1:]).mean()
    torch.testing.assert_close(held(batch_of([0, 1, 2], where), found), expected)
    jumped = CONFIG.still_weight * 0.5 * spots.difference(found[1], found[2]).mean()
    torch.testing.assert_close(held(batch_of([2, 0, 1], where), found), jumped)  # from the last step to the first nothing is held
    all_flip = 100.0 * np.eye(3, dtype=np.float32)[[0, 1, 0]]  # the head's bias: each step has one class
    others = dynamics_of(x[[2, 2, 2]], (heads[0][[2, 2, 2]], all_flip))
    free = spots.held_still(others, spots.nearest_of_cells(layout, square), square, CONFIG)
    assert float(free(batch_of([0, 1, 2], where), found)) == 0.0


def test_the_difference_of_two_predictions_is_their_symmetric_divergence():
    one, other = torch.tensor([[0.2, 0.8]]), torch.tensor([[0.5, 0.5]])
    expected = 0.2 * math.log(0.4) + 0.8 * math.log(1.6) + 0.5 * math.log(2.5) + 0.5 * math.log(0.625)
    torch.testing.assert_close(spots.difference(one.log(), other.log()), torch.tensor([expected]))
    assert float(spots.difference(one, one)) == 0.0
