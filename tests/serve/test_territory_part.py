"""Parts of a territory against the fit's own decoder, and over a real store."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel.fit.networks import PlaneNetwork
from tb_timetravel.frame import decode_frame
from tb_timetravel.serve import territory_part
from tb_timetravel.serve.territory_part import _classify, _logits
from tb_timetravel.store import DynamicsReader, DynamicsWriter, FilmStore, Snapshot, probe_directory
from tb_timetravel.territory import draw_territory
from tests.serve.crowd import Counted, at_once
from tests.serve.served import FILM, N_CLASSES, N_FEATURES, N_SAMPLES, PREVIEW, STEPS, Served, serve, write_film, write_probe

if TYPE_CHECKING:
    from pathlib import Path

OF_PROBE = {"run": "digits", "tag": "probe"}
WINDOW = (-0.5, 0.25, -1.0, 1.5)


def network_weights(n_steps: int = 3) -> tuple[PlaneNetwork, dict[str, np.ndarray[Any, Any]]]:
    """Make a decoder that no step shares much with another, and name its weights as the fit does."""
    generator = torch.Generator().manual_seed(3)
    network = PlaneNetwork(N_FEATURES, n_steps, n_samples=300, generator=generator, width=16)
    for parameter in network.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.7
    weights = {f"mlp.{name}": value.numpy() for name, value in network.mlp.state_dict().items()}
    weights |= {"grids": network.values().numpy(), "sizes": np.array(network.sizes)}
    weights |= {"middle": np.array([0.1, -0.2], np.float32), "half": np.array([0.6, 1.1], np.float32)}
    rng = np.random.default_rng(0)
    weights |= {"center": rng.normal(size=(n_steps, 1, N_FEATURES)).astype(np.float32)}
    weights |= {"scale": rng.uniform(0.5, 2.0, (n_steps, 1, 1)).astype(np.float32)}
    return network, weights


def head(seed: int = 1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N_CLASSES, N_FEATURES)).astype(np.float32), rng.normal(size=N_CLASSES).astype(np.float32)


@pytest.mark.parametrize("step", [0, 2])
def test_the_decoder_is_the_one_that_was_fitted_also_beyond_its_grids(step: int):
    network, weights = network_weights()
    weight, bias = head()
    bias -= weights["center"][step, 0] @ weight.T  # or one class may lead everywhere

    def logits_at(z: torch.Tensor) -> torch.Tensor:
        u = (z - torch.from_numpy(weights["middle"])) / torch.from_numpy(weights["half"])
        with torch.no_grad():
            x = network(u[None], torch.tensor([step]))[0] * weights["scale"][step].item() + torch.from_numpy(weights["center"][step])
        return x @ torch.from_numpy(weight).T + torch.from_numpy(bias)

    ours = _classify(_logits(weights, (weight, bias), step), WINDOW, 64, N_CLASSES)
    theirs = draw_territory(logits_at, WINDOW, resolution=64, device=torch.device("cpu"))
    assert len(np.unique(theirs.classes)) > 1
    assert (ours.classes == theirs.classes).mean() > 0.999
    assert np.abs(ours.margins.astype(int) - theirs.margins).max() <= 1


def test_principal_components_decode_by_their_basis():
    rng = np.random.default_rng(2)
    basis, center = rng.normal(size=(N_FEATURES, 2)).astype(np.float32), rng.normal(size=N_FEATURES).astype(np.float32)
    weight, bias = head()
    z = rng.normal(size=(5, 2)).astype(np.float32)
    expected = (center + z @ basis.T) @ weight.T + bias
    assert _logits({"basis": basis, "center": center}, (weight, bias), 0)(z) == pytest.approx(expected, abs=1e-4)


@pytest.fixture
def refinable(logdir: Path) -> Served:
    """A film whose decoder is stored, of a run whose head was logged."""
    directory = probe_directory(str(logdir / "digits"), "probe")
    rng = np.random.default_rng(5)
    for step in STEPS:
        representations = rng.normal(size=(N_SAMPLES, N_FEATURES)).astype(np.float32)
        DynamicsWriter(directory).write_step(Snapshot(step, representations, None, head(step)), wall_time=1.0)
    write_film(directory, created_at=3e9)
    FilmStore(directory).write_visualizer(FILM, network_weights()[1])
    return serve(logdir)


def ask(served: Served, **changes: object) -> Any:
    step = served.get("film", **OF_PROBE, film=FILM).json["steps"][1]
    corners = dict(zip(("x_min", "x_max", "y_min", "y_max"), WINDOW, strict=True))
    given = {**OF_PROBE, "film": FILM, "step": step["step"], "v": step["frame"], "resolution": 32, **corners, **changes}
    return served.get("territory_part", **given)


def test_a_part_is_a_frame_of_the_window_for_good(refinable: Served, logdir: Path):
    response = ask(refinable)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, max-age=31536000"
    frame = decode_frame(gzip.compress(response.data))  # the client has unpacked it
    assert frame.positions.shape == (0, 2)
    reader = DynamicsReader(probe_directory(str(logdir / "digits"), "probe"))
    logged = reader.read(reader.probe(), reader.steps()[1]).head
    assert logged is not None
    assert frame.territory is not None
    assert (frame.territory.classes == _classify(_logits(network_weights()[1], logged, 1), WINDOW, 32, N_CLASSES).classes).all()
    assert refinable.get("film", **OF_PROBE, film=FILM).json["refinable"] is True


def test_parts_are_drawn_for_one_client_at_a_time(refinable: Served, monkeypatch: pytest.MonkeyPatch):
    counted = Counted(_classify)
    monkeypatch.setattr(territory_part, "_classify", counted)
    assert [response.status_code for response in at_once(lambda: ask(refinable))] == [200] * 8
    assert counted.at_work == [1] * 8


def test_a_film_of_replaced_data_is_not_refined(refinable: Served, logdir: Path):
    directory = probe_directory(str(logdir / "digits"), "probe")
    snapshot = Snapshot(STEPS[0], np.zeros((N_SAMPLES, N_FEATURES), np.float32), None, head())
    DynamicsWriter(directory).write_step(snapshot, wall_time=2.0)
    response = ask(refinable)
    assert response.status_code == 404
    assert "other data" in response.json["error"]


def test_a_decoder_of_another_make_is_a_conflict(refinable: Served, logdir: Path):
    directory = probe_directory(str(logdir / "digits"), "probe")
    write_film(directory, created_at=4e9)
    FilmStore(directory).write_visualizer(FILM, {"decoder.weight": np.zeros(3)})
    response = ask(refinable)
    assert response.status_code == 409
    assert "fit this run again" in response.json["error"]


def test_other_methods_are_not_refined(logdir: Path):
    write_film(write_probe(logdir / "digits"), PREVIEW, method="preview")
    served = serve(logdir)
    film = served.get("film", **OF_PROBE, film=PREVIEW).json
    assert film["refinable"] is False
    response = ask(served, film=PREVIEW, v=film["steps"][1]["frame"])
    assert response.status_code == 404
    assert "as fine as it gets" in response.json["error"]
