"""What TensorBoard imports and calls at its start."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tensorboard.plugins import base_plugin

from tb_timetravel.schema import PLUGIN_NAME
from tb_timetravel.serve.loader import TimeTravelLoader
from tb_timetravel.serve.plugin import TimeTravelPlugin

if TYPE_CHECKING:
    from pathlib import Path

FORBIDDEN = {"torch", "sklearn", "scipy", "pynndescent", "numba", "pandas", "matplotlib"}


def imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples_per_plugin", default={}, type=lambda text: {text.split("=")[0]: int(text.split("=")[1])})
    loader = TimeTravelLoader()
    loader.define_flags(parser)
    flags = parser.parse_args(arguments)
    loader.fix_flags(flags)
    return flags


def test_the_entry_point_imports_nothing_beyond_tensorboards_own_base():
    added = imported_by("import tb_timetravel.serve.loader") - imported_by("import tensorboard.plugins.base_plugin")
    assert added - set(sys.stdlib_module_names) == {"tb_timetravel"}


def test_making_the_plugin_imports_neither_numpy_nor_msgspec_for_it():
    added = imported_by("import tb_timetravel.serve.plugin") - imported_by("import tensorboard.plugins.base_plugin")
    assert added - set(sys.stdlib_module_names) == {"tb_timetravel"}


@pytest.mark.parametrize("module", ["tb_timetravel", "tb_timetravel.serve.loader", "tb_timetravel.serve.routes", "tb_timetravel.store"])
def test_tensorboards_process_never_imports_what_a_fit_needs(module: str):
    assert imported_by(f"import {module}").isdisjoint(FORBIDDEN)


def test_answering_requests_imports_nothing_of_a_fit_either():
    code = (
        "import argparse; from werkzeug.test import Client; from werkzeug.wrappers import Response;"
        "from tensorboard.backend.application import TensorBoardWSGI; from tensorboard.plugins.base_plugin import TBContext;"
        "from tb_timetravel.serve.loader import TimeTravelLoader;"
        "client = Client(TensorBoardWSGI([TimeTravelLoader().load(TBContext(logdir='/nowhere'))]), Response);"
        "assert client.get('/data/plugin/timetravel/runs').json['runs'] == []"
    )
    assert imported_by(code).isdisjoint(FORBIDDEN)


def test_the_loader_makes_the_plugin():
    plugin = TimeTravelLoader().load(base_plugin.TBContext())
    assert isinstance(plugin, TimeTravelPlugin)
    assert plugin.plugin_name == PLUGIN_NAME
    assert not plugin.is_active()
    assert plugin.data_plugin_names() == (PLUGIN_NAME,)


def test_a_context_without_anything_is_answered():
    from werkzeug.test import Client
    from werkzeug.wrappers import Response

    plugin = TimeTravelLoader().load(base_plugin.TBContext())
    answer = Client(plugin.get_plugin_apps()["/runs"], Response).get("/").json
    assert (answer["runs"], answer["unreadable"]) == ([], [])


def test_all_markers_are_kept_unless_the_user_says_otherwise():
    assert parse().samples_per_plugin == {PLUGIN_NAME: 0}
    assert parse("--samples_per_plugin", f"{PLUGIN_NAME}=7").samples_per_plugin == {PLUGIN_NAME: 7}


def test_hosts_are_checked_at_the_start():
    assert parse("--timetravel_allowed_hosts", "a.example, [::1]".replace("[::1]", "::1")).timetravel_allowed_hosts
    for wrong in ("http://a.example", "a.example:80", "a b", "a/b"):
        with pytest.raises(base_plugin.FlagsError, match="host names"):
            parse("--timetravel_allowed_hosts", wrong)


def test_reading_only_and_fitting_exclude_each_other():
    assert parse().timetravel_readonly is False
    assert parse("--timetravel_readonly").timetravel_readonly is True
    with pytest.raises(base_plugin.FlagsError, match="--timetravel_readonly: expected without --timetravel_allow_fit true"):
        parse("--timetravel_readonly", "--timetravel_allow_fit", "true")


def test_a_cache_is_made_at_the_start(tmp_path: Path):
    assert parse().timetravel_cache == ""
    assert parse("--timetravel_cache", str(tmp_path / "a" / "b")).timetravel_cache == str(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert parse("--timetravel_cache", "s3://bucket/cache").timetravel_cache == "s3://bucket/cache"


def test_a_cache_that_cannot_be_made_is_refused_at_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(base_plugin.FlagsError, match=r"--timetravel_cache: expected a directory that can be made, got .*file"):
        parse("--timetravel_cache", str(tmp_path / "file"))
