"""The page that `timetravel export` writes, opened from a disk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.browser.tab import Complaints, Tab

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

_PATIENCE_S = 30


class FilePage(Tab):
    """The same, without TensorBoard around it; its policy forbids the eval that Playwright waits by."""

    def wait(self, condition: str, timeout_s: float = _PATIENCE_S) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.page.evaluate(f"(() => {{ const s = window.__timetravel?.state(); return s !== undefined && ({condition}); }})()"):
                return self.state()
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{condition} did not come true; the state is {self.state()}")

    def wait_ready(self) -> dict[str, Any]:
        return self.wait("window.__timetravel.ready")


class FilePages:
    """Pages opened from files by a browser without a network."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._complaints = Complaints()
        self._asked: list[str] = []
        self._opened: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, path: Path, scheme: str = "light") -> FilePage:
        """Open a file and wait for its film."""
        context = self._browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme, offline=True)
        self._contexts.append(context)
        page = context.new_page()
        self._complaints.listen(page)
        page.on("request", lambda request: self._asked.append(request.url))
        self._opened.append(path.as_uri())
        page.goto(path.as_uri())
        FilePage(page, page.main_frame).wait_for_film()
        return FilePage(page, page.main_frame)

    def close(self) -> None:
        """Close all; the browser must have complained of nothing, and asked for nothing but the files."""
        for context in self._contexts:
            context.close()
        assert not self._complaints.words
        assert [url for url in self._asked if not url.startswith(("data:", "blob:"))] == self._opened
