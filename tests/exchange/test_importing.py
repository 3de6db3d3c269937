"""Both layouts of training dynamics become runs that hold the same arrays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel.cli import main
from tb_timetravel.store import DynamicsWriter, SelectionsFile
from tests.exchange.directories import (
    CLASSES,
    N_ALL,
    N_FEATURES,
    N_TEST,
    N_TRAIN,
    Written,
    imported,
    save_picture,
    write_classic,
    write_process,
)
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from pathlib import Path


def selections(logdir: Path, run: str) -> dict[str, list[int]]:
    """Read the saved selections as positions."""
    found = imported(logdir, run)
    saved = SelectionsFile(found.reader.directory).read(found.probe.n_samples)
    return {one.name: [row for first, last in one.ranges for row in range(first, last + 1)] for one in saved}


@pytest.mark.parametrize("write", [write_classic, write_process])
def test_a_directory_gives_back_its_arrays(write: Any, tmp_path: Path):
    written: Written = write(tmp_path / "case")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    assert found.steps == list(written.nets)
    assert found.probe.class_names == tuple(CLASSES)
    assert found.reader.ids(found.probe).tolist() == list(range(N_ALL))
    assert found.reader.labels(found.probe).tolist() == written.labels.tolist()
    assert found.probe.media.kind == "image"
    for number, net in written.nets.items():
        snapshot = found.snapshot(number)
        np.testing.assert_array_equal(snapshot.representations, written.features(number))
        assert snapshot.head is not None
        np.testing.assert_array_equal(snapshot.head[0], net.fc.weight.detach().numpy())
        np.testing.assert_allclose(snapshot.logits, written.logits(number), atol=1e-5)


def test_splits_are_those_of_each_layout(tmp_path: Path):
    write_classic(tmp_path / "a")
    write_process(tmp_path / "b")
    for name in ("a", "b"):
        assert main(["import", str(tmp_path / name), str(tmp_path / "runs")]) == 0
    assert imported(tmp_path / "runs", "a").splits == ["train"] * N_TRAIN + ["test"] * N_TEST
    assert imported(tmp_path / "runs", "b").splits == ["test"] * 5 + ["train"] * (N_ALL - 5)


def test_samples_that_join_later_are_a_split_and_each_epochs_are_a_selection(tmp_path: Path):
    written = write_classic(tmp_path / "case", (1, 2))
    model = tmp_path / "case" / "Model"
    (model / "Epoch_1" / "index.json").write_text(json.dumps([5, 0, 2]))
    (model / "Epoch_2" / "index.json").write_text(json.dumps([0, 2, 5, 7, 8]))
    (model / "Epoch_1" / "test_index.json").write_text(json.dumps([3, 1]))
    np.save(model / "Epoch_1" / "test_data.npy", written.features(1)[[N_TRAIN + 3, N_TRAIN + 1]])  # of the index alone, in its order
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    rows = [0, 2, 5, 7, 8, N_TRAIN + 1, N_TRAIN + 3]
    assert found.reader.ids(found.probe).tolist() == rows
    assert found.splits == ["train"] * 3 + ["joined"] * 2 + ["test"] * 2
    for number in (1, 2):
        np.testing.assert_array_equal(found.snapshot(number).representations, written.features(number)[rows])
    assert selections(tmp_path / "runs", "case") == {"trained on from step 1": [0, 1, 2], "trained on from step 2": [0, 1, 2, 3, 4]}


def test_the_pool_is_imported_when_asked_for(tmp_path: Path):
    write_classic(tmp_path / "case", (1,))
    (tmp_path / "case/Model/Epoch_1/index.json").write_text("[1, 2]")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs"), "--pool", "--run", "all of it/x"]) == 0
    found = imported(tmp_path / "runs", "all of it/x")
    assert found.splits == ["pool", "train", "train"] + ["pool"] * (N_TRAIN - 3) + ["test"] * N_TEST


def test_changed_labels_are_selections_and_the_labels_those_that_were_trained_on(tmp_path: Path):
    written = write_classic(tmp_path / "case", (1,))
    clean = written.labels[:N_TRAIN].tolist()
    noisy = [1, *clean[1:5], 0, *clean[6:]]  # 0 was class 0, 5 was class 2
    (tmp_path / "case/noisy_label.json").write_text(json.dumps(noisy))
    (tmp_path / "case/clean_label.json").write_text(json.dumps(clean))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    assert found.reader.labels(found.probe)[:N_TRAIN].tolist() == noisy
    assert selections(tmp_path / "runs", "case") == {"label was changed": [0, 5], "label was cat": [0], "label was cow": [5]}


def test_the_older_form_of_changed_labels_is_read(tmp_path: Path):
    write_classic(tmp_path / "case", (1,))
    (tmp_path / "case/index.json").write_text("[4, 3]")
    (tmp_path / "case/old_labels.json").write_text("[0, 2]")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    assert selections(tmp_path / "runs", "case")["label was changed"] == [3, 4]
    assert selections(tmp_path / "runs", "case")["label was cow"] == [3]


def test_each_branch_of_a_tree_is_a_run_with_the_shared_steps_included(tmp_path: Path):
    written = write_classic(tmp_path / "faults", (1, 2, 3, 4))
    tree = [(1, ""), (2, 1), (3, 2), (4, 1)]
    nodes = [{"value": value, "name": "Epoch", "pid": pid} for value, pid in tree]
    (tmp_path / "faults/iteration_structure.json").write_text(json.dumps(nodes))
    assert main(["import", str(tmp_path / "faults"), str(tmp_path / "runs")]) == 0
    assert imported(tmp_path / "runs", "faults/Epoch_3").steps == [1, 2, 3]
    assert imported(tmp_path / "runs", "faults/Epoch_4").steps == [1, 4]
    shared = [imported(tmp_path / "runs", f"faults/Epoch_{leaf}").snapshot(1).representations for leaf in (3, 4)]
    np.testing.assert_array_equal(shared[0], written.features(1))
    np.testing.assert_array_equal(shared[1], written.features(1))


@pytest.mark.parametrize(
    ("tree", "complaint"),
    [
        ([(1, 7)], "expected parents that are nodes"),
        ([(1, ""), (1, "")], "found 1 twice"),
        ([(1, ""), (2, 3), (3, 2)], "in a ring"),
        ([(1, 2), (2, 1), (3, 1)], "no way from 3"),
        ([], "found none"),
    ],
)
def test_what_is_no_tree_is_refused(tree: list[tuple[int, Any]], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case", (1,))
    (tmp_path / "case/iteration_structure.json").write_text(json.dumps([{"value": value, "pid": pid} for value, pid in tree]))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1
    assert complaint in capsys.readouterr().err


def test_a_branch_without_features_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case", (1, 2))
    nodes = [{"value": value, "pid": pid} for value, pid in ((1, ""), (2, ""))]
    (tmp_path / "case/iteration_structure.json").write_text(json.dumps(nodes))
    (tmp_path / "case/Model/Epoch_1/train_data.npy").unlink()
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1
    assert "Epoch_1 has no train_data.npy" in capsys.readouterr().err
    assert imported(tmp_path / "runs", "case/Epoch_2").steps == [2]


def test_iterations_with_epochs_of_their_own_are_runs(tmp_path: Path):
    write_classic(tmp_path / "case", (1, 2))
    model = tmp_path / "case" / "Model"
    for iteration in (1, 2):
        (model / f"Iteration_{iteration}").mkdir()
        for number in (1, 2):
            (model / f"Iteration_{iteration}" / f"Epoch_{number}").symlink_to(model / f"Epoch_{number}")
    (tmp_path / "case/config.json").write_text('{"DVI": {"SETTING": "dense al", "EPOCH_NAME": "Iteration"}}')
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    assert imported(tmp_path / "runs", "case/Iteration_2").steps == [1, 2]


def test_sprites_are_shown_before_inputs_and_a_missing_one_is_grey(tmp_path: Path):
    write_classic(tmp_path / "case", (1,), inputs=False)
    for row in range(N_ALL - 1):
        save_picture(tmp_path / f"case/sprites/{row}.png", torch.full((3, 8, 6), row / 16))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    assert (found.probe.media.thumbnail_width, found.probe.media.thumbnail_height) == (6, 8)
    from PIL import Image

    page = np.asarray(Image.open(tmp_path / "runs/case/plugins/timetravel/probe/thumbnails/000000.png"))
    assert page[0, [0, 6, 6 * (N_ALL - 1)], 0].tolist() == [0, 16, 128]


def test_pictures_of_16_bits_keep_their_shades(tmp_path: Path):
    from PIL import Image

    write_process(tmp_path / "case", (1,))
    for row in range(N_ALL):
        Image.fromarray(np.full((4, 4), row * 4000, np.uint16)).save(tmp_path / f"case/dataset/image/{row}.png")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    page = np.asarray(Image.open(tmp_path / "runs/case/plugins/timetravel/probe/thumbnails/000000.png"))
    assert page[0, : 4 * N_ALL : 4].tolist() == [row * 4000 // 257 for row in range(N_ALL)]


def test_a_picture_that_claims_to_be_huge_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from PIL import Image

    write_process(tmp_path / "case")
    Image.new("1", (5000, 5000)).save(tmp_path / "case/dataset/image/3.png")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1
    assert "expected at most 4096 pixels a side" in capsys.readouterr().err


def test_texts_of_the_first_layout_are_those_of_an_epoch(tmp_path: Path):
    write_classic(tmp_path / "case", (1, 2), inputs=False)
    labels = tmp_path / "case/Model/Epoch_1/labels"
    labels.mkdir()
    for row in range(N_ALL):
        (labels / f"text_{row}.txt").write_text(f"sample {row}\n")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    assert imported(tmp_path / "runs", "case").reader.texts(0) == [f"sample {row}" for row in range(N_ALL)]


def test_texts_of_the_second_layout_are_lines_or_pairs(tmp_path: Path):
    import shutil

    write_process(tmp_path / "case", (1,))
    dataset = tmp_path / "case" / "dataset"
    shutil.rmtree(dataset / "image")
    pairs = [{"docstring_tokens": ["add", str(row)], "code": f"x + {row}"} for row in range(9)]
    (dataset / "train.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "a")]) == 0
    assert imported(tmp_path / "a", "case").reader.texts(0)[:3] == ["add 0", "x + 0", "add 1"]
    (dataset / "text.txt").write_text("".join(f"line {row}\n" for row in range(N_ALL)))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "b")]) == 0
    assert imported(tmp_path / "b", "case").reader.texts(0)[-1] == f"line {N_ALL - 1}"


def test_missing_features_name_the_command_that_makes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "no features", features=False)
    assert main(["import", str(tmp_path / "no features"), str(tmp_path / "runs")]) == 1
    said = capsys.readouterr().err
    assert "Epoch_1 has no train_data.npy" in said
    assert f"timetravel extract '{tmp_path / 'no features'}' --model package.module:Class" in said


def test_epochs_without_features_are_left_out_and_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case")
    (tmp_path / "case/Model/Epoch_2/test_data.npy").unlink()
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1
    assert "1 of 3 epochs were left out; the first: " in (said := capsys.readouterr().err)
    assert "Epoch_2 has no test_data.npy" in said
    assert imported(tmp_path / "runs", "case").steps == [1, 10]


def test_a_diverged_epoch_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    written = write_process(tmp_path / "case", (1, 2, 3))
    np.save(tmp_path / "case/epochs/epoch_1/embeddings.npy", np.full_like(written.features(1), np.nan))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1
    assert "got NaN or infinity in 17 of 17 rows" in capsys.readouterr().err
    assert imported(tmp_path / "runs", "case").steps == [2, 3]


def test_a_head_that_is_not_all_between_features_and_logits_is_not_stored(tmp_path: Path):
    written = write_process(tmp_path / "case", (1,))
    np.save(tmp_path / "case/epochs/epoch_1/predictions.npy", written.logits(1) ** 3 + 2)
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    snapshot = imported(tmp_path / "runs", "case").snapshot(1)
    assert snapshot.head is None
    np.testing.assert_array_equal(snapshot.logits, written.logits(1) ** 3 + 2)


def test_a_checkpoint_that_is_a_whole_model_costs_the_logits_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    written = write_classic(tmp_path / "case", (1, 2))
    for number, net in written.nets.items():
        torch.save(net, tmp_path / f"case/Model/Epoch_{number}/subject_model.pth")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    assert "there are no logits, so no predictions either: " in (said := capsys.readouterr().err)
    assert "save tensors or model.state_dict()" in said
    assert imported(tmp_path / "runs", "case").steps == [1, 2]


def test_an_epoch_without_logits_is_left_out_where_others_have_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case", (1, 2))
    (tmp_path / "case/Model/Epoch_1/subject_model.pth").write_bytes(b"damaged")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1
    assert "while other epochs have logits" in capsys.readouterr().err
    assert imported(tmp_path / "runs", "case").steps == [2]


def test_features_alone_are_enough(tmp_path: Path):
    write_classic(tmp_path / "case", (1,), inputs=False)
    (tmp_path / "case/Model/Epoch_1/subject_model.pth").unlink()
    for file in ("Training_data/training_dataset_label.pth", "Testing_data/testing_dataset_label.pth"):
        (tmp_path / "case" / file).unlink()
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    assert not found.probe.has_logits
    assert found.probe.n_samples == N_ALL
    assert found.probe.n_features == N_FEATURES


def test_an_interrupted_import_leaves_whole_steps_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written = write_classic(tmp_path / "case")
    arguments = ["import", str(tmp_path / "case"), str(tmp_path / "runs")]
    write_step, n_calls = DynamicsWriter.write_step, []

    def stops_at_the_second(*args: Any, **kwargs: Any) -> Any:
        n_calls.append(1)
        if len(n_calls) == 2:
            raise KeyboardInterrupt
        return write_step(*args, **kwargs)

    monkeypatch.setattr(DynamicsWriter, "write_step", stops_at_the_second)
    assert main(arguments) == 3
    np.testing.assert_array_equal(imported(tmp_path / "runs", "case").snapshot(1).representations, written.features(1))
    assert main(arguments) == 0
    assert len(n_calls) == 4  # the first step was not written again
    assert imported(tmp_path / "runs", "case").steps == [1, 2, 10]


def test_an_import_that_is_killed_goes_on(tmp_path: Path):
    write_classic(tmp_path / "case", tuple(range(1, 60)))
    command = [sys.executable, "-m", "tb_timetravel", "import", str(tmp_path / "case"), str(tmp_path / "runs")]
    steps = tmp_path / "runs/case/plugins/timetravel/probe/steps"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.time() + 60
        while not list(steps.glob("*.json")) and time.time() < deadline and process.poll() is None:
            time.sleep(0.005)
        process.kill()
    there = imported(tmp_path / "runs", "case")
    for number in there.steps:
        assert there.snapshot(number).logits is not None
    assert main(command[3:]) == 0
    assert imported(tmp_path / "runs", "case").steps == list(range(1, 60))


def test_only_what_changed_is_imported_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    written = write_process(tmp_path / "case", (1, 2))
    arguments = ["import", str(tmp_path / "case"), str(tmp_path / "runs")]
    assert main(arguments) == 0
    file = tmp_path / "case/epochs/epoch_2/embeddings.npy"
    np.save(file, written.features(1))
    np.save(file.with_name("predictions.npy"), written.logits(1))
    os.utime(file, (1.9e9, 1.9e9))
    assert main(arguments) == 0
    assert "1 steps written, 1 were there" in capsys.readouterr().out
    np.testing.assert_array_equal(imported(tmp_path / "runs", "case").snapshot(2).representations, written.features(1))


def test_a_run_of_other_samples_is_not_mixed_with_these(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_classic(tmp_path / "case")
    write_process(tmp_path / "other")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs"), "--run", "x"]) == 0
    assert main(["import", str(tmp_path / "other"), str(tmp_path / "runs"), "--run", "x"]) == 1
    assert "use a new run or tag" in capsys.readouterr().err


@pytest.mark.parametrize("run", ["../out", "/abs", "a/../b", "a//b", "plugins"])
def test_a_run_never_lies_outside_the_logdir(run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_process(tmp_path / "case")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs"), "--run", run]) == 1
    assert "expected --run as a name" in capsys.readouterr().err


def test_what_is_no_training_dynamics_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["import", str(tmp_path), str(tmp_path / "runs")]) == 1
    assert "expected training dynamics in" in capsys.readouterr().err


def test_a_directory_elsewhere_is_read_through_tensorboards_files(tmp_path: Path):
    fsspec = pytest.importorskip("fsspec")

    written = write_classic(tmp_path / "case")
    elsewhere = fsspec.filesystem("memory")
    elsewhere.put(str(tmp_path / "case"), "/import-test/case", recursive=True)
    for _ in range(2):
        assert main(["import", "memory://import-test/case", str(tmp_path / "runs")]) == 0
    found = imported(tmp_path / "runs", "case")
    assert found.steps == [1, 2, 10]
    np.testing.assert_array_equal(found.snapshot(2).representations, written.features(2))
    assert time.time() - found.reader.record(found.reader.steps()[0]).wall_time < 600


def test_a_real_tensorboard_lists_the_branches(tmp_path: Path):
    write_classic(tmp_path / "faults", (1, 2, 3))
    nodes = [{"value": value, "pid": pid} for value, pid in ((1, ""), (2, 1), (3, 1))]
    (tmp_path / "faults/iteration_structure.json").write_text(json.dumps(nodes))
    assert main(["import", str(tmp_path / "faults"), str(tmp_path / "runs")]) == 0
    with running_tensorboard("--logdir", str(tmp_path / "runs"), output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        runs = tensorboard.json("/data/plugin/timetravel/runs")["runs"]
        assert [run["run"] for run in runs] == ["faults/Epoch_2", "faults/Epoch_3"]


def test_an_import_can_be_fitted(tmp_path: Path):
    write_classic(tmp_path / "case")
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    assert main(["fit", str(tmp_path / "runs"), "--device", "cpu", "--method", "pca"]) == 0
