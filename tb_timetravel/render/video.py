"""Videos from pictures: GIF by Pillow, MP4 by the optional imageio-ffmpeg."""

from __future__ import annotations

import math
import os
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tb_timetravel.errors import InvalidData, TimeTravelError
from tb_timetravel.store.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LAST_HELD_S = 1.5  # so that a loop shows where it ends
_SMOOTH_RATE = 20  # pictures per second below which some players stutter


def check_target(target: str) -> str:
    """Return the ending of a video's path.

    Raises
    ------
    InvalidData : it is neither ``.gif`` nor ``.mp4``.
    TimeTravelError : it is ``.mp4``, and imageio-ffmpeg is not installed.
    """
    ending = os.path.splitext(target)[1].lower()
    if ending not in (".gif", ".mp4"):
        raise InvalidData(f"expected a video named .gif or .mp4, got {target!r}; name it so")
    if ending == ".mp4":
        try:
            import imageio_ffmpeg  # noqa: F401  # optional; looked for before the first picture is drawn
        except ImportError as error:
            raise TimeTravelError(
                "expected the package imageio-ffmpeg for .mp4, found none; run pip install 'tb-timetravel[video]', or name a .gif instead"
            ) from error
    return ending


def write_video(
    pictures: Sequence[str | Image.Image],
    target: str,
    *,
    steps_per_second: float = 4.0,
    pictures_per_step: int = 1,
    on_picture: Callable[[int, int], None] | None = None,
) -> None:
    """Write pictures, or the files at these paths, as ``.gif`` or ``.mp4``; ``on_picture`` hears how many of how many are done.

    Raises
    ------
    InvalidData : another ending, no pictures, or pictures of several sizes.
    TimeTravelError : ``.mp4`` without imageio-ffmpeg, or ffmpeg fails.
    """
    ending, rate = check_target(target), steps_per_second * pictures_per_step
    if not len(pictures):
        raise InvalidData(f"expected pictures for {target}, got none; fit this run first")
    if not 0 < rate <= 100:
        raise InvalidData(f"expected more than 0 and at most 100 pictures per second, got {rate:g}; choose another speed")
    with tempfile.TemporaryDirectory() as directory:
        part = os.path.join(directory, f"video{ending}")
        (_write_gif if ending == ".gif" else _write_mp4)(pictures, part, rate, on_picture or (lambda *_: None))
        with open(part, "rb") as file:
            write_bytes(target if "://" in target else os.path.abspath(target), file.read())


def _opened(picture: str | Image.Image) -> Image.Image:
    if isinstance(picture, Image.Image):
        return picture.convert("RGB")
    with Image.open(picture) as file:
        image: Image.Image = file.convert("RGB")
    return image


def _even_pictures(pictures: Sequence[str | Image.Image], on_picture: Callable[[int, int], None]) -> Iterator[Image.Image]:
    """Give the pictures one by one, with even sides as h264 wants."""
    first: tuple[int, int] | None = None
    for number in range(len(pictures)):
        image = _opened(pictures[number])
        first = first or image.size
        if image.size != first:
            raise InvalidData(f"expected pictures of one size, got {first} and {image.size}; render them with one size")
        if image.width % 2 or image.height % 2:
            canvas = Image.new("RGB", (image.width + image.width % 2, image.height + image.height % 2), "white")
            canvas.paste(image)
            image = canvas
        yield image
        on_picture(number + 1, len(pictures))


def _write_gif(pictures: Sequence[str | Image.Image], path: str, rate: float, on_picture: Callable[[int, int], None]) -> None:
    palette = _shared_palette([_opened(pictures[i]) for i in sorted({0, len(pictures) // 2, len(pictures) - 1})])
    frames = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in _even_pictures(pictures, on_picture))
    usual = max(20, round(1000 / rate))  # ms; browsers slow down what is faster
    durations = [usual] * (len(pictures) - 1) + [max(usual, round(1000 * _LAST_HELD_S))]
    next(frames).save(path, save_all=True, append_images=frames, duration=durations, loop=0, optimize=False)


def _shared_palette(samples: Sequence[Image.Image]) -> Image.Image:
    """Choose 256 colours for all pictures, so that nothing flickers: white, and what the rarer colours of small dots get a say in."""
    pixels = np.concatenate([np.asarray(sample).reshape(-1, 3) for sample in samples]).astype(np.uint32)
    packed, counts = np.unique(pixels @ np.array([65536, 256, 1], np.uint32), return_counts=True)
    votes = np.repeat(packed, np.floor(counts**0.6).astype(int))
    colors = np.stack([votes >> 16, votes >> 8 & 255, votes & 255], axis=1).astype(np.uint8)
    chosen = Image.fromarray(colors[None]).quantize(255, method=Image.Quantize.MEDIANCUT, kmeans=2).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*chosen[: 3 * 255], 255, 255, 255])
    return palette


def _write_mp4(pictures: Sequence[str | Image.Image], path: str, rate: float, on_picture: Callable[[int, int], None]) -> None:
    repeats = math.ceil(_SMOOTH_RATE / rate)
    held = max(repeats, math.ceil(_LAST_HELD_S * rate * repeats))
    writer: Any = None
    try:
        for number, image in enumerate(_even_pictures(pictures, on_picture)):
            if writer is None:
                writer = _ffmpeg(path, image.size, rate * repeats)
            content = image.tobytes()
            for _ in range(held if number == len(pictures) - 1 else repeats):
                writer.send(content)
        writer.close()
    except (OSError, RuntimeError) as error:
        raise TimeTravelError(f"ffmpeg could not write the video ({str(error).strip()[-200:]}); name a .gif instead") from error


def _ffmpeg(path: str, size: tuple[int, int], rate: float) -> Any:  # noqa: ANN401  # imageio-ffmpeg ships no types
    import imageio_ffmpeg

    writer = imageio_ffmpeg.write_frames(
        path,
        size,
        fps=rate,
        codec="libx264",
        pix_fmt_in="rgb24",
        pix_fmt_out="yuv420p",  # what browsers and slides play
        macro_block_size=2,
        quality=None,
        output_params=["-crf", "18", "-movflags", "+faststart"],
    )
    writer.send(None)
    return writer
