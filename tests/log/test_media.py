"""What is shown of a sample: thumbnails pixel by pixel, and texts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData
from tb_timetravel.log.media import THUMBNAIL_SIZE, thumbnail_pages
from tests.log.subjects import Rows, logged

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def pixels(page: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(page)))


class PictureNet(nn.Module):
    def __init__(self, n_inputs: int) -> None:
        super().__init__()
        self.fc = nn.Linear(n_inputs, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.flatten(1).float())


class TextNet(nn.Module):
    """Tokenises by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 2)

    def forward(self, texts: list[str]) -> Tensor:
        return self.fc(torch.tensor([[float(len(text)), 1.0] for text in texts]))


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def log_inputs(run: Path, inputs: Tensor) -> None:
    TimeTravel(run, PictureNet(inputs[0].numel()), head="fc", data=Rows([(x, i % 2) for i, x in enumerate(inputs)])).log(0)


def test_each_thumbnail_lies_at_its_place_in_rows_of_32(tmp_path: Path):
    images = noise(1100, 4, 6, 3)
    log_inputs(tmp_path, torch.tensor(images).permute(0, 3, 1, 2))
    found = logged(tmp_path)
    media = found.probe.media
    assert (media.kind, media.thumbnail_width, media.thumbnail_height) == ("image", 6, 4)
    for sample in (0, 31, 32, 1023, 1024, 1099):
        sheet = pixels(found.reader.thumbnails(sample // 1024))
        row, column = divmod(sample % 1024, 32)
        np.testing.assert_array_equal(sheet[row * 4 : row * 4 + 4, column * 6 : column * 6 + 6], images[sample])


def test_larger_pictures_are_averaged_down_and_keep_their_proportions():
    images = noise(3, 64, 128)
    pages = thumbnail_pages(images)
    assert (pages.media.thumbnail_width, pages.media.thumbnail_height) == (THUMBNAIL_SIZE, THUMBNAIL_SIZE // 2)
    expected = images.reshape(3, 16, 4, 32, 4).mean(axis=(2, 4))
    sheet = pixels(pages.pages[0])[:16]
    assert np.abs(sheet[:, 32:64].astype(float) - expected[1]).max() <= 0.5


def test_sizes_that_do_not_divide_are_averaged_by_area():
    images = np.zeros((1, 33, 33), np.uint8)
    images[0, 0, 0] = 255
    corner = pixels(thumbnail_pages(images).pages[0])[0, 0]
    assert corner == round(255 * (32 / 33) ** 2)


def test_smaller_pictures_are_not_enlarged():
    assert thumbnail_pages(noise(2, 8, 8)).media.thumbnail_width == 8


@pytest.mark.parametrize("layout", ["hw", "hw1", "1hw", "hw3", "3hw", "hw4", "4hw"])
def test_images_are_understood_in_every_layout(tmp_path: Path, layout: str):
    grey, rgba = noise(2, 6, 5), noise(2, 6, 5, 4)
    rgb = rgba[..., :3]
    given = {"hw": grey, "hw1": grey[..., None], "1hw": grey[:, None], "hw3": rgb, "3hw": np.moveaxis(rgb, -1, 1), "hw4": rgba}
    images = given.get(layout, np.moveaxis(rgba, -1, 1))
    TimeTravel(tmp_path, images=images).log_arrays(0, np.eye(2))
    sheet = pixels(logged(tmp_path).reader.thumbnails(0))
    np.testing.assert_array_equal(sheet[:6, :5], rgb[0] if layout[-1] in "34" or layout[0] in "34" else grey[0])


@pytest.mark.parametrize("kind", ["unit", "bool", "imagenet", "symmetric", "sixteen"])
def test_values_of_any_range_come_out_as_the_picture_that_they_were(kind: str):
    bytes_ = noise(200, 8, 8, 3)
    bytes_[0, 0, 0], bytes_[0, 0, 1] = 0, 255
    unit = bytes_ / 255
    values: dict[str, Any] = {
        "unit": unit,
        "bool": bytes_ > 127,
        "imagenet": (unit - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
        "symmetric": unit * 2 - 1,
        "sixteen": unit * 16,
    }
    sheet = pixels(thumbnail_pages(values[kind]).pages[0])[:8, :8].astype(int)
    expected = 255 * (bytes_[0] > 127) if kind == "bool" else bytes_[0]
    assert np.abs(sheet - expected).max() <= 1


def test_a_hot_pixel_does_not_darken_the_others():
    values = np.random.default_rng(0).normal(size=(400, 8, 8))
    values[0, 0, 0] = 1e6
    sheet = pixels(thumbnail_pages(values).pages[0])
    assert 100 < sheet[:8, 8:16].mean() < 156


def test_broken_pixels_are_black_instead_of_an_error():
    values = np.full((2, 8, 8), 0.5)
    values[0] = np.nan
    sheet = pixels(thumbnail_pages(values).pages[0])
    assert (sheet[:8, :8] == 0).all()
    assert (sheet[:8, 8:16] == 128).all()


@pytest.mark.parametrize(
    "inputs", [torch.zeros(4, 10), torch.zeros(4, 1, 40), torch.zeros(4, 2, 8, 8), torch.zeros(4, 8, 8, dtype=torch.int64)], ids=str
)
def test_inputs_that_are_no_pictures_show_nothing(tmp_path: Path, inputs: Tensor):
    log_inputs(tmp_path, inputs)
    assert logged(tmp_path).probe.media.kind == "none"


def test_pictures_in_half_precision_are_shown(tmp_path: Path):
    log_inputs(tmp_path, torch.rand(4, 1, 8, 8, dtype=torch.bfloat16))
    assert logged(tmp_path).probe.media.kind == "image"


def test_given_images_win_over_the_inputs(tmp_path: Path):
    data = Rows([(torch.zeros(1, 8, 8), 0), (torch.zeros(1, 8, 8), 1)])
    TimeTravel(tmp_path, PictureNet(64), head="fc", data=data, images=noise(2, 5, 5)).log(0)
    assert logged(tmp_path).probe.media.thumbnail_width == 5


def test_pages_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = Rows([(torch.rand(1, 8, 8), 0), (torch.rand(1, 8, 8), 1)])
    film = TimeTravel(tmp_path, PictureNet(64), head="fc", data=data)
    film.log(0)
    monkeypatch.setattr("tb_timetravel.log.media._encode_png", lambda _: pytest.fail("a second time"))
    film.log(1)
    assert logged(tmp_path).steps == [0, 1]


@pytest.mark.parametrize("labelled", [True, False])
def test_a_dataset_of_strings_shows_texts_cut_to_2000_characters(tmp_path: Path, labelled: bool):
    texts = [f"{i} " + "é" * 3000 for i in range(1030)]
    TimeTravel(tmp_path, TextNet(), head="fc", data=Rows([(text, 1) for text in texts] if labelled else texts)).log(0)
    found = logged(tmp_path)
    assert found.probe.media.kind == "text"
    assert found.reader.texts(0) + found.reader.texts(1) == [text[:2000] for text in texts]


def test_given_texts_stand_for_tokens(tmp_path: Path):
    TimeTravel(tmp_path, texts=["hello", "half a pair \ud800"]).log_arrays(0, np.eye(2))
    assert logged(tmp_path).reader.texts(0) == ["hello", "half a pair ?"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"images": noise(2, 8)}, r"expected images of shape .* got uint8 of shape \(2, 8\)"),
        ({"images": noise(2, 2, 8, 8)}, "with 1, 3 or 4 channels"),
        ({"images": np.array(["a", "b"])}, "expected images of shape"),
        ({"texts": "one"}, "got one string"),
        ({"texts": [b"a", "b"]}, "texts as strings, got bytes"),
        ({"texts": ["a"], "images": noise(1, 8, 8)}, "got both"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(tmp_path: Path, options: Any, sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        TimeTravel(tmp_path, **options)


@pytest.mark.parametrize(("name", "options"), [("images", {"images": noise(3, 8, 8)}), ("texts", {"texts": ["a"] * 3})])
def test_one_for_every_sample(tmp_path: Path, name: str, options: Any):
    with pytest.raises(InvalidData, match=f"expected {name} of 2 samples .*got 3"):
        TimeTravel(tmp_path, **options).log_arrays(0, np.eye(2))
    assert not list(tmp_path.rglob("*"))
