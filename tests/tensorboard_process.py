"""A real ``tensorboard`` as a child process."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_URL = re.compile(r"TensorBoard \S+ at (http://\S+)")
_PATIENCE_S = 60.0
_COMPLAINTS = ("In 3.0", "Traceback", "Failed to load plugin", "ignoring it")


@dataclass(frozen=True)
class RunningTensorBoard:
    """Where it answers, and what it said so far."""

    url: str
    output: Path
    pid: int

    def open(self, path: str) -> Any:
        """Open a path below the address; an HTTP error is raised."""
        return urllib.request.urlopen(self.url.rstrip("/") + path, timeout=10)  # noqa: S310  # http, and our own

    def json(self, path: str) -> Any:
        """Read JSON."""
        with self.open(path) as response:
            return json.load(response)

    def wait_until_enabled(self) -> dict[str, Any]:
        """Wait until the tab is lit, and return its entry in the listing."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            entry = self.json("/data/plugins_listing")["timetravel"]
            if entry["enabled"]:
                return entry
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)


@contextlib.contextmanager
def running_tensorboard(
    *arguments: str,
    output: Path,
    python: str = sys.executable,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    main: tuple[str, str] = ("-m", "tensorboard.main"),
) -> Iterator[RunningTensorBoard]:
    """Start TensorBoard on a free port and stop it at the end; it must not have complained of anything."""
    command = [python, *main, "--port", "0", "--host", "localhost", "--reload_interval", "1", *arguments]
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd, env=env)
    try:
        yield RunningTensorBoard(_wait_for_url(process, output), output, process.pid)
    finally:
        process.terminate()
        process.wait(10)
    said = output.read_text()
    assert not any(complaint in said for complaint in _COMPLAINTS), said


def _wait_for_url(process: subprocess.Popen[bytes], output: Path) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        found = _URL.search(output.read_text())
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError(output.read_text())
