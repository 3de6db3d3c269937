"""Where probe sets lie: runs and tags as directories."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from tb_timetravel.errors import InvalidData
from tb_timetravel.schema import PLUGIN_NAME
from tb_timetravel.store import remote
from tb_timetravel.store.files import exists, is_local, join, listdir
from tb_timetravel.store.projector import CONFIG_NAME, PROJECTOR_PLUGIN, embeddings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLUGINS = (PLUGIN_NAME, PROJECTOR_PLUGIN)  # names of directories that make a run one of ours


class ProbeLocation(NamedTuple):
    """A probe set under a logdir."""

    run: str
    tag: str
    directory: str


def probe_directory(run_directory: str, tag: str) -> str:
    """Name the directory of a run's probe set; any tag is one plain directory name."""
    name = quote(tag, safe=" ").replace(".", "%2E")  # no tag may mean a parent directory or a hidden file
    return join(run_directory, "plugins", PLUGIN_NAME, name)


def place_of(directory: str) -> tuple[str, str]:
    """Name the run's directory and the tag of a probe set's directory: what `probe_directory` was given."""
    parts = directory.rstrip("/" if not is_local(directory) else "/" + os.sep).replace(os.sep, "/").split("/")
    return "/".join(parts[:-3]) or "/", unquote(parts[-1])


def tags_of(run_directory: str) -> list[str]:
    """List the tags of a run's probe sets: those that were logged, then those of embeddings under other names."""
    root = join(run_directory, "plugins", PLUGIN_NAME)
    ours = (name for name in listdir(root) if name.isascii())  # as `probe_directory` names them; another name may be no text at all
    logged = [unquote(name) for name in ours if exists(join(root, name, "probe.json"))]
    return logged + [tag for tag in embeddings_of(run_directory) if tag not in logged]


def find_probes(logdir: str) -> list[ProbeLocation]:
    """Find every probe set below a logdir, runs named as TensorBoard names them.

    Symbolic links are followed as TensorBoard follows them, each directory once.
    """
    found = []
    for run_directory, run in _run_directories(logdir.rstrip("/") or "/"):
        found += [ProbeLocation(run, tag, probe_directory(run_directory, tag)) for tag in tags_of(run_directory)]
    return sorted(found)


def only(locations: Sequence[ProbeLocation], what: str, how: str = "--run and --tag") -> ProbeLocation:
    """Give the one probe set that a command was asked for, of those that were found, which are not none.

    Parameters
    ----------
    what : it is for, in words.
    how : the options that choose.

    Raises
    ------
    InvalidData : there are several.
    """
    if len(locations) > 1:
        raise InvalidData(f"expected one probe set {what}, found {len(locations)}; choose with {how}")
    return locations[0]


def _run_directories(logdir: str) -> list[tuple[str, str]]:
    if not is_local(logdir):
        return [(path, path[len(logdir) :].strip("/") or ".") for path in _remote_directories(logdir)]
    runs, seen = [], set()
    for directory, names, files in os.walk(logdir, followlinks=True):
        real = os.path.realpath(directory)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        is_run = CONFIG_NAME in files
        if "plugins" in names:
            names.remove("plugins")
            is_run = is_run or any(os.path.isdir(os.path.join(directory, "plugins", name)) for name in _PLUGINS)
        if is_run:
            runs.append((directory, os.path.relpath(directory, logdir).replace(os.sep, "/")))
    return runs


def _remote_directories(logdir: str) -> list[str]:
    """Find the runs of ours by listing directories; none is entered of which it is known that no run lies below."""
    found, to_look_at = [], [logdir]
    while to_look_at:
        directory = to_look_at.pop()
        names = listdir(directory)
        below = join(directory, "plugins")
        if CONFIG_NAME in names or ("plugins" in names and any(remote.is_directory(join(below, name)) for name in _PLUGINS)):
            found.append(directory)
        # to ask what a name is costs a request each: most are event files, and those can be told
        may_be_runs = [name for name in names if name not in ("plugins", CONFIG_NAME) and ".tfevents." not in name]
        to_look_at += [path for name in may_be_runs if remote.is_directory(path := join(directory, name))]
    return sorted(found)
