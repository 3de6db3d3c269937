"""What insight costs on a large run: working it out, answering the lists, and showing them in a real Chromium.

    python benchmarks/insight.py        (needs: pip install playwright, a Chromium; 6 GB of disk)

A film of random walks is logged and worked out by `timetravel insight` in a process of its own, of which processor time and peak memory
are taken. Beside it, numpy reads all logged arrays once and adds them up: how many such passes the working out takes is the figure to look
at. Then each route is asked twice of a real TensorBoard, and each list is opened in the tab: seconds from the click to the list, and the
longest task.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright
from report import machine, table, versions, write_section
from tab import WATCH, write_preview

from tb_timetravel.store import find_probes

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.tab import find_tab
from tests.tensorboard_process import RunningTensorBoard, running_tensorboard

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_LISTS = {"Events": "grid", "Suspicious": "grid", "Data map": "img", "Influence": "list", "Near": "list"}


def read_once(directory: str) -> tuple[float, int]:
    """Add up every logged array, each read once; give seconds and bytes."""
    began, size = time.perf_counter(), 0
    for path in sorted(Path(directory, "steps").rglob("*.npy")):
        array = np.load(path)
        size += array.nbytes
        array.sum(dtype=np.float64)
    return time.perf_counter() - began, size


def work_out(logdir: Path) -> dict[str, float]:
    """Work the insight of the only run out, in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "tb_timetravel", "insight", str(logdir)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "processor": processor, "peak": after.ru_maxrss / 2**20}


def routes(board: RunningTensorBoard) -> list[list[str]]:
    """Ask every route of insight, twice."""

    def ask(name: str, **query: str | int) -> tuple[float, bytes]:
        words = urllib.parse.urlencode({"run": "walk", "tag": "probe", **query})
        address = f"{board.url.rstrip('/')}/data/plugin/timetravel/{name}?{words}"
        began = time.perf_counter()
        with urllib.request.urlopen(address, timeout=600) as response:  # noqa: S310  # http, and our own
            content = response.read()
        return time.perf_counter() - began, content

    insight = json.loads(ask("insight")[1])
    key = insight["insight"]
    last = insight["steps"][-1]
    fullest = max(insight["kinds"], key=lambda kind: sum(kind["counts"]))
    asked: list[tuple[str, str, dict[str, str | int]]] = [
        ("what there is", "insight", {}),
        ("a column", "insight_values", {"insight": key, "column": insight["columns"][0]["name"]}),
        (f"events of the commonest kind ({sum(fullest['counts']):,})", "insight_events", {"insight": key, "kind": fullest["kind"]}),
        ("200 suspects", "suspects", {"insight": key}),
        ("influence on a sample, all steps", "influence", {"sample": 17}),
        ("near a sample, one step", "near", {"step": last, "samples": 17}),
        ("near another, the same step", "near", {"step": last, "samples": 18}),
        ("near a sample, through time", "near", {"step": "all", "samples": 17}),
    ]
    rows = []
    for words, name, query in asked:
        (first, content), (again, _) = ask(name, **query), ask(name, **query)
        rows.append([words, f"{first:.3g}", f"{again:.3g}", f"{len(content) / 1000:,.0f}"])
        print(*rows[-1], sep="  ", flush=True)
    return rows


def show(browser: Browser, url: str, step: int) -> list[list[str]]:
    """Open each list in the tab, at a step at which much happens."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"{url}#timetravel&p.timetravel.step={step}&p.timetravel.renderer=cpu&p.timetravel.focus=17")
    frame = find_tab(page).frame
    frame.wait_for_function("window.__firstPicture !== undefined", timeout=120_000)
    rows = []
    frame.get_by_label("Insight", exact=True).check(force=True)
    for name, role in _LISTS.items():
        began, since = time.perf_counter(), frame.evaluate("performance.now()")
        frame.get_by_role("tab", name=name, exact=True).click()
        frame.get_by_role("tabpanel").get_by_role(role).first.wait_for(timeout=120_000)
        seconds = time.perf_counter() - began
        page.wait_for_timeout(500)
        longest = max((duration for start, duration in frame.evaluate("window.__longTasks") if start >= since), default=0.0)
        rows.append([name, f"{seconds:.3g}", f"{longest:.0f}"])
        print(*rows[-1], sep="  ", flush=True)
    context.close()
    return rows


def main() -> None:
    """Measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="100000x64x200", help="samples x features x steps")
    parser.add_argument("--cache", type=Path, help="folder to keep the log in")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    args = parser.parse_args()
    n_samples, n_features, n_steps = map(int, args.size.split("x"))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        logdir = (args.cache or Path(scratch)) / f"insight-{args.size}"
        if not logdir.exists():
            write_preview(logdir, n_samples=n_samples, n_steps=n_steps, n_features=n_features)
        directory = find_probes(str(logdir / "walk"))[0].directory
        shutil.rmtree(Path(directory, "insight"), ignore_errors=True)  # what is there is not worked out again
        read_once(directory)  # from memory, the second time, as far as it holds
        once, size = read_once(directory)
        worked = work_out(logdir)
        print(once, worked, flush=True)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        with running_tensorboard("--logdir", str(logdir), output=Path(scratch) / "said") as board:
            board.wait_until_enabled()
            answers, lists = routes(board), show(browser, board.url, n_steps // 3)
        browser.close()
    body = (
        f"{n_samples:,} samples x {n_features} features x {n_steps} steps, 10 classes, {size / 1e9:.2g} GB of arrays. Working it out: "
        f"{worked['seconds']:.0f} s, {worked['processor']:.0f} s of processor time, {worked['seconds'] / once:.1f} times what numpy takes "
        f"to read all arrays once ({once:.1f} s); peak {worked['peak']:.2f} GiB, the files that it maps included.\n\n"
        f"{table(['route', 'seconds, first', 'again', 'kB'], answers)}\n"
        f"{table(['list in the tab', 'seconds to see it', 'longest task, ms'], lists)}\n"
        f"{time.strftime('%Y-%m-%d')}; {machine()}; {versions()}."
    )
    write_section(args.out, "Insight on a large run", body)


if __name__ == "__main__":
    main()
