"""Features that a directory of training dynamics lacks, made by the user's own model from the checkpoints and pictures in it.

This runs code, which nothing else in this package does: the class that the user named on the command line, and that alone. Checkpoints
and data are read as tensors only.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.exchange.classic import DATA_FILES
from tb_timetravel.exchange.media import PictureFiles, open_picture
from tb_timetravel.exchange.reading import read_state, read_tensor
from tb_timetravel.log.capture import ModelProbe
from tb_timetravel.store.files import exists, join, write_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tb_timetravel.exchange.contents import Contents, Epoch
    from tb_timetravel.log.capture import Captured

    Transform = Callable[[Any], Tensor]


def load_named(name: str, directory: str) -> Any:  # noqa: ANN401  # whatever the user made
    """Import ``package.module:Name`` as Python finds it from a directory.

    Raises
    ------
    InvalidData : it is no such name, or there is nothing of that name.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise InvalidData(f"expected package.module:Name, got {name!r}; put a colon before the name in the module")
    sys.path.insert(0, directory)
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InvalidData(f"{name} cannot be imported ({error}); start the command where `python -c 'import {module}'` works") from error
    finally:
        sys.path.remove(directory)


class AsSubject(nn.Module):
    """A subject model in two parts: features, and a head that makes logits of them.

    A model with methods ``feature`` and ``prediction`` is taken at its word; of any other, the head is its last linear layer.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model  # with methods that nn.Module knows nothing of
        self.head: nn.Module
        if hasattr(model, "feature") and hasattr(model, "prediction"):
            self.head = _Prediction(model)
        else:
            layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
            if not layers:
                raise InvalidData("expected methods feature and prediction, or a linear layer, found neither in the model; add the methods")
            self.head = layers[-1]

    def forward(self, x: Tensor) -> Tensor:
        """Run the model, (b, …) -> (b, n_classes)."""
        made: Tensor = self.head(self.model.feature(x)) if isinstance(self.head, _Prediction) else self.model(x)
        return made


class _Prediction(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._predict: Any = model.prediction

    def forward(self, features: Tensor) -> Tensor:
        made: Tensor = self._predict(features)
        return made


def extract(contents: Contents, make_model: Callable[[], nn.Module], transform: Transform | None, *, device: str) -> Iterator[Epoch]:
    """Write the features and logits of every epoch that has none, and yield each epoch that is done.

    Parameters
    ----------
    make_model : makes the model without weights; these come from each epoch's checkpoint.
    transform : makes the model's input of a ``PIL.Image``; None for values from 0 to 1, (channels, height, width). Of no meaning where the
        directory holds the inputs themselves.

    Raises
    ------
    NotFound : there are no inputs, or an epoch has no checkpoint.
    InvalidData : the model does not fit the checkpoint or the inputs.
    """
    todo = [epoch for epoch in contents.epochs if epoch.missing]
    if not todo:
        return
    data = _inputs(contents, transform or _to_tensor)
    model = make_model()
    if not isinstance(model, nn.Module):
        raise InvalidData(f"expected --model to make a torch.nn.Module without arguments, got a {type(model).__name__}")
    subject = AsSubject(model).to(_device(device))
    probe = ModelProbe(subject, subject.head, data)
    for epoch in todo:
        state = read_state(epoch.checkpoint)
        try:
            model.load_state_dict({name.removeprefix("module."): value for name, value in state.items()})
        except RuntimeError as error:
            raise InvalidData(f"{epoch.checkpoint} does not fit the model ({error}); name the class that was trained") from error
        _write(contents, epoch, probe.capture(with_media=False), {name: len(part) for name, part in data.items()})
        yield epoch


def _device(name: str) -> str:
    if name == "cuda" and not torch.cuda.is_available():
        raise InvalidData("expected a CUDA device, torch sees none; use --device cpu, or install a torch built for CUDA")
    return "cuda" if name != "cpu" and torch.cuda.is_available() else "cpu"


def _write(contents: Contents, epoch: Epoch, captured: Captured, counts: dict[str, int]) -> None:
    if contents.layout == "process":
        write_array(join(epoch.directory, "predictions.npy"), captured.logits)
        write_array(join(epoch.directory, "embeddings.npy"), captured.representations)  # last: by it the epoch counts as done
        return
    ends = np.cumsum(list(counts.values()))[:-1]
    for kind, array in (("predictions", captured.logits), ("data", captured.representations)):
        for split, part in zip(counts, np.split(array, ends), strict=True):
            write_array(join(epoch.directory, f"{split}_{kind}.npy"), part)


class _Samples(Dataset[Tensor]):
    """Inputs of the model by position, each read when it is asked for."""

    def __init__(self, rows: range, read: Callable[[int], Tensor]) -> None:
        self._rows, self._read = rows, read

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: int) -> Tensor:
        return self._read(self._rows[at])


def _to_tensor(picture: Any) -> Tensor:  # noqa: ANN401  # a PIL.Image
    pixels = torch.from_numpy(np.array(picture if picture.mode == "L" else picture.convert("RGB")))
    return (pixels[None] if pixels.ndim == 2 else pixels.permute(2, 0, 1)).float() / 255.0


def _inputs(contents: Contents, transform: Transform) -> dict[str, _Samples]:
    """Find the inputs of the model: the tensors that were saved, else the pictures."""
    n_all, n_train = len(contents.train), int(contents.train.sum())
    classic = contents.layout == "classic"
    paths = [join(contents.path, *name.split("/")) for name in DATA_FILES]
    if classic and all(map(exists, paths)):
        tensors = [torch.from_numpy(read_tensor(path)) for path in paths]
        return {split: _Samples(range(len(of)), of.__getitem__) for split, of in zip(("train", "test"), tensors, strict=True)}
    files = PictureFiles(join(contents.path, *(["sprites"] if classic else ["dataset", "image"])))
    if not files.has_all(n_all):
        instead = f", nor {paths[0]} and {paths[1]}" if classic else ""
        raise NotFound(f"expected a picture for each of {n_all} samples in {files.directory}, found fewer{instead}; add them")

    def read(row: int) -> Tensor:
        return transform(open_picture(files.path(row)))

    ranges = {"train": range(n_train), "test": range(n_train, n_all)} if classic else {"all": range(n_all)}
    return {split: _Samples(rows, read) for split, rows in ranges.items()}
