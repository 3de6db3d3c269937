"""Where the results of a probe set lie: beside what was logged or, where a logdir may only be read, below a directory of one's own.

Everything that fits, statuses and people's selections write goes through `results_directory`; nothing that training logged does. The
directory is a setting of the process, as the logdir is: TensorBoard's flag ``--timetravel_cache``, or ``--cache`` of the command line.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tb_timetravel.errors import NotWritable
from tb_timetravel.store.catalog import place_of
from tb_timetravel.store.files import is_local, join
from tb_timetravel.store.remote import is_of_one_process

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAY_OUT = "start TensorBoard with --timetravel_cache DIR (timetravel: --cache DIR) to keep films and selections in a directory of yours"
_READABLE_NAMES, _READABLE_LETTERS = 3, 80
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")

_cache: str | None = None


def set_cache(directory: str | None) -> None:
    """Keep results below a directory from now on, or, with None, beside what was logged."""
    global _cache  # one logdir, one cache, one process
    _cache = absolute(directory) if directory else None


def cache_directory() -> str | None:
    """Name the directory below which results are kept, None where they lie beside what was logged."""
    return _cache


def absolute(path: str) -> str:
    """Spell out a path: ``~`` and relative ones where they are local."""
    return os.path.abspath(os.path.expanduser(path)) if is_local(path) else path.rstrip("/")


def results_directory(directory: str) -> str:
    """Name the directory to which the results of a probe set's directory go."""
    return directory if _cache is None else join(_cache, *_names_below(directory))


def result_directories(directory: str) -> tuple[str, ...]:
    """Name the directories in which results of a probe set may be found: the one they go to, then the one they would have gone to."""
    return tuple(dict.fromkeys((results_directory(directory), directory)))


def _names_below(directory: str) -> tuple[str, str]:
    """Name a run so that people know it again and no two share a name: its last names, and a hash of its whole path."""
    run_directory, _ = place_of(directory)
    whole = os.path.realpath(run_directory) if is_local(run_directory) else run_directory.rstrip("/")
    names = re.split(r"[/\\]+", whole.partition("://")[2] or whole)[-_READABLE_NAMES:]
    readable = _UNSAFE.sub("-", "-".join(filter(None, names)))[-_READABLE_LETTERS:].strip("-")
    digest = hashlib.blake2b(os.fsencode(whole), digest_size=8).hexdigest()
    tag = re.split(r"[/\\]+", directory.rstrip("/\\"))[-1]  # escaped as it is there
    return f"{readable or 'run'}.{digest}", tag


def why_not_writable(directory: str) -> str | None:
    """Say why no results of a probe set can be kept, None where they can or where only trying tells, as on remote stores."""
    results = results_directory(directory)
    if not is_local(results):
        return None
    nearest = results
    while not os.path.exists(nearest) and os.path.dirname(nearest) != nearest:
        nearest = os.path.dirname(nearest)
    return None if os.access(nearest, os.W_OK) else _read_only(results)


def why_no_fit(directory: str) -> str | None:
    """Say why a process of its own cannot work on a probe set, as a fit does, None where it can."""
    for path in (directory, results_directory(directory)):
        if is_of_one_process(path):
            scheme = path.partition("://")[0]
            return f"{scheme}:// lives within this process, and another process would find nothing there; log to a directory or to a store"
    return why_not_writable(directory)


@contextmanager
def keeping_results(directory: str) -> Iterator[None]:
    """Name the way out where results of a probe set cannot be written.

    Raises
    ------
    NotWritable
    """
    reason = why_not_writable(directory)
    if reason is not None:
        raise NotWritable(reason)
    try:
        yield
    except NotWritable as error:
        raise NotWritable(_read_only(results_directory(directory), str(error))) from error


def _read_only(directory: str, detail: str = "") -> str:
    if _cache is not None:
        return (
            f"the cache {_cache} cannot be written"
            + (f" ({detail})" if detail else "")
            + "; name another with --timetravel_cache or --cache"
        )
    return (f"{detail}; " if detail else f"{directory} cannot be written; ") + _WAY_OUT
