"""Beside which films a fit may lay one of a probe set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import InvalidData, StoreError
from tb_timetravel.serve.kept import Kept
from tb_timetravel.store import FilmStore, data_fingerprint, open_reader
from tb_timetravel.store.beside import film_beside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tb_timetravel.serve.jobs import BesideRequest
    from tb_timetravel.serve.locate import Asker, RunLocator
    from tb_timetravel.store import ProbeReader

_MOST = 100  # runs that are looked at: their ids are read
_REMEMBERED = 512


class Besides:
    """Finds the other run of a fit, and remembers which runs have samples in common."""

    def __init__(self, locator: RunLocator) -> None:
        self._locator = locator
        self._found: Kept[dict[str, Any] | None] = Kept(_REMEMBERED)

    def locate(self, asker: Asker, directory: str, asked: BesideRequest | None) -> str | None:
        """Name the directory of the run beside which a probe set is to be laid, None where none is asked for.

        Raises
        ------
        InvalidData, NotFound, StoreError : see ``film_beside``.
        """
        if asked is None:
            return None
        film_beside(open_reader(directory), open_reader(self._locator.probe_directory(asker, asked.run, asked.tag)), asked.film)
        return self._locator.run_directory(asker, asked.run)

    def offers(self, asker: Asker, directory: str, fitted: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Describe the films beside which one of a probe set can be laid, in the order of the runs, of at most the first hundred.

        Parameters
        ----------
        fitted : run and tag of the probe sets that have films.
        """
        reader, found = open_reader(directory), []
        for run, tag in list(fitted)[:_MOST]:
            try:
                other = open_reader(self._locator.probe_directory(asker, run, tag))
                facts = self._found.get(_version(reader, other), lambda other=other: _facts(reader, other))  # type: ignore[misc]
            except StoreError:
                continue  # the list of runs says what is wrong with it
            if facts is not None:
                found.append({"run": run, "tag": tag, **facts})
        return found


def _version(reader: ProbeReader, other: ProbeReader) -> tuple[Any, ...]:
    there = other.probe()
    films = frozenset(FilmStore(other.directory).keys())
    return reader.directory, reader.probe().version, other.directory, there.version, data_fingerprint(there, other.steps()), films


def _facts(reader: ProbeReader, other: ProbeReader) -> dict[str, Any] | None:
    try:
        film, matched = film_beside(reader, other)
    except (InvalidData, StoreError):
        return None
    return {"film": film.film, "method": film.method, "n_matched": len(matched)}
