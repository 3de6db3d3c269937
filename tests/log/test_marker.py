"""TensorBoard sees what was logged, whoever wrote the event file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel
from tb_timetravel.schema import PLUGIN_NAME
from tests.log.subjects import logged, make_data, make_net

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = context.RequestContext()


def provider(logdir: Path) -> data_provider.MultiplexerDataProvider:
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={PLUGIN_NAME: 0})
    multiplexer.AddRunsFromDirectory(str(logdir))
    multiplexer.Reload()
    return data_provider.MultiplexerDataProvider(multiplexer, str(logdir))


def marked_steps(logdir: Path, run: str, tag: str = "timetravel/probe") -> list[int]:
    arguments = {"experiment_id": "", "plugin_name": PLUGIN_NAME}
    found = provider(logdir).read_tensors(CONTEXT, **arguments, downsample=100)
    return [datum.step for datum in found[run][tag]]


def test_tensorboard_lists_the_plugin_the_run_and_the_tensor(tmp_path: Path):
    writer = SummaryWriter(str(tmp_path / "mine"))
    TimeTravel(writer, make_net(), head="fc", data=make_data()).log(5)
    seen = provider(tmp_path)
    assert PLUGIN_NAME in seen.list_plugins(CONTEXT, experiment_id="")
    series = seen.list_tensors(CONTEXT, experiment_id="", plugin_name=PLUGIN_NAME)["mine"]["timetravel/probe"]
    assert series.max_step == 5
    assert series.plugin_content == b'{"version":1}'
    assert logged(tmp_path / "mine").steps == [5]


def test_the_marker_is_there_at_once_and_the_users_scalars_stay_in_the_same_file(tmp_path: Path):
    writer = SummaryWriter(str(tmp_path / "mine"))
    film = TimeTravel(writer)
    for step in range(3):
        writer.add_scalar("loss", 1.0, step)
        film.log_arrays(step, np.eye(3))
        assert marked_steps(tmp_path, "mine") == list(range(step + 1))
    assert len(list((tmp_path / "mine").glob("events.*"))) == 1
    scalars = provider(tmp_path).list_scalars(CONTEXT, experiment_id="", plugin_name="scalars")
    assert scalars["mine"]["loss"].max_step == 2


@pytest.mark.parametrize("as_path", [True, False])
def test_a_directory_will_do_for_a_writer(tmp_path: Path, as_path: bool):
    run = tmp_path / "mine"
    film = TimeTravel(run if as_path else str(run))
    assert not run.exists()
    film.log_arrays(0, np.eye(3))
    film.log_arrays(1, np.eye(3))
    assert marked_steps(tmp_path, "mine") == [0, 1]
    assert len(list(run.glob("events.*"))) == 1


def test_tensorboard_x_will_do_for_a_writer(tmp_path: Path):
    tensorboard_x = pytest.importorskip("tensorboardX")
    writer = tensorboard_x.SummaryWriter(str(tmp_path / "mine"))
    film = TimeTravel(writer)
    film.log_arrays(0, np.eye(3))
    film.log_arrays(1, np.eye(3))
    writer.close()  # its flush does not wait for its own thread
    assert marked_steps(tmp_path, "mine") == [0, 1]
    assert logged(tmp_path / "mine").steps == [0, 1]


def test_a_writer_that_was_closed_is_opened_again(tmp_path: Path):
    writer = SummaryWriter(str(tmp_path / "mine"))
    film = TimeTravel(writer)
    film.log_arrays(0, np.eye(3))
    writer.close()
    film.log_arrays(1, np.eye(3))
    assert logged(tmp_path / "mine").steps == [0, 1]


def test_a_step_that_is_logged_again_is_replaced_and_no_mark_is_lost(tmp_path: Path):
    film = TimeTravel(tmp_path / "mine")
    for step in (0, 1, 2, 1):
        film.log_arrays(step, np.eye(3) * (1 + step))
    film.log_arrays(1, np.eye(3) * 9)
    assert logged(tmp_path / "mine").steps == [0, 1, 2]
    assert logged(tmp_path / "mine").snapshot(1).representations[0, 0] == 9
    assert marked_steps(tmp_path, "mine") == [0, 1, 2]


def test_the_first_step_after_a_restart_is_marked_even_if_it_is_not_new(tmp_path: Path):
    TimeTravel(tmp_path / "mine").log_arrays(0, np.eye(3))
    for events in (tmp_path / "mine").glob("events.*"):
        events.unlink()  # as after a crash between the arrays and the mark
    TimeTravel(tmp_path / "mine").log_arrays(0, np.eye(3))
    assert marked_steps(tmp_path, "mine") == [0]


def test_the_mark_comes_after_the_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen: list[Any] = []
    monkeypatch.setattr("tb_timetravel.log.marker.MarkerWriter.write", lambda *_: seen.append(logged(tmp_path).steps))
    TimeTravel(tmp_path).log_arrays(3, np.eye(3))
    assert seen == [[3]]


def test_each_tag_has_a_mark_of_its_own(tmp_path: Path):
    TimeTravel(tmp_path / "mine", tag="early").log_arrays(0, np.eye(3))
    TimeTravel(tmp_path / "mine", tag="late").log_arrays(4, np.eye(3))
    series = provider(tmp_path).list_tensors(CONTEXT, experiment_id="", plugin_name=PLUGIN_NAME)["mine"]
    assert set(series) <= {"timetravel/early", "timetravel/late"}
    assert series


def test_a_remote_run_is_logged_and_read_back():
    pytest.importorskip("fsspec")
    run = f"memory://logs/{sys.platform}"
    film = TimeTravel(run, labels=[0, 1, 1], texts=["a", "b", "c"])
    film.log_arrays(0, np.eye(3))
    film.log_arrays(1, np.eye(3))
    film.log_arrays(1, np.eye(3) * 2)
    found = logged(run)
    assert found.steps == [0, 1]
    assert found.snapshot(1).representations[0, 0] == 2
    assert found.reader.texts(0) == ["a", "b", "c"]
