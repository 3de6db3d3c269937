"""Directories of training dynamics in both layouts, written as their trainings write them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from tb_timetravel.store import DynamicsReader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tb_timetravel.schema import Probe
    from tb_timetravel.store import Snapshot

N_TRAIN, N_TEST, N_FEATURES, N_CLASSES = 12, 5, 6, 3
N_ALL = N_TRAIN + N_TEST
CLASSES = ["cat", "a // dog", "cow"]


class Net(nn.Module):
    """A subject model as the layout wants it: features, and a prediction made of them."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, N_FEATURES), nn.BatchNorm1d(N_FEATURES))
        self.fc = nn.Linear(N_FEATURES, N_CLASSES)

    def feature(self, x: Tensor) -> Tensor:
        made: Tensor = self.body(x)
        return made

    def prediction(self, z: Tensor) -> Tensor:
        made: Tensor = self.fc(z)
        return made

    def forward(self, x: Tensor) -> Tensor:
        return self.prediction(self.feature(x))


class PlainNet(Net):
    """The same weights without the two methods."""

    feature = None  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.fc(self.body(x))
        return made

    def __getattribute__(self, name: str) -> Any:
        if name in ("feature", "prediction"):
            raise AttributeError(name)
        return super().__getattribute__(name)


@dataclass
class Written:
    """What was written: inputs, labels, and each epoch's net."""

    path: Path
    inputs: Tensor  # (N_ALL, 3, 4, 4)
    labels: Tensor  # (N_ALL,)
    nets: dict[int, Net]

    def features(self, number: int) -> NDArray[np.float32]:
        with torch.no_grad():
            made: NDArray[np.float32] = self.nets[number].feature(self.inputs).numpy()
        return made

    def logits(self, number: int) -> NDArray[np.float32]:
        with torch.no_grad():
            made: NDArray[np.float32] = self.nets[number](self.inputs).numpy()
        return made


def make_nets(numbers: tuple[int, ...]) -> dict[int, Net]:
    nets = {}
    for number in numbers:
        torch.manual_seed(number)
        nets[number] = Net().eval()
    return nets


def make_content(path: Path, numbers: tuple[int, ...]) -> Written:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.rand(N_ALL, 3, 4, 4, generator=generator)
    inputs = (inputs * 255).round() / 255  # so that pictures of 8 bits hold them
    return Written(path, inputs, torch.arange(N_ALL) % N_CLASSES, make_nets(numbers))


def write_classic(path: Path, numbers: tuple[int, ...] = (1, 2, 10), *, features: bool = True, inputs: bool = True) -> Written:
    """Write the layout with ``Model/Epoch_<n>``."""
    written = make_content(path, numbers)
    for folder, split, rows in (("Training_data", "training", slice(0, N_TRAIN)), ("Testing_data", "testing", slice(N_TRAIN, None))):
        (path / folder).mkdir(parents=True)
        torch.save(written.labels[rows].clone(), path / folder / f"{split}_dataset_label.pth")
        if inputs:
            torch.save(written.inputs[rows].clone(), path / folder / f"{split}_dataset_data.pth")
    (path / "config.json").write_text(
        '{\n  "DVI": { // the method\n    "SETTING": "normal", // or "abnormal"\n'
        f'    "CLASSES": {json.dumps(CLASSES)},\n    "DATASET": "https://x", // end\n  }}\n}}\n'
    )
    for number in numbers:
        directory = path / "Model" / f"Epoch_{number}"
        directory.mkdir(parents=True)
        torch.save(written.nets[number].state_dict(), directory / "subject_model.pth")
        (directory / "index.json").write_text(json.dumps(list(range(N_TRAIN))))
        if features:
            np.save(directory / "train_data.npy", written.features(number)[:N_TRAIN])
            np.save(directory / "test_data.npy", written.features(number)[N_TRAIN:])
    return written


def write_process(path: Path, numbers: tuple[int, ...] = (1, 2), *, features: bool = True) -> Written:
    """Write the layout with ``epochs/epoch_<k>``."""
    written = make_content(path, numbers)
    dataset = path / "dataset"
    (dataset / "image").mkdir(parents=True)
    (dataset / "index.json").write_text(json.dumps({"train": list(range(5, N_ALL)), "test": list(range(5))}))
    (dataset / "info.json").write_text(json.dumps({"classes": CLASSES, "model": "Net"}))
    np.save(dataset / "labels.npy", written.labels.numpy())
    for row, image in enumerate(written.inputs):
        save_picture(dataset / "image" / f"{row}.png", image)
    for number in numbers:
        directory = path / "epochs" / f"epoch_{number}"
        directory.mkdir(parents=True)
        torch.save(written.nets[number].state_dict(), directory / "model.pth")
        if features:
            np.save(directory / "embeddings.npy", written.features(number))
            np.save(directory / "predictions.npy", written.logits(number))
    return written


def save_picture(path: Path, image: Tensor) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray((image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()).save(path)


@dataclass
class Imported:
    """A run that was imported."""

    probe: Probe
    reader: DynamicsReader

    @property
    def steps(self) -> list[int]:
        return [step.step for step in self.reader.steps()]

    @property
    def splits(self) -> list[str]:
        return [self.probe.split_names[split] for split in self.reader.splits(self.probe)]

    def snapshot(self, number: int) -> Snapshot:
        return self.reader.read(self.probe, next(step for step in self.reader.steps() if step.step == number))


def imported(logdir: Path, run: str, tag: str = "probe") -> Imported:
    reader = DynamicsReader(probe_directory(str(logdir / run), tag))
    return Imported(reader.probe(), reader)
