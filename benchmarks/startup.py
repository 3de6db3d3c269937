"""How much longer TensorBoard takes to start with the plugin than without it.

Both start in turn, so that a busy machine slows both; the plugin is switched off by hiding its entry point. Prints medians and their ratio.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

# what `tensorboard` does, timed inside the process up to the moment when it serves
_START = """
import sys
from tensorboard import default, program
if sys.argv[1] == "without":
    points = default._iter_entry_points("tensorboard_plugins")
    default.get_dynamic_plugins = lambda: [point.load() for point in points if point.name != "timetravel"]
board = program.TensorBoard()
board.configure(argv=["", "--logdir", sys.argv[2], "--port", "0", "--load_fast", "false"])
board.launch()
assert ("tb_timetravel" in sys.modules) == (sys.argv[1] == "with")
"""


def seconds(which: str, logdir: str) -> float:
    """Start TensorBoard once and measure until it serves."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _START, which, logdir], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as logdir:
        seconds("with", logdir), seconds("without", logdir)  # compile and cache
        times = {"with": [], "without": []}
        for _ in range(rounds):
            for which, measured in times.items():
                measured.append(seconds(which, logdir))
    medians = {which: statistics.median(measured) for which, measured in times.items()}
    for which, median in medians.items():
        print(f"{which:8} {median:.3f} s  (fastest {min(times[which]):.3f})")
    print(f"ratio of medians {medians['with'] / medians['without']:.3f}")


if __name__ == "__main__":
    main()
