"""Writes ``checkpoints/`` by TensorFlow itself: what Keras' callback, a Saver and an object's checkpoint leave beside a projector's config.

    pip install tensorflow-cpu tf_keras tensorboard
    python tests/store/projector/make_checkpoints.py

What the tensors are is kept beside them as ``.npy``, and read by TensorFlow.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

os.environ |= {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1"}

import numpy as np
import tensorflow as tf
import tf_keras
from tensorboard.plugins import projector

PLACE = Path(__file__).parent / "checkpoints"
N, D = 12, 3


def write_config(directory: Path, name: str) -> None:
    config = projector.ProjectorConfig()
    config.embeddings.add(tensor_name=name)
    projector.visualize_embeddings(str(directory), config)


def keep(directory: Path, name: str) -> None:
    """Keep what TensorFlow reads of each checkpoint."""
    for index in directory.rglob("*.index"):
        np.save(index.with_suffix(".npy"), tf.train.load_variable(str(index.with_suffix("")), name))


def write_keras(directory: Path) -> None:
    """Train for three epochs with the callback that keeps an embedding layer after each."""
    tf_keras.utils.set_random_seed(0)
    model = tf_keras.Sequential([tf_keras.layers.Input((2,)), tf_keras.layers.Embedding(N, D), tf_keras.layers.Flatten()])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).integers(0, N, (64, 2))
    model.fit(x, x.repeat(D, 1), epochs=3, verbose=0, callbacks=[tf_keras.callbacks.TensorBoard(str(directory), embeddings_freq=1)])
    for events in directory.rglob("*.tfevents.*"):
        events.unlink()
    keep(directory, "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE")


def write_saver(directory: Path) -> None:
    """Save as TensorFlow 1 did; the second tensor makes the bytes of the first begin where no number would."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        values = np.random.default_rng(1).normal(size=(N, D))
        words = tf.compat.v1.get_variable("words", initializer=values)
        halves = tf.compat.v1.get_variable("halves", initializer=values.astype(np.float16))
        tf.compat.v1.get_variable("bias", initializer=np.array([True]))
        saver, old = tf.compat.v1.train.Saver(), tf.compat.v1.train.Saver({"words": words}, write_version=tf.compat.v1.train.SaverDef.V1)
        for step in (100, 2500):
            session.run(tf.compat.v1.global_variables_initializer())
            session.run([words.assign(values + step), halves.assign(values.astype(np.float16))])
            saver.save(session, str(directory / "model.ckpt"), global_step=step, write_meta_graph=False)
        state = directory / "checkpoint"  # names them where they lay when they were written, which is nobody's business here
        state.write_text(state.read_text().replace(str(directory), "/home/ada/runs"))
        old.save(session, str(directory / "old.ckpt"), write_meta_graph=False, write_state=False)
    write_config(directory, "words:0")
    keep(directory, "words")


def write_object(directory: Path) -> None:
    """Save a variable as TensorFlow's own tutorial of the projector does, behind a text, so that it begins anywhere."""
    values = np.random.default_rng(2).normal(size=(N, D)).astype(np.float32)
    tf.train.Checkpoint(embedding=tf.Variable(values), a=tf.Variable("odd")).save(str(directory / "embedding.ckpt"))
    write_config(directory, "embedding/.ATTRIBUTES/VARIABLE_VALUE")
    keep(directory, "embedding/.ATTRIBUTES/VARIABLE_VALUE")


if __name__ == "__main__":
    shutil.rmtree(PLACE, ignore_errors=True)
    for write in (write_keras, write_saver, write_object):
        (PLACE / write.__name__.removeprefix("write_")).mkdir(parents=True)
        write(PLACE / write.__name__.removeprefix("write_"))
