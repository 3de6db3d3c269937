"""Pictures and videos: what lies at a pixel, how many there are, and what is said when one cannot be made."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from tb_timetravel.errors import Corrupt, InvalidData, TimeTravelError
from tb_timetravel.frame import Frame, Territory, encode_frame
from tb_timetravel.palette import class_colors
from tb_timetravel.render import render_film, render_step, render_video, write_video
from tb_timetravel.render.film import _Reel
from tb_timetravel.render.paint import between, choose_font, fitting
from tb_timetravel.schema import FilmStep, TerritoryInfo
from tb_timetravel.store import DynamicsReader, FilmStore
from tests.store.records import KEY, N, make_film, make_probe, make_samples, write_run

if TYPE_CHECKING:
    from pathlib import Path

EXTENT = (-1.0, 1.0, -1.0, 1.0)
SIZE = 400
COLORS = class_colors(3).astype(int)
needs_ffmpeg = pytest.mark.skipif(importlib.util.find_spec("imageio_ffmpeg") is None, reason="imageio-ffmpeg is optional")


def make_frame(unit: Any, predictions: Any = None, territory: Territory | None = None) -> Frame:
    positions = np.rint(np.array(unit, float).reshape(-1, 2) * 65535).astype(np.uint16)
    if predictions is None:
        return Frame(positions, None, None, territory)
    return Frame(positions, np.array(predictions, np.uint8), np.full(len(positions), 200, np.uint8), territory)


def halves(resolution: int = 8, margin: int = 255) -> Territory:
    """Class 0 on the left, class 1 on the right, class 2 in the upper row of cells."""
    classes = np.zeros((resolution, resolution), np.uint8)
    classes[:, resolution // 2 :] = 1
    classes[-1] = 2
    return Territory(classes, np.full(classes.shape, margin, np.uint8))


def render(frame: Frame, **changes: Any) -> Image.Image:
    given: dict[str, Any] = {"labels": None, "splits": None, "extent": EXTENT, "class_names": ("x", "y", "z"), "step": 12, "size": SIZE}
    return render_step(frame, **{**given, **changes})


def map_of(image: Image.Image, size: int = SIZE) -> Any:
    """Cut out the map, (height, width, 3)."""
    left, top = round(size * 0.024), round(size * 0.024) // 2 + round(size * 0.054)
    return np.asarray(image, int)[top : top + size, left : left + size]


def is_near(found: Any, expected: Any, tolerance: int = 6) -> bool:
    return bool(np.abs(np.asarray(found) - np.asarray(expected)).max() <= tolerance)


def write_film(directory: Path, steps: tuple[int, ...] = (0, 5, 10), **changes: Any) -> tuple[DynamicsReader, FilmStore, Any]:
    write_run(directory, steps)
    films, rng = FilmStore(str(directory)), np.random.default_rng(0)
    frames = [make_frame(rng.random((N, 2)), rng.integers(0, 3, N), halves()) for _ in steps]
    keys = [films.write_frame(KEY, step, encode_frame(frame)) for step, frame in zip(steps, frames, strict=True)]
    given = tuple(FilmStep(step=step, frame=key, bytes=1, flips=0, accuracy={}, fidelity={}) for step, key in zip(steps, keys, strict=True))
    film = make_film(steps=given, extent=EXTENT, **changes)
    films.write_film(film)
    return DynamicsReader(str(directory)), films, film


@pytest.mark.parametrize("label", [0, 1, 2])
def test_the_centre_of_a_dot_has_the_colour_of_its_label(label: int):
    pixels = map_of(render(make_frame([[0.25, 0.5]], [label]), labels=np.array([label], np.int32)))
    assert is_near(pixels[200, 100], COLORS[label])


def test_a_dot_has_a_dark_rim_and_nothing_around_it():
    pixels = map_of(render(make_frame([[0.5, 0.5]], [1]), labels=np.array([1], np.int32), size=1600), 1600)
    line = pixels[800, 780:821].sum(axis=1)
    assert line.min() < 0.7 * line[20]
    assert 2 <= (line < 0.8 * line[20]).sum() <= 4  # one pixel, or two in part, on each side
    assert (line[:10] == 765).all()
    assert (line[31:] == 765).all()


def test_y_is_up():
    pixels = map_of(render(make_frame([[0.5, 0.9]], [2]), labels=np.array([2], np.int32)))
    assert is_near(pixels[40, 200], COLORS[2])
    assert is_near(pixels[360, 200], 255)


def test_a_wrong_dot_is_a_ring_of_its_label_around_its_prediction():
    pixels = map_of(render(make_frame([[0.5, 0.5]], [1]), labels=np.array([0], np.int32), size=2000), 2000)
    outwards = pixels[1000, 1000:1025]
    label, prediction = (np.flatnonzero(np.abs(outwards - COLORS[kind]).max(axis=1) <= 6) for kind in (0, 1))
    assert prediction[0] == 0
    assert len(prediction) >= 6
    assert len(label) >= 3
    assert label.min() > prediction.max()


def test_wrong_dots_are_larger_and_lie_on_top():
    labels, crowd = np.zeros(50, np.int32), make_frame(np.full((50, 2), 0.5), [1] + [0] * 49)
    pixels = map_of(render(crowd, labels=labels))
    assert is_near(pixels[200, 200], COLORS[1])
    alone = map_of(render(make_frame(np.full((50, 2), 0.5), [0] * 50), labels=labels))
    assert (pixels.sum(axis=2) < 765).sum() > 1.5 * (alone.sum(axis=2) < 765).sum()


def test_an_unlabelled_dot_has_the_colour_of_its_prediction_and_is_never_wrong():
    unlabelled = map_of(render(make_frame([[0.5, 0.5]], [2]), labels=np.array([-1], np.int32)))
    labelled = map_of(render(make_frame([[0.5, 0.5]], [2]), labels=np.array([2], np.int32)))
    np.testing.assert_array_equal(unlabelled, labelled)


def test_a_dot_with_neither_label_nor_prediction_is_grey():
    pixels = map_of(render(make_frame([[0.5, 0.5]]), class_names=()))
    assert is_near(pixels[200, 200], 158)


def test_dots_of_another_split_are_diamonds():
    frame, labels, size = make_frame([[0.5, 0.5]], [0]), np.array([0], np.int32), 2000
    pictures = [render(frame, labels=labels, splits=np.array([split], np.uint8), size=size) for split in (0, 1)]
    inked = [map_of(picture, size)[970:1030, 970:1030].sum(axis=2) < 700 for picture in pictures]
    across = [int(dot[30].sum()) for dot in inked]
    diagonally = [int(np.diag(dot).sum()) for dot in inked]
    assert across[1] > across[0]
    assert diagonally[1] < diagonally[0]


def test_the_territory_is_a_paler_class_colour_with_row_0_at_the_bottom():
    pixels = map_of(render(make_frame([], [], halves())))
    for (row, column), kind in {(300, 100): 0, (300, 300): 1, (15, 100): 2, (15, 300): 2}.items():
        to_colors = np.abs(pixels[row, column] - (255 + COLORS) / 2).sum(axis=1)
        assert to_colors.argmin() == kind
        assert to_colors[kind] < 30


def test_the_territory_is_paler_where_the_margin_is_smaller():
    sure, unsure = (map_of(render(make_frame([], [], halves(margin=margin))))[300, 100].sum() for margin in (255, 30))
    assert unsure > sure + 100


def test_a_border_runs_where_the_margin_is_zero_and_not_along_the_cells():
    margins = np.tile(np.array([60, 60, 60, 60, 180, 180, 180, 180], np.uint8), (8, 1))
    classes = np.tile(np.array([0, 0, 0, 0, 1, 1, 1, 1], np.uint8), (8, 1))
    row = map_of(render(make_frame([], [], Territory(classes, margins))))[200].sum(axis=1)
    border = int(row[100:300].argmin()) + 100
    assert 150 < border < 198  # the zero between -60 at 175 and 180 at 225 lies at 187.5, the cells meet at 200


def test_a_region_of_one_cell_is_seen():
    territory = halves(16)
    territory.classes[4, 4] = 2
    pixels = map_of(render(make_frame([], [], territory)))
    assert is_near(pixels[400 - 112, 112], (255 + COLORS[2]) / 2, 50)


def test_one_unit_is_as_long_along_x_as_along_y():
    image = render(make_frame([[0.5, 0.25]], [0]), labels=np.array([0], np.int32), extent=(0.0, 4.0, 0.0, 2.0))
    assert is_near(map_of(image)[150, 200], COLORS[0])


@pytest.mark.parametrize("n_classes", [0, 1, 21, 100, 1000])
@pytest.mark.parametrize("size", [100, 401])
def test_any_number_of_classes_has_a_legend_of_bounded_size(n_classes: int, size: int):
    kinds = np.arange(max(1, n_classes)) % 256
    frame = make_frame(np.random.default_rng(0).random((len(kinds), 2)), kinds, halves(4) if n_classes > 2 else None)
    labels = np.arange(n_classes, dtype=np.int32) if n_classes else None
    image = render(frame, labels=labels, class_names=[f"a class called {i}\n" * 9 for i in range(n_classes)], size=size)
    assert image.width <= 2.2 * size
    assert image.height <= 1.6 * size
    assert image.width % 2 == image.height % 2 == 0


def test_the_legend_shows_each_class_in_its_colour():
    beside = np.asarray(render(make_frame([[0.5, 0.5]])), int)[:, SIZE + 2 * round(SIZE * 0.024) :].reshape(-1, 3)
    for color in COLORS:
        assert (beside == color).all(axis=1).any()


def test_a_name_too_long_is_cut_and_other_alphabets_find_a_font_where_there_is_one():
    font = choose_font(["Катя", "naïve"], 16)
    assert fitting("word " * 40, font, 100).endswith("…")
    assert font.getlength(fitting("word " * 40, font, 100)) <= 100
    assert fitting("two\nlines", font, 500) == "two lines"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"labels": np.zeros(2, np.int32), "splits": np.zeros(2, np.uint8)}, "a label for each of 1 samples, got 2"),
        ({"splits": np.zeros(2, np.uint8)}, "a split for each of 1 labels, got 2"),
        ({"size": 99}, "from 100 to 8000 pixels, got 99"),
        ({"extent": (0.0, 0.0, 0.0, 1.0)}, "with an area"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(changes: dict[str, Any], sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        render(make_frame([[0.5, 0.5]]), **changes)


def test_a_film_becomes_one_picture_per_step(tmp_path: Path):
    heard: list[tuple[int, int]] = []
    reader, films, film = write_film(tmp_path / "run")
    paths = render_film(reader, films, film, str(tmp_path / "out"), prefix="digits", size=120, on_step=lambda *at: heard.append(at))
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [f"digits_{step:06d}.png" for step in (0, 5, 10)]
    assert paths == [str(tmp_path / "out" / f"digits_{step:06d}.png") for step in (0, 5, 10)]
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert len({Image.open(path).size for path in paths}) == 1


def test_a_picture_of_a_film_is_that_of_its_step(tmp_path: Path):
    reader, films, film = write_film(tmp_path, territory=TerritoryInfo(source="head"))
    rng = np.random.default_rng(0)
    frame = make_frame(rng.random((N, 2)), rng.integers(0, 3, N), halves())
    samples, probe = make_samples(), make_probe()
    alone = render(
        frame, labels=samples.labels, splits=samples.splits, split_names=probe.split_names, step=0, class_names=probe.class_names
    )
    np.testing.assert_array_equal(np.asarray(_Reel(reader, films, film, size=SIZE)[0]), np.asarray(alone))


def test_between_two_steps_a_dot_is_between_two_places(tmp_path: Path):
    reader, films, _ = write_film(tmp_path, steps=(0, 1))
    start, end = (np.tile([[x, 0.5]], (N, 1)) for x in (0.2, 0.8))
    keys = [films.write_frame(KEY, step, encode_frame(make_frame(at, [0] * N))) for step, at in enumerate((start, end))]
    steps = tuple(FilmStep(step=i, frame=key, bytes=1, flips=0, accuracy={}, fidelity={}) for i, key in enumerate(keys))
    reel = _Reel(reader, films, make_film(steps=steps, extent=EXTENT), size=SIZE, per_step=4)
    assert len(reel) == 5
    centres = [np.flatnonzero((map_of(picture)[200] < 200).any(axis=1)).mean() for picture in reel]
    np.testing.assert_allclose(centres, np.linspace(0.2, 0.8, 5) * SIZE, atol=1.5)


def test_between_two_territories_a_border_moves():
    def ramp(zero: float) -> Territory:
        signed = np.tile((np.arange(32) + 0.5 - zero) * 6, (32, 1))
        return Territory((signed > 0).astype(np.uint8), np.abs(signed).astype(np.uint8))

    one, other = ramp(10), ramp(20)
    for share in (0.0, 0.25, 0.5, 1.0):
        row = map_of(render(make_frame([], [], between(one, other, share))))[200].sum(axis=1)
        assert row.argmin() == pytest.approx((10 + 10 * share) / 32 * SIZE, abs=3)


def test_a_frame_of_other_samples_is_corrupt(tmp_path: Path):
    reader, films, _ = write_film(tmp_path)
    key = films.write_frame(KEY, 0, encode_frame(make_frame([[0.5, 0.5]], [0])))
    steps = (FilmStep(step=0, frame=key, bytes=1, flips=0, accuracy={}, fidelity={}),)
    with pytest.raises(Corrupt, match="expected 6 samples at step 0, found 1"):
        render_film(reader, films, make_film(steps=steps, extent=EXTENT), str(tmp_path / "out"), prefix="x", size=100)


def test_a_gif_holds_every_picture_in_nearly_its_colours(tmp_path: Path):
    target = tmp_path / "new" / "film.gif"
    pictures = [render(make_frame([[x, 0.5]], [1], halves()), labels=np.array([1], np.int32)) for x in (0.2, 0.5, 0.8, 0.3)]
    write_video(pictures, str(target), steps_per_second=4)
    with Image.open(target) as gif:
        frames = [np.asarray(frame.convert("RGB"), int) for frame in ImageSequence.Iterator(gif)]
    assert len(frames) == 4
    for frame, picture in zip(frames, pictures, strict=True):
        assert np.abs(frame - np.asarray(picture, int)).mean() < 1.5
    assert is_near(map_of(Image.fromarray(frames[0].astype(np.uint8)))[200, 80], COLORS[1], 40)


def test_a_gif_of_a_film_glides_and_loops(tmp_path: Path):
    reader, films, film = write_film(tmp_path)
    heard: list[tuple[int, int]] = []
    render_video(reader, films, film, str(tmp_path / "film.gif"), size=100, on_picture=lambda *at: heard.append(at))
    with Image.open(tmp_path / "film.gif") as gif:
        assert gif.n_frames == 7  # two from step to step besides the steps
        assert gif.info["loop"] == 0
        gif.seek(6)
        assert gif.info["duration"] == 1500
    assert heard == [(i, 7) for i in range(1, 8)]


@needs_ffmpeg
def test_an_mp4_can_be_read_back(tmp_path: Path):
    import imageio_ffmpeg

    reader, films, film = write_film(tmp_path)
    target = str(tmp_path / "film.mp4")
    render_video(reader, films, film, target, steps_per_second=4, size=100)
    content = imageio_ffmpeg.read_frames(target)
    facts = next(content)
    assert facts["codec"] == "h264"
    assert facts["pix_fmt"].startswith("yuv420p")
    assert facts["size"] == _Reel(reader, films, film, size=100)[0].size
    assert facts["fps"] == pytest.approx(28)
    assert sum(1 for _ in content) == 14 + 42  # two times seven pictures, and the last held for a second and a half


@needs_ffmpeg
def test_an_mp4_of_files_with_odd_sides_is_even_and_starts_before_it_is_loaded(tmp_path: Path):
    import imageio_ffmpeg

    paths = [str(tmp_path / f"{i}.png") for i in range(2)]
    for path in paths:
        Image.new("RGB", (33, 41), "red").save(path)
    write_video(paths, str(tmp_path / "odd.mp4"), steps_per_second=2)
    assert next(imageio_ffmpeg.read_frames(str(tmp_path / "odd.mp4")))["size"] == (34, 42)
    content = (tmp_path / "odd.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("name", ["film.webm", "film", "gif"])
def test_another_ending_is_refused_with_a_sentence(tmp_path: Path, name: str):
    with pytest.raises(InvalidData, match=r"named \.gif or \.mp4, got '.*'; name it so"):
        write_video([Image.new("RGB", (8, 8))], str(tmp_path / name))


def test_without_ffmpeg_an_mp4_says_what_to_install_before_anything_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    reader, films, film = write_film(tmp_path)
    with pytest.raises(TimeTravelError, match=r"pip install 'tb-timetravel\[video\]', or name a \.gif"):
        render_video(reader, films, film, str(tmp_path / "film.mp4"), on_picture=lambda *_: pytest.fail("a picture was drawn"))


def test_pictures_that_make_no_video_are_refused_and_leave_no_file(tmp_path: Path):
    target, picture = str(tmp_path / "film.gif"), Image.new("RGB", (8, 8))
    with pytest.raises(InvalidData, match="got none"):
        write_video([], target)
    with pytest.raises(InvalidData, match="of one size"):
        write_video([picture, Image.new("RGB", (9, 8))], target)
    for speed in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidData, match="choose another speed"):
            write_video([picture], target, steps_per_second=speed)
    assert not list(tmp_path.iterdir())
