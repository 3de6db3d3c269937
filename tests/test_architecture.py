"""The page on architecture and its picture say what is there: every room by its name, and imports that point down."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.test_layers import MAY_IMPORT, MODULES, WITHOUT_FIT_LIBRARIES, part_of

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "architecture.md"
PICTURE = DOCS / "images" / "architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"
OUTSIDE = {"frontend"}  # in the picture, but no part of the Python package


def rows() -> dict[str, tuple[str, set[str]]]:
    """Read the table: room -> what it is for, and what it may import."""
    found = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) ?\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {room: (purpose, set(re.findall(r"`(\w+)`", imports))) for room, purpose, imports in found}


def heights() -> dict[str, float]:
    """Read the picture: room -> how far below its upper edge the name stands."""
    texts = [text for text in ET.parse(PICTURE).iter(f"{SVG}text") if text.get("class") == "room"]  # noqa: S314  # our own file
    named = {str(text.text): float(text.attrib["y"]) for text in texts}
    assert len(named) == len(texts), "a room is drawn twice"
    return named


def test_the_rooms_that_exist_are_those_of_the_layers():
    assert {part_of(path) for path in MODULES} == set(MAY_IMPORT)


def test_the_page_names_the_rooms_that_exist_and_what_each_may_import():
    assert {room: imports for room, (_, imports) in rows().items()} == MAY_IMPORT


def test_the_picture_shows_the_rooms_that_exist():
    assert set(heights()) == set(MAY_IMPORT) | OUTSIDE


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_of_the_picture_lies_above_all_that_it_imports(room: str):
    drawn = heights()
    assert not [below for below in MAY_IMPORT[room] if drawn[below] <= drawn[room]]


def test_the_picture_loads_nothing_and_is_made_for_light_and_dark():
    text = PICTURE.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"<script|<image|<foreignObject|@import|href=|url\((?!#)", text)


def test_what_the_page_says_is_light_to_load_is_what_the_layers_hold():
    section = PAGE.read_text(encoding="utf-8").split("## What may be loaded where", 1)[1].split("## ", 1)[0]
    named = set(re.findall(r"`(\w+)`", section))
    assert named <= WITHOUT_FIT_LIBRARIES
    assert WITHOUT_FIT_LIBRARIES - named == {"arguments", "errors", "schema", "frame", "palette", "__init__"}  # the words, and the door


def test_every_file_that_the_page_names_is_there():
    root, text = DOCS.parent, PAGE.read_text(encoding="utf-8")
    package, sources = root / "tb_timetravel", root / "frontend" / "src"
    named = re.findall(r"`([\w/]+\.(?:py|ts|md))`", text)
    assert len(named) > 10
    assert not [name for name in named if not any((place / name).exists() for place in (root, package, sources))]
