"""Make the pictures of these pages and of the README anew: `python -m docs.screenshots` in the root of the repository.

It runs the tutorial as it stands, and the demo, in a real TensorBoard and a real Chromium, so the pictures show what a reader will see.
With a directory as argument it keeps the runs there, and uses them again the next time. Needs Chromium and what `make test` installs.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.tab import Tab, open_tab
from tests.docs_snippets import snippets_of
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

DOCS = Path(__file__).parent
DEMO = DOCS.parent / "demo"
VIEW = {"width": 1280, "height": 800}
WIDE = {"width": 1600, "height": 900}  # holds two films
TALL = {"width": 1280, "height": 1500}  # holds the whole side panel
COLOURS = 256


def keep(taken: bytes, name: str, folder: Path = DOCS / "images") -> None:
    """Write a picture with a palette."""
    path = folder / f"{name}.png"
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    print(path.name, path.stat().st_size // 1000, "kB")


def train(directory: Path) -> None:
    """Run the tutorial's training script, unless it was run there before."""
    if (directory / "runs" / "digits").exists():
        return
    script = next(snippet for snippet in snippets_of(DOCS / "tutorial.md") if snippet.title == "train.py")
    (directory / "train.py").write_text(script.code, encoding="utf-8")
    subprocess.run([sys.executable, "train.py"], cwd=directory, check=True)


def fit(logdir: Path, *options: str) -> None:
    """Fit what is not fitted yet."""
    subprocess.run([sys.executable, "-m", "tb_timetravel", "fit", str(logdir), *options], check=True)


def train_demo(directory: Path) -> Path:
    """Run the demo's training, unless it was run there before, and fit it by two methods; return its logdir."""
    logdir = directory / "demo" / "runs"
    if not (logdir / "digits" / "flipped.txt").exists():
        subprocess.run([sys.executable, str(DEMO / "train_digits.py"), "--logdir", str(logdir)], check=True)
    fit(logdir)
    fit(logdir, "--method", "pca")
    return logdir


@contextlib.contextmanager
def opened(browser: Browser, logdir: Path, link: str = "") -> Iterator[Tab]:
    """Open the tab over a logdir, in a TensorBoard of its own."""
    output = logdir.parent / "tensorboard.log"
    with running_tensorboard("--logdir", logdir.name, output=output, cwd=logdir.parent) as tensorboard:
        tensorboard.wait_until_enabled()
        page = browser.new_page(viewport=VIEW, locale="en-GB")
        yield open_tab(page, f"{tensorboard.url}#timetravel{link}")
        page.close()


def rest(tab: Tab) -> bytes:
    """Take the whole page once nothing moves."""
    tab.page.wait_for_timeout(800)
    tab.wait_ready()
    return tab.page.screenshot()


def shoot_unfitted(browser: Browser, directory: Path) -> None:
    """Take the card of a run without a film."""
    logdir = directory / "unfitted" / "runs"
    shutil.rmtree(logdir, ignore_errors=True)
    shutil.copytree(directory / "runs", logdir, ignore=shutil.ignore_patterns("films", "fit.*"))
    with opened(browser, logdir) as tab:
        tab.button("Fit").first.wait_for()
        tab.page.wait_for_timeout(500)
        keep(tab.page.screenshot(), "unfitted")


def shoot_film(browser: Browser, directory: Path) -> None:
    """Take the film at its first and last step, a query and the fidelity table."""
    with opened(browser, directory / "runs", "&p.timetravel.run=digits") as tab:
        tab.wait_for_film().canvas.click(position={"x": 3, "y": 3})
        tab.page.mouse.move(0, 0)
        tab.page.keyboard.press("Home")
        keep(rest(tab), "first-step")
        tab.page.keyboard.press("End")
        keep(rest(tab), "last-step")
        ask(tab, "wrong split:train")
        keep(rest(tab), "wrong-labels")
        tab.page.set_viewport_size(TALL)
        tab.wait_ready()
        keep(tab.frame.get_by_label("How faithful is this picture").screenshot(), "fidelity")


def ask(tab: Tab, query: str) -> None:
    """Type a query, and take the focus out of the field again."""
    tab.page.keyboard.press("/")
    tab.page.keyboard.type(query)
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Escape")
    tab.wait("s.selected > 0")


def go_dark(tab: Tab) -> None:
    """Choose TensorBoard's dark theme as a person does."""
    tab.page.get_by_role("button", name=re.compile("dark theme")).click()
    tab.page.get_by_role("menuitem", name=re.compile("^Dark")).click()
    tab.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    tab.page.mouse.move(0, 0)


def shoot_demo(browser: Browser, logdir: Path) -> None:
    """Take what the README shows: the demo's last step, a selection with trails, two films beside each other."""
    with opened(browser, logdir, "&p.timetravel.run=digits") as tab:
        tab.wait_for_film().canvas.click(position={"x": 3, "y": 3})
        tab.page.mouse.move(0, 0)
        tab.page.keyboard.press("End")
        keep(rest(tab), "screenshot", DEMO)
    with opened(browser, logdir, "&p.timetravel.run=digits&p.timetravel.step=12&p.timetravel.loop=5..20&p.timetravel.trails=10") as tab:
        tab.wait_for_film().canvas.click(position={"x": 3, "y": 3})
        tab.page.mouse.move(0, 0)
        ask(tab, "wrong")
        keep(rest(tab), "selecting", DEMO)
    with opened(browser, logdir, "&p.timetravel.run=digits&p.timetravel.step=8") as tab:
        tab.page.set_viewport_size(WIDE)
        tab.wait_for_film()
        tab.frame.get_by_role("combobox", name="Beside").select_option(label="PCA")
        tab.wait("s.beside !== null")
        go_dark(tab)
        keep(rest(tab), "comparing", DEMO)


def main() -> None:
    """Train, fit and take the pictures."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        train(directory)
        fit(directory / "runs")
        demo = train_demo(directory)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            shoot_unfitted(browser, directory)
            shoot_film(browser, directory)
            shoot_demo(browser, demo)
            browser.close()


if __name__ == "__main__":
    main()
