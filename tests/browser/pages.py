"""TensorBoards and their pages, kept from test to test: to start either takes longer than most tests do."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.browser.tab import Complaints, Tab, find_tab, open_tab
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

_SERVERS = 4  # more than any test looks at; each reads its logdir once a second
_PAGES = 2
_VIEWPORT = {"width": 1280, "height": 800}
_TELL_OF_CSP = "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"
_FRAME = "document.querySelector(\"iframe[src*='timetravel']\")"
_EMPTY_FRAME = f"""() => {{
  const asOpened = location.hash.startsWith("#timetravel") && !document.body.classList.contains("dark-mode");
  localStorage.clear();
  document.activeElement?.blur();
  {_FRAME}.contentWindow.location.replace("about:blank");
  return asOpened;
}}"""
_FILL_FRAME = f"(hash) => {{ location.hash = hash; {_FRAME}.contentWindow.location.replace({_FRAME}.src); }}"


class Servers:
    """A real TensorBoard over each logdir; the one that was asked for least lately ends where there are too many."""

    def __init__(self, new_directory: Callable[[str], Path]) -> None:
        self._new_directory = new_directory
        self._running: dict[Path, tuple[str, contextlib.ExitStack]] = {}
        self._outputs: list[Path] = []

    def url(self, logdir: Path) -> str:
        """Start TensorBoard over a logdir unless it runs, and tell where it answers."""
        url, stack = self._running.pop(logdir, None) or self._start(logdir)
        self._running[logdir] = (url, stack)
        return url

    def _start(self, logdir: Path) -> tuple[str, contextlib.ExitStack]:
        while len(self._running) >= _SERVERS:
            self._end(next(iter(self._running)))
        self._outputs.append(self._new_directory("tensorboard") / "output")
        stack = contextlib.ExitStack()
        return stack.enter_context(running_tensorboard("--logdir", str(logdir), output=self._outputs[-1])).url, stack

    def _end(self, logdir: Path) -> None:
        self._running.pop(logdir)[1].close()

    def close(self) -> None:
        """End all of them; none may have complained."""
        for logdir in list(self._running):
            self._end(logdir)
        for output in self._outputs:
            said = output.read_text()
            assert "security_validator" not in said, said
            assert "Traceback" not in said, said


class Pages:
    """Pages of TensorBoard. A kept one loads only the tab's frame anew, at another address and with nothing remembered."""

    def __init__(self, browser: Browser) -> None:
        self.context: BrowserContext = browser.new_context(viewport=_VIEWPORT, locale="en-GB", timezone_id="UTC")
        self.context.add_init_script(_TELL_OF_CSP)
        self._kept: list[tuple[str, Page]] = []
        self._lent: list[tuple[str, Page]] = []
        self._complaints = Complaints()

    def open(self, url: str, link: str) -> Tab:
        """Open the tab of a TensorBoard at a link."""
        for kept in self._kept:
            if kept[0] == url:
                self._kept.remove(kept)
                self._lent.append(kept)
                kept[1].bring_to_front()  # Chromium paints what lies behind another page once a second
                kept[1].evaluate(_FILL_FRAME, f"#timetravel{link}")
                return find_tab(kept[1])
        page = self.context.new_page()
        self._lent.append((url, page))
        self._complaints.listen(page)
        return open_tab(page, f"{url}#timetravel{link}")

    def take_back(self) -> list[str]:
        """Make the pages that are open as new, or close them; give what the browser complained of since the last time."""
        for lent in self._lent:
            if _is_as_new(lent[1]):
                self._kept.append(lent)
        self._lent.clear()
        del self._kept[:-_PAGES]
        kept = [page for _, page in self._kept]
        for page in self.context.pages:
            if page not in kept:
                page.close()
        self.context.clear_permissions()
        heard = self._complaints.words[:]
        self._complaints.words.clear()
        return heard


def _is_as_new(page: Page) -> bool:
    """Take back what a test did to a page; tell whether that was all that it did."""
    if page.is_closed():
        return False
    page.unroute_all(behavior="ignoreErrors")
    page.mouse.up()
    page.mouse.move(0, 0)
    return page.viewport_size == _VIEWPORT and bool(page.evaluate(_EMPTY_FRAME))
