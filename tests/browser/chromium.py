"""The Chromium that is installed, and how it is started so that its pictures are the same everywhere."""

from __future__ import annotations

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Pages are put together without the software GPU, which WebGL alone needs: it takes longer for that than the processor does.
FLAGS = (
    "--no-sandbox", "--disable-gpu-compositing", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text",
)  # fmt: skip


def find_chromium() -> str | None:
    """Give the path of Chromium: that in TT_CHROMIUM, else the first on PATH."""
    return os.environ.get("TT_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
