"""Stands in for ``python -m tb_timetravel fit … --from-tab``: a real process that behaves in one of the ways a fit can.

Usage: ``fitting_child.py BEHAVIOUR PROBE_DIRECTORY``
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace

from tb_timetravel.schema import FitStatus
from tb_timetravel.store import FitLock, StatusFile


def main(behaviour: str, directory: str) -> None:
    file = StatusFile(directory)
    status = replace(file.read(), state="running")
    if behaviour == "die":
        sys.exit("ModuleNotFoundError: No module named 'nonsense'")
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "deaf":  # to the wish, not to the signal
        signal.signal(signal.SIGTERM, lambda *_: (file.write(replace(status, state="interrupted")), os._exit(1)))
    with FitLock(directory):
        file.write(status)
        sys.stdout.write(f"fitting as {os.getpid()}\n")
        sys.stdout.flush()
        if behaviour == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if behaviour == "obedient":
            threading.Thread(target=end_with_input, args=(file, status), daemon=True).start()
        for _ in range(600):
            if behaviour == "finish" or (behaviour == "obedient" and file.cancel_requested(status)):
                break
            time.sleep(0.05)
        file.write(FitStatus(state="finished" if behaviour == "finish" else "cancelled", started_at=status.started_at))


def end_with_input(file: StatusFile, status: FitStatus) -> None:
    sys.stdin.buffer.read()
    file.write(replace(status, state="interrupted"))
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
