"""What a picture is made of: the ground with its borders, dots, and letters.

Dots are stamped with their exact coverage at an eighth of a pixel, so that they are round at any size and glide in a video.
"""

from __future__ import annotations

import bisect
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image, ImageFont

from tb_timetravel.frame import Territory
from tb_timetravel.palette import class_colors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


Rgb = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

INK, FAINT, LINE = (20, 24, 32), (92, 98, 108), (196, 200, 206)
NONE = -1  # neither label nor prediction
SHAPES = ("circle", "diamond", "square")  # by split
WRONG_GROWTH = 1.5  # a wrong dot has two colours to show
_CORE_SHARE = 0.56
_PHASES = 8  # positions of a dot within a pixel, along each axis
_COLORS = np.vstack([class_colors(2**16), [(158, 158, 158)]]).astype(np.uint8)  # the last one, at -1, for NONE
_PALEST, _STRONGEST, _BORDER = 0.12, 0.50, 0.80  # share of the class colour where the margin is 0, where it is 1, and on a border
_SHADES = 96
_VOTE_FLOOR = 1.0  # cells without a margin vote too
# For letters that Pillow's own font lacks, which is all beyond English.
_OTHER_FONTS = ("DejaVuSans.ttf", "Arial.ttf", "arial.ttf", "NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "PingFang.ttc", "msyh.ttc")


class Dot(NamedTuple):
    """How a sample looks: its class, that of its centre, the shape of its split and its radius in pixels."""

    label: int
    prediction: int
    shape: str
    radius: float


def color(class_index: int) -> Rgb:
    """Give the colour of a class, grey for none."""
    red, green, blue = (int(part) for part in _COLORS[class_index])
    return red, green, blue


def between(one: Territory, other: Territory, share: float) -> Territory:
    """Find the territory on the way from one to another, so that borders move and are not cross-faded; ``share`` from 0 to 1."""
    votes, others = one.margins * (1 - share), other.margins * share
    same = one.classes == other.classes
    margins = np.where(same, votes + others, np.abs(votes - others))
    return Territory(np.where(votes >= others, one.classes, other.classes), np.rint(margins).astype(np.uint8))


def paint_territory(territory: Territory, width: int, height: int) -> Image.Image:
    """Paint the decision regions, (g, g) cells, as a picture with smooth borders: the stronger the colour, the wider the margin."""
    owners, kinds = _owners(territory, 2 * width, 2 * height)  # (2h, 2w); twice the size, so that borders have no stairs
    margins = _enlarged(np.flipud(territory.margins).astype(np.float32), 2 * width, 2 * height)
    shades = np.clip(np.rint(margins * ((_SHADES - 1) / 255)), 0, _SHADES - 1).astype(np.int32)
    border = np.zeros(owners.shape, bool)
    for axis in (0, 1):
        low, high = ((slice(None), slice(0, -1)), (slice(None), slice(1, None))) if axis else ((slice(0, -1),), (slice(1, None),))
        differs = owners[low] != owners[high]
        border[low] |= differs
        border[high] |= differs
    shades[border] = _SHADES
    strengths = np.append(np.linspace(_PALEST, _STRONGEST, _SHADES), _BORDER)[:, None]
    colors = 255 - strengths * (255 - _COLORS[kinds].astype(np.float64))[:, None]  # (K, 1, 3) -> (K, shades + 1, 3)
    colors[:, -1] = colors[:, -1] * 0.8 + np.array(INK) * 0.2
    table = np.rint(colors).astype(np.uint8).reshape(-1, 3)
    return Image.fromarray(np.take(table, owners * (_SHADES + 1) + shades, axis=0)).reduce(2)


def _owners(territory: Territory, width: int, height: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find the class of every pixel, (height, width), as an index into the classes that are there.

    The margins of each class are enlarged on their own and the highest wins, so that a border runs where the margin is zero between two
    cells and not along their sides.
    """
    classes, margins = np.flipud(territory.classes), np.flipud(territory.margins).astype(np.float32) + _VOTE_FLOOR
    rows, columns = classes.shape
    kinds = np.unique(classes)
    owners = np.zeros((height, width), np.int32)
    best: NDArray[np.float32] = np.full((height, width), -np.inf, np.float32)
    for rank, kind in enumerate(kinds):
        inside = classes == kind
        (top, bottom), (left, right) = _span(inside.any(axis=1)), _span(inside.any(axis=0))
        x0, x1, y0, y1 = left * width // columns, -(-right * width // columns), top * height // rows, -(-bottom * height // rows)
        box = (x0 * columns / width, y0 * rows / height, x1 * columns / width, y1 * rows / height)
        votes = Image.fromarray(_smoothed(np.where(inside, margins, 0).astype(np.float32)))
        part = np.asarray(votes.resize((x1 - x0, y1 - y0), Image.Resampling.BICUBIC, box=box))
        ahead = part > best[y0:y1, x0:x1]
        owners[y0:y1, x0:x1][ahead] = rank
        np.maximum(best[y0:y1, x0:x1], part, out=best[y0:y1, x0:x1])
    return owners, kinds.astype(np.int64)


def _smoothed(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take the stairs out that margins in whole numbers leave; so little that a region of one cell stays."""
    padded = np.pad(votes, 1, mode="edge")
    rows = padded[:-2] + 6 * padded[1:-1] + padded[2:]
    smoothed: NDArray[Any] = (rows[:, :-2] + 6 * rows[:, 1:-1] + rows[:, 2:]) / 64
    return smoothed.astype(np.float32)


def _span(occupied: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last occupied cell with three more around, as far as votes reach."""
    cells = np.flatnonzero(occupied)
    return max(0, int(cells[0]) - 3), min(len(occupied), int(cells[-1]) + 4)


def _enlarged(cells: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC))


def dot_radius(n_samples: int, size: int) -> float:
    """Choose the radius of a dot in pixels on a map of this size: large when they are few."""
    diameter = min(9.0, max(2.5, 30 / math.pow(max(1, n_samples), 0.2)))  # on a map of 800 pixels
    return diameter / 2 * size / 800


def draw_dot(image: Image.Image, x: float, y: float, dot: Dot) -> None:
    """Draw a dot with a dark rim around pixel coordinates (x, y); a wrong one as a ring of its label around its prediction."""
    rim = 1.0 if dot.radius > 3 else 0.7
    label = color(dot.label)
    if dot.radius < 1.6:  # too small for a rim
        _stamp(image, x, y, dot.shape, dot.radius, label)
        rim = 0.0
    else:
        _stamp(image, x, y, dot.shape, dot.radius, _darker(label))
        _stamp(image, x, y, dot.shape, dot.radius - rim, label)
    if dot.prediction != dot.label:
        core = dot.radius * _CORE_SHARE
        _stamp(image, x, y, dot.shape, core + 0.5 * rim, _darker(label))
        _stamp(image, x, y, dot.shape, core, color(dot.prediction))


def _darker(rgb: Rgb) -> Rgb:
    red, green, blue = (round(0.25 * part + 0.75 * ink) for part, ink in zip(rgb, INK, strict=True))
    return red, green, blue


def _stamp(image: Image.Image, x: float, y: float, shape: str, radius: float, rgb: Rgb) -> None:
    column, row = math.floor(x * _PHASES), math.floor(y * _PHASES)
    mask = _mask(shape, round(radius, 2), column % _PHASES, row % _PHASES)
    reach = mask.width // 2
    image.paste(rgb, (column // _PHASES - reach, row // _PHASES - reach), mask)


@lru_cache(maxsize=4096)
def _mask(shape: str, radius: float, phase_x: int, phase_y: int) -> Image.Image:
    """Say how much of each pixel a shape covers whose centre lies in the middle pixel, at this phase."""
    reach = math.ceil(radius * 1.25 + 1)
    at = np.arange(-reach, reach + 1) + 0.5
    dx, dy = np.abs(at - (phase_x + 0.5) / _PHASES)[None], np.abs(at - (phase_y + 0.5) / _PHASES)[:, None]
    if shape == "circle":
        distance = np.hypot(dx, dy)
    elif shape == "diamond":
        distance = (dx + dy) * 0.82  # diamonds and squares have about a circle's area
    else:
        distance = np.maximum(dx, dy) * 1.1
    return Image.fromarray(np.rint(255 * np.clip(radius - distance + 0.5, 0, 1)).astype(np.uint8))


def choose_font(texts: Sequence[str], size: int) -> Font:
    """Choose the font that knows most letters: Pillow's own, or one of the system's where names need it."""
    letters = sorted({letter for text in texts for letter in text if not letter.isspace()})
    best: Font = ImageFont.load_default(size)
    fewest = _unknown(letters, best)
    for name in _OTHER_FONTS if fewest else ():
        try:
            font = ImageFont.truetype(name, size)
        except OSError:
            continue
        unknown = _unknown(letters, font)
        if unknown < fewest:
            best, fewest = font, unknown
    return best


def _unknown(letters: Sequence[str], font: Font) -> int:
    def shape(text: str) -> tuple[object, bytes]:
        mask = font.getmask(text)
        return mask.size, bytes(mask)

    missing = shape("\U0010fffd")  # drawn as the box that stands for any letter a font lacks
    return sum(shape(letter) == missing for letter in letters)


def fitting(text: str, font: Font, width: float) -> str:
    """Cut a text with an ellipsis where it is too wide, in pixels; line breaks become spaces."""
    text = " ".join(text[:200].split())
    if font.getlength(text) <= width:
        return text
    kept = bisect.bisect_left(range(1, len(text)), True, key=lambda length: font.getlength(f"{text[:length]}…") > width)
    return f"{text[:kept].rstrip()}…"
