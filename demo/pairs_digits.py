"""A model of pairs: two views of each of scikit-learn's digits, pulled together by a contrastive loss. There are no labels in the training.

python demo/pairs_digits.py --logdir runs --epochs 20
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel

N, TEMPERATURE = 300, 0.1


def view(images: Tensor, generator: torch.Generator) -> Tensor:
    """Shift by up to a pixel and add noise, (n, 8, 8) -> (n, 64)."""
    padded = F.pad(images, (1, 1, 1, 1))
    shifts = torch.randint(0, 3, (len(images), 2), generator=generator).tolist()
    moved = torch.stack([image[row : row + 8, column : column + 8] for image, (row, column) in zip(padded, shifts, strict=True)])
    return (moved + 0.1 * torch.randn(moved.shape, generator=generator)).flatten(1)


def main() -> None:
    """Train, and log both views of each digit at every epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, default=Path("runs"))
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images[:N] / 16, dtype=torch.float32)
    encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 32))
    optimizer = torch.optim.Adam(encoder.parameters(), 3e-3)

    watched = torch.cat([view(images, generator), view(images, generator)])  # row i and row i + N are views of the same digit
    writer = SummaryWriter(options.logdir / "pairs_digits")
    film = TimeTravel(
        writer,
        pairs=np.concatenate([np.arange(N) + N, np.arange(N)]),
        ids=np.arange(2 * N),
        images=watched.reshape(-1, 8, 8).clamp(0, 1).numpy(),
        columns={"digit": [f"digit {kind}" for kind in digits.target[:N]] * 2, "view": ["first"] * N + ["second"] * N},
    )
    for epoch in range(options.epochs + 1):
        with torch.no_grad():
            film.log_arrays(epoch, encoder(watched))
        for _ in range(10):
            rows = torch.randperm(N, generator=generator)[:150]
            one, other = (F.normalize(encoder(view(images[rows], generator)), dim=1) for _ in range(2))
            loss = F.cross_entropy(one @ other.T / TEMPERATURE, torch.arange(len(rows)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        writer.add_scalar("loss/train", loss.item(), epoch)
    writer.close()


if __name__ == "__main__":
    main()
