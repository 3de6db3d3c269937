from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel.errors import FitCancelled, FitError
from tb_timetravel.fit import METHODS, Dynamics
from tb_timetravel.fit.autoencoder import EdgeSampler, TrainingConfig, make_autoencoder, train_on_edges
from tb_timetravel.fit.complexes import Complex
from tb_timetravel.fit.decoder import DecoderConfig
from tb_timetravel.fit.layout import LayoutConfig
from tb_timetravel.fit.methods.deepdebugger import movement, split_steps
from tb_timetravel.fit.methods.dvi import shared_neighbors
from tb_timetravel.fit.methods.umap import turned_onto
from tb_timetravel.schema import METHODS as METHOD_INFOS
from tests.fit.data import drifting_classes, dynamics_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tb_timetravel.fit import Fitted


def settings(*, n_iterations: int, n_batches: int) -> dict[str, dict[str, Any]]:
    """Give settings by method that fit small data in little time."""
    decoder = DecoderConfig(min_batches=n_iterations, max_visits=0, width=32)
    training = TrainingConfig(max_passes=3, max_batches=n_batches, batch_size=256, rate_held=2)
    return {
        "joint": {"layout": LayoutConfig(n_iterations=40), "decoder": decoder},
        "pca": {},
        "dvi": {"training": training},
        "timevis": {"training": replace(training, max_batches=3 * n_batches)},
        "deepdebugger": {"training": replace(training, max_batches=2 * n_batches)},
        "trustvis": {"training": training, "refitting": replace(training, max_batches=n_batches // 2)},
        "umap": {"decoder": decoder},
    }


HAS_UMAP = find_spec("umap") is not None
GOOD, ANY = settings(n_iterations=150, n_batches=20), settings(n_iterations=30, n_batches=4)


class Kept:
    """Stages in memory."""

    def __init__(self) -> None:
        self.arrays: dict[str, dict[str, np.ndarray[Any, Any]]] = {}

    def get(self, name: str) -> dict[str, np.ndarray[Any, Any]] | None:
        return self.arrays.get(name)

    def put(self, name: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self.arrays[name] = dict(arrays)


class PlainUmap:
    """Stands for umap-learn, whose compiling takes longer than all these tests: two features, so that what is around it is tested."""

    def __init__(self, *, n_neighbors: int, min_dist: float, random_state: int) -> None:
        assert n_neighbors >= 2
        assert (min_dist, random_state) == (0.1, 0)

    def fit_transform(self, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return x[:, :2]


@pytest.fixture(autouse=True)
def _plain_umap(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("umap")
    module.UMAP = PlainUmap  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "umap", module)


def easy(n_steps: int = 3, n: int = 90, n_laid_out: int | None = 75) -> Dynamics:
    return dynamics_of(*drifting_classes(n_steps=n_steps, n=n), n_laid_out=n_laid_out)


def fit(name: str, dynamics: Dynamics, stages: Kept | None = None, report: Any = lambda *_: None, settings: dict[str, Any] = ANY) -> Fitted:
    method = METHODS[name]
    return method.fit(dynamics, method.config(**settings[name]), report=report, stages=stages or Kept())


def test_every_method_is_named_for_people_in_the_same_order():
    assert list(METHODS) == [info.method for info in METHOD_INFOS] == list(ANY)
    for info in METHOD_INFOS:
        assert sum(info.stages.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("name", METHODS)
def test_a_fit_places_everybody_where_its_territory_is_right(name: str):
    dynamics = easy()
    fitted = fit(name, dynamics, settings=GOOD)
    assert fitted.embedding.shape == (3, 90, 2)
    assert np.isfinite(fitted.embedding).all()
    predictions = dynamics.predictions
    assert predictions is not None
    positions = torch.from_numpy(fitted.embedding[2])
    agreement = (fitted.decoded_logits(positions, 2).argmax(1) == predictions[2]).float().mean()
    assert float(agreement) > 0.8  # chance: a third
    assert fitted.encode(dynamics.representations(2)[:7], 2).shape == (7, 2)
    back = fitted.decode(positions, 2)
    assert float((back - dynamics.representations(2)).square().mean()) < float(dynamics.representations(2).var())
    assert all(np.isfinite(array).all() for array in fitted.weights.values())


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_gives_the_same_film_also_after_an_interruption(name: str):
    dynamics, reports = easy(n_steps=3, n=40, n_laid_out=32), []
    first = fit(name, dynamics, report=lambda *what: reports.append(what))
    known = next(info.stages for info in METHOD_INFOS if info.method == name)
    order = [list(known).index(stage) for stage, _ in reports]  # a later stage closes the earlier ones
    assert order == sorted(order)
    assert all(0.0 <= share <= 1.0 for _, share in reports)

    kept, left = Kept(), [0.6 * len(reports)]

    def stop(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise FitCancelled("stopped")

    with pytest.raises(FitCancelled):
        fit(name, dynamics, kept, stop)
    torch.manual_seed(1)  # of no consequence
    np.testing.assert_array_equal(fit(name, dynamics, kept).embedding, first.embedding)


def alike(n: int, n_steps: int = 2, d: int = 3) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).normal(size=(n_steps, n, d)).astype(np.float32)


def head(n_classes: int, n_steps: int, d: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    weight = np.random.default_rng(1).normal(size=(n_classes, d)).astype(np.float32)
    return np.stack([weight] * n_steps), np.zeros((n_steps, n_classes), dtype=np.float32)


POOR = {
    "two samples": dynamics_of(alike(2), head(2, 2, 3)),
    "one step": dynamics_of(alike(12, n_steps=1), head(3, 1, 3)),
    "one class": dynamics_of(alike(12), head(1, 2, 3)),
    "no logits": dynamics_of(alike(12)),
    "duplicates": dynamics_of(np.repeat(alike(3), 8, axis=1), head(3, 2, 3)),
    "nothing but one row": dynamics_of(np.ones((2, 12, 3), dtype=np.float32), head(3, 2, 3)),
    "a constant feature": dynamics_of(alike(12) * np.array([1, 1, 0], dtype=np.float32), head(3, 2, 3)),
    "large units": dynamics_of(alike(12) * 1e6 + 1e6, head(3, 2, 3)),
}


@pytest.mark.parametrize("poor", POOR)
@pytest.mark.parametrize("name", METHODS)
def test_poor_data_gives_finite_positions(name: str, poor: str):
    dynamics = POOR[poor]
    fitted = fit(name, dynamics)
    assert fitted.embedding.shape == (dynamics.n_steps, dynamics.n_samples, 2)
    assert np.isfinite(fitted.embedding).all()


@pytest.mark.parametrize(
    ("name", "where"), [("dvi", "step 1"), ("timevis", "all steps"), ("deepdebugger", "segment"), ("trustvis", "step 1")]
)
def test_representations_that_are_no_numbers_stop_a_fit_with_a_sentence(name: str, where: str):
    x = alike(30)
    x[1, 3] = np.inf
    with pytest.raises(FitError, match=f"representations of {where}.* finite"):
        fit(name, dynamics_of(x))


def test_a_loss_that_is_no_number_stops_a_fit_and_is_named():
    model, edges = make_autoencoder(dynamics_of(alike(9)), seed=0), Complex(torch.arange(8), torch.arange(1, 9), torch.ones(8))
    with pytest.raises(FitError, match="the strange loss of step 7 is no finite number"):
        train_on_edges(
            model, torch.zeros(9, 3), edges, lambda batch: {"fine": batch.near.mean(), "strange": batch.near.mean() * torch.nan},
            TrainingConfig(), seed=0, name="step 7", report=lambda _: None,
        )  # fmt: skip


def test_umap_without_umap_learn_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(FitError, match="pip install umap-learn"):
        fit("umap", easy())


@pytest.mark.skipif(not HAS_UMAP, reason="umap-learn is optional")
def test_umap_learn_itself_takes_what_it_is_given():
    code = (
        "import numpy as np; from tests.fit.data import dynamics_of; from tests.fit.test_methods import alike, fit;"
        "assert np.isfinite(fit('umap', dynamics_of(alike(12, n_steps=1))).embedding).all()"
    )
    # without compiling, which would take a minute
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})


def test_a_picture_is_turned_onto_the_one_before_without_scaling():
    before = torch.randn(30, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    angle = torch.tensor(2.0, dtype=torch.float64)
    mirror = torch.stack([torch.stack([angle.cos(), angle.sin()]), torch.stack([angle.sin(), -angle.cos()])])
    torch.testing.assert_close(turned_onto(before @ mirror + 5.0, before), before)
    torch.testing.assert_close(turned_onto(3.0 * before, before).std(0), 3.0 * before.std(0))


def test_segments_share_their_ends_and_end_where_movement_adds_up():
    assert split_steps([1.0, 1.0, 9.0, 1.0, 1.0], 2.5) == [range(3), range(2, 4), range(3, 6)]
    assert split_steps([], 2.5) == [range(1)]
    assert split_steps([1.0, 1.0], 2.5) == [range(3)]
    assert split_steps([9.0, 9.0], 2.5) == [range(2), range(1, 3)]


def test_movement_has_no_unit_and_is_nothing_where_nothing_moves():
    x = alike(40, n_steps=3)
    x[1] = x[0]
    moved, in_other_unit = (movement(dynamics_of(values), lambda _: None) for values in (x, 1000.0 * x))
    assert moved[0] == pytest.approx(0.0, abs=1e-3)
    assert 0.5 < moved[1] < 2.0  # both are draws of one cloud
    assert in_other_unit[1] == pytest.approx(moved[1], rel=1e-3)


def test_shared_neighbours_are_counted_whatever_their_order():
    before = torch.tensor([[1, 2], [0, 2]])
    assert shared_neighbors(before, before.flip(1)) == 1.0
    assert shared_neighbors(before, torch.tensor([[1, 3], [4, 5]])) == 0.25


def test_a_step_where_nothing_is_critical_stays_as_it_was():
    x = alike(12)
    x[1] = x[0]
    fitted = fit("trustvis", dynamics_of(x), settings={"trustvis": ANY["trustvis"] | {"lowest": 0.0}})
    np.testing.assert_array_equal(fitted.embedding[0], fitted.embedding[1])


def test_classes_that_overlap_do_not_blow_the_plane_up():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(1, 300, 32)).astype(np.float32), rng.normal(size=(1, 20, 32)).astype(np.float32)
    fitted = fit("trustvis", dynamics_of(x, (weight, np.zeros((1, 20), np.float32))), settings={"trustvis": {}})
    assert 1 < np.abs(fitted.embedding).max() < 100


def test_edges_are_drawn_as_often_as_their_weight_says():
    weight = torch.tensor([0.0, 1.0, 3.0, 0.0, 4.0])
    drawn = EdgeSampler(weight, seed=0).draw(8000).bincount(minlength=5) / 1000
    assert drawn.tolist() == pytest.approx(weight.tolist(), abs=0.15)
    assert drawn[[0, 3]].tolist() == [0.0, 0.0]
