"""Pages of thumbnails and of texts, made once, from the inputs of the first pass or from what was handed over."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.schema import PAGE_SIZE, THUMBNAILS_PER_ROW, Media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Range = tuple[NDArray[np.float64], NDArray[np.float64]]  # black and white per channel, both (c,)

THUMBNAIL_SIZE = 32  # pixels of the longer side at most; smaller pictures keep their size
TEXT_LENGTH = 2000  # characters of a text that are kept
_CHUNK = 64  # pictures that are shrunk at once, as they are converted to float64


@dataclass(frozen=True, eq=False)
class Pages:
    """Finished pages of n samples, and a hash of what they show."""

    media: Media
    pages: tuple[bytes, ...]
    n_samples: int
    content: str


NO_PAGES = Pages(Media(), (), 0, "")


def channels_last(values: NDArray[Any]) -> NDArray[Any] | None:
    """View (n, h, w), (n, c, h, w) or (n, h, w, c) as pictures (n, h, w, 1 or 3); None when it is neither.

    Of four channels the last is dropped: what is transparent would vanish on a dark background.
    """
    if values.dtype.kind not in "fiub" or 0 in values.shape:
        return None
    if values.ndim == 3:
        return values[..., None]
    if values.ndim == 4 and values.shape[1] in (1, 3, 4):
        return np.moveaxis(values, 1, -1)[..., :3]
    if values.ndim == 4 and values.shape[-1] in (1, 3, 4):
        return values[..., :3]
    return None


def looks_like_pictures(values: NDArray[Any]) -> bool:
    """Tell pictures from other inputs of a model (sequences of vectors, token ids) by type and proportions."""
    pictures = channels_last(values)
    if pictures is None or (pictures.dtype.kind != "f" and pictures.dtype != np.uint8):
        return False
    short, long = sorted(pictures.shape[1:3])
    return bool(short >= 4 and long <= 8 * short)


class ThumbnailPages:
    """Collects pictures batch by batch; keeps no more of them than a page."""

    def __init__(self) -> None:
        self.n_samples = 0
        self._size = (0, 0)
        self._range: Range | None = None
        self._waiting: list[NDArray[np.float64]] = []
        self._pages: list[bytes] = []
        self._content = hashlib.blake2b(digest_size=8)

    def add(self, pictures: NDArray[Any]) -> None:
        """Add pictures, (b, h, w, 1 or 3)."""
        if not self.n_samples:
            self._size = _thumbnail_size(*pictures.shape[1:3])
            self._range = _range_of_type(pictures)
        for start in range(0, len(pictures), _CHUNK):
            self._waiting.append(_shrink(pictures[start : start + _CHUNK], self._size))
        self.n_samples += len(pictures)
        while sum(map(len, self._waiting)) >= PAGE_SIZE:
            self._turn_page()

    def finish(self) -> Pages:
        """Encode what is left and hand over all pages."""
        if self._waiting:
            self._turn_page()
        height, width = self._size
        media = Media(kind="image", thumbnail_width=width, thumbnail_height=height)
        return Pages(media, tuple(self._pages), self.n_samples, self._content.hexdigest())

    def _turn_page(self) -> None:
        waiting = np.concatenate(self._waiting)
        page, rest = waiting[:PAGE_SIZE], waiting[PAGE_SIZE:]
        self._waiting = [rest] if len(rest) else []
        if self._range is None:
            self._range = _range_of_values(page)
        sheet = _sheet(_to_bytes(page, self._range))
        self._content.update(sheet.tobytes())
        self._pages.append(_encode_png(sheet))


def thumbnail_pages(images: NDArray[Any]) -> Pages:
    """Make pages of pictures that were handed over, (n, h, w), (n, h, w, c) or (n, c, h, w)."""
    pictures = channels_last(images)
    if pictures is None:
        raise InvalidData(
            f"expected images of shape (n, h, w), (n, h, w, c) or (n, c, h, w) with 1, 3 or 4 channels, "
            f"got {images.dtype} of shape {images.shape}; reshape them"
        )
    pages = ThumbnailPages()
    pages.add(pictures)
    return pages.finish()


class TextPages:
    """Collects texts batch by batch."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def add(self, texts: Sequence[str]) -> None:
        """Add texts; of each the first 2,000 characters are kept."""
        for text in texts:
            if not isinstance(text, str):
                raise InvalidData(f"expected texts as strings, got {type(text).__name__}; decode tokens before they are logged")
            self._texts.append(text[:TEXT_LENGTH].encode(errors="replace").decode())  # half a surrogate pair is no UTF-8

    def finish(self) -> Pages:
        """Hand over all pages."""
        starts = range(0, len(self._texts), PAGE_SIZE)
        pages = tuple(msgspec.json.encode(self._texts[start : start + PAGE_SIZE]) for start in starts)
        content = hashlib.blake2b(b"".join(pages), digest_size=8).hexdigest()
        return Pages(Media(kind="text"), pages, len(self._texts), content)


def text_pages(texts: Sequence[str]) -> Pages:
    """Make pages of texts that were handed over."""
    if isinstance(texts, str):
        raise InvalidData("expected texts as a list of strings, got one string; give one text for every sample")
    pages = TextPages()
    pages.add(texts)
    return pages.finish()


def _thumbnail_size(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, THUMBNAIL_SIZE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _shrink(pictures: NDArray[Any], size: tuple[int, int]) -> NDArray[np.float64]:
    """Average pictures over the area of each pixel of the thumbnail, (b, h, w, c) -> (b, *size, c)."""
    if pictures.shape[1:3] == size:
        return pictures.astype(np.float64)
    down, across = _area_weights(pictures.shape[1], size[0]), _area_weights(pictures.shape[2], size[1])
    # float64: rounding must not depend on the machine, or the same run resumed elsewhere would seem to hold other samples
    wide = np.tensordot(pictures.astype(np.float64), across, axes=(2, 1))  # (b, h, w, c) x (tw, w) -> (b, h, c, tw)
    small: NDArray[np.float64] = np.tensordot(wide, down, axes=(1, 1))  # (b, h, c, tw) x (th, h) -> (b, c, tw, th)
    return np.asarray(small.transpose(0, 3, 2, 1))


def _area_weights(size: int, target: int) -> NDArray[np.float64]:
    """Weigh the pixels under each pixel of the thumbnail by the area that they share, (target, size), rows sum to 1."""
    edges = np.arange(target + 1) * (size / target)
    pixels = np.arange(size)
    shared = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)  # (target, size)
    return np.asarray(np.clip(shared, 0.0, None) * (target / size))


def _range_of_type(pictures: NDArray[Any]) -> Range | None:
    white = {"u1": 255.0, "b1": 1.0}.get(pictures.dtype.str[1:])
    return None if white is None else (np.zeros(1), np.full(1, white))


def _range_of_values(page: NDArray[np.float64]) -> Range:
    """Find black and white per channel: known for values in [0, 1], else nearly the extremes of the first page.

    Per channel, so that the usual normalisation by mean and deviation is undone up to a hair; a thousandth at each end is cut off, so
    that single hot pixels do not darken all else.
    """
    page = np.nan_to_num(page)
    if page.min() >= 0.0 and page.max() <= 1.0:
        return np.zeros(1), np.ones(1)
    low, high = np.quantile(page.reshape(-1, page.shape[-1]), (0.001, 0.999), axis=0)  # both (c,)
    return low, high


def _to_bytes(page: NDArray[np.float64], limits: Range) -> NDArray[np.uint8]:
    low, high = limits
    unit = (np.nan_to_num(page) - low) / np.where(high > low, high - low, 1.0)
    levels: NDArray[np.float64] = np.rint(np.round(np.clip(unit, 0.0, 1.0) * 255.0, 6))  # to 6 digits first: a half is a half everywhere
    return levels.astype(np.uint8)


def _sheet(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay thumbnails (m, h, w, c) out in rows of 32, (rows · h, 32 · w, c)."""
    m, height, width, channels = page.shape
    rows = -(-m // THUMBNAILS_PER_ROW)
    grid = np.zeros((rows * THUMBNAILS_PER_ROW, height, width, channels), np.uint8)
    grid[:m] = page
    lines = grid.reshape(rows, THUMBNAILS_PER_ROW, height, width, channels).transpose(0, 2, 1, 3, 4)
    return np.asarray(lines.reshape(rows * height, THUMBNAILS_PER_ROW * width, channels))


def _encode_png(sheet: NDArray[np.uint8]) -> bytes:
    from PIL import Image  # only runs with pictures need it

    buffer = io.BytesIO()
    Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet).save(buffer, "PNG")
    return buffer.getvalue()
