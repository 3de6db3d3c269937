"""The bytes of a frame: there and back, exact where they say so, and never half."""

from __future__ import annotations

import gzip
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_timetravel.errors import Corrupt
from tb_timetravel.frame import Frame, Territory, decode_frame, encode_frame, quantise, restore


def make_frame(n: int, *, resolution: int = 4, class_type: type = np.uint8, predicted: bool = True, seed: int = 0) -> Frame:
    rng = np.random.default_rng(seed)
    top = int(np.iinfo(class_type).max)

    def draw(high: int, dtype: type, *shape: int) -> Any:
        return rng.integers(0, high, shape, dtype=dtype, endpoint=True)

    territory = (
        Territory(draw(top, class_type, resolution, resolution), draw(255, np.uint8, resolution, resolution)) if resolution else None
    )
    return Frame(
        positions=draw(65535, np.uint16, n, 2),
        predictions=draw(top, class_type, n) if predicted else None,
        confidences=draw(255, np.uint8, n) if predicted else None,
        territory=territory,
    )


def arrays(frame: Frame) -> list[Any]:
    territory = [None, None] if frame.territory is None else [frame.territory.classes, frame.territory.margins]
    return [frame.positions, frame.predictions, frame.confidences, *territory]


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(0, 50),
    resolution=st.integers(0, 9),
    class_type=st.sampled_from([np.uint8, np.uint16]),
    predicted=st.booleans(),
    seed=st.integers(0, 99),
)
def test_every_frame_comes_back_as_it_went(n: int, resolution: int, class_type: type, predicted: bool, seed: int):
    frame = make_frame(n, resolution=resolution, class_type=class_type, predicted=predicted, seed=seed)
    for found, written in zip(arrays(decode_frame(encode_frame(frame))), arrays(frame), strict=True):
        np.testing.assert_array_equal(found, written)


def test_equal_frames_are_equal_bytes():
    assert encode_frame(make_frame(9)) == encode_frame(make_frame(9))
    assert encode_frame(make_frame(9)) != encode_frame(make_frame(9, seed=1))


def test_the_bytes_are_little_endian_and_every_section_begins_at_a_multiple_of_four():
    frame = Frame(
        positions=np.array([[1, 2], [258, 4], [5, 6]], ">u2"),
        predictions=np.array([7, 8, 9], np.uint8),
        confidences=np.array([10, 11, 12], np.uint8),
        territory=Territory(np.array([[13]], np.uint8), np.array([[14]], np.uint8)),
    )
    content = gzip.decompress(encode_frame(frame))
    assert content[:16] == struct.pack("<4sIHBB4x", b"TTF1", 3, 1, 1, 1)
    assert content[16:28] == struct.pack("<6H", 1, 2, 258, 4, 5, 6)
    assert content[28:] == bytes([7, 8, 9, 0, 10, 11, 12, 0, 13, 0, 0, 0, 14, 0, 0, 0])


def test_a_frame_that_was_cut_anywhere_is_corrupt():
    whole = encode_frame(make_frame(3, resolution=2))
    for length in range(len(whole)):
        with pytest.raises(Corrupt, match="fit this run again"):
            decode_frame(whole[:length])


def test_a_frame_whose_content_was_cut_before_its_last_values_is_corrupt():
    content = gzip.decompress(encode_frame(make_frame(3, resolution=2)))
    for length in range(len(content)):
        with pytest.raises(Corrupt, match="fit this run again"):
            decode_frame(gzip.compress(content[:length]))


def test_a_frame_with_any_flipped_byte_is_corrupt_or_the_same():
    whole = encode_frame(make_frame(40, resolution=8))
    header = 10  # of gzip: flags, time and system say nothing of the content
    for position in range(len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= 0xFF
        try:
            found = decode_frame(bytes(flipped))
        except Corrupt:
            continue
        assert position < header
        np.testing.assert_array_equal(found.positions, make_frame(40, resolution=8).positions)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"TTF1",
        struct.pack("<4sIHBB4x", b"TTF2", 0, 0, 1, 0),
        struct.pack("<4sIHBB4x", b"TTF1", 0, 0, 3, 0),
        struct.pack("<4sIHBB4x", b"TTF1", 2**32 - 1, 0, 1, 1),
        struct.pack("<4sIHBB4x", b"TTF1", 0, 65535, 2, 0),
    ],
    ids=["empty", "magic alone", "other magic", "three-byte classes", "billions of samples", "huge territory"],
)
def test_what_is_no_frame_is_corrupt(content: bytes):
    for given_ in (content, gzip.compress(content)):
        with pytest.raises(Corrupt):
            decode_frame(given_)


@given(st.tuples(st.floats(-1e3, 1e3), st.floats(0.1, 1e3), st.floats(-1e3, 1e3), st.floats(0.1, 1e3)))
def test_positions_are_restored_to_half_a_step(box: tuple[float, float, float, float]):
    extent = (box[0], box[0] + box[1], box[2], box[2] + box[3])
    unit = np.random.default_rng(0).random((50, 2))
    embedding = (np.array([box[0], box[2]]) + unit * [box[1], box[3]]).astype(np.float32)
    error = np.abs(restore(quantise(embedding, extent), extent).astype(np.float64) - embedding)
    rounding = 4 * np.finfo(np.float32).eps * np.abs(extent).max()
    assert (error <= np.array([box[1], box[3]]) / 131070 + rounding).all()


def test_corners_are_exact_and_what_lies_outside_goes_to_the_edge():
    extent = (-1.0, 1.0, -2.0, 2.0)
    embedding = np.array([[-1, -2], [1, 2], [-9, 9], [0, 0]], np.float32)
    assert quantise(embedding, extent).tolist() == [[0, 0], [65535, 65535], [0, 65535], [32768, 32768]]
