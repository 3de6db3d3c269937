"""The layout of the Time-Travelling Visualizer up to 2024: ``config.json``, ``Training_data``, ``Testing_data``, ``Model/Epoch_<n>``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import Corrupt, NotFound
from tb_timetravel.exchange.contents import Branch, Contents, Epoch, Part
from tb_timetravel.exchange.media import PictureFiles, PictureTensors, TextFiles
from tb_timetravel.exchange.reading import class_array, index_array, read_json, read_matrix, read_tensor
from tb_timetravel.exchange.tree import read_tree
from tb_timetravel.store.files import exists, join, listdir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tb_timetravel.exchange.media import MediaSource

_PLAIN_NAME = re.compile(r"[\w -]+")
_SPLITS = ("train", "test")
_LABEL_FILES = ("Training_data/training_dataset_label.pth", "Testing_data/testing_dataset_label.pth")
DATA_FILES = ("Training_data/training_dataset_data.pth", "Testing_data/testing_dataset_data.pth")
_INDEX_FILES = {"train": "index.json", "test": "test_index.json"}


@dataclass(frozen=True)
class _Config:
    class_names: tuple[str, ...] | None = None
    epoch_name: str = "Epoch"


def looks_classic(path: str) -> bool:
    """Tell whether a directory has this layout."""
    return bool(listdir(join(path, "Model")))


def open_classic(path: str) -> Contents:
    """Open a directory of this layout; arrays are looked at, not read.

    Raises
    ------
    NotFound, Corrupt, InvalidData
    """
    config = _read_config(path)
    raw = _raw_branches(path, config)
    labels = [_read_labels(path, name) for name in _LABEL_FILES]
    directories = sorted({directory for _, epochs in raw for _, directory in epochs})
    counts = [_count(directories, split, known) for split, known in zip(_SPLITS, labels, strict=True)]
    if not sum(counts):
        raise NotFound(
            f"expected {_LABEL_FILES[0]}, or train_data.npy in an epoch's directory, in {path}, found neither; "
            "without them nothing says which samples there are"
        )
    epochs = {(number, directory): _open_epoch(number, directory, counts) for _, of in raw for number, directory in of}
    trained, clean = _changed_labels(path, labels[0], counts[0])
    test_labels = np.full(counts[1], -1, np.int64) if labels[1] is None else labels[1]
    known = trained is not None or labels[1] is not None
    all_trained = np.concatenate([np.full(counts[0], -1, np.int64) if trained is None else trained, test_labels])
    return Contents(
        path=path,
        layout="classic",
        class_names=config.class_names,
        labels=all_trained if known else None,
        clean_labels=None if clean is None else np.concatenate([clean, test_labels]),
        train=np.arange(sum(counts)) < counts[0],
        test=np.arange(sum(counts)) >= counts[0],
        branches=tuple(Branch(name, tuple(epochs[epoch] for epoch in of)) for name, of in raw),
        media=_media(path, directories, sum(counts)),
    )


def _read_config(path: str) -> _Config:
    """Read what the import needs of ``config.json``: there, settings lie under the name of a method."""
    file = join(path, "config.json")
    if not exists(file):
        return _Config()
    content = read_json(file, dict[str, Any])
    settings = next((part for part in content.values() if isinstance(part, dict) and ("CLASSES" in part or "EPOCH_NAME" in part)), content)
    names, epoch_name = settings.get("CLASSES"), settings.get("EPOCH_NAME", "Epoch")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise Corrupt(f"expected CLASSES as a list of names in {file}, found {str(names)[:80]}; mend it")
    if not isinstance(epoch_name, str) or not _PLAIN_NAME.fullmatch(epoch_name):
        raise Corrupt(f"expected EPOCH_NAME as a plain name in {file}, found {str(epoch_name)[:80]!r}; mend it")
    return _Config(tuple(names) if names else None, epoch_name)


def _numbered(directory: str, prefix: str) -> dict[int, str]:
    pattern = re.compile(rf"{re.escape(prefix)}_(\d{{1,12}})")
    return dict(sorted((int(match[1]), join(directory, name)) for name in listdir(directory) if (match := pattern.fullmatch(name))))


def _raw_branches(path: str, config: _Config) -> list[tuple[str, list[tuple[int, str]]]]:
    """Name the branches and list their epochs, (number, directory) each."""
    model = join(path, "Model")
    prefix = next((name for name in (config.epoch_name, "Iteration", "Epoch") if _numbered(model, name)), None)
    if prefix is None:
        raise NotFound(f"expected directories {config.epoch_name}_<number> in {model}, found none; look at EPOCH_NAME in config.json")
    found = _numbered(model, prefix)
    nested = {name: _numbered(name, "Epoch") for name in found.values()}
    if any(nested.values()):  # active learning that kept the epochs of each iteration
        return [(f"{prefix}_{number}", list(nested[name].items())) for number, name in found.items() if nested[name]]
    tree = join(path, "iteration_structure.json")
    branches = read_tree(tree) if exists(tree) else [list(found)]
    named = [[(number, join(model, f"{prefix}_{number}")) for number in branch] for branch in branches]
    return [(f"{prefix}_{branch[-1][0]}" if len(named) > 1 else "", branch) for branch in named]


def _read_labels(path: str, name: str) -> NDArray[np.int64] | None:
    file = join(path, *name.split("/"))
    return class_array(read_tensor(file), file) if exists(file) else None


def _count(directories: list[str], split: str, labels: NDArray[np.int64] | None) -> int:
    """Count the samples of a split: as many as there are labels, else as the features and indices of the epochs tell."""
    if labels is not None:
        return len(labels)
    counts = [0]
    for directory in directories:
        if exists(features := join(directory, f"{split}_data.npy")):
            counts.append(len(read_matrix(features)))
        if exists(index := join(directory, _INDEX_FILES[split])):
            counts.append(1 + max(read_json(index, list[int]), default=-1))
    return max(counts)


def _open_epoch(number: int, directory: str, counts: list[int]) -> Epoch:
    features, logits, missing, trained_on = [], [], None, np.arange(counts[0])
    for split, n, start in zip(_SPLITS, counts, (0, counts[0]), strict=True):
        index = join(directory, _INDEX_FILES[split])
        chosen = index_array(read_json(index, list[int]), n=n, path=index) if exists(index) else np.arange(n)
        trained_on = np.sort(chosen) if split == "train" else trained_on
        path = join(directory, f"{split}_data.npy")
        if exists(path):
            features.append(_part(path, n, chosen, start))
        elif n:
            missing = missing or f"{split}_data.npy"
        if exists(saved := join(directory, f"{split}_predictions.npy")):
            logits.append(_part(saved, n, chosen, start))
    return Epoch(
        number=number,
        directory=directory,
        features=() if missing else tuple(features),
        logits=() if missing or len(logits) < len(features) else tuple(logits),
        missing=missing,
        trained_on=trained_on,
        checkpoint=join(directory, "subject_model.pth"),
    )


def _part(path: str, n: int, chosen: NDArray[np.int64], start: int) -> Part:
    """Tell which samples an array is of: all of the split, or those of the epoch's index in its order."""
    found = len(read_matrix(path))
    if found not in (n, len(chosen)):
        raise Corrupt(f"expected {n} rows in {path}, one for each sample, or {len(chosen)} as its index has, found {found}; write it again")
    return Part(path, start + (np.arange(n) if found == n else chosen))


def _changed_labels(path: str, trained: NDArray[np.int64] | None, n: int) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Tell the labels that the model was trained on from those that are right, (n,) each, None where not known."""
    noisy, clean = (_label_list(path, name, n) for name in ("noisy_label.json", "clean_label.json"))
    if noisy is None and clean is None:
        return trained, _old_labels(path, trained, n)
    trained = trained if noisy is None else noisy
    return trained, trained if clean is None else clean


def _old_labels(path: str, trained: NDArray[np.int64] | None, n: int) -> NDArray[np.int64] | None:
    """Read the older form: positions of the samples whose labels were changed, and their labels before."""
    index, old = join(path, "index.json"), join(path, "old_labels.json")
    if trained is None or not (exists(index) and exists(old)):
        return None
    rows, labels = index_array(read_json(index, list[int]), n=n, path=index), class_array(np.array(read_json(old, list[int])), old)
    if len(labels) not in (n, len(rows)):
        raise Corrupt(f"expected {len(rows)} labels in {old}, one for each position in {index}, or {n}, found {len(labels)}; mend it")
    clean: NDArray[np.int64] = trained.copy()
    clean[rows] = labels if len(labels) == len(rows) else labels[rows]
    return clean


def _label_list(path: str, name: str, n: int) -> NDArray[np.int64] | None:
    file = join(path, name)
    if not exists(file):
        return None
    labels = class_array(np.array(read_json(file, list[int])), file)
    if len(labels) != n:
        raise Corrupt(f"expected {n} labels in {file}, one for each training sample, found {len(labels)}; mend it")
    return labels


def _media(path: str, directories: list[str], n: int) -> MediaSource | None:
    return next(_media_found(path, directories, n), None)


def _media_found(path: str, directories: list[str], n: int) -> Iterator[MediaSource]:
    sprites = PictureFiles(join(path, "sprites"))
    if sprites.has_all(n):
        yield sprites
    tensors = PictureTensors(tuple(file for name in DATA_FILES if exists(file := join(path, *name.split("/")))))
    if len(tensors.paths) == len(DATA_FILES) and tensors.are_pictures():
        yield tensors
    if any(name.endswith(".png") for name in listdir(sprites.directory)):
        yield sprites  # some are better than none
    for directory in directories:
        if any(name.startswith("text_") for name in listdir(join(directory, "labels"))):
            yield TextFiles(join(directory, "labels"))
