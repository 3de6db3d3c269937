"""What an Embedding Projector's config lists: per tag the steps, and per step the names of its files.

``SummaryWriter.add_embedding`` of torch and tensorboardX writes ``<run>/<step>/<tag>/{tensors.tsv, metadata.tsv, sprite.png}`` and, last, a
``<run>/projector_config.pbtxt`` that names them all. A training that is resumed starts that list anew, so what it no longer names is
looked for where it lies.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import Corrupt, NotPlayable
from tb_timetravel.store.files import exists, is_local, join, listdir, read_bytes, stamp
from tb_timetravel.store.projector.saved import checkpoints_of, plain_name
from tb_timetravel.store.projector.weights import WEIGHTS, layer_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CONFIG_NAME = "projector_config.pbtxt"
PROJECTOR_PLUGIN = "org_tensorflow_tensorboard_projector"
_ASSETS = ("plugins", PROJECTOR_PLUGIN)  # where TensorBoard looks for a config besides the run itself
_MAX_CONFIG_BYTES = 64 * 2**20
_OF_STEP = re.compile(r"(.*):(\d{1,12})", re.DOTALL)  # a tensor's name as add_embedding writes it
_STEP_DIRECTORY = re.compile(r"\d{5,12}")
_TENSORS, _METADATA, _SPRITE = "tensors.tsv", "metadata.tsv", "sprite.png"  # names that add_embedding gives
_UNNAMED = "embedding"


@dataclass(frozen=True, kw_only=True)
class Embedding:
    """One step of a tag, as the config has it.

    Attributes
    ----------
    base : directory of the config; paths are relative to it.
    tensor_path, metadata_path, sprite_path : as written, empty where there is none.
    tensor_shape : as written, empty where it is not.
    thumbnail_size : width and height of a picture of the sprite, or None.
    in_checkpoint : name of the tensor where `tensor_path` is the index of a checkpoint, or of the layer in weights of Keras 3, else empty.
    """

    tag: str
    step: int
    base: str
    tensor_path: str
    tensor_shape: tuple[int, ...] = ()
    metadata_path: str = ""
    sprite_path: str = ""
    thumbnail_size: tuple[int, int] | None = None
    in_checkpoint: str = ""


def embeddings_of(run_directory: str) -> dict[str, list[Embedding]]:
    """List the embeddings of a run: tag -> its steps, in order.

    A config that cannot be read is a tag without steps, named as the config's file, so that it hides nothing else of the run.
    """
    found: dict[str, dict[int, Embedding]] = {}
    for base in (run_directory, join(run_directory, *_ASSETS)):
        if not exists(join(base, CONFIG_NAME)):
            continue
        try:
            listed = _read(base)
        except Corrupt:
            found.setdefault(CONFIG_NAME, {})
            continue
        for embedding in [*_unlisted(base, listed), *listed]:
            found.setdefault(embedding.tag, {})[embedding.step] = embedding  # of a step listed twice, the later
    return {tag: [steps[step] for step in sorted(steps)] for tag, steps in found.items()}


def why_unreadable(run_directory: str) -> str:
    """Say why the run's config cannot be read, in a sentence."""
    for base in (run_directory, join(run_directory, *_ASSETS)):
        try:
            if exists(join(base, CONFIG_NAME)):
                _read(base)
        except Corrupt as error:
            return str(error)
    return f"expected {CONFIG_NAME} in {run_directory}, found none; it may have been written anew in this moment"


def _read(base: str) -> list[Embedding]:
    path = join(base, CONFIG_NAME)
    size = (stamp(path) or (0, ""))[0]
    if size > _MAX_CONFIG_BYTES:
        raise Corrupt(f"expected at most {_MAX_CONFIG_BYTES:,} bytes in {path}, found {size:,}; list fewer steps in it")
    embeddings, checkpoint = _parse(path, read_bytes(path))
    saved = checkpoints_of(base, checkpoint) if any(info.tensor_name and not info.tensor_path for info in embeddings) else {}
    numbers = itertools.count()
    return [embedding for info in embeddings for embedding in _steps_of(base, info, saved, numbers)]


@functools.lru_cache(maxsize=64)  # parsing a thousand steps takes longer than all else that a listing of them does
def _parse(path: str, content: bytes) -> tuple[tuple[Any, ...], str]:
    """Parse a config: its embeddings, and the checkpoint that it names."""
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    try:
        config = text_format.Parse(content, ProjectorConfig(), allow_unknown_field=True)
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise Corrupt(f"{path} is not a readable projector config ({str(error)[:200]}); correct it, or log again") from error
    return tuple(config.embeddings), config.model_checkpoint_path


def _steps_of(base: str, info: Any, saved: Mapping[int, str], numbers: Iterator[int]) -> list[Embedding]:  # noqa: ANN401
    """Describe what a config lists: one step, or those that lie in checkpoints, step -> path; Keras' layers go by their number."""
    listed = _embedding(base, info)
    if info.tensor_path or not info.tensor_name or not saved:
        return [listed]
    name, tag = plain_name(info.tensor_name)
    if any(path.endswith(WEIGHTS) for path in saved.values()):
        name = tag = layer_name(next(numbers))
    return [replace(listed, tag=tag, step=step, tensor_path=path, in_checkpoint=name) for step, path in saved.items()]


def _embedding(base: str, info: Any) -> Embedding:  # noqa: ANN401  # tensorboard ships no types
    name = info.tensor_name or os.path.basename(info.tensor_path)
    of_step = _OF_STEP.fullmatch(name)
    size = tuple(info.sprite.single_image_dim)
    return Embedding(
        tag=(of_step[1] if of_step else name) or _UNNAMED,
        step=int(of_step[2]) if of_step else 0,
        base=base,
        tensor_path=info.tensor_path,
        tensor_shape=tuple(info.tensor_shape),
        metadata_path=info.metadata_path,
        sprite_path=info.sprite.image_path,
        thumbnail_size=(int(size[0]), int(size[-1])) if size else None,  # one number: a square
    )


def _unlisted(base: str, listed: Iterable[Embedding]) -> list[Embedding]:
    """Find the steps that a config written anew no longer names; only earlier ones than it names, as a later one may be half written."""
    samples = {}  # directory name of a tag -> an embedding of it that is listed
    last = -1
    for embedding in listed:
        parts = embedding.tensor_path.split("/")
        if len(parts) == 3 and _STEP_DIRECTORY.fullmatch(parts[0]) and parts[2] == _TENSORS:
            samples[parts[1]] = embedding
            last = max(last, embedding.step)
    there = {name: int(name) for name in listdir(base) if _STEP_DIRECTORY.fullmatch(name)} if samples else {}
    known = {embedding.tensor_path for embedding in listed}
    return [
        _moved(sample, step, f"{directory}/{name}")
        for directory, step in there.items()
        if step < last
        for name, sample in samples.items()
        if f"{directory}/{name}/{_TENSORS}" not in known and exists(join(base, directory, name, _TENSORS))
    ]


def _moved(sample: Embedding, step: int, place: str) -> Embedding:
    """Describe another step of an embedding's tag, by what lies there."""

    def path(name: str) -> str:
        return f"{place}/{name}" if exists(join(sample.base, place, name)) else ""

    return replace(
        sample, step=step, tensor_path=f"{place}/{_TENSORS}", tensor_shape=(), metadata_path=path(_METADATA), sprite_path=path(_SPRITE)
    )


def resolve(base: str, path: str) -> str:
    """Name the file that a config means; it must lie below the config's directory, as TensorBoard's own projector wants it.

    Raises
    ------
    NotPlayable : it lies elsewhere, also behind a symbolic link.
    """
    error = NotPlayable(f"expected files below {base}, got {path[:200]!r} in {CONFIG_NAME}; files elsewhere are not read, so move it there")
    if "\0" in path:
        raise error
    if not is_local(base):
        inside = path.removeprefix(base.rstrip("/") + "/")
        if "://" in inside or inside.startswith("/") or ".." in inside.split("/"):
            raise error
        return join(base, inside)
    root = os.path.realpath(base)
    found = os.path.realpath(os.path.join(root, path))
    if os.path.commonpath([root, found]) != root:
        raise error
    return found
