"""A network in plain JAX, without a library of layers, with a film: any arrays that numpy can read will do."""

from __future__ import annotations

import argparse
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.datasets import load_digits

from tb_timetravel import TimeTravel

Parameters = dict[str, jax.Array]


def start(key: jax.Array, n_inputs: int, n_features: int, n_classes: int) -> Parameters:
    """Draw the weights of two layers."""
    one, other = jax.random.split(key)
    return {
        "w1": jax.random.normal(one, (n_inputs, n_features)) / n_inputs**0.5, "b1": jnp.zeros(n_features),
        "w2": jax.random.normal(other, (n_features, n_classes)) / n_features**0.5, "b2": jnp.zeros(n_classes),
    }  # fmt: skip


def represent(p: Parameters, x: jax.Array) -> jax.Array:
    """Compute what goes into the last layer, (n, n_inputs) -> (n, n_features)."""
    return jax.nn.relu(x @ p["w1"] + p["b1"])


def loss(p: Parameters, x: jax.Array, y: jax.Array) -> jax.Array:
    """Average the cross entropy."""
    logits = represent(p, x) @ p["w2"] + p["b2"]
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1).mean()


@jax.jit
def descend(p: Parameters, x: jax.Array, y: jax.Array) -> Parameters:
    """Take one step of gradient descent."""
    return jax.tree.map(lambda weight, gradient: weight - 0.2 * gradient, p, jax.grad(loss)(p, x, y))


def main() -> None:
    """Train and log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, default=Path("runs"))
    parser.add_argument("--epochs", type=int, default=20)
    args = parser.parse_args()

    digits = load_digits()
    x, y = jnp.asarray(digits.data / 16, jnp.float32), jnp.asarray(digits.target)
    n_train = 1400
    p = start(jax.random.key(0), 64, 64, 10)
    rng = np.random.default_rng(0)
    splits = ["train"] * n_train + ["test"] * (len(y) - n_train)
    film = TimeTravel(args.logdir / "plain_jax", labels=digits.target, splits=splits, images=digits.images / 16)
    for epoch in range(args.epochs):
        for rows in np.array_split(rng.permutation(n_train), 20):
            p = descend(p, x[rows], y[rows])
        film.log_arrays(epoch, represent(p, x), head=(p["w2"].T, p["b2"]))
    print(f"loss on the rest: {loss(p, x[n_train:], y[n_train:]):.3f}")


if __name__ == "__main__":
    main()
