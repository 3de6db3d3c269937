"""scikit-learn's MLPClassifier, trained by ``partial_fit``, with a film: its representations are computed from its ``coefs_``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from tb_timetravel import TimeTravel


def last_hidden_layer(model: MLPClassifier, x: np.ndarray) -> np.ndarray:
    """Compute what goes into the output layer of a network with ``activation="relu"``, (n, n_inputs) -> (n, n_hidden)."""
    for weight, bias in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        x = np.maximum(x @ weight + bias, 0)
    return x


def main() -> None:
    """Train and log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, default=Path("runs"))
    parser.add_argument("--epochs", type=int, default=20)
    args = parser.parse_args()

    digits = load_digits()
    x, y = digits.data / 16, digits.target  # (1797, 64), (1797,)
    n_train = 1400
    model = MLPClassifier((64, 32), activation="relu", learning_rate_init=5e-3, random_state=0)
    splits = ["train"] * n_train + ["test"] * (len(y) - n_train)
    film = TimeTravel(args.logdir / "sklearn_mlp", labels=y, splits=splits, images=digits.images / 16)
    for epoch in range(args.epochs):
        model.partial_fit(x[:n_train], y[:n_train], classes=np.arange(10))
        film.log_arrays(epoch, last_hidden_layer(model, x), head=(model.coefs_[-1].T, model.intercepts_[-1]))
    print(f"accuracy on the rest: {model.score(x[n_train:], y[n_train:]):.3f}")


if __name__ == "__main__":
    main()
