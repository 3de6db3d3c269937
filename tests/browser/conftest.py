"""A real TensorBoard over a real run, and Debian's Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.exported import FilePages
from tests.browser.pages import Pages, Servers
from tests.browser.runs import log_run
from tests.browser.selecting import STEP, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.browser.exported import FilePage
    from tests.browser.tab import Tab


def _missing(what: str) -> None:
    reason = f"NO BROWSER TESTS: {what}. `apt-get install chromium` and `pip install playwright` run them."
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests for the end: while the browser runs, so does Playwright's event loop, below whatever comes next."""
    items.sort(key=lambda item: item.path.is_relative_to(Path(__file__).parent))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed")
    chromium = find_chromium()
    if chromium is None:
        _missing("no Chromium on PATH (nor in TT_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A logdir with a run that nobody has fitted; copy it before writing."""
    logdir = tmp_path_factory.mktemp("logged")
    log_run(logdir)
    return logdir


@pytest.fixture(scope="session")
def fitted(logged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run with its film; only to be looked at."""
    logdir = tmp_path_factory.mktemp("fitted") / "runs"
    shutil.copytree(logged, logdir)
    command = [sys.executable, "-m", "tb_timetravel", "fit", str(logdir), "--device", "cpu"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return logdir


@pytest.fixture
def unfitted(logged: Path, tmp_path: Path) -> Path:
    return shutil.copytree(logged, tmp_path / "runs")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """Serve a logdir, and tell where."""
    servers = Servers(tmp_path_factory.mktemp)
    yield servers.url
    servers.close()


@pytest.fixture(scope="session")
def pages(browser: Browser) -> Iterator[Pages]:
    pages = Pages(browser)
    yield pages
    pages.context.close()


@pytest.fixture
def tab(pages: Pages, served: Callable[[Path], str]) -> Iterator[Callable[..., Tab]]:
    """Open the tab over a logdir; the browser must have complained of nothing at the end."""

    def open_over(logdir: Path, link: str = "") -> Tab:
        return pages.open(served(logdir), link)

    yield open_over
    assert not pages.take_back()


@pytest.fixture(params=["cpu", "webgl"])
def film(request: pytest.FixtureRequest, tab: Callable[..., Tab], fitted: Path) -> Tab:
    """The film at its first step, by each renderer."""
    return opened(tab, fitted, f"{STEP}&p.timetravel.renderer={request.param}")


@pytest.fixture
def cpu_film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    return opened(tab, fitted, f"{STEP}&p.timetravel.renderer=cpu")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., FilePage]]:
    """Open an exported page from its file, as a reader who likes it light or dark."""
    pages = FilePages(browser)
    yield pages.open
    pages.close()
