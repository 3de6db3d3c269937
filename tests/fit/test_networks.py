from __future__ import annotations

import torch

from tb_timetravel.fit.networks import PlaneNetwork


def network(n_samples: int = 1024, n_steps: int = 3) -> PlaneNetwork:
    return PlaneNetwork(5, n_steps, n_samples=n_samples, generator=torch.Generator().manual_seed(0), width=16)


def test_the_finest_grid_has_at_most_four_nodes_for_each_sample_of_a_step():
    assert network(1024).sizes == [8, 16, 32, 64]
    assert network(1023).sizes == [8, 16, 32]
    assert network(3).sizes == [8]  # but there is one


def test_a_position_moves_the_values_around_it_at_its_step_and_no_others():
    plane = network()
    plane(torch.tensor([[[0.3, -0.23]]]), torch.tensor([1])).sum().backward()
    assert [grid.grad is None for grid in plane.grids] == [True, False, True]
    for size, part in zip(plane.sizes, plane.grids[1].grad.split([size * size for size in plane.sizes]), strict=True):
        moved = part.view(size, size, -1).abs().sum(2) > 0
        assert int(moved.sum()) == 4
        node = moved.nonzero().double().mean(0) / (size - 1) * 2 - 1  # the middle of the four, rows along y
        torch.testing.assert_close(node, torch.tensor([-0.23, 0.3], dtype=torch.double), atol=1.0 / (size - 1), rtol=0.0)


def test_beyond_the_grids_their_edge_is_read():
    plane, steps = network(), torch.tensor([0])
    read = []
    plane.mlp.hidden[0].register_forward_pre_hook(lambda _, inputs: read.append(inputs[0][..., 2:]))
    plane(torch.tensor([[[1.0, 0.5], [7.0, 0.5]]]), steps)
    torch.testing.assert_close(read[0][0, 0], read[0][0, 1])


def test_grids_of_all_steps_in_one_tensor_are_read_as_those_of_each_and_take_its_changes():
    plane, steps = network(), torch.tensor([2, 0])
    u = torch.rand(2, 9, 2, generator=torch.Generator().manual_seed(1)) * 2.4 - 1.2
    apart, values = plane(u, steps), plane.values()
    apart.square().sum().backward()
    with plane.joined() as grids:
        joined = plane(u, steps)
        torch.testing.assert_close(joined, apart)
        joined.square().sum().backward()
        assert not grids.grad[1].any()
        for t in (0, 2):
            torch.testing.assert_close(plane.grids[t].grad.T, grids.grad[t])
        with torch.no_grad():
            grids[2] *= 3.0
    torch.testing.assert_close(plane.values(), values * torch.tensor([1.0, 1.0, 3.0])[:, None, None])


def test_reading_out_through_an_affine_map_is_the_map_of_what_is_read_out():
    plane, steps, generator = network(), torch.tensor([2, 0]), torch.Generator().manual_seed(1)
    torch.nn.init.normal_(plane.mlp.offset, generator=generator)
    u, weight, bias = (torch.randn(*shape, generator=generator) for shape in ((2, 7, 2), (2, 4, 5), (2, 4)))
    hidden = plane.last_hidden(u.tanh(), steps)
    expected = plane(u.tanh(), steps) @ weight.transpose(1, 2) + bias[:, None]
    torch.testing.assert_close(plane.mlp.read_out_through(hidden, steps, weight, bias), expected)
    which = torch.tensor([4, 1])
    torch.testing.assert_close(plane.mlp.read_out(hidden, steps, which), plane(u.tanh(), steps)[..., which])
