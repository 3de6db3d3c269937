"""Writes ``weights/`` by Keras 3 itself: what its TensorBoard callback leaves of embedding layers after each epoch.

    pip install keras h5py torch tensorboard
    KERAS_BACKEND=torch python tests/store/projector/make_weights.py

What the callback writes of embeddings is asked of it epoch by epoch, as its summaries need TensorFlow. What the layers hold is kept beside
the files as ``.npy``.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np

PLACE = Path(__file__).parent / "weights"
N, D = 12, 5


class OneOfItsOwn(keras.layers.Embedding):
    """An embedding that Keras names by its class."""


class HalfSized(keras.Model):
    """A model that is no graph of layers, and keeps the upper halves of its numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.words = keras.layers.Embedding(N, D, dtype="bfloat16")
        self.classifier = keras.layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.classifier(keras.ops.mean(self.words(x), axis=1))


def several() -> Any:
    given = keras.Input((4,))
    joined = keras.layers.Concatenate()([keras.layers.Embedding(N, D)(given), keras.layers.Embedding(N, 3)(given)])
    return keras.Model(given, keras.layers.Dense(2)(keras.layers.Flatten()(joined)))


def one(layer: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), layer, keras.layers.Flatten(), keras.layers.Dense(2)])


MODELS = {
    "sequential": (lambda: one(keras.layers.Embedding(N, D, name="words")), 3),
    "named": (lambda: one(OneOfItsOwn(N, D)), 1),
    "several": (several, 1),
    "half": (HalfSized, 1),
}


def write(directory: Path, model: Any, n_epochs: int) -> None:
    """Train, and have the callback keep the embeddings."""
    (directory / "train").mkdir(parents=True)
    x = np.random.default_rng(0).integers(0, N, (16, 4))
    model.compile(keras.optimizers.SGD(0.5), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    callback = keras.callbacks.TensorBoard(str(directory), embeddings_freq=1, write_graph=False)
    callback.set_model(model)
    for epoch in range(n_epochs):
        model.fit(x, x[:, 0] % 2, verbose=0)
        callback._log_embeddings(epoch)
        layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
        for number, layer in enumerate(layers):
            values = keras.ops.convert_to_numpy(keras.ops.cast(layer.embeddings, "float32"))
            np.save(directory / f"layer-{number}.epoch-{epoch}.npy", values)


if __name__ == "__main__":
    shutil.rmtree(PLACE, ignore_errors=True)
    for name, (make, n) in MODELS.items():
        keras.utils.set_random_seed(0)
        write(PLACE / name, make(), n)
