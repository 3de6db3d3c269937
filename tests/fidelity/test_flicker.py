from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from tb_timetravel.fidelity import territory_flicker, territory_flickers

G, EXTENT = 32, (-3.0, 3.0, -2.0, 4.0)


def draw_positions(n: int, *, seed: int) -> torch.Tensor:
    unit = torch.rand(n, 2, generator=torch.Generator().manual_seed(seed))
    return torch.tensor([-3.0, -2.0]) + 6.0 * unit.square()  # denser in one corner


def draw_classes(*, seed: int, g: int = G) -> torch.Tensor:
    return torch.randint(0, 4, (g, g), generator=torch.Generator().manual_seed(seed))


def brute_rests(positions: torch.Tensor, flipped: torch.Tensor, g: int) -> np.ndarray:
    cells = ((positions.numpy() - np.array([-3.0, -2.0])) / 6.0 * g).astype(int)[:, ::-1]  # row, column
    rows, columns = np.mgrid[:g, :g]
    at = np.stack([rows.ravel(), columns.ravel()], 1)
    search = NearestNeighbors(metric="chebyshev").fit(cells)
    reach = search.kneighbors(at, n_neighbors=5)[0][:, -1]
    inside = NearestNeighbors(metric="chebyshev").fit(cells).radius_neighbors(at, radius=g, return_distance=True)
    rests = [not flipped.numpy()[i[d <= r]].any() for d, i, r in zip(*inside, reach, strict=True)]
    return np.array(rests).reshape(g, g)


@pytest.mark.parametrize("g", [G, G + 1])
def test_it_is_the_change_where_scikit_learns_nearest_samples_kept_their_prediction(g: int):
    before, after = draw_positions(80, seed=0), draw_positions(80, seed=1)
    flipped = torch.arange(80) % 27 == 0
    classes = draw_classes(seed=2, g=g), draw_classes(seed=3, g=g)
    rests = brute_rests(before, flipped, g) & brute_rests(after, flipped, g)
    assert 0.1 < rests.mean() < 0.9
    expected = (classes[0] != classes[1]).numpy()[rests].mean()
    assert territory_flicker(classes, (before, after), flipped, EXTENT).share == pytest.approx(expected)


def test_steps_measured_at_once_are_those_measured_pair_by_pair():
    positions = torch.stack([draw_positions(60, seed=t) for t in range(4)])
    classes = torch.stack([draw_classes(seed=10 + t) for t in range(4)])
    flipped = torch.stack([torch.arange(60) % (13 + 9 * t) == 0 for t in range(2)] + [torch.ones(60, dtype=torch.bool)])
    found = territory_flickers(classes, positions, flipped, EXTENT)
    pairs = [((classes[t], classes[t + 1]), (positions[t], positions[t + 1]), flipped[t], EXTENT) for t in range(3)]
    assert found == [territory_flicker(*pair) for pair in pairs]
    assert found[2].share is None
    assert found[0].share != found[1].share


def test_a_territory_that_stays_is_perfect_and_one_dealt_anew_is_chance():
    at, nobody = draw_positions(50, seed=0), torch.zeros(50, dtype=torch.bool)
    classes = draw_classes(seed=1)
    assert territory_flicker((classes, classes), (at, at), nobody, EXTENT).share == 0.0
    dealt = classes.flatten()[torch.randperm(G * G, generator=torch.Generator().manual_seed(2))].view(G, G)
    flicker = territory_flicker((classes, dealt), (at, at), nobody, EXTENT)
    assert flicker.chance == pytest.approx(0.75, abs=0.01)  # four classes of about equal size
    assert flicker.share == pytest.approx(flicker.chance, abs=0.05)


def test_four_samples_in_a_grid_of_four_cells_score_what_a_hand_computes():
    at, nobody = torch.tensor([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5]]), torch.zeros(4, dtype=torch.bool)
    before, after = torch.tensor([[0, 0], [1, 1]]), torch.tensor([[0, 1], [1, 1]])
    flicker = territory_flicker((before, after), (at, at), nobody, (0.0, 2.0, 0.0, 2.0))
    assert (flicker.share, flicker.chance) == (0.25, 0.5)  # 1 - (½ · ¼ + ½ · ¾)
    one = torch.tensor([True, False, False, False])  # with fewer than five samples, each is among the nearest of every cell
    flicker = territory_flicker((before, after), (at, at), one, (0.0, 2.0, 0.0, 2.0))
    assert (flicker.share, flicker.chance) == (None, None)


def test_less_than_a_thousandth_of_the_cells_is_no_share_of_the_territory():
    g, n_cells = 64, 64 * 64
    x, y = torch.meshgrid(torch.arange(g), torch.arange(g), indexing="xy")
    at = torch.stack([x.flatten(), y.flatten()], 1) + 0.5  # a sample in every cell
    at = at.repeat_interleave(5, 0)  # and its five nearest with it
    before, after = torch.zeros(g, g, dtype=torch.long), torch.ones(g, g, dtype=torch.long)
    for n_resting, expected in ((4, None), (5, 1.0)):  # of 4,096
        flipped = torch.arange(n_cells) >= n_resting
        flicker = territory_flicker((before, after), (at, at), flipped.repeat_interleave(5), (0.0, g, 0.0, g))
        assert flicker.share == expected


def test_change_beside_a_changed_prediction_is_no_flicker():
    # six samples in each half; the left half changes class, and so do its samples
    at = torch.tensor([[x, y] for x in (-2.0, 2.0) for y in (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0)])
    before, after = torch.zeros(G, G, dtype=torch.long), torch.zeros(G, G, dtype=torch.long)
    after[:, : G // 4] = 1
    assert (territory_flicker((before, after), (at, at), torch.arange(12) < 6, EXTENT).share or 0.0) < 0.02
    assert territory_flicker((before, after), (at, at), torch.zeros(12, dtype=torch.bool), EXTENT).share == 0.25


def test_a_cell_that_holds_enough_samples_asks_no_other_cell():
    # five samples that kept their prediction in the middle of five by five cells, five that changed it in the cell beside
    at = torch.tensor([[2.5, 2.5]] * 5 + [[3.5, 2.5]] * 5)
    before, after = torch.zeros(5, 5, dtype=torch.long), torch.zeros(5, 5, dtype=torch.long)
    after[2, 2] = 1
    assert (territory_flicker((before, after), (at, at), torch.arange(10) >= 5, (0.0, 5.0, 0.0, 5.0)).share or 0.0) > 0.0


def test_a_sample_outside_the_grid_counts_in_the_cell_at_the_edge():
    at, flipped = draw_positions(80, seed=0), torch.arange(80) % 27 == 0
    inside = torch.stack([at[:, 0].clamp(-2.0, 2.0), at[:, 1].clamp(-1.0, 3.0)], 1)
    outside, extent = torch.where(inside == at, at, at + 10.0 * (at - inside)), (-2.0, 2.0, -1.0, 3.0)
    edge = torch.stack([outside[:, 0].clamp(-1.99, 1.99), outside[:, 1].clamp(-0.99, 2.99)], 1)
    classes = draw_classes(seed=2), draw_classes(seed=3)
    assert float((outside != edge).float().mean()) > 0.1
    expected = territory_flicker(classes, (edge, edge), flipped, extent)
    assert expected.share is not None
    assert territory_flicker(classes, (outside, outside), flipped, extent) == expected


def test_the_unit_of_the_plane_and_the_order_of_samples_do_not_matter():
    before, after, flipped = draw_positions(80, seed=0), draw_positions(80, seed=1), torch.arange(80) % 27 == 0
    classes, order = (draw_classes(seed=2), draw_classes(seed=3)), torch.randperm(80, generator=torch.Generator().manual_seed(4))
    expected = territory_flicker(classes, (before, after), flipped, EXTENT)
    assert territory_flicker(classes, (before[order], after[order]), flipped[order], EXTENT) == expected
    extent = tuple(4.0 * side + 8.0 for side in EXTENT)
    assert territory_flicker(classes, (4.0 * before + 8.0, 4.0 * after + 8.0), flipped, extent) == expected
