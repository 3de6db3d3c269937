"""A model that predicts numbers: a small network on scikit-learn's diabetes data, how far the illness of 442 patients went in a year.

python demo/regression_diabetes.py --logdir runs --epochs 40
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from sklearn.datasets import load_diabetes
from torch import nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel

N_TRAIN = 342


def main() -> None:
    """Train, and log every second epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, default=Path("runs"))
    parser.add_argument("--epochs", type=int, default=40)
    options = parser.parse_args()
    torch.manual_seed(0)
    table = load_diabetes(scaled=False)
    x = torch.tensor(table.data, dtype=torch.float32)  # (n, 10)
    x = (x - x.mean(0)) / x.std(0)
    y = torch.tensor(table.target, dtype=torch.float32)  # (n,) 25 to 346
    body, head = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU()), nn.Linear(16, 1)
    nn.init.constant_(head.bias, float(y[:N_TRAIN].mean()))  # so that it predicts in the target's own unit from the start
    model = nn.Sequential(body, head)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)

    writer = SummaryWriter(options.logdir / "regression_diabetes")
    splits = {"train": TensorDataset(x[:N_TRAIN], y[:N_TRAIN]), "test": TensorDataset(x[N_TRAIN:], y[N_TRAIN:])}
    columns = {"age": table.data[:, 0], "sex": [f"sex {int(sex)}" for sex in table.data[:, 1]], "body mass": table.data[:, 2]}
    film = TimeTravel(writer, model, head=head, data=splits, task="regression", columns=columns)
    for epoch in range(options.epochs + 1):
        if epoch % 2 == 0:
            film.log(epoch)
        order, total = torch.randperm(N_TRAIN), 0.0
        for rows in order.split(32):
            loss = F.l1_loss(model(x[rows])[:, 0], y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        writer.add_scalar("loss/train", total / N_TRAIN, epoch)
    writer.close()


if __name__ == "__main__":
    main()
