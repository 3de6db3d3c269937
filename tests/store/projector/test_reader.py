"""What add_embedding wrote is read as a probe set: steps, labels, thumbnails, and nothing of it is changed."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tb_timetravel import TimeTravel
from tb_timetravel.errors import NotFound, NotPlayable
from tb_timetravel.store import data_fingerprint, find_probes, tags_of
from tests.store.projector.embeddings import LABELS, TAG, D, N, files_of, log, pictures, read_all, reader_of, vectors, write_config

if TYPE_CHECKING:
    from pathlib import Path


def fingerprint(run: Path) -> str:
    reader = reader_of(run)
    return data_fingerprint(reader.probe(), reader.steps())


def tensorboardx(directory: str) -> Any:
    return pytest.importorskip("tensorboardX").SummaryWriter(directory)


@pytest.mark.parametrize("writer", [None, tensorboardx], ids=["torch", "tensorboardX"])
def test_every_step_that_add_embedding_wrote_is_read_with_its_labels_and_pictures(tmp_path: Path, writer: Any):
    log(tmp_path, label_img=pictures(), tag="fc/1", **({"writer": writer} if writer else {}))
    reader = reader_of(tmp_path, "fc/1")
    probe = reader.probe()
    assert (probe.n_samples, probe.n_features, probe.class_names, probe.has_logits) == (N, D, ("kind a", "kind b", "kind c"), False)
    assert [probe.class_names[label] for label in reader.labels(probe)] == LABELS
    assert reader.ids(probe).tolist() == list(range(N))
    assert probe.split_names == ("all",)
    found = read_all(reader)
    assert list(found) == [0, 5, 10]
    for step, array in found.items():
        np.testing.assert_array_equal(array, vectors(step))
    assert (probe.media.kind, probe.media.thumbnail_width, probe.media.thumbnail_height) == ("image", 8, 8)
    page = np.asarray(Image.open(io.BytesIO(reader.thumbnails(0))))
    assert page.shape == (8, 32 * 8, 3)
    for sample in range(N):
        assert np.abs(page[:, 8 * sample : 8 * sample + 8].astype(int) - (8 * sample, 255 - 8 * sample, 0)).max() <= 1, sample
    with pytest.raises(NotFound):
        reader.thumbnails(1)


def test_tags_are_found_beside_logged_ones_and_a_logged_one_of_the_same_name_wins(tmp_path: Path):
    log(tmp_path / "a" / "run")
    log(tmp_path / "b", tag="probe")
    TimeTravel(tmp_path / "b").log_arrays(7, [[1.0], [2.0]])
    found = [(probe.run, probe.tag) for probe in find_probes(str(tmp_path))]
    assert found == [("a/run", TAG), ("b", "probe")]
    assert [step.step for step in reader_of(tmp_path / "b", "probe").steps()] == [7]


def test_a_remote_logdir_is_read_too():
    pytest.importorskip("fsspec")
    log("memory://embeddings/logs/run", metadata=LABELS, label_img=pictures())  # type: ignore[arg-type]  # any path
    assert [(probe.run, probe.tag) for probe in find_probes("memory://embeddings/logs")] == [("run", TAG)]
    reader = reader_of("memory://embeddings/logs/run", keep=True)  # type: ignore[arg-type]
    np.testing.assert_array_equal(read_all(reader)[5], vectors(5))
    np.testing.assert_array_equal(read_all(reader)[5], vectors(5))  # what was kept
    assert reader.thumbnails(0).startswith(b"\x89PNG")


def test_a_new_step_is_seen_and_changes_the_fingerprint_while_the_samples_stay(tmp_path: Path):
    log(tmp_path, (0, 5))
    before, samples = fingerprint(tmp_path), reader_of(tmp_path).probe().version
    log(tmp_path, (0, 5, 10))
    assert [step.step for step in reader_of(tmp_path).steps()] == [0, 5, 10]
    assert fingerprint(tmp_path) != before
    assert fingerprint(tmp_path) == fingerprint(tmp_path)
    assert reader_of(tmp_path).probe().version == samples


def test_the_fingerprint_changes_when_vectors_or_labels_are_written_again(tmp_path: Path):
    log(tmp_path)
    prints = {fingerprint(tmp_path)}
    path = tmp_path / "00005" / TAG / "tensors.tsv"
    path.write_text(path.read_text().replace("1", "2"))  # of the same size
    prints.add(fingerprint(tmp_path))
    for step in (0, 5, 10):
        (tmp_path / f"{step:05d}" / TAG / "metadata.tsv").write_text("".join(f"kind {'bca'[i % 3]}\n" for i in range(N)))
    prints.add(fingerprint(tmp_path))
    assert len(prints) == 3
    reader = reader_of(tmp_path)
    assert reader.labels(reader.probe())[:3].tolist() == [1, 2, 0]


def test_steps_that_a_resumed_training_dropped_from_the_config_are_still_there(tmp_path: Path):
    log(tmp_path, (0, 5, 10), label_img=pictures())
    log(tmp_path, (7,), label_img=pictures())  # a new writer names only what it wrote; 10 is of the training that was given up
    assert (tmp_path / "projector_config.pbtxt").read_text().count("tensor_path") == 1
    reader = reader_of(tmp_path)
    assert [step.step for step in reader.steps()] == [0, 5, 7]
    np.testing.assert_array_equal(read_all(reader)[5], vectors(5))


def test_a_step_whose_files_were_removed_is_gone_and_the_others_play(tmp_path: Path):
    log(tmp_path)
    (tmp_path / "00005" / TAG / "tensors.tsv").unlink()
    assert [step.step for step in reader_of(tmp_path).steps()] == [0, 10]


def test_text_is_parsed_once_and_nothing_that_was_logged_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log(tmp_path)
    before = files_of(tmp_path)
    first = read_all(reader_of(tmp_path, keep=True))
    assert files_of(tmp_path) == before
    monkeypatch.setattr("tb_timetravel.store.projector.reader.read_tensor", None)
    for step, array in read_all(reader_of(tmp_path)).items():
        np.testing.assert_array_equal(array, first[step])
    monkeypatch.undo()
    log(tmp_path, mat=lambda step: vectors(step + 1))
    np.testing.assert_array_equal(read_all(reader_of(tmp_path, keep=True))[5], vectors(6))
    assert len(list(tmp_path.glob("plugins/timetravel/default/vectors/*"))) == 3  # the older ones are gone


def test_reading_without_keeping_writes_nothing(tmp_path: Path):
    log(tmp_path)
    read_all(reader_of(tmp_path))
    assert not (tmp_path / "plugins").exists()


def test_listing_reads_no_vectors(tmp_path: Path):
    log(tmp_path)
    for step in (0, 5, 10):
        os.truncate(tmp_path / f"{step:05d}" / TAG / "tensors.tsv", 2**40)  # a terabyte of holes behind the real lines
    reader = reader_of(tmp_path)
    assert (reader.probe().n_samples, reader.probe().n_features, len(reader.steps())) == (N, D, 3)


def test_only_the_step_that_is_asked_for_is_read_and_it_must_be_as_it_was(tmp_path: Path):
    log(tmp_path)
    reader = reader_of(tmp_path)
    probe, (step, *_) = reader.probe(), reader.steps()
    log(tmp_path, mat=lambda step: vectors(step + 1))
    with pytest.raises(NotFound, match="try again"):
        reader_of(tmp_path).read(probe, step)


def test_vectors_whose_first_line_is_longer_than_what_is_read_at_a_time_are_as_wide_as_they_are(tmp_path: Path):
    log(tmp_path, (0, 1), mat=lambda step: vectors(step, 4, 9000), metadata=["a", "b", "a", "b"])
    reader = reader_of(tmp_path)
    assert reader.probe().n_features == 9000
    np.testing.assert_allclose(read_all(reader)[1], vectors(1, 4, 9000), rtol=1e-5)


def test_vectors_without_metadata_have_no_classes(tmp_path: Path):
    log(tmp_path, metadata=None)
    reader = reader_of(tmp_path)
    probe = reader.probe()
    assert (probe.n_samples, probe.n_classes, probe.media.kind) == (N, 0, "none")
    assert (reader.labels(probe) == -1).all()


def test_columns_become_labels_splits_ids_and_texts(tmp_path: Path):
    rows = [[str(1000 + i), "xyz"[i % 3], "train" if i < 16 else "test", f"word {i}"] for i in range(N)]
    log(tmp_path, metadata=rows, metadata_header=["id", "Class", "split", "word"])
    reader = reader_of(tmp_path)
    probe = reader.probe()
    assert (probe.class_names, probe.split_names, probe.media.kind) == (("x", "y", "z"), ("train", "test"), "text")
    assert reader.ids(probe).tolist() == list(range(1000, 1000 + N))
    assert reader.splits(probe).tolist() == [0] * 16 + [1] * 8
    assert reader.texts(0)[2] == "id: 1002 · Class: z · split: train · word: word 2"


@pytest.mark.parametrize("steps", [(0, 5), (0, 5, 10)])
def test_shuffled_samples_are_matched_by_the_column_that_names_each(tmp_path: Path, steps: tuple[int, ...]):
    def order(step: int) -> Any:
        return np.random.default_rng(step).permutation(N) if step else np.arange(N)

    log(
        tmp_path,
        steps,
        mat=lambda step: vectors(step)[order(step)],
        metadata=lambda step: [[f"file {i}.png", LABELS[i]] for i in order(step)],
        metadata_header=["path", "label"],
        label_img=lambda step: pictures()[order(step).tolist()],
    )
    for keep in (False, True, False):
        reader = reader_of(tmp_path, keep=keep)
        for step, array in read_all(reader).items():
            np.testing.assert_array_equal(array, vectors(step))
    assert [reader.probe().class_names[label] for label in reader.labels(reader.probe())] == LABELS


def test_a_column_that_a_later_step_does_not_have_matches_nothing(tmp_path: Path):
    order = {0: range(N), 5: range(N - 1, -1, -1)}
    log(
        tmp_path,
        (0, 5),
        mat=lambda step: vectors(step)[list(order[step])],
        metadata=lambda step: [[f"{step}/{i}" if step else i, f"file {i}.png"] for i in order[step]],
        metadata_header=lambda step: ["other" if step else "number", "path"],
    )
    np.testing.assert_array_equal(read_all(reader_of(tmp_path))[5], vectors(5))


def test_samples_that_a_step_lacks_are_left_out_of_all(tmp_path: Path):
    shown = {0: range(N), 5: range(4, N), 10: range(N - 2)}
    log(
        tmp_path,
        mat=lambda step: vectors(step)[list(shown[step])],
        metadata=lambda step: [[i, LABELS[i]] for i in shown[step]],
        metadata_header=["id", "label"],
        label_img=lambda step: pictures()[list(shown[step])],
    )
    reader = reader_of(tmp_path)
    probe = reader.probe()
    assert probe.n_samples == N - 6
    assert reader.ids(probe).tolist() == list(range(4, N - 2))
    for step, array in read_all(reader).items():
        np.testing.assert_array_equal(array, vectors(step)[4 : N - 2])
    page = np.asarray(Image.open(io.BytesIO(reader.thumbnails(0))))
    assert np.abs(page[0, 0].astype(int) - (32, 223, 0)).max() <= 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mat": lambda s: vectors(s, N + s), "metadata": lambda s: [*LABELS, *"a" * s]}, "24 samples of step 0.*29 samples at step 5"),
        ({"mat": lambda s: vectors(s, N + s), "metadata": None}, "found 29 samples at step 5"),
        ({"metadata": lambda s: [LABELS[i - s] for i in range(N)]}, "another order"),
        ({"mat": lambda s: vectors(s, N, D + s)}, "5 numbers as at step 0, found 10 at step 5"),
    ],
)  # fmt: skip
def test_steps_of_samples_that_cannot_be_matched_are_not_playable(tmp_path: Path, given: dict[str, Any], words: str):
    log(tmp_path, **given)
    assert tags_of(str(tmp_path)) == [TAG]
    with pytest.raises(NotPlayable, match=words):
        reader_of(tmp_path).probe()


def test_a_column_that_changes_with_the_step_beside_labels_that_stay_is_no_reason_to_refuse(tmp_path: Path):
    log(tmp_path, metadata=lambda step: [[LABELS[i], f"{(i + step) % 4}"] for i in range(N)], metadata_header=["label", "predicted"])
    assert reader_of(tmp_path).probe().n_samples == N


@pytest.mark.parametrize("ending", ["tsv", "npy", "bytes"])
def test_vectors_of_keras_and_tensorflow_are_read_where_the_config_names_a_file(tmp_path: Path, ending: str):
    tmp_path.joinpath("words.tsv").write_text("".join(f"word{i}\n" for i in range(N)))
    path, matrix = tmp_path / f"vectors.{ending}", vectors(0)
    if ending == "npy":
        np.save(path, matrix.astype(np.float64))
    elif ending == "bytes":
        matrix.tofile(path)
    else:
        np.savetxt(path, matrix, "%.9g", "\t")
    write_config(tmp_path, [{"tensor_name": "words", "tensor_path": path.name, "metadata_path": "words.tsv", "tensor_shape": [N, D]}])
    assert [(probe.run, probe.tag) for probe in find_probes(str(tmp_path))] == [(".", "words")]
    reader = reader_of(tmp_path, "words")
    probe = reader.probe()
    assert (probe.n_samples, probe.n_classes, probe.media.kind) == (N, 0, "text")  # every word another: names, not classes
    assert reader.texts(0)[3] == "word3"
    np.testing.assert_array_equal(read_all(reader)[0], matrix)


def test_a_config_among_the_projectors_own_assets_is_found(tmp_path: Path):
    assets = tmp_path / "run" / "plugins" / "org_tensorflow_tensorboard_projector"
    write_config(assets, [{"tensor_name": f"layer:{step:05d}", "tensor_path": f"{step}.npy"} for step in (3, 4)])
    for step in (3, 4):
        np.save(assets / f"{step}.npy", vectors(step))
    assert [(probe.run, probe.tag) for probe in find_probes(str(tmp_path))] == [("run", "layer")]
    assert [step.step for step in reader_of(tmp_path / "run", "layer").steps()] == [3, 4]


def test_the_config_of_a_keras_callback_whose_vectors_lie_in_a_checkpoint_says_so(tmp_path: Path):
    write_config(tmp_path, [{"tensor_name": "embedding/.ATTRIBUTES/VARIABLE_VALUE", "metadata_path": "metadata.tsv"}])
    (tag,) = tags_of(str(tmp_path))
    with pytest.raises(NotPlayable, match="checkpoint of TensorFlow"):
        reader_of(tmp_path, tag).probe()
