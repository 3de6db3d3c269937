"""A real TensorBoard over a real run, and Debian's Chromium in front of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.runs import log_run
from tests.browser.tab import Complaints, Tab, open_tab
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


def _missing(what: str) -> None:
    reason = f"NO BROWSER TESTS: {what}. `apt-get install chromium` and `pip install playwright` run them."
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")  # not longer: Playwright's event loop would run below the tests of other folders
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
    """Serve a logdir until the session ends, each once; TensorBoard must not have complained by then."""
    outputs: list[Path] = []
    urls: dict[Path, str] = {}
    with contextlib.ExitStack() as stack:

        def serve(logdir: Path) -> str:
            if logdir not in urls:
                outputs.append(tmp_path_factory.mktemp("tensorboard") / "output")
                urls[logdir] = stack.enter_context(running_tensorboard("--logdir", str(logdir), output=outputs[-1])).url
            return urls[logdir]

        yield serve
    for output in outputs:
        said = output.read_text()
        assert "security_validator" not in said, said
        assert "Traceback" not in said, said


@pytest.fixture
def tab(browser: Browser, served: Callable[[Path], str]) -> Iterator[Callable[..., Tab]]:
    """Open the tab over a logdir; the browser must have complained of nothing at the end."""
    complaints = Complaints()
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="UTC")
    context.add_init_script("addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))")

    def open_over(logdir: Path, link: str = "") -> Tab:
        page = context.new_page()
        complaints.listen(page)
        return open_tab(page, f"{served(logdir)}#timetravel{link}")

    yield open_over
    context.close()
    assert not complaints.words
