"""What can be shown of the samples of a directory of training dynamics: pictures or texts, as pages of the store."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image

from tb_timetravel.errors import Corrupt
from tb_timetravel.exchange.reading import read_tensor
from tb_timetravel.log.media import TEXT_LENGTH, Pages, ThumbnailPages, channels_last, looks_like_pictures, text_pages
from tb_timetravel.store.files import join, listdir, read_bytes, size_and_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 64  # pictures that are in memory at once
_MAX_SIDE = 4096  # pixels of a picture; a few bytes of PNG can claim a hundred times as many
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")  # none that Pillow hands to another program, as it does PostScript
_MAX_TEXT_BYTES = 2**20


class MediaSource(Protocol):
    """Where pictures or texts come from."""

    def pages(self, rows: NDArray[np.int64]) -> Pages:
        """Make the pages of some samples, in this order."""


@dataclass(frozen=True)
class PictureFiles:
    """Pictures ``<position>.png`` in a directory; a sample without one gets a grey thumbnail."""

    directory: str

    def has_all(self, n: int) -> bool:
        """Tell whether each of n samples has one."""
        return n > 0 and set(listdir(self.directory)) >= {f"{row}.png" for row in range(n)}

    def pages(self, rows: NDArray[np.int64]) -> Pages:
        """Make thumbnails; all get the size and the kind, grey or coloured, of the first."""
        there = set(listdir(self.directory))
        first = next((row for row in rows if f"{row}.png" in there), None)
        if first is None:
            raise Corrupt(f"expected pictures <position>.png in {self.directory}, found none of {len(rows)}; remove that directory")
        example = open_picture(self.path(first))
        mode = "L" if example.mode.startswith(("1", "L", "I")) else "RGB"
        blank = np.full((example.height, example.width, len(mode)), 128, np.uint8)
        thumbnails = ThumbnailPages()
        for chunk in np.split(rows, range(_CHUNK, len(rows), _CHUNK)):
            pictures = [_pixels(open_picture(self.path(row)), mode, example.size) if f"{row}.png" in there else blank for row in chunk]
            thumbnails.add(np.stack(pictures))
        return thumbnails.finish()

    def path(self, row: int) -> str:
        """Name the picture of a sample."""
        return join(self.directory, f"{row}.png")


def open_picture(path: str) -> Image.Image:
    """Open a picture.

    Raises
    ------
    Corrupt : it is none, or its sides are longer than 4,096 pixels.
    """
    content = read_bytes(path)
    try:
        picture = Image.open(io.BytesIO(content), formats=_FORMATS)
        if max(picture.size) <= _MAX_SIDE:
            picture.load()
            return picture
    except Exception as error:  # damaged bytes make Pillow raise of every kind
        raise Corrupt(f"{path} is not a readable picture ({error}); write it again, or remove it") from error
    raise Corrupt(f"expected at most {_MAX_SIDE} pixels a side in {path}, found {picture.width} × {picture.height}; make it smaller")


def _pixels(picture: Image.Image, mode: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    if picture.mode.startswith("I"):  # 16 bits, which convert() would cut off at 255
        picture = Image.fromarray((np.asarray(picture, np.int64).clip(0, 65535) // 257).astype(np.uint8))
    picture = picture.convert(mode)
    pixels = np.asarray(picture if picture.size == size else picture.resize(size))
    return pixels[..., None] if pixels.ndim == 2 else pixels


@dataclass(frozen=True)
class PictureTensors:
    """Pictures as the inputs that a training saved, one file after another."""

    paths: tuple[str, ...]

    def are_pictures(self) -> bool:
        """Tell pictures from other inputs."""
        return all(looks_like_pictures(read_tensor(path)) for path in self.paths)

    def pages(self, rows: NDArray[np.int64]) -> Pages:
        """Make thumbnails."""
        thumbnails, start = ThumbnailPages(), 0
        for path in self.paths:
            tensor = read_tensor(path)
            here = rows[(rows >= start) & (rows < start + len(tensor))] - start
            for chunk in np.split(here, range(_CHUNK, len(here), _CHUNK)):
                pictures = channels_last(tensor[chunk])
                if pictures is not None:
                    thumbnails.add(pictures)
            start += len(tensor)
        return thumbnails.finish()


@dataclass(frozen=True)
class TextFiles:
    """Texts ``text_<position>.txt`` in a directory; a sample without one gets an empty text."""

    directory: str

    def pages(self, rows: NDArray[np.int64]) -> Pages:
        """Read the texts."""
        there = set(listdir(self.directory))
        return text_pages([self._read(join(self.directory, name)) if (name := f"text_{row}.txt") in there else "" for row in rows])

    def _read(self, path: str) -> str:
        size, _ = size_and_time(path)
        if size > _MAX_TEXT_BYTES:
            raise Corrupt(
                f"expected at most {_MAX_TEXT_BYTES:,} bytes in {path}, found {size:,}; cut it, {TEXT_LENGTH:,} characters are shown"
            )
        return read_bytes(path).decode(errors="replace").rstrip("\r\n")


@dataclass(frozen=True)
class Texts:
    """Texts of all samples."""

    values: tuple[str, ...]

    def pages(self, rows: NDArray[np.int64]) -> Pages:
        """Choose the texts; those of samples beyond the last are empty."""
        return text_pages([self.values[row] if row < len(self.values) else "" for row in rows])
