from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from tb_timetravel.errors import FitError
from tb_timetravel.fit.basis import shared_basis
from tests.fit.data import dynamics_of


@pytest.mark.parametrize("d", [5, 1500], ids=["few features", "many features"])
def test_the_basis_is_that_of_scikit_learn_over_all_steps(d: int):
    rng = np.random.default_rng(0)
    scale = np.array([9.0, 5.0, *[1.0] * (d - 2)])
    x = (rng.normal(size=(3, 40, d)) * scale + 7.0).astype(np.float32)
    if d > 1000:
        x = (rng.normal(size=(3, 40, 2)) @ rng.normal(size=(2, d)) + 0.01 * rng.normal(size=(3, 40, d))).astype(np.float32)
    mean, basis = shared_basis(dynamics_of(x))
    expected = PCA(2, svd_solver="full").fit(x.reshape(-1, d))
    np.testing.assert_allclose(mean.numpy(), expected.mean_, atol=1e-3)
    np.testing.assert_allclose(np.abs((basis.numpy() * expected.components_.T).sum(0)), 1.0, atol=1e-3)
    assert (basis.numpy()[np.abs(basis.numpy()).argmax(0), [0, 1]] > 0).all()


@pytest.mark.parametrize("d", [5, 1500], ids=["few features", "many features"])
@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_what_is_no_finite_number_is_refused_with_its_step(d: int, value: float):
    x = np.random.default_rng(0).normal(size=(3, 40, d)).astype(np.float32)
    x[1, 7, 2] = value
    with pytest.raises(FitError, match="NaN or infinity in number 2 of the 3 steps"):
        shared_basis(dynamics_of(x))


def test_one_feature_gives_a_line():
    _, basis = shared_basis(dynamics_of(np.random.default_rng(0).normal(size=(2, 9, 1)).astype(np.float32)))
    assert basis.tolist() == [[1.0, 0.0]]
