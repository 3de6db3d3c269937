"""Samples of some steps as the files that TensorBoard's Embedding Projector opens."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
from google.protobuf import text_format
from PIL import Image

from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.exchange.event_file import write_event_file
from tb_timetravel.schema import PAGE_SIZE, THUMBNAILS_PER_ROW
from tb_timetravel.store.dynamics import n_pages
from tb_timetravel.store.files import exists, join, read_bytes, write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep, Probe
    from tb_timetravel.store import ProbeReader

CONFIG_NAME = "projector_config.pbtxt"
_FOLDER = "timetravel"  # everything but the config lies in it; by it we know our own config
_MAX_SPRITE_SIDE = 8192  # pixels; the Projector shows no larger picture
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write_projector(reader: ProbeReader, tag: str, steps: Sequence[LoggedStep], run_directory: str, *, others: Any = None) -> Any:  # noqa: ANN401  # tensorboard ships no types
    """Write the samples of steps below a run's directory, and give the configuration with them added to the others.

    Parameters
    ----------
    others : the configuration that an earlier call for the same directory gave.

    Raises
    ------
    StoreError : the probe set cannot be read.
    """
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    config: Any = ProjectorConfig() if others is None else others
    probe = reader.probe()
    folder = f"{_FOLDER}/{_plain(tag)}"
    facts = _facts(reader, probe)
    sprite = _sprite(reader, probe)
    if sprite is not None:
        write_bytes(join(run_directory, *folder.split("/"), "sprite.png"), sprite[0])
    for step in steps:
        snapshot = reader.read(probe, step)
        content, ending = encode_tensor(np.asarray(snapshot.representations, np.float32))
        tensor, metadata = f"{folder}/{step.step:05d}.{ending}", f"{folder}/{step.step:05d}_metadata.tsv"
        write_bytes(join(run_directory, *tensor.split("/")), content)
        write_bytes(join(run_directory, *metadata.split("/")), _metadata(probe, facts, snapshot.logits).encode())
        entry = config.embeddings.add(tensor_name=f"{tag}:{step.step:05d}", tensor_path=tensor, metadata_path=metadata)
        entry.tensor_shape.extend([probe.n_samples, probe.n_features])
        if sprite is not None:
            entry.sprite.image_path = f"{folder}/sprite.png"
            entry.sprite.single_image_dim.extend(sprite[1])
    return config


def write_config(run_directory: str, config: Any) -> None:  # noqa: ANN401  # tensorboard ships no types
    """Write the configuration, last, and make the directory a run that TensorBoard lists."""
    write_bytes(join(run_directory, CONFIG_NAME), text_format.MessageToString(config).encode())
    write_event_file(run_directory, "projector")


def check_directory(run_directory: str) -> None:
    """Refuse a directory that has a Projector's configuration that is not ours.

    Raises
    ------
    InvalidData
    """
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    path = join(run_directory, CONFIG_NAME)
    if not exists(path):
        return
    try:
        known: Any = text_format.Parse(read_bytes(path), ProjectorConfig())
        is_ours = bool(known.embeddings) and all(entry.tensor_path.startswith(f"{_FOLDER}/") for entry in known.embeddings)
    except text_format.ParseError:
        is_ours = False
    if not is_ours:
        raise InvalidData(f"{path} was written by somebody else and would be lost; choose another directory")


def encode_tensor(x: NDArray[np.float32]) -> tuple[bytes, str]:
    """Encode (n, d) as raw float32, or as text where the Projector would take raw bytes for text, and give the file's ending.

    The Projector tries a file as text first, line by line, and takes it for raw float32 when its bytes are no UTF-8.
    """
    raw = x.astype("<f4").tobytes()
    try:
        raw.split(b"\n", 1)[0].decode()
    except UnicodeDecodeError:
        return raw, "bytes"
    buffer = io.StringIO()
    np.savetxt(buffer, x, fmt="%.9g", delimiter="\t")
    return buffer.getvalue().encode(), "tsv"


def escape(text: str) -> str:
    r"""Write tabs and line ends, which would end a value or a line, as ``\t``, ``\n`` and ``\r``, and ``\`` as ``\\``."""
    return text.translate(_ESCAPES)


def _plain(tag: str) -> str:
    return quote(tag, safe="").replace(".", "%2E")


def _facts(reader: ProbeReader, probe: Probe) -> dict[str, list[str]]:
    """Give the columns that no step changes, n_samples values each."""
    labels, names = reader.labels(probe), (*probe.class_names, "")  # -1, no label, is the last
    facts = {"label": [names[label] for label in labels]} if (labels >= 0).any() else {}
    facts["split"] = [probe.split_names[split] for split in reader.splits(probe)]
    facts["id"] = [str(number) for number in reader.ids(probe)]
    if probe.media.kind == "text":
        facts["text"] = [text for page in range(n_pages(probe.n_samples)) for text in reader.texts(page)]
        if len(facts["text"]) != probe.n_samples:
            raise Corrupt(f"expected {probe.n_samples} texts in {reader.directory}, found {len(facts['text'])}; log the run again")
    return facts


def _metadata(probe: Probe, facts: dict[str, list[str]], logits: NDArray[np.float32] | None) -> str:
    """Make one line per sample below a header; two columns at least, as the Projector takes one column to have no header."""
    columns = dict(facts)
    if logits is not None:
        columns["prediction"] = [probe.class_names[number] for number in logits.argmax(1)]
    order = [name for name in ("label", "prediction", "split", "id", "text") if name in columns]
    rows = zip(*(map(escape, columns[name]) for name in order), strict=True)
    return "".join("\t".join(row) + "\n" for row in [tuple(order), *rows])


def _sprite(reader: ProbeReader, probe: Probe) -> tuple[bytes, tuple[int, int]] | None:
    """Lay all thumbnails out in a square, row by row, and give the PNG and the width and height of one; None without thumbnails."""
    if probe.media.kind != "image":
        return None
    per_row = math.ceil(math.sqrt(probe.n_samples))
    size = (probe.media.thumbnail_width, probe.media.thumbnail_height)
    scale = min(1.0, _MAX_SPRITE_SIDE / (per_row * max(size)))
    width, height = (max(1, int(side * scale)) for side in size)
    sheet = Image.new("RGB", (per_row * width, per_row * height))
    for page in range(n_pages(probe.n_samples)):
        pictures = _open_page(reader, page)
        n_here = min(PAGE_SIZE, probe.n_samples - page * PAGE_SIZE)
        if pictures.size != (THUMBNAILS_PER_ROW * size[0], math.ceil(n_here / THUMBNAILS_PER_ROW) * size[1]):
            raise Corrupt(f"page {page} of the thumbnails in {reader.directory} has another size than it should; log the run again")
        pictures = _decoded(pictures, reader, page)
        for at in range(n_here):
            row, column = divmod(at, THUMBNAILS_PER_ROW)
            picture = pictures.crop((column * size[0], row * size[1], (column + 1) * size[0], (row + 1) * size[1]))
            to_row, to_column = divmod(page * PAGE_SIZE + at, per_row)
            sheet.paste(picture if scale == 1.0 else picture.resize((width, height)), (to_column * width, to_row * height))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue(), (width, height)


def _open_page(reader: ProbeReader, page: int) -> Image.Image:
    try:
        return Image.open(io.BytesIO(reader.thumbnails(page)), formats=("PNG",))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # SyntaxError: Pillow's word for a broken PNG
        raise _damaged_page(reader, page, error) from error


def _decoded(picture: Image.Image, reader: ProbeReader, page: int) -> Image.Image:
    try:
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise _damaged_page(reader, page, error) from error


def _damaged_page(reader: ProbeReader, page: int, error: Exception) -> Corrupt:
    return Corrupt(f"page {page} of the thumbnails in {reader.directory} is damaged ({error}); log the run again")
