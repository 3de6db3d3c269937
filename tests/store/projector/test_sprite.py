"""Thumbnails of a sprite's pictures."""

from __future__ import annotations

import pytest

from tb_timetravel.store.projector.sprite import thumbnail_size


@pytest.mark.parametrize(
    ("picture", "thumbnail"), [((28, 28), (28, 28)), ((128, 64), (64, 32)), ((1000, 3), (64, 1)), ((3, 1000), (1, 64))]
)
def test_a_thumbnail_keeps_the_proportions_and_has_a_pixel_at_least(picture: tuple[int, int], thumbnail: tuple[int, int]):
    assert thumbnail_size(picture) == thumbnail
