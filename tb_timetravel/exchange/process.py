"""The layout of the Time-Travelling Visualizer since 2025: ``dataset``, ``epochs/epoch_<k>`` with features and logits as arrays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, NotFound
from tb_timetravel.exchange.contents import Branch, Contents, Epoch, Part
from tb_timetravel.exchange.media import PictureFiles, Texts
from tb_timetravel.exchange.reading import class_array, index_array, read_json, read_matrix
from tb_timetravel.store.files import exists, join, listdir, open_array, read_bytes, size_and_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.exchange.media import MediaSource

_EPOCH = re.compile(r"epoch_(\d{1,12})")
_MAX_TEXT_BYTES = 2**30


class _Index(msgspec.Struct):
    train: list[int] = []
    test: list[int] = []


class _Info(msgspec.Struct):
    classes: list[str] = []


def looks_like_process(path: str) -> bool:
    """Tell whether a directory has this layout."""
    return any(map(_EPOCH.fullmatch, listdir(join(path, "epochs"))))


def open_process(path: str) -> Contents:
    """Open a directory of this layout; arrays are looked at, not read.

    Raises
    ------
    NotFound, Corrupt, InvalidData
    """
    dataset = join(path, "dataset")
    labels = _read_labels(join(dataset, "labels.npy"))
    directories = {int(match[1]): join(path, "epochs", name) for name in listdir(join(path, "epochs")) if (match := _EPOCH.fullmatch(name))}
    n = _count(path, labels, list(directories.values()))
    train, test = _splits(join(dataset, "index.json"), n)
    info = join(dataset, "info.json")
    names = read_json(info, _Info).classes if exists(info) else []
    epochs = [_open_epoch(number, directory, n, np.flatnonzero(train)) for number, directory in sorted(directories.items())]
    return Contents(
        path=path,
        layout="process",
        class_names=tuple(names) or None,
        labels=labels,
        clean_labels=None,
        train=train,
        test=test,
        branches=(Branch("", tuple(epochs)),),
        media=_media(dataset),
    )


def _read_labels(path: str) -> NDArray[np.int64] | None:
    return class_array(open_array(path), path) if exists(path) else None


def _count(path: str, labels: NDArray[np.int64] | None, directories: list[str]) -> int:
    if labels is not None:
        return len(labels)
    saved = next((file for directory in directories if exists(file := join(directory, "embeddings.npy"))), None)
    if saved is None:
        raise NotFound(
            f"expected dataset/labels.npy or an epoch's embeddings.npy in {path}, found neither; nothing says which samples there are"
        )
    return len(read_matrix(saved))


def _splits(path: str, n: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    index = read_json(path, _Index) if exists(path) else _Index(train=list(range(n)))
    masks = np.zeros((2, n), bool)
    for mask, rows in zip(masks, (index.train, index.test), strict=True):
        mask[index_array(rows, n=n, path=path)] = True
    if (masks[0] & masks[1]).any():
        raise Corrupt(f"expected every sample in train or in test in {path}, found {int((masks[0] & masks[1]).sum())} in both; mend it")
    return masks[0], masks[1]


def _open_epoch(number: int, directory: str, n: int, trained_on: NDArray[np.int64]) -> Epoch:
    features, logits = _parts(join(directory, "embeddings.npy"), n), _parts(join(directory, "predictions.npy"), n)
    return Epoch(
        number=number,
        directory=directory,
        features=features,
        logits=logits if features else (),
        missing=None if features else "embeddings.npy",
        trained_on=trained_on,
        checkpoint=join(directory, "model.pth"),
    )


def _parts(path: str, n: int) -> tuple[Part, ...]:
    if not exists(path):
        return ()
    found = len(read_matrix(path))
    if found != n:
        raise Corrupt(f"expected {n} rows in {path}, one for each sample, found {found}; write it again")
    return (Part(path, np.arange(n)),)


def _media(dataset: str) -> MediaSource | None:
    pictures = PictureFiles(join(dataset, "image"))
    if any(name.endswith(".png") for name in listdir(pictures.directory)):
        return pictures
    if exists(text := join(dataset, "text.txt")):
        return Texts(tuple(_lines(text)))
    if exists(pairs := join(dataset, "train.jsonl")):
        return Texts(tuple(text for line in _lines(pairs) if line.strip() for text in _pair(line, pairs)))
    return None


def _lines(path: str) -> list[str]:
    size, _ = size_and_time(path)
    if size > _MAX_TEXT_BYTES:
        raise Corrupt(f"expected at most {_MAX_TEXT_BYTES:,} bytes in {path}, found {size:,}; this is no such file")
    return [line.rstrip("\r") for line in read_bytes(path).decode(errors="replace").removesuffix("\n").split("\n")]


def _pair(line: str, path: str) -> tuple[str, str]:
    """Read a document and its code, which are two samples that follow each other."""
    try:
        content = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Corrupt(f"{path} has a line that is no JSON object ({error}); mend it") from error
    document, code = (content.get(name) or content.get(f"{name}_tokens") or "" for name in ("docstring", "code"))
    return _joined(document), _joined(code)


def _joined(value: object) -> str:
    return value if isinstance(value, str) else " ".join(map(str, value)) if isinstance(value, list) else ""
