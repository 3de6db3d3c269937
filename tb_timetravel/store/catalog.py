"""Where probe sets lie: runs and tags as directories."""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import quote, unquote

from tb_timetravel.schema import PLUGIN_NAME
from tb_timetravel.store.files import exists, is_local, join, listdir


class ProbeLocation(NamedTuple):
    """A probe set under a logdir."""

    run: str
    tag: str
    directory: str


def probe_directory(run_directory: str, tag: str) -> str:
    """Name the directory of a run's probe set; any tag is one plain directory name."""
    name = quote(tag, safe=" ").replace(".", "%2E")  # no tag may mean a parent directory or a hidden file
    return join(run_directory, "plugins", PLUGIN_NAME, name)


def tags_of(run_directory: str) -> list[str]:
    """List the tags of a run's probe sets."""
    root = join(run_directory, "plugins", PLUGIN_NAME)
    return [unquote(name) for name in listdir(root) if exists(join(root, name, "probe.json"))]


def find_probes(logdir: str) -> list[ProbeLocation]:
    """Find every probe set below a logdir, runs named as TensorBoard names them.

    Symbolic links are followed as TensorBoard follows them, each directory once.
    """
    found = []
    for run_directory, run in _run_directories(logdir.rstrip("/") or "/"):
        found += [ProbeLocation(run, tag, probe_directory(run_directory, tag)) for tag in tags_of(run_directory)]
    return sorted(found)


def _run_directories(logdir: str) -> list[tuple[str, str]]:
    if not is_local(logdir):
        from tensorboard.compat import tf

        marker = f"/plugins/{PLUGIN_NAME}"
        paths = [directory for directory, _, _ in tf.io.gfile.walk(logdir) if directory.rstrip("/").endswith(marker)]
        return [(path, path[len(logdir) :].strip("/") or ".") for path in (path.rstrip("/")[: -len(marker)] for path in paths)]
    runs, seen = [], set()
    for directory, names, _ in os.walk(logdir, followlinks=True):
        real = os.path.realpath(directory)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        if "plugins" in names:
            names.remove("plugins")
            if os.path.isdir(os.path.join(directory, "plugins", PLUGIN_NAME)):
                runs.append((directory, os.path.relpath(directory, logdir).replace(os.sep, "/")))
    return runs
