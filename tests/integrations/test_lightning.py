from __future__ import annotations

import importlib
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from tb_timetravel.errors import InvalidData
from tb_timetravel.store import DynamicsWriter
from tests.integrations.looks import marked_steps, scalar_steps
from tests.log.subjects import N_SAMPLES, Net, logged, make_data, make_net

if TYPE_CHECKING:
    from pathlib import Path

L = pytest.importorskip("lightning.pytorch", reason="PyTorch Lightning is not installed; make test-integrations installs it")
from tb_timetravel.integrations.lightning import TimeTravelCallback  # noqa: E402  # needs Lightning

N_BATCHES = 4  # of an epoch of 20 samples


def make_module(package: Any = L) -> Any:
    class Module(package.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net: Net = make_net()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.net(x)

        def training_step(self, batch: Any, _: int) -> torch.Tensor:
            loss = nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("loss/train", loss)
            return loss

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("loss/test", nn.functional.cross_entropy(self(batch[0]), batch[1]))

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    return Module()


def fit(root: Path, *callbacks: Any, package: Any = L, module: Any = None, **options: Any) -> tuple[Any, Any]:
    """Fit for two epochs and return the trainer and the module."""
    module = make_module(package) if module is None else module
    logger = package.loggers.TensorBoardLogger(root, name="", version="run")
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False, "log_every_n_steps": 1}
    arguments = {"max_epochs": 2, "logger": logger, "accelerator": "cpu"} | quiet | options
    torch.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the number of workers and of batches
        trainer = package.Trainer(callbacks=list(callbacks), **arguments)
        trainer.fit(module, DataLoader(make_data(), 5, shuffle=True), DataLoader(make_data(), 5))
    return trainer, module


def film(**options: Any) -> Any:
    return TimeTravelCallback(make_data(), head="net.fc", **options)


@pytest.mark.parametrize("package", ["lightning.pytorch", "pytorch_lightning"])
def test_every_epoch_is_logged_under_the_number_of_optimizer_steps_into_the_loggers_own_run(package: str, tmp_path: Path):
    library = pytest.importorskip(package)
    importlib.import_module(f"{package}.loggers")
    fit(tmp_path, film(), package=library)
    found = logged(tmp_path / "run")
    assert found.steps == [0, N_BATCHES, 2 * N_BATCHES]
    assert found.probe.n_samples == N_SAMPLES
    assert marked_steps(tmp_path / "run") == found.steps
    assert scalar_steps(tmp_path / "run", "loss/train") == list(range(2 * N_BATCHES))  # the same event file goes on
    assert len(list((tmp_path / "run").glob("events.*"))) == 1


def test_every_evaluation_is_logged_but_no_sanity_check_and_none_after_the_training(tmp_path: Path):
    trainer, module = fit(tmp_path, film(every="evaluation"), val_check_interval=2)
    trainer.validate(module, DataLoader(make_data(), 5), verbose=False)
    assert logged(tmp_path / "run").steps == [0, 2, 4, 6, 8]


def test_all_that_is_written_in_the_background_is_there_when_the_training_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write = DynamicsWriter.write_step

    def slowly(*given: Any, **also: Any) -> None:
        time.sleep(0.3)
        write(*given, **also)

    monkeypatch.setattr(DynamicsWriter, "write_step", slowly)
    fit(tmp_path, film(background=True))
    assert logged(tmp_path / "run").steps == [0, N_BATCHES, 2 * N_BATCHES]


def test_every_n_steps_counts_optimizer_steps_and_not_batches(tmp_path: Path):
    fit(tmp_path, film(every=3), accumulate_grad_batches=2, max_epochs=4)
    assert logged(tmp_path / "run").steps == [0, 3, 6]


def test_the_film_shows_the_model_as_it_was_trained(tmp_path: Path):
    _, module = fit(tmp_path, film(class_names=["a", "b", "c"]))
    net, data = module.net.eval(), make_data()
    with torch.no_grad():
        expected = net.body(data.tensors[0]).numpy()
    found = logged(tmp_path / "run")
    np.testing.assert_allclose(found.snapshot(2 * N_BATCHES).representations, expected, rtol=1e-5)
    assert not np.allclose(found.snapshot(0).representations, expected, rtol=1e-2)
    assert found.probe.class_names == ("a", "b", "c")


def test_a_training_is_the_same_with_the_film_and_without(tmp_path: Path):
    _, alone = fit(tmp_path / "alone")
    _, watched = fit(tmp_path / "watched", film(every=1))  # dropout, batch norm and shuffling would tell
    for one, other in zip(alone.state_dict().values(), watched.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_data_may_be_a_function_that_is_asked_once_training_starts(tmp_path: Path):
    asked = []

    def data() -> Any:
        asked.append(1)
        return {"train": make_data(), "test": make_data(8)}

    callback = TimeTravelCallback(data, head="net.fc")
    assert not asked
    fit(tmp_path, callback)
    assert asked == [1]
    assert logged(tmp_path / "run").probe.split_names == ("train", "test")


def test_a_directory_takes_the_place_of_the_loggers(tmp_path: Path):
    fit(tmp_path, film(directory=str(tmp_path / "elsewhere")), logger=False)
    assert logged(tmp_path / "elsewhere").steps == [0, 4, 8]


def test_a_rank_other_than_zero_writes_nothing(tmp_path: Path):
    class Rank1(L.strategies.SingleDeviceStrategy):
        is_global_zero = False

    directory = tmp_path / "film"
    fit(tmp_path, film(directory=str(directory)), strategy=Rank1(torch.device("cpu")), accelerator="auto", logger=False)
    assert not directory.exists()


def test_a_trainer_without_a_tensorboard_logger_is_one_sentence(tmp_path: Path):
    with pytest.raises(InvalidData, match="expected a Trainer with a TensorBoardLogger, got CSVLogger; give it one"):
        fit(tmp_path, film(), logger=L.loggers.CSVLogger(tmp_path))


def test_a_fast_dev_run_needs_no_logger(tmp_path: Path):
    fit(tmp_path, film(), fast_dev_run=True)
    assert not list(tmp_path.rglob("probe.json"))


def test_a_training_that_is_resumed_goes_on_with_its_film(tmp_path: Path):
    trainer, _ = fit(tmp_path, film())
    trainer.save_checkpoint(tmp_path / "half.ckpt")
    logger = L.loggers.TensorBoardLogger(tmp_path, name="", version="run")
    again = L.Trainer(max_epochs=3, logger=logger, callbacks=[film()], enable_progress_bar=False, enable_model_summary=False)
    again.fit(make_module(), DataLoader(make_data(), 5), DataLoader(make_data(), 5), ckpt_path=tmp_path / "half.ckpt", weights_only=False)
    assert logged(tmp_path / "run").steps == [0, 4, 8, 12]
