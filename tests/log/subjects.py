"""Small models and data to be watched, and a look at what was written of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset, TensorDataset

from tb_timetravel.store import DynamicsReader, Snapshot, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tb_timetravel.schema import Probe

N_SAMPLES, N_INPUTS, N_FEATURES, N_CLASSES = 20, 5, 8, 3


class Net(nn.Module):
    """A classifier with all that a pass could disturb: batch norm, dropout, and a submodule frozen in eval mode."""

    def __init__(self, head: nn.Module | None = None) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(N_INPUTS, N_FEATURES), nn.BatchNorm1d(N_FEATURES), nn.ReLU(), nn.Dropout(0.5))
        self.fc = head or nn.Linear(N_FEATURES, N_CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x))


class Rows(Dataset[Any]):
    """A dataset of given items."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]


class Logged(NamedTuple):
    probe: Probe
    steps: list[int]
    labels: NDArray[np.int32]
    ids: NDArray[np.int32]
    splits: NDArray[np.uint8]
    reader: DynamicsReader

    def snapshot(self, step: int) -> Snapshot:
        return self.reader.read(self.probe, next(logged for logged in self.reader.steps() if logged.step == step))


def make_net(head: nn.Module | None = None) -> Net:
    torch.manual_seed(0)
    return Net(head)


def make_data(n: int = N_SAMPLES) -> TensorDataset:
    generator = torch.Generator().manual_seed(1)
    return TensorDataset(torch.randn(n, N_INPUTS, generator=generator), torch.arange(n) % N_CLASSES)


def logged(run: Path | str, tag: str = "probe") -> Logged:
    reader = DynamicsReader(probe_directory(str(run), tag))
    probe = reader.probe()
    return Logged(probe, [step.step for step in reader.steps()], reader.labels(probe), reader.ids(probe), reader.splits(probe), reader)
