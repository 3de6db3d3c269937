"""What must hold on a GPU too; skipped where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tb_timetravel.fidelity import spatial_fidelity
from tb_timetravel.fit import METHODS
from tb_timetravel.fit.graph import nearest_neighbors
from tests.fit.data import Step
from tests.fit.test_methods import easy, fit

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.mark.parametrize("name", [name for name in METHODS if name != "umap"])
def test_every_method_fits_on_cuda(name: str):
    dynamics = replace(easy(), device=torch.device("cuda"))
    fitted = fit(name, dynamics)
    assert np.isfinite(fitted.embedding).all()
    assert dynamics.predictions is not None
    drawn = fitted.decoded_logits(torch.from_numpy(fitted.embedding[2]).cuda(), 2).argmax(1)
    assert float((drawn == dynamics.predictions[2]).float().mean()) > 0.8


@pytest.mark.parametrize("logged", ["logits without the head", "labels alone", "representations alone"])
def test_the_default_fits_on_cuda_whatever_was_logged(logged: str):
    known = easy()
    labels = np.arange(known.n_samples, dtype=np.int32) % 3
    steps = [Step(step.representations, step.logits if "logits" in logged else None) for step in known.steps]
    kinds = 0 if logged == "representations alone" else 3
    dynamics = replace(known, steps=steps, labels=labels if kinds else known.labels, n_classes=kinds, device=torch.device("cuda"))
    fitted = fit("joint", dynamics)
    assert np.isfinite(fitted.embedding).all()
    assert (fitted.head is None) == (kinds == 0)


def test_the_default_fits_a_single_step_on_cuda():
    known = easy()
    fitted = fit("joint", replace(known, steps=known.steps[:1], device=torch.device("cuda")))
    assert fitted.embedding.shape == (1, known.n_samples, 2)
    assert np.isfinite(fitted.embedding).all()


def test_neighbours_and_measures_are_those_of_the_cpu():
    x = torch.randn(700, 40, generator=torch.Generator().manual_seed(0))
    z = x[:, :2] + 0.1
    for one, other in zip(nearest_neighbors(x, 10), nearest_neighbors(x.cuda(), 10), strict=True):
        torch.testing.assert_close(other.cpu(), one, rtol=1e-4, atol=1e-3)
    one, other = spatial_fidelity(x, z, n_neighbors=10), spatial_fidelity(x.cuda(), z.cuda(), n_neighbors=10)
    torch.testing.assert_close(other.trustworthiness.cpu(), one.trustworthiness, rtol=1e-4, atol=1e-4)
