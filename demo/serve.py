"""Start TensorBoard on a logdir and say where its Time Travel tab is; Ctrl-C ends both."""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 60


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def is_ready(port: int) -> bool:
    """Tell whether TensorBoard answers and has found a film."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/data/plugins_listing", timeout=2) as response:
            return bool(json.load(response)["timetravel"]["enabled"])
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", default="runs")
    parser.add_argument("--run", default="digits", help="the run to open")
    parser.add_argument("--port", type=int, default=6006, help="where to begin to look for a free port")
    args = parser.parse_args()

    port = next(port for port in range(args.port, args.port + 100) if is_free(port))
    tensorboard = subprocess.Popen([sys.executable, "-m", "tensorboard.main", "--logdir", args.logdir, "--port", str(port)])
    try:
        deadline = time.monotonic() + PATIENCE_S
        while tensorboard.poll() is None and time.monotonic() < deadline and not is_ready(port):
            time.sleep(0.2)
        if tensorboard.poll() is None:
            print(f"\nOpen  http://localhost:{port}/#timetravel&p.timetravel.run={args.run}\nCtrl-C ends TensorBoard.", flush=True)
        return tensorboard.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        tensorboard.terminate()
        tensorboard.wait()


if __name__ == "__main__":
    sys.exit(main())
