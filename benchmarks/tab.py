"""How the tab copes with large films: when the first picture is there, what playing costs, whether the page ever stalls, memory.

    python benchmarks/tab.py        (needs: pip install playwright, a Chromium)

Films of random walks, each the preview that a fit shows first, are opened in a real TensorBoard by a real Chromium and played for some
seconds. Times are the page's own clock from the start of the plugin's iframe. JavaScript per picture, on the page's thread, and
painting are what the tab's own meter says; without WebGL a worker paints. Long tasks are the browser's, of 50 ms and more, after the
first picture. Without a GPU the WebGL pictures are made by the processor: what that takes is not counted as JavaScript or painting, but
it slows everything else.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from playwright.sync_api import sync_playwright
from report import table, write_section

from tb_timetravel import TimeTravel
from tb_timetravel.errors import FitCancelled
from tb_timetravel.pipeline import FitOptions, build_film
from tb_timetravel.store import find_probes

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.chromium import find_chromium
from tests.browser.tab import find_tab
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_N_FEATURES, _N_CLASSES = 8, 10
_PLAYED_S = 8
WATCH = """
window.__longTasks = [];
if (window !== window.top) {
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.__longTasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
  const wait = () => {
    if (window.__timetravel?.ready) window.__firstPicture = performance.now();
    else requestAnimationFrame(wait);
  };
  requestAnimationFrame(wait);
}
"""


def write_preview(logdir: Path, *, n_samples: int, n_steps: int, n_features: int = _N_FEATURES) -> None:
    """Log classes that drift apart, and make the preview that a fit begins with."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, _N_CLASSES, n_samples)
    centers = 6.0 * generator.normal(size=(_N_CLASSES, n_features)).astype(np.float32)
    x = generator.normal(size=(n_samples, n_features)).astype(np.float32)
    log = TimeTravel(str(logdir / "walk"), labels=labels)
    head = (centers, -0.5 * (centers**2).sum(1))
    for step in range(n_steps):
        x += 0.1 * generator.normal(size=x.shape).astype(np.float32) + (centers[labels] - x) / n_steps
        log.log_arrays(step, x, x @ head[0].T + head[1], head=head)
    directory = find_probes(str(logdir / "walk"))[0].directory

    def enough(_: str) -> None:
        raise FitCancelled

    with contextlib.suppress(FitCancelled):
        build_film(directory, FitOptions(device="cpu"), progress=lambda *_: None, on_preview=enough, on_key=lambda _: None)


def play(browser: Browser, url: str, renderer: str) -> dict[str, Any]:
    """Open the tab, play, and give what the page measured."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="no-preference")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"{url}#timetravel&p.timetravel.step=0&p.timetravel.renderer={renderer}")
    frame = find_tab(page).frame
    frame.wait_for_function("window.__firstPicture !== undefined", timeout=120_000)
    first = frame.evaluate("window.__firstPicture")
    before = frame.evaluate("[performance.now(), window.__timetravel.state()]")
    frame.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(1000 * _PLAYED_S)
    after = frame.evaluate("[performance.now(), window.__timetravel.state()]")
    session = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = frame.evaluate("performance.memory.usedJSHeapSize")
    tasks = [duration for start, duration in frame.evaluate("window.__longTasks") if start > first]
    seconds = (after[0] - before[0]) / 1000
    context.close()
    return {
        "first picture, s": first / 1000,
        "pictures per second": (after[1]["drawnFrames"] - before[1]["drawnFrames"]) / seconds,
        "steps per second": (after[1]["cursor"] - before[1]["cursor"]) / seconds,
        "JavaScript per picture, ms": after[1]["jsMsPerFrame"],
        "painting, ms": after[1]["paintMsPerFrame"],
        "long tasks": len(tasks),
        "longest, ms": max(tasks, default=0.0),
        "heap, MB": heap / 2**20,
        "frames in memory": after[1]["loadedFrames"],
    }


def main() -> None:
    """Measure every size with both renderers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["1000x700", "100000x200", "1000000x20"], help="samples x steps")
    parser.add_argument("--renderers", nargs="+", default=["webgl", "cpu"], choices=("webgl", "cpu"))
    parser.add_argument("--cache", type=Path, help="folder to keep the films in")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        )
        for size in args.sizes:
            n_samples, n_steps = map(int, size.split("x"))
            logdir = (args.cache or Path(scratch)) / size
            if not logdir.exists():
                write_preview(logdir, n_samples=n_samples, n_steps=n_steps)
            with running_tensorboard("--logdir", str(logdir), output=Path(scratch) / "said") as board:
                board.wait_until_enabled()
                for renderer in args.renderers:
                    measured = play(browser, board.url, renderer)
                    rows.append([f"{n_samples:,} x {n_steps}", renderer, *(f"{value:.3g}" for value in measured.values())])
                    print(*rows[-1], sep="  ", flush=True)
        version = browser.version
        browser.close()
    note = f"Chromium {version}, no GPU (SwiftShader), 1600 x 1000 CSS pixels, {_PLAYED_S} s of playing at 4 steps per second.\n\n"
    write_section(args.out, "The tab and large films", note + table(["samples x steps", "renderer", *measured], rows))


if __name__ == "__main__":
    main()
