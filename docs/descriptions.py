"""Lets the reference read this package's docstrings as they are written.

After a parameter's name and colon stands what it means, where numpy's own style has its type; types are in the signature here. So what is
read as a type becomes the description, and the signature's type stands beside it. In sections of errors a colon parts the two as well.
"""

from __future__ import annotations

import griffe


class Descriptions(griffe.Extension):
    """Moves what stands behind the colon into the description."""

    def on_function(self, *, func: griffe.Function, **_: object) -> None:
        """Rewrite the docstring of a function."""
        _rewrite(func)

    def on_class(self, *, cls: griffe.Class, **_: object) -> None:
        """Rewrite the docstring of a class."""
        _rewrite(cls)


def _rewrite(found: griffe.Object) -> None:
    if found.docstring is not None:
        found.docstring.value = in_numpy_style(found.docstring.value)


def in_numpy_style(docstring: str) -> str:
    """Put what stands behind a colon on a line of its own; leave the rest as it is."""
    lines, section = [], ""
    source = docstring.splitlines()
    for number, line in enumerate(source):
        if number + 1 < len(source) and line.strip() and set(source[number + 1].strip()) == {"-"}:
            section = line.strip()
        name, colon, words = line.partition(" : ")
        starts = section in ("Parameters", "Attributes", "Raises") and line == line.lstrip()
        if starts and colon:
            lines += [name, f"    {words}"]
        elif section == "Raises" and starts and line and number > 0 and "," in line:
            lines += line.split(", ")
        else:
            lines.append(line)
    return "\n".join(lines)
