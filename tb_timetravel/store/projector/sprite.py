"""Thumbnails out of a sprite: one picture that holds those of all samples, row by row."""

from __future__ import annotations

import functools
import io
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import Corrupt
from tb_timetravel.schema import PAGE_SIZE, THUMBNAILS_PER_ROW
from tb_timetravel.store.files import read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_SIDE = 8192  # pixels of a sprite, as TensorBoard's own projector takes it
_MAX_BYTES = 256 * 2**20
_LARGEST = 64  # pixels of a thumbnail's longer side; larger pictures are made smaller
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")


def thumbnail_size(picture: tuple[int, int]) -> tuple[int, int]:
    """Tell how large, (width, height), the thumbnail of a sprite's picture becomes."""
    scale = min(1.0, _LARGEST / max(picture))
    return max(1, round(picture[0] * scale)), max(1, round(picture[1] * scale))


def is_usable(picture: tuple[int, int] | None) -> bool:
    """Tell whether a config says sensibly how large each picture of a sprite is."""
    return picture is not None and 0 < min(picture) <= max(picture) <= _MAX_SIDE


@functools.lru_cache(maxsize=2)  # a sprite is decoded once for all its pages; as PNG they take about what it takes
def sprite_pages(path: str, known: tuple[int, str], picture: tuple[int, int], rows: bytes) -> tuple[bytes, ...]:
    """Cut a sprite into pages of thumbnails, PNGs in rows of 32.

    Parameters
    ----------
    known : stamp of the file.
    picture : width and height of each picture in the sprite.
    rows : (n_samples,) int64 as bytes: which picture is each sample's.

    Raises
    ------
    Corrupt : it is no picture, or holds too few.
    """
    sprite = _open(path, known[0])
    positions = np.frombuffer(rows, np.int64)
    per_row = sprite.width // picture[0]
    if per_row * (sprite.height // picture[1]) <= int(positions.max()):
        raise Corrupt(
            f"expected {int(positions.max()) + 1} pictures of {picture[0]} × {picture[1]} pixels in {path}, "
            f"found {sprite.width} × {sprite.height} pixels in all; correct single_image_dim, or write the sprite again"
        )
    return tuple(_page(sprite, picture, per_row, positions[start : start + PAGE_SIZE]) for start in range(0, len(positions), PAGE_SIZE))


def _open(path: str, size: int) -> Image:
    from PIL import Image  # only runs with pictures need it

    if size > _MAX_BYTES:
        raise Corrupt(f"expected a sprite of at most {_MAX_BYTES:,} bytes in {path}, found {size:,}; log smaller pictures")
    try:
        sprite = Image.open(io.BytesIO(read_bytes(path)), formats=_FORMATS)
        if max(sprite.size) > _MAX_SIDE:  # before anything is decoded
            raise Corrupt(
                f"expected a sprite of at most {_MAX_SIDE} × {_MAX_SIDE} pixels in {path}, found {sprite.size}; log fewer pictures"
            )
        return sprite.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # SyntaxError: Pillow's word for a broken PNG
        raise Corrupt(f"{path} is not a readable picture ({error}); write the sprite again") from error


def _page(sprite: Image, picture: tuple[int, int], per_row: int, positions: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bytes:
    from PIL import Image

    (width, height), (across, down) = picture, thumbnail_size(picture)
    n_lines = -(-len(positions) // THUMBNAILS_PER_ROW)
    page = Image.new("RGB", (THUMBNAILS_PER_ROW * across, n_lines * down))
    for place, position in enumerate(positions.tolist()):
        left, top = position % per_row * width, position // per_row * height
        cut = sprite.crop((left, top, left + width, top + height))
        if (across, down) != picture:
            cut = cut.resize((across, down), Image.Resampling.BOX)
        page.paste(cut, (place % THUMBNAILS_PER_ROW * across, place // THUMBNAILS_PER_ROW * down))
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()
