"""What people said of labels, suspicious or fine, sample by sample; all of a probe set in one small file."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.schema import Verdicts
from tb_timetravel.store.files import below, exists, read_record, write_record
from tb_timetravel.store.places import keeping_results, result_directories, results_directory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tb_timetravel.schema import Probe

_WRITING = threading.Lock()  # two people who judge at once must not lose what one of them said


class VerdictsFile:
    """The verdicts on one probe set."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._path = below(results_directory(directory), "verdicts.json")

    def read(self, probe: Probe) -> dict[int, bool]:
        """Read what was said, position of the sample -> whether its label is suspicious, in order of the positions.

        Raises
        ------
        UnsupportedVersion, Corrupt
        """
        paths = (below(place, "verdicts.json") for place in result_directories(self._directory))
        path = next(filter(exists, paths), None)  # those beside the run are what a cache starts with
        if path is None:
            return {}
        found = read_record(path, Verdicts)
        if found.samples != probe.version:
            raise Corrupt(f"{path} judges other samples or labels than are logged now; move it away to judge these")
        verdicts = dict.fromkeys(found.suspicious, True) | dict.fromkeys(found.fine, False)
        if len(verdicts) != len(found.suspicious) + len(found.fine) or max(verdicts, default=0) >= probe.n_samples:
            raise Corrupt(f"{path} judges samples twice, or some that are not there; remove it")
        return dict(sorted(verdicts.items()))

    def save(self, changes: Mapping[int, bool | None], probe: Probe) -> dict[int, bool]:
        """Add verdicts to those that are there, and return all; of a sample given with None there is none any more.

        Raises
        ------
        InvalidData : a position is that of no sample.
        UnsupportedVersion, Corrupt : what is there cannot be read; it is left as it is.
        NotWritable, OSError : the directory cannot be written.
        """
        outside = next((position for position in changes if not 0 <= position < probe.n_samples), None)
        if outside is not None:
            raise InvalidData(f"expected positions of samples from 0 to {probe.n_samples - 1}, got {outside}")
        with _WRITING:
            merged = {position: word for position, word in ({**self.read(probe), **changes}).items() if word is not None}
            verdicts = dict(sorted(merged.items()))
            suspicious = tuple(position for position, is_suspicious in verdicts.items() if is_suspicious)
            fine = tuple(position for position, is_suspicious in verdicts.items() if not is_suspicious)
            with keeping_results(self._directory):
                write_record(self._path, Verdicts(samples=probe.version, suspicious=suspicious, fine=fine))
            return verdicts
