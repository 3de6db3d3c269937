"""Sizes far from the usual: a sensible film all the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tb_timetravel.fit import METHODS
from tb_timetravel.fit.decoder import DecoderConfig
from tb_timetravel.fit.layout import LayoutConfig
from tb_timetravel.territory import draw_territory, shared_extent
from tests.fit.data import drifting_classes, dynamics_of
from tests.fit.test_methods import Kept

QUICK = {"layout": LayoutConfig(n_iterations=30), "decoder": DecoderConfig(min_batches=12, max_visits=0, samples_per_batch=32)}


@pytest.mark.parametrize(
    ("n", "d", "n_classes", "n_steps"), [(60, 3, 3, 2), (40, 8192, 3, 2), (1200, 16, 1000, 2), (16, 4, 2, 90)],
    ids=["3 features", "8,192 features", "1,000 classes", "90 steps"],
)  # fmt: skip
def test_an_unusual_size_gives_a_film_with_territories(n: int, d: int, n_classes: int, n_steps: int):
    dynamics = dynamics_of(*drifting_classes(n_steps=n_steps, n=n, d=d, n_classes=n_classes), n_laid_out=n - 8)
    method = METHODS["joint"]
    fitted = method.fit(dynamics, method.config(**QUICK), report=lambda *_: None, stages=Kept())
    assert fitted.embedding.shape == (n_steps, n, 2)
    assert np.isfinite(fitted.embedding).all()
    t = n_steps - 1
    extent = shared_extent(fitted.embedding)
    territory = draw_territory(lambda z: fitted.decoded_logits(z, t), extent, resolution=32, device=torch.device("cpu"))
    assert int(territory.classes.max()) < n_classes
    assert np.unique(territory.classes).size > 1
