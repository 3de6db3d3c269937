"""Logging arrays without a model, continuing a run, and what happens when something is wrong."""

from __future__ import annotations

import errno
import inspect
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData, StoreError
from tests.log.subjects import logged, make_data, make_net

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

N, D, C = 12, 4, 3
RNG = np.random.default_rng(0)
X: NDArray[np.float32] = RNG.normal(size=(N, D)).astype(np.float32)
WEIGHT: NDArray[np.float32] = RNG.normal(size=(C, D)).astype(np.float32)
BIAS: NDArray[np.float32] = RNG.normal(size=C).astype(np.float32)
LOGITS = X @ WEIGHT.T + BIAS
LABELS = np.arange(N) % C

WITHOUT_TORCH = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "tensorflow", "sklearn"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocker())
import numpy as np
from tb_timetravel.log import TimeTravel
film = TimeTravel(sys.argv[1], labels=[0, 1, None], class_names=["a", "b"], splits=["train", "test", "test"], ids=[5, 6, 7],
                  images=np.zeros((3, 8, 8)))
film.log_arrays(0, np.eye(3), np.ones((3, 2)))
film.log_arrays(1, np.eye(3), np.ones((3, 2)))
assert "torch" not in sys.modules
"""


def test_arrays_are_logged_without_torch(tmp_path: Path):
    subprocess.run([sys.executable, "-c", WITHOUT_TORCH, str(tmp_path)], check=True, timeout=60)
    found = logged(tmp_path)
    assert found.steps == [0, 1]
    assert found.probe.class_names == ("a", "b")
    assert found.labels.tolist() == [0, 1, -1]
    assert found.ids.tolist() == [5, 6, 7]
    assert found.splits.tolist() == [0, 1, 1]
    assert found.probe.split_names == ("train", "test")


def test_what_is_logged_is_read_back(tmp_path: Path):
    TimeTravel(tmp_path, labels=LABELS).log_arrays(4, X, LOGITS, head=(WEIGHT, BIAS))
    snapshot = logged(tmp_path).snapshot(4)
    weight, bias = snapshot.head or pytest.fail("no head")
    for found, given in ((snapshot.representations, X), (snapshot.logits, LOGITS), (weight, WEIGHT), (bias, BIAS)):
        np.testing.assert_array_equal(found, given)


def test_torch_tensors_are_arrays_too(tmp_path: Path):
    x = torch.tensor(X, dtype=torch.bfloat16, requires_grad=True)
    TimeTravel(tmp_path, labels=torch.tensor(LABELS)).log_arrays(torch.tensor(4), x)
    assert logged(tmp_path).labels.tolist() == LABELS.tolist()


def test_logits_that_are_left_out_are_the_heads(tmp_path: Path):
    TimeTravel(tmp_path).log_arrays(0, X, head=(WEIGHT, BIAS))
    np.testing.assert_allclose(logged(tmp_path).snapshot(0).logits, LOGITS, rtol=1e-5)


@pytest.mark.parametrize(
    ("labels", "names", "n_classes"), [(None, None, 0), (LABELS, None, 3), (LABELS, list("abcd"), 4), ([-1] * N, None, 0)]
)
def test_without_logits_the_classes_come_from_the_names_or_the_labels(tmp_path: Path, labels: Any, names: Any, n_classes: int):
    TimeTravel(tmp_path, labels=labels, class_names=names).log_arrays(0, X)
    probe = logged(tmp_path).probe
    assert (probe.n_classes, probe.has_logits) == (n_classes, False)


@pytest.mark.parametrize("squeezed", [True, False])
def test_one_column_of_logits_means_two_classes(tmp_path: Path, squeezed: bool):
    z = X @ WEIGHT[:1].T + BIAS[:1]
    TimeTravel(tmp_path).log_arrays(0, X, z[:, 0] if squeezed else z, head=(WEIGHT[:1], BIAS[:1]))
    snapshot = logged(tmp_path).snapshot(0)
    np.testing.assert_array_equal(snapshot.logits, np.hstack([np.zeros_like(z), z]))
    weight, bias = snapshot.head or pytest.fail("no head")
    np.testing.assert_allclose(X @ weight.T + bias, snapshot.logits, atol=1e-5)


def test_float16_is_the_users_choice_and_halves_the_representations(tmp_path: Path):
    TimeTravel(tmp_path, dtype="float16").log_arrays(0, X, LOGITS)
    TimeTravel(tmp_path, tag="full").log_arrays(0, X.astype(np.float64), LOGITS)
    assert logged(tmp_path).snapshot(0).representations.dtype == np.float16
    assert logged(tmp_path, "full").snapshot(0).representations.dtype == np.float32


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dtype": "float64"}, "'float32' or 'float16', got 'float64'"),
        ({"tag": ""}, "expected tag as a name"),
        ({"class_names": "abc"}, "class_names as a list of names, got the one string"),
        ({"labels": ["cat", "dog"]}, "labels as class indices"),
        ({"labels": [[1, 0], [1]]}, "rows of equal length"),
        ({"ids": [-1, 0]}, "ids as integers from 0"),
        ({"ids": [0.5, 1.0]}, "ids as integers from 0"),
        ({"head": "fc"}, "model, head and data together, got no model and no data"),
    ],
)
def test_options_that_cannot_be_used_are_refused_with_a_sentence(tmp_path: Path, options: Any, sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        TimeTravel(tmp_path, **options)


@pytest.mark.parametrize("writer", [None, 3, object()])
def test_what_is_no_writer_is_refused_with_a_sentence(writer: Any):
    with pytest.raises(InvalidData, match="expected a SummaryWriter of torch or tensorboardX or a run's directory"):
        TimeTravel(writer)


def test_logging_without_a_model_needs_arrays(tmp_path: Path):
    with pytest.raises(InvalidData, match="use log_arrays"):
        TimeTravel(tmp_path).log(0)


def spoilt(value: float, *rows: int) -> NDArray[np.float32]:
    array = X.copy()
    array[list(rows), 1] = value
    return array


@pytest.mark.parametrize(
    ("options", "arrays", "sentence"),
    [
        ({}, {"step": -1}, "step from 0 to .* got -1"),
        ({}, {"step": 1.0}, r"as an integer, got 1\.0"),
        ({}, {"step": True}, "got True"),
        ({}, {"step": None}, "got None"),
        ({}, {"step": 10**12}, "got 1000000000000"),
        ({}, {"representations": X[:, :, None]}, r"shape \(n_samples, n_features\) at step 7, got float32 of shape \(12, 4, 1\)"),
        ({}, {"representations": X.astype(str)}, "representations as numbers"),
        ({}, {"representations": X[:0]}, "got float32 of shape"),
        (
            {},
            {"representations": spoilt(np.nan, 3, 5)},
            "finite representations at step 7, got NaN or infinity in 2 of 12 rows, first in row 3",
        ),
        ({}, {"representations": spoilt(-np.inf, 9)}, "in 1 of 12 rows, first in row 9"),
        ({}, {"representations": X.astype(np.float64) * 1e300}, "finite representations"),
        ({}, {"logits": np.full((N, C), np.inf)}, "finite logits at step 7"),
        ({}, {"logits": LOGITS[:5]}, "logits of 12 samples as there are representations, got 5"),
        ({}, {"logits": np.zeros((N, 65_537), np.int8)}, "at most 65,536 classes, got 65,537"),
        ({"dtype": "float16"}, {"representations": X * 1e6}, r"more than float16 can hold \(65504\); use dtype='float32'"),
        ({"class_names": ["a", "b"]}, {"logits": LOGITS}, "expected 3 class_names, one for each logit, got 2"),
        ({"labels": LABELS + 1}, {"logits": LOGITS}, "labels from 0 to 2, or -1 for none, got 4 others, first 3 in row 2"),
        ({"labels": LABELS - 2}, {"logits": LOGITS}, "got 4 others, first -2 in row 0"),
        ({"labels": [65_536] * N}, {}, "at most 65,536 classes, got 65,537"),
        ({"labels": LABELS[:5]}, {}, "labels of 12 samples .* got 5"),
        ({"ids": [1]}, {}, "ids of 12 samples .* got 1"),
        ({"splits": ["a"]}, {}, "splits of 12 samples .* got 1"),
        ({}, {"head": WEIGHT}, r"head=\(weight, bias\), got ndarray"),
        ({}, {"head": (WEIGHT.T, BIAS)}, r"a head of shape \(n_classes, 4\)"),
        ({}, {"head": (WEIGHT, BIAS[:2])}, r"got \(3, 4\) and \(2,\)"),
        ({}, {"head": (WEIGHT * np.nan, BIAS)}, "a finite head at step 7"),
        ({}, {"logits": LOGITS[:, :2], "head": (WEIGHT, BIAS)}, "a head of 2 classes as the logits have, got 3"),
        ({}, {"logits": LOGITS, "head": (-WEIGHT, BIAS)}, r"at step 7 it gives others"),
    ],
)
def test_a_step_that_cannot_be_used_is_refused_with_a_sentence_and_leaves_nothing(tmp_path: Path, options: Any, arrays: Any, sentence: str):
    film = TimeTravel(tmp_path, **options)
    with pytest.raises(InvalidData, match=sentence) as caught:
        film.log_arrays(**{"step": 7, "representations": X, **arrays})
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"representations": X[:7], "logits": LOGITS[:7]}, r"shape \(12, 4\) as at the first step, got \(7, 4\) at step 1"),
        ({"representations": X[:, :2]}, r"got \(12, 2\) at step 1"),
        ({"logits": None}, "with logits as the first one, got none"),
        ({"logits": np.hstack([LOGITS, LOGITS])}, "logits of 3 classes as at the first step, got 6"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
def test_a_later_step_of_another_shape_is_refused_and_earlier_ones_stay(tmp_path: Path, arrays: Any, sentence: str, restarted: bool):
    film = TimeTravel(tmp_path)
    film.log_arrays(0, X, LOGITS)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("plugins/**/*")}
    if restarted:
        film, sentence = TimeTravel(tmp_path), r"expected 12 samples × 4 features, 3 classes, with logits as logged to .* before"
    with pytest.raises(InvalidData, match=sentence):
        film.log_arrays(**{"step": 1, "representations": X, "logits": LOGITS, **arrays})
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("plugins/**/*")} == before
    np.testing.assert_array_equal(logged(tmp_path).snapshot(0).logits, LOGITS)


def test_logits_that_appear_later_are_refused(tmp_path: Path):
    film = TimeTravel(tmp_path)
    film.log_arrays(0, X)
    with pytest.raises(InvalidData, match="without logits as the first one, got some"):
        film.log_arrays(1, X, LOGITS)


def test_another_process_continues_the_run(tmp_path: Path):
    for step in (0, 1):
        TimeTravel(tmp_path, make_net(), head="fc", data=make_data()).log(step)
    assert logged(tmp_path).steps == [0, 1]


@pytest.mark.parametrize(
    "changed",
    [{"labels": LABELS[::-1]}, {"ids": np.arange(N) + 1}, {"class_names": ["x", "y", "z"]}, {"splits": ["a"] * N}, {"texts": ["b"] * N}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_process_with_other_samples_is_refused(tmp_path: Path, changed: Any):
    options = {"labels": LABELS, "texts": ["a"] * N}
    TimeTravel(tmp_path, **options).log_arrays(0, X, LOGITS)
    with pytest.raises(InvalidData, match="the samples differ from those logged"):
        TimeTravel(tmp_path, **{**options, **changed}).log_arrays(1, X, LOGITS)
    assert logged(tmp_path).steps == [0]


def test_pictures_compressed_by_another_library_are_the_same_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    images = np.random.default_rng(0).random((N, 8, 8))
    TimeTravel(tmp_path, images=images).log_arrays(0, X)
    monkeypatch.setattr("tb_timetravel.log.media._encode_png", lambda _: b"the same, compressed otherwise")
    TimeTravel(tmp_path, images=images).log_arrays(1, X)
    with pytest.raises(InvalidData, match="the samples differ"):
        TimeTravel(tmp_path, images=images[::-1]).log_arrays(2, X)
    assert logged(tmp_path).steps == [0, 1]


def test_tags_are_separate(tmp_path: Path):
    TimeTravel(tmp_path).log_arrays(0, X)
    TimeTravel(tmp_path, tag="other/../layer").log_arrays(0, X[:5])
    assert logged(tmp_path).probe.n_samples == N
    assert logged(tmp_path, "other/../layer").probe.n_samples == 5


def test_a_full_disk_is_one_sentence_and_the_next_step_goes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    film = TimeTravel(tmp_path)
    film.log_arrays(0, X, LOGITS)
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as disk:
        disk.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
        with pytest.raises(StoreError, match=r"step 1 could not be written .*No space left on device.*earlier steps are intact"):
            film.log_arrays(1, X, LOGITS)
    assert sorted(tmp_path.rglob("*")) == before
    film.log_arrays(2, X, LOGITS)
    assert logged(tmp_path).steps == [0, 2]


def test_a_disk_full_from_the_start_leaves_no_probe_and_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    film = TimeTravel(tmp_path, labels=LABELS, texts=["a"] * N)
    with monkeypatch.context() as disk:
        disk.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
        with pytest.raises(StoreError, match="could not be written"):
            film.log_arrays(0, X, LOGITS)
    film.log_arrays(0, X, LOGITS)
    assert logged(tmp_path).reader.texts(0) == ["a"] * N


def test_everything_after_the_model_is_given_by_name():
    kinds = [parameter.kind for parameter in inspect.signature(TimeTravel).parameters.values()]
    assert all(kind is inspect.Parameter.KEYWORD_ONLY for kind in kinds[2:])
