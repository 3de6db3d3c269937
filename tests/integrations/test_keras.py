from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_timetravel.errors import InvalidData
from tests.integrations.looks import marked_steps
from tests.log.subjects import logged

os.environ.setdefault("KERAS_BACKEND", "torch")  # Keras itself would take TensorFlow, which is gigabytes
keras = pytest.importorskip("keras", reason="Keras is not installed; make test-integrations installs it")
from tb_timetravel.integrations.keras import TimeTravelCallback  # noqa: E402  # needs Keras

_ON_JAX = "n_batches or softmax or same"
N_SAMPLES, N_INPUTS, N_FEATURES, N_CLASSES, N_BATCHES = 20, 5, 8, 3, 4


def make_data(n: int = N_SAMPLES) -> tuple[Any, Any]:
    return np.random.default_rng(1).normal(size=(n, N_INPUTS)).astype(np.float32), np.arange(n) % N_CLASSES


def make_model(activation: str | None = "softmax", n_outputs: int = N_CLASSES) -> Any:
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(N_FEATURES, "relu", name="hidden"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    return keras.Sequential([keras.Input((N_INPUTS,)), *layers, keras.layers.Dense(n_outputs, activation, name="head")])


class Subclassed(keras.Model):
    """A model that is no graph of layers."""

    def __init__(self) -> None:
        super().__init__()
        keras.utils.set_random_seed(0)
        self.hidden = keras.layers.Dense(N_FEATURES, "relu")
        self.classifier = keras.Sequential([keras.layers.Dense(4, "relu"), keras.layers.Dense(N_CLASSES)])

    def call(self, x: Any) -> Any:
        return self.classifier(self.hidden(x))


def fit(model: Any, *callbacks: Any, loss: Any = None, labels: Any = None, **options: Any) -> Any:
    x, y = make_data()
    model.compile("sgd", loss or keras.losses.SparseCategoricalCrossentropy())
    arguments = {"epochs": 2, "batch_size": 5, "verbose": 0} | options
    model.fit(x, y if labels is None else labels, callbacks=list(callbacks), **arguments)
    return model


def film(tmp_path: Path, data: Any = None, head: Any = "head", **options: Any) -> Any:
    return TimeTravelCallback(make_data() if data is None else data, head=head, directory=str(tmp_path / "run"), **options)


def values(model: Any) -> list[Any]:
    return [keras.ops.convert_to_numpy(variable) for variable in model.variables]


def test_every_epoch_is_logged_under_its_number_as_keras_numbers_its_scalars(tmp_path: Path):
    data = {"train": make_data(), "test": make_data(7)}
    fit(make_model(), film(tmp_path, data, class_names=["a", "b", "c"]))
    found = logged(tmp_path / "run")
    assert found.steps == marked_steps(tmp_path / "run") == [0, 1]
    assert found.probe.split_names == ("train", "test")
    assert found.ids.tolist() == [*range(N_SAMPLES), *range(7)]
    assert found.labels.tolist() == [*make_data()[1], *make_data(7)[1]]


def test_every_evaluation_of_the_training_is_logged_and_no_other(tmp_path: Path):
    callback = film(tmp_path, every="evaluation")
    model = fit(make_model(), callback, validation_data=make_data(), validation_freq=2, epochs=5)
    model.evaluate(*make_data(), callbacks=[callback], verbose=0)
    assert logged(tmp_path / "run").steps == [1, 3]


def test_every_n_batches_is_logged_from_before_the_first_on_and_counted_through_epochs(tmp_path: Path):
    callback = film(tmp_path, every=3)
    model = fit(make_model(), callback)
    x, y = make_data()
    model.fit(x, y, epochs=1, batch_size=5, verbose=0, callbacks=[callback])
    assert logged(tmp_path / "run").steps == [0, 3, 6, 8, 9, 12]  # 8 is where the second training begins


def test_of_a_layer_with_softmax_the_film_has_the_logits_before_it(tmp_path: Path):
    model = fit(make_model(), film(tmp_path))
    x, _ = make_data()
    body = keras.Sequential(model.layers[:-1])
    snapshot = logged(tmp_path / "run").snapshot(1)
    np.testing.assert_allclose(snapshot.representations, body.predict(x, verbose=0), atol=1e-5)
    assert snapshot.logits is not None
    assert snapshot.head is not None
    odds = np.exp(snapshot.logits)
    np.testing.assert_allclose(odds / odds.sum(1, keepdims=True), model.predict(x, verbose=0), atol=1e-5)


def test_a_single_sigmoid_becomes_two_classes(tmp_path: Path):
    x, y = make_data()
    model = make_model("sigmoid", 1)
    fit(model, film(tmp_path, (x, (y == 1)[:, None])), loss="binary_crossentropy", labels=(y == 1).astype("float32"))
    found = logged(tmp_path / "run")
    assert found.probe.n_classes == 2
    logits = found.snapshot(1).logits
    assert logits is not None
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 1])), model.predict(x, verbose=0)[:, 0], atol=1e-5)


def test_a_subclassed_model_and_a_head_of_several_layers_are_watched_too(tmp_path: Path):
    model = Subclassed()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = make_data()
    one_hot = np.eye(N_CLASSES)[y]
    fit(model, film(tmp_path, (x, one_hot), head=model.classifier, batch_size=6), loss=loss)
    snapshot = logged(tmp_path / "run").snapshot(1)
    np.testing.assert_allclose(snapshot.representations, keras.ops.convert_to_numpy(model.hidden(x)), atol=1e-5)
    np.testing.assert_allclose(snapshot.logits, model.predict(x, verbose=0), atol=1e-5)
    assert snapshot.head is None
    assert logged(tmp_path / "run").labels.tolist() == y.tolist()
    assert "call" not in vars(model.classifier)


def test_a_training_is_the_same_with_the_film_and_without(tmp_path: Path):
    alone, watched = fit(make_model()), fit(make_model(), film(tmp_path, every=1))
    for one, other in zip(values(alone), values(watched), strict=True):
        np.testing.assert_array_equal(one, other)


def test_images_among_the_inputs_become_thumbnails(tmp_path: Path):
    x = np.random.default_rng(0).random((6, 8, 8, 1), dtype=np.float32)
    layers = [keras.layers.Flatten(), keras.layers.Dense(N_CLASSES, name="head")]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, np.arange(6) % 3, epochs=1, verbose=0, callbacks=[film(tmp_path, (x, None))])
    media = logged(tmp_path / "run").probe.media
    assert (media.kind, media.thumbnail_width) == ("image", 8)
    assert set(logged(tmp_path / "run").labels.tolist()) == {-1}


def test_a_head_that_is_not_in_the_model_is_one_sentence(tmp_path: Path):
    with pytest.raises(InvalidData, match="expected head as the name of a layer of the model, got 'nose'; its last layers are hidden, "):
        fit(make_model(), film(tmp_path, head="nose"))
    with pytest.raises(InvalidData, match="it ran 0 times"):
        fit(make_model(), film(tmp_path, head=keras.layers.Dense(3)))


@pytest.mark.parametrize("data", [np.zeros((3, 5)), (np.zeros((3, 5)),), {"train": np.zeros((3, 5))}, (np.zeros((3, 5)), [0, 1])])
def test_data_that_is_no_pair_of_equal_length_is_one_sentence(tmp_path: Path, data: Any):
    with pytest.raises(InvalidData, match=r"^expected "):
        film(tmp_path, data)


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="this is that run")
def test_this_holds_on_jax_too_where_variables_live_outside_of_the_model_during_an_epoch(tmp_path: Path):
    pytest.importorskip("jax", reason="JAX is not installed; make test-integrations installs it")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'jax'}", "-k", _ON_JAX, __file__]
    env = os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run(command, env=env, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
