"""The contract and the code name the same routes."""

from __future__ import annotations

import re
from pathlib import Path

from tensorboard.plugins import base_plugin

import tb_timetravel.serve
from tb_timetravel.serve.plugin import TimeTravelPlugin

HEADING = re.compile(r"^## `(GET|POST) ([a-z_/]+…?)", re.MULTILINE)


def documented() -> set[str]:
    text = Path(tb_timetravel.serve.__path__[0], "http_api.md").read_text(encoding="utf-8")
    return {"/" + route.replace("…", "*") for _, route in HEADING.findall(text)}


def test_every_route_is_documented_and_every_documented_route_is_there():
    assert set(TimeTravelPlugin(base_plugin.TBContext()).get_plugin_apps()) == documented()
