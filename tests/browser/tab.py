"""The plugin's iframe inside TensorBoard, as a person sees it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from playwright.sync_api import ConsoleMessage, Frame, Locator, Page

SCREENS = Path(__file__).parents[2] / "artifacts" / "screens"
_PATIENCE_MS = 60_000


@dataclass
class Complaints:
    """What the browser had to say against a page: errors on the console, exceptions, and what the CSP forbade."""

    words: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.words.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        said = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and "favicon" not in said:
            self.words.append(said)


@dataclass(frozen=True)
class Tab:
    page: Page
    frame: Frame

    @property
    def canvas(self) -> Locator:
        return self.frame.locator("canvas.picture").first  # there may be a film beside

    @property
    def step_slider(self) -> Locator:
        return self.frame.get_by_role("slider", name="Step", exact=True)

    def button(self, name: str) -> Locator:
        return self.frame.get_by_role("button", name=name, exact=True)

    def state(self) -> dict[str, Any]:
        return self.frame.evaluate("window.__timetravel.state()")

    def wait(self, condition: str, timeout_s: float = _PATIENCE_MS / 1000) -> dict[str, Any]:
        """Wait until a JavaScript condition on the state `s` holds, and return the state."""
        self.frame.wait_for_function(
            f"(() => {{ const s = window.__timetravel.state(); return {condition}; }})()", timeout=timeout_s * 1000
        )
        return self.state()

    def wait_ready(self) -> dict[str, Any]:
        """Wait until the picture under the cursor is drawn."""
        self.frame.wait_for_function("window.__timetravel?.ready === true", timeout=_PATIENCE_MS)
        return self.state()

    def wait_painted(self) -> None:
        """Wait until the pictures show what was last asked for."""
        self.frame.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.frame.wait_for_function("window.__timetravel.painted", timeout=_PATIENCE_MS)

    def picture(self) -> NDArray[np.uint8]:
        """Look at the canvas, (height, width, 3), once what is due is painted."""
        self.wait_painted()
        return np.asarray(Image.open(io.BytesIO(self.canvas.screenshot())).convert("RGB"))

    def wait_for_film(self) -> Tab:
        """Wait until the film is open with all its frames; take the first visitor's hint off it, and let the keys go to the tab."""
        self.wait("s.phase === 'fitted' && s.loadedFrames === s.nFrames")
        self.wait_ready()
        hint = self.button("Got it")
        if hint.count():
            hint.click()
        self.frame.evaluate("window.focus()")
        return self

    def keep_screen(self, name: str) -> None:
        """Leave a picture of the whole page for a person."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png")


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Tell which share of the pixels differs visibly."""
    return float((np.abs(one.astype(int) - other).max(axis=2) > 24).mean())


def n_colours(pixels: NDArray[np.uint8]) -> int:
    """Count the different colours; as numbers, because NumPy sorts rows a hundred times slower."""
    red, green, blue = np.moveaxis(pixels.astype(np.uint32), -1, 0)
    return len(np.unique(red << 16 | green << 8 | blue))


def open_tab(page: Page, url: str) -> Tab:
    page.goto(url)
    return find_tab(page)


def find_tab(page: Page) -> Tab:
    """Wait for the plugin's iframe, after opening or reloading the page."""
    element = page.wait_for_selector("iframe[src*='timetravel']", timeout=_PATIENCE_MS)
    assert element is not None
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_function("window.__timetravel !== undefined", timeout=_PATIENCE_MS)
    return Tab(page, frame)
