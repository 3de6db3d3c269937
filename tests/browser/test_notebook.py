"""The tab as a notebook shows it: TensorBoard in an iframe of a page of another origin, the same host at another port.

In a page of another host TensorBoard itself does not start where the browser denies storage to third parties.
"""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.tab import Complaints, Tab
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve pages as a notebook does: the directory of the pages, and where they are."""
    pages = tmp_path / "notebook"
    pages.mkdir()
    server = http.server.ThreadingHTTPServer(("localhost", 0), functools.partial(Quiet, directory=pages))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield pages, f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path_prefix", ["", "/x"])
def test_a_fit_is_started_and_plays_inside_a_page_of_another_origin(
    browser: Browser, unfitted: Path, tmp_path: Path, notebook: tuple[Path, str], path_prefix: str
):
    pages, address = notebook
    arguments = ["--logdir", str(unfitted), "--path_prefix", path_prefix]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    complaints = Complaints()
    with running_tensorboard(*arguments, output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        frame = f'<!doctype html><iframe width="100%" height="800" src="{tensorboard.url}#timetravel"></iframe>'  # as TensorBoard makes it
        (pages / "notebook.html").write_text(frame, encoding="utf-8")
        page = context.new_page()
        complaints.listen(page)
        page.goto(f"{address}/notebook.html")
        inside = page.frame_locator("iframe").locator("iframe[src*='timetravel']").element_handle(timeout=30_000).content_frame()
        assert inside is not None
        inside.wait_for_function("window.__timetravel !== undefined")
        tab = Tab(page, inside)
        expect(tab.button("Fit")).to_be_visible()
        tab.frame.get_by_text("Method:").click()
        tab.frame.get_by_role("radio", name="PCA").check()
        tab.button("Fit").click()
        tab.wait("s.phase === 'fitted' && s.loadedFrames === s.nFrames", timeout_s=120)
        tab.wait_ready()
        assert tab.picture().std() > 5
    context.close()
    assert not [words for words in complaints.words if "/font-roboto/" not in words]  # TensorBoard's own fonts lack its path prefix
