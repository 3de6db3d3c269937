"""Train a small convolutional network on scikit-learn's digits and log its training for Time Travel.

A tenth of the training labels is wrong on purpose: in the film those samples are dots of the wrong colour inside another class's
territory, until the network has memorised them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel


class Network(nn.Module):
    """Two convolutions and two linear layers for 8 × 8 images."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(),
            nn.Linear(32 * 4 * 4, width), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(width, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Classify images, (B, 1, 8, 8) -> (B, 10)."""
        return self.head(self.features(images))


def load(noise: float, seed: int) -> tuple[TensorDataset, TensorDataset, np.ndarray]:
    """Split the digits into train and test, and give a share of the training labels another class.

    Returns
    -------
    Both data sets, and the positions in the training set of the labels that are wrong.
    """
    digits = load_digits()
    images = torch.tensor(digits.images / 16, dtype=torch.float32)[:, None]  # (1797, 1, 8, 8) in [0, 1]
    labels = torch.tensor(digits.target)
    train, test = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=digits.target, random_state=seed)
    rng = np.random.default_rng(seed)
    flipped = np.sort(rng.choice(len(train), round(noise * len(train)), replace=False))
    noisy = labels[train].clone()
    noisy[flipped] = (noisy[flipped] + torch.tensor(rng.integers(1, 10, len(flipped)))) % 10
    return TensorDataset(images[train], noisy), TensorDataset(images[test], labels[test]), flipped


def run_epoch(network: Network, loader: DataLoader, optimizer: torch.optim.Optimizer | None) -> tuple[float, float]:
    """Go through the data once, training where an optimizer is given, and return mean loss and accuracy."""
    total_loss, correct, count = 0.0, 0, 0
    network.train(optimizer is not None)
    with torch.set_grad_enabled(optimizer is not None):
        for images, labels in loader:
            logits = network(images)
            loss = F.cross_entropy(logits, labels)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total_loss += loss.item() * len(labels)
            correct += int((logits.argmax(1) == labels).sum())
            count += len(labels)
    return total_loss / count, correct / count


def main() -> None:
    """Train, log scalars and the film's steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logdir", type=Path, default=Path("runs"))
    parser.add_argument("--name", default="digits", help="name of the run")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--noise", type=float, default=0.1, help="share of training labels that are made wrong")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-seed", type=int, help="of split and wrong labels alone, so that runs of other seeds share them")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    train, test, flipped = load(args.noise, args.seed if args.data_seed is None else args.data_seed)
    train_loader = DataLoader(train, batch_size=64, shuffle=True)
    test_loader = DataLoader(test, batch_size=256)
    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)

    writer = SummaryWriter(args.logdir / args.name)
    film = TimeTravel(
        writer, network, head=network.head, data={"train": train_loader, "test": test_loader}, class_names=[str(c) for c in range(10)]
    )
    film.log(0)
    for epoch in range(1, args.epochs + 1):
        loss, accuracy = run_epoch(network, train_loader, optimizer)
        test_loss, test_accuracy = run_epoch(network, test_loader, None)
        for name, value in (("loss/train", loss), ("loss/test", test_loss), ("accuracy/train", accuracy), ("accuracy/test", test_accuracy)):
            writer.add_scalar(name, value, epoch)
        film.log(epoch)
        print(f"epoch {epoch:2d}  loss {loss:.3f}  accuracy {accuracy:.3f}  test {test_accuracy:.3f}", flush=True)
    writer.close()
    np.savetxt(args.logdir / args.name / "flipped.txt", flipped, fmt="%d")
    print(f"{len(flipped)} of {len(train)} training labels are wrong on purpose; their positions are in {args.name}/flipped.txt")


if __name__ == "__main__":
    main()
