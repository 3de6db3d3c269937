"""Writes in a thread of its own, so that a training waits for no disk."""

from __future__ import annotations

import atexit
import os
import queue
import sys
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_WAITING = 2  # pieces, besides the one that is written: memory stays bounded, and a disk that is too slow slows the training

Piece = TypeVar("Piece")


class Background(Generic[Piece]):
    """Hands pieces to a function, one after the other, in a thread that begins with the first.

    An error of the function is raised by the next call here; the pieces after it are handed on all the same. Python waits for the rest at
    its end.
    """

    def __init__(self, write: Callable[[Piece], None]) -> None:
        self._write = write
        self._pieces: queue.Queue[Piece] = queue.Queue(_MOST_WAITING)
        self._errors: queue.SimpleQueue[Exception] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, piece: Piece) -> None:
        """Take a piece on; waits while too many are there."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="timetravel-log", daemon=True)
            self._thread.start()
            atexit.register(self._finish, os.getpid())  # a daemon lives until after this
        self._pieces.put(piece)
        self._raise()

    def flush(self) -> None:
        """Wait until everything is written."""
        self._pieces.join()
        self._raise()

    def _finish(self, process: int) -> None:
        if os.getpid() == process:  # a process that was forked off has the pieces, but no thread
            self._pieces.join()
            while not self._errors.empty():  # nobody is left to catch it
                sys.stderr.write(f"timetravel: {self._errors.get()}\n")

    def _work(self) -> None:
        while True:
            piece = self._pieces.get()
            try:
                self._write(piece)
            except Exception as error:  # whatever it is, the training's thread is told
                self._errors.put(error)
            finally:
                self._pieces.task_done()

    def _raise(self) -> None:
        if not self._errors.empty():
            raise self._errors.get()
