"""Train a small network on a hard problem and log its training: the run on which fidelity and speed are measured.

    python benchmarks/hard_run.py --logdir runs --name hard

The problem: 20 classes, each a mixture of 4 curved modes in 48 latent dimensions. A point of a mode is ``c + a u + b (u² - 1) + s e`` with
u and e standard normal; centres c lie close enough that modes of different classes overlap. A fixed random network of two layers maps the
latent point to 128 inputs, noise is added, and a tenth of the training labels is given another class. So the subject model, a perceptron
whose last hidden layer is the representation, errs for many epochs, and memorises wrong labels later.

Prints the error of the best possible classifier of latent points (from the known densities, integrated over u; no classifier of the inputs
does better) and, per epoch, the network's accuracy on the noisy training labels and on the clean test labels.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel

N_CLASSES = 20
N_MODES = 4  # of each class
N_LATENT = 48
N_INPUTS = 128
LABEL_NOISE = 0.1
_CENTER, _BEND, _SPREAD, _INPUT_NOISE = 0.6, 0.6, 1.0, 0.1  # standard deviations per latent dimension, but for the last: per input


@dataclass(frozen=True, eq=False)
class Problem:
    """Classes as mixtures of curved modes: centre, direction and bend of each, (n_classes · n_modes, n_latent), and the map to inputs."""

    center: torch.Tensor
    direction: torch.Tensor
    bend: torch.Tensor
    weights: tuple[torch.Tensor, torch.Tensor]

    def curve(self, mode: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
        """Give the middle of modes at u, (n,), (n,) -> (n, n_latent)."""
        return self.center[mode] + self.direction[mode] * u[:, None] + self.bend[mode] * (u.square()[:, None] - 1.0)

    def draw(self, n: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Draw samples: latent points (n, n_latent), inputs (n, n_inputs), classes (n,)."""
        mode = torch.randint(0, N_CLASSES * N_MODES, (n,), generator=generator)
        latent = self.curve(mode, torch.randn(n, generator=generator)) + _SPREAD * torch.randn(n, N_LATENT, generator=generator)
        first, second = self.weights
        inputs = torch.tanh(latent @ first) @ second + _INPUT_NOISE * torch.randn(n, N_INPUTS, generator=generator)
        return latent, inputs, mode // N_MODES

    def bayes_error(self, latent: torch.Tensor, classes: torch.Tensor, *, n_points: int = 61) -> float:
        """Measure how often the class of the highest posterior is wrong, modes integrated over u at n_points from -4 to 4."""
        u = torch.linspace(-4.0, 4.0, n_points)
        densities = []
        for mode in range(N_CLASSES * N_MODES):
            middle = self.curve(torch.full((n_points,), mode), u)
            log_density = -torch.cdist(latent, middle).square() / (2.0 * _SPREAD**2) - u.square() / 2.0  # (n, n_points), constants apart
            densities.append(log_density.logsumexp(1))
        posterior = torch.stack(densities, 1).reshape(len(latent), N_CLASSES, N_MODES).logsumexp(2)
        return float((posterior.argmax(1) != classes).float().mean())


def make_problem(generator: torch.Generator) -> Problem:
    """Draw the modes and the map."""
    n_modes, n_hidden = N_CLASSES * N_MODES, 256
    center, direction, bend = (
        torch.randn(n_modes, N_LATENT, generator=generator) * scale for scale in (_CENTER, _BEND, _BEND / math.sqrt(2.0))
    )
    first = torch.randn(N_LATENT, n_hidden, generator=generator) / math.sqrt(N_LATENT * 4.0)  # tanh bends, but does not saturate
    second = torch.randn(n_hidden, N_INPUTS, generator=generator) / math.sqrt(n_hidden / 4.0)
    return Problem(center, direction, bend, (first, second))


def wrong_labels(classes: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Give a share of the samples another class."""
    chosen = torch.randperm(len(classes), generator=generator)[: round(share * len(classes))]
    labels = classes.clone()
    labels[chosen] = (labels[chosen] + torch.randint(1, N_CLASSES, (len(chosen),), generator=generator)) % N_CLASSES
    return labels


class Network(nn.Module):
    """A perceptron; the output of its last hidden layer is the representation."""

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Linear(N_INPUTS, 512), nn.ReLU(), nn.Linear(512, n_features), nn.ReLU())
        self.head = nn.Linear(n_features, N_CLASSES)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Classify, (b, n_inputs) -> (b, n_classes)."""
        return self.head(self.features(inputs))


def train_epoch(network: Network, optimizer: torch.optim.Optimizer, inputs: torch.Tensor, labels: torch.Tensor) -> float:
    """Go through the samples once in a random order and return the mean loss."""
    total = 0.0
    for batch in torch.randperm(len(labels)).split(128):
        loss = F.cross_entropy(network(inputs[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(labels)


def accuracy(network: Network, inputs: torch.Tensor, labels: torch.Tensor) -> float:
    """Measure the share of samples that the network gives their label."""
    with torch.no_grad():
        return float((network(inputs).argmax(1) == labels).float().mean())


def main() -> None:
    """Draw the problem, train, log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logdir", type=Path, default=Path("runs"))
    parser.add_argument("--name", default="hard", help="name of the run")
    parser.add_argument("--train", type=int, default=10_000, help="samples of the training split")
    parser.add_argument("--test", type=int, default=2_000, help="samples of the test split")
    parser.add_argument("--steps", type=int, default=20, help="logged steps: the untrained network, then one per epoch")
    parser.add_argument("--features", type=int, default=512, help="width of the representation")
    parser.add_argument("--noise", type=float, default=LABEL_NOISE, help="share of training labels that are made wrong")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    problem = make_problem(generator)
    _, inputs, classes = problem.draw(args.train, generator)
    latent, test_inputs, test_classes = problem.draw(args.test, generator)
    labels = wrong_labels(classes, args.noise, generator)
    print(f"best possible error on latent test points {problem.bayes_error(latent, test_classes):.3f}; {args.noise:.0%} wrong labels")

    network = Network(args.features)
    optimizer = torch.optim.Adam(network.parameters(), 3e-4)
    writer = SummaryWriter(args.logdir / args.name)
    data = {"train": TensorDataset(inputs, labels), "test": TensorDataset(test_inputs, test_classes)}
    film = TimeTravel(writer, network, head=network.head, data=data, class_names=[f"class {number}" for number in range(N_CLASSES)])
    film.log(0)
    began = time.perf_counter()
    for epoch in range(1, args.steps):
        loss = train_epoch(network, optimizer, inputs, labels)
        shares = {"train": accuracy(network, inputs, labels), "test": accuracy(network, test_inputs, test_classes)}
        writer.add_scalar("loss/train", loss, epoch)
        for split, share in shares.items():
            writer.add_scalar(f"accuracy/{split}", share, epoch)
        film.log(epoch)
        print(f"epoch {epoch:3d}  loss {loss:.3f}  accuracy {shares['train']:.3f}  test {shares['test']:.3f}", flush=True)
    writer.close()
    np.savetxt(args.logdir / args.name / "flipped.txt", torch.nonzero(labels != classes).numpy(), fmt="%d")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
