"""The right to fit a probe set on a store that knows no locks: a claim in an object, which its holder renews for as long as it lives.

An object store replaces objects as a whole but cannot tell two writers apart, so a claim is written, given time to settle, and read back:
of two that come at once, the later stays. That is not proof against every accident; what it cannot exclude is work done twice, as films
are named by their content.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass, replace

from tb_timetravel.errors import FitRunning, StoreError
from tb_timetravel.schema import Versioned
from tb_timetravel.store.files import read_record, write_record

logger = logging.getLogger(__name__)

SILENT_S = 90.0  # after this long without a word the holder is taken for dead; more than clocks of two machines differ
_RENEW_S = 20.0
_SETTLE_S = 1.0


@dataclass(frozen=True, kw_only=True)
class _Claim(Versioned):
    """Who fits: a name of its own, the machine, and the seconds since 1970 at its last word; None once it has finished."""

    holder: str
    machine: str
    renewed_at: float | None


class Lease:
    """A claim to be taken, renewed and given back by this process.

    Parameters
    ----------
    path : of the object.
    machine : names where this process runs, as `is_alive` wants to know.
    """

    def __init__(self, path: str, machine: str) -> None:
        self._path = path
        self._claim = _Claim(holder=secrets.token_hex(8), machine=machine, renewed_at=None)
        self._ended = threading.Event()
        self._writing = threading.Lock()  # a renewal on its way must not land after the claim was given back

    def take(self) -> None:
        """Claim, and renew the claim from a thread until it is given back.

        Raises
        ------
        FitRunning : another process holds it.
        NotWritable : the store may only be read.
        """
        if is_alive(self._path, self._claim.machine):
            raise FitRunning(f"{self._path} is held")
        self._write(time.time())
        time.sleep(_SETTLE_S)
        if read_record(self._path, _Claim).holder != self._claim.holder:
            raise FitRunning(f"{self._path} was taken in this moment")
        threading.Thread(target=self._renew, name="timetravel-lease", daemon=True).start()

    def _renew(self) -> None:
        while not self._ended.wait(_RENEW_S):
            try:
                with self._writing:
                    if not self._ended.is_set():
                        self._write(time.time())
            except StoreError:
                logger.warning("the claim %s could not be renewed; trying again", self._path)

    def give_back(self) -> None:
        """Tell everybody that the place is free."""
        self._ended.set()
        try:
            with self._writing:
                self._write(None)
        except StoreError:
            logger.warning("the claim %s could not be given back; it ends by itself in %.0f s", self._path, SILENT_S)

    def _write(self, renewed_at: float | None) -> None:
        write_record(self._path, replace(self._claim, renewed_at=renewed_at))


def is_alive(path: str, machine: str) -> bool:
    """Tell whether somebody on another machine holds a claim.

    Parameters
    ----------
    machine : the one that asks, where a lock in its own file system is free: whoever claimed there is gone for sure.
    """
    try:
        claim = read_record(path, _Claim)
    except StoreError:
        return False
    return claim.renewed_at is not None and claim.machine != machine and abs(time.time() - claim.renewed_at) < SILENT_S
