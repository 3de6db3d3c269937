"""The code blocks of the documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOT_RUN = "Not run by the tests of these pages: "  # the title of a block that says so to its readers, and why
_BLOCK = re.compile(r'^```(?P<language>\w*)(?: title="(?P<title>[^"]*)")?[^\n]*\n(?P<code>.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language, its title, and where it stands."""

    page: Path
    line: int  # of its first line of code, from 1
    language: str
    title: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def is_run(self) -> bool:
        return self.language in ("python", "sh") and not self.title.startswith(NOT_RUN)


def snippets_of(page: Path) -> list[Snippet]:
    """List the code blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Snippet(page, text.count("\n", 0, found.start()) + 2, found["language"], found["title"] or "", found["code"])
        for found in _BLOCK.finditer(text)
    ]
