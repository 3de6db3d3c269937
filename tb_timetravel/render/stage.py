"""The picture of a step: title, map and legend.

A dot has the colour of its label, the ground that of the class which the subject model would predict there. Where label and prediction
differ, the ring is the label and the centre the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from tb_timetravel.errors import InvalidData
from tb_timetravel.render.paint import (
    FAINT,
    INK,
    LINE,
    NONE,
    SHAPES,
    WRONG_GROWTH,
    Dot,
    choose_font,
    color,
    dot_radius,
    draw_dot,
    fitting,
    paint_territory,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.frame import Extent, Territory

_MOST_NAMES = 300  # in a legend; more would not find room


@dataclass(frozen=True, eq=False, kw_only=True)
class Cast:
    """What is constant over a film; labels (n,), -1 where there is none, and splits (n,), indices into their names."""

    labels: NDArray[np.int32]
    splits: NDArray[np.uint8]
    extent: Extent
    class_names: Sequence[str]
    split_names: Sequence[str] = ()
    notes: Sequence[str] = ()  # lines below the legend
    predicted: bool = True  # whether frames have predictions
    size: int = 1000  # pixels, longer side of the map

    def __post_init__(self) -> None:
        if not 100 <= self.size <= 8000:
            raise InvalidData(f"expected a size from 100 to 8000 pixels, got {self.size}; choose another size")
        if len(self.labels) != len(self.splits):
            raise InvalidData(f"expected a split for each of {len(self.labels)} labels, got {len(self.splits)}; hand over one per sample")
        if not (self.extent[1] > self.extent[0] and self.extent[3] > self.extent[2]):
            raise InvalidData(f"expected an extent (x_min, x_max, y_min, y_max) with an area, got {self.extent}; fit this run again")

    def split_name(self, split: int) -> str:
        """Name a split."""
        return self.split_names[split] if split < len(self.split_names) else f"split {split}"


class _Key(NamedTuple):
    """A line of the legend that is no class."""

    text: str
    dot: Dot | None


class Stage:
    """The canvas that all pictures of a film share: where the map lies, and the legend beside it."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        size, (left, right, bottom, top) = cast.size, cast.extent
        scale = size / max(right - left, top - bottom)
        self.width, self.height = max(1, round((right - left) * scale)), max(1, round((top - bottom) * scale))
        self.pad = round(size * 0.024)
        self.corner = (self.pad, self.pad // 2 + round(size * 0.054))  # of the map
        names = [*cast.class_names, *cast.split_names]
        self.font, self.title_font = choose_font(names, round(size * 0.0172)), choose_font((), round(size * 0.03))
        self.radius = dot_radius(len(cast.labels), size)
        # Which dots lie on top must neither depend on the order of the samples nor change from step to step.
        self.order = np.random.default_rng(0).permutation(len(cast.labels))
        self.canvas = _canvas(self)

    def picture(
        self, unit: NDArray[np.float64], predictions: NDArray[Any] | None, territory: Territory | None, steps: tuple[int, int]
    ) -> Image.Image:
        """Draw dots at ``unit`` (n, 2), 0 … 1 over the extent with y up, above the territory; ``steps`` are those around this instant."""
        predicted = np.full(len(self.cast.labels), NONE) if predictions is None else predictions.astype(np.int64)
        size = (self.width, self.height)
        field = Image.new("RGB", size, "white") if territory is None else paint_territory(territory, *size)
        self._draw_dots(field, unit, predicted)
        image = self.canvas.copy()
        image.paste(field, self.corner)
        draw, (left, top) = ImageDraw.Draw(image), self.corner
        draw.rectangle((left - 1, top - 1, left + self.width, top + self.height), outline=LINE)
        middle = (self.pad // 2 + top) / 2
        end = self._draw_title(draw, middle, steps)
        accuracy = _accuracy_text(self.cast, predicted)
        right = max(left + self.width, end + self.pad + self.font.getlength(accuracy))  # of a narrow map, beyond it
        draw.text((right, middle), accuracy, fill=FAINT, font=self.font, anchor="rm")
        return image

    def _draw_dots(self, image: Image.Image, unit: NDArray[np.float64], predicted: NDArray[np.int64]) -> None:
        cast = self.cast
        labels = np.where(cast.labels >= 0, cast.labels, predicted)
        wrong = (labels != predicted) & (predicted >= 0)
        x, y = unit[:, 0] * self.width, (1 - unit[:, 1]) * self.height
        for sample in [*self.order[~wrong[self.order]], *self.order[wrong[self.order]]]:  # the wrong ones on top
            label, shape = int(labels[sample]), SHAPES[int(cast.splits[sample]) % len(SHAPES)]
            if wrong[sample]:
                dot = Dot(label, int(predicted[sample]), shape, self.radius * WRONG_GROWTH)
            else:
                dot = Dot(label, label, shape, self.radius)
            draw_dot(image, float(x[sample]), float(y[sample]), dot)

    def _draw_title(self, draw: ImageDraw.ImageDraw, y: float, steps: tuple[int, int]) -> float:
        """Write "step 12" or "step 12 → 13" and return where it ends."""
        font, x = self.title_font, float(self.corner[0])
        draw.text((x, y), f"step {steps[0]}", fill=INK, font=font, anchor="lm")
        x += font.getlength(f"step {steps[0]}")
        if steps[0] == steps[1]:
            return x
        em = self.cast.size * 0.03
        tip, head = x + 1.1 * em, 0.2 * em  # the arrow is drawn, as the font has none
        draw.line((x + 0.35 * em, y, tip - head, y), fill=INK, width=max(1, round(em * 0.07)))
        draw.polygon([(tip, y), (tip - 1.4 * head, y - head), (tip - 1.4 * head, y + head)], fill=INK)
        draw.text((tip + 0.3 * em, y), str(steps[1]), fill=INK, font=font, anchor="lm")
        return tip + 0.3 * em + font.getlength(str(steps[1]))


def _accuracy_text(cast: Cast, predicted: NDArray[np.int64]) -> str:
    known = (cast.labels >= 0) & (predicted >= 0)
    right = predicted == cast.labels
    splits = [int(split) for split in np.unique(cast.splits[known])]
    if not splits:
        return ""
    if len(splits) == 1 or len(splits) > len(SHAPES):
        return f"accuracy {100 * right[known].mean():.1f} %"
    shares = [(cast.split_name(split), right[known & (cast.splits == split)].mean()) for split in splits]
    return "accuracy   " + "   ".join(f"{name[:20]} {100 * share:.1f} %" for name, share in shares)


def _canvas(stage: Stage) -> Image.Image:
    """Make the empty picture with the legend to the right of the map: classes in columns, then what else needs a word."""
    cast, font, keys = stage.cast, stage.font, _keys(stage.cast)
    row, mark = round(cast.size * 0.0255), round(cast.size * 0.028)
    names = [fitting(name, font, cast.size * 0.22) for name in cast.class_names[:_MOST_NAMES]]
    column = round(mark + max((font.getlength(name) for name in names), default=0) + stage.pad)
    rows = max(8, stage.height // row - len(keys) - 1)
    columns = max(1, min(-(-len(names) // rows), round(cast.size * 0.5) // column))
    n_classes = len(cast.class_names)
    shown = n_classes if n_classes <= min(rows * columns, len(names)) else min(rows * columns - 1, len(names))
    hidden = n_classes - shown
    rows = min(rows, -(-(shown + bool(hidden)) // columns))
    widths = [column * min(columns, len(names)), *(mark + font.getlength(key.text) + stage.pad for key in keys)]
    left, top = stage.corner[0] + stage.width + stage.pad, stage.corner[1]
    height = max(stage.height, round(row * (rows + 0.5 + len(keys))))
    image = Image.new("RGB", (_even(left + max(widths)), _even(top + height + stage.pad)), "white")
    draw = ImageDraw.Draw(image)
    for index, name in enumerate(names[:shown]):
        x, y = left + index // rows * column, top + (index % rows + 0.5) * row
        corner = row * 0.14 if row > 12 else 0  # Pillow 10.1 cannot round what is tiny
        draw.rounded_rectangle((x, y - row * 0.3, x + row * 0.66, y + row * 0.3), corner, fill=color(index))
        draw.text((x + mark, y), name, fill=INK, font=font, anchor="lm")
    if hidden:
        x, y = left + shown // rows * column, top + (shown % rows + 0.5) * row
        draw.text((x, y), f"+{hidden} more", fill=FAINT, font=font, anchor="lm")
    for index, key in enumerate(keys):
        y = top + (rows + (0.5 if rows else 0) + index + 0.5) * row
        if key.dot is not None:
            draw_dot(image, left + row * 0.33, y, key.dot._replace(radius=key.dot.radius * row))
        draw.text((left + mark, y), key.text, fill=FAINT, font=font, anchor="lm")
    return image


def _keys(cast: Cast) -> list[_Key]:
    """List the legend's lines below the classes; radii in rows."""
    labelled, splits = cast.labels >= 0, [int(split) for split in np.unique(cast.splits)]
    keys = []
    if cast.predicted and labelled.any() and len(cast.class_names) > 1:
        keys += [_Key("wrong: ring = label,", Dot(0, 1, SHAPES[0], 0.36)), _Key("centre = prediction", None)]
    if not labelled.all():
        keys.append(_Key("no label: its prediction", None) if cast.predicted else _Key("no label", Dot(NONE, NONE, SHAPES[0], 0.26)))
    if splits != [0]:
        keys += [_Key(cast.split_name(split)[:30], Dot(NONE, NONE, SHAPES[split % len(SHAPES)], 0.26)) for split in splits]
    return keys + [_Key(note, None) for note in cast.notes]


def _even(length: float) -> int:
    """Round up to an even number of pixels, as videos want."""
    return -(-int(np.ceil(length)) // 2) * 2
