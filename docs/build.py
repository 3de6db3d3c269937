"""Build the documentation into site/: `python docs/build.py`, or `make docs`. A warning is an error.

What stands elsewhere in the repository is put into the pages here, so that it is written once: a page has a line such as
`<!-- from the sources: command line -->` where the text goes; what stands before it in its line is for whoever reads the page in the
repository, and is replaced. The filled pages lie in build/docs/, and Zensical makes the site of those.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs"
FILLED = ROOT / "build" / "docs"
_MARK = re.compile(r"^.*<!-- from the sources: (.+) -->$", re.MULTILINE)
_COLUMNS = 100  # of the help, whatever terminal builds the pages


def main() -> int:
    """Fill the pages and make the site."""
    shutil.rmtree(FILLED, ignore_errors=True)
    shutil.copytree(PAGES, FILLED, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for page in FILLED.glob("*.md"):
        page.write_text(fill(page.read_text(encoding="utf-8")), encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "zensical", "build", "--clean", "--strict"], cwd=ROOT, check=False).returncode


def fill(markdown: str) -> str:
    """Put in what the marks of a page ask for."""
    return _MARK.sub(lambda found: PARTS[found[1]](), markdown)


def file(name: str) -> str:
    """Give a whole page that lies elsewhere."""
    return (ROOT / name).read_text(encoding="utf-8")


def command_line() -> str:
    """Show the help of every command, as the argument parser prints it."""
    shown = [f"## {parser.prog}\n\n```text\n{parser.format_help().rstrip()}\n```" for parser in parsers()]
    return "\n\n".join(shown)


def parsers() -> Iterator[argparse.ArgumentParser]:
    """Give the parser of `timetravel` and those of its commands."""
    sys.path.insert(0, str(ROOT))
    from tb_timetravel.cli import _parser

    main = _parser()
    commands = next(action for action in main._actions if isinstance(action, argparse._SubParsersAction))
    for parser in [main, *commands.choices.values()]:
        parser.formatter_class = _fixed(parser.formatter_class)
        yield parser


def _fixed(kind: type[argparse.HelpFormatter]) -> type[argparse.HelpFormatter]:
    class Fixed(kind):  # type: ignore[valid-type,misc]
        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=_COLUMNS)

    return Fixed


def keys() -> str:
    """List the keys as the tab's own help does."""
    rows = [f"| {' '.join(f'<kbd>{_html(key)}</kbd>' for key in keys.split())} | {does} |" for keys, does in key_pairs()]
    return "\n".join(["| keys | what they do |", "|---|---|", *rows])


def key_pairs() -> list[tuple[str, str]]:
    """Read the keys and what they do from the tab's source."""
    return _pairs("help/keys.tsx", "const KEYS")


def query_words() -> str:
    """List the words of a query as the search field offers them."""
    rows = [f"| `{word}` | {means} |" for word, means in word_pairs()]
    return "\n".join(["| word | what it says |", "|---|---|", *rows])


def word_pairs() -> list[tuple[str, str]]:
    """Read the words of a query from what the search field completes."""
    source = _between("query/complete.ts", "const WORDS")
    return re.findall(r'label: "([^"]+)", detail: "([^"]+)"', source)


def query_examples() -> str:
    """List the examples of the search field's help."""
    rows = [f"| `{query}` | {means} |" for query, means in _pairs("ui/query_field.tsx", "const EXAMPLES")]
    return "\n".join(["| query | finds |", "|---|---|", *rows])


def metrics() -> str:
    """List the measures of fidelity with the words that the tab shows."""
    sys.path.insert(0, str(ROOT))
    from tb_timetravel.pipeline.metrics import METRICS

    def span(low: float | None, high: float | None) -> str:
        return f"{'-∞' if low is None else f'{low:g}'} to {'∞' if high is None else f'{high:g}'}"

    rows = [f"| {info.label} | `{info.metric}` | {span(*info.range)} | {info.better} | {info.description} |" for info in METRICS]
    return "\n".join(["| in the tab | in files | range | better | what it is |", "|---|---|---|---|---|", *rows])


def methods() -> str:
    """List the methods with the words that the tab shows."""
    sys.path.insert(0, str(ROOT))
    from tb_timetravel.schema import METHODS

    rows = [
        f"| `{info.method}` | {info.summary}" + ("" if info.needs is None else f" Needs `pip install {info.needs}`.") + " |"
        for info in METHODS
    ]
    return "\n".join(["| method | what it is |", "|---|---|", *rows])


def record(name: str) -> str:
    """List the fields of a record of the store, as JSON, with the comments that stand beside them."""
    fields = _fields((ROOT / "tb_timetravel" / "schema.py").read_text(encoding="utf-8"), name)
    rows = [f"| `{field}` | {json_type(kind)} | {comment.replace('None', 'null').replace('->', '→')} |" for field, kind, comment in fields]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])


def _fields(source: str, name: str) -> list[tuple[str, str, str]]:
    """Find the fields of a record: name, type and comment, those of the record that it extends first."""
    head = re.search(rf"^class {name}\((\w+)\).*\n|^class {name}\b.*\n", source, re.MULTILINE)
    if head is None:
        raise SystemExit(f"schema.py has no record {name}")
    body = re.split(r"^(?=\S)|^    @", source[head.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    inherited = _fields(source, head[1]) if head[1] not in (None, "Versioned") else []
    return inherited + re.findall(r"^    (\w+): (.+?)(?: = .+?)?(?:  # (.+))?$", body, re.MULTILINE)


_PLAIN = {
    "str": "string", "bool": "boolean", "int": "integer", "float": "number", "Step": "integer, 0 to 999,999,999,999",
    "Count": "integer, 0 to 2³¹−1", "Digest": "digest", "Name": "name", "SelectionName": "string of 1 to 100 characters", "None": "null",
    "tuple[tuple[int, int], ...]": "list of pairs of integers",
}  # fmt: skip


def json_type(kind: str) -> str:
    """Say in words what a type of the records is in JSON."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if found := re.fullmatch(r"Annotated\[int, msgspec\.Meta\(ge=(\d+), le=(\d+)\)\]", kind):
        return f"integer, {found[1]} to {int(found[2]):,}"
    if found := re.fullmatch(r"Literal\[(.+)\]", kind):
        return ", ".join(f"`{word}`" for word in found[1].split(", "))
    if found := re.fullmatch(r"tuple\[(.+), \.\.\.\]", kind):
        return f"list of {json_type(found[1])}"
    if found := re.fullmatch(r"tuple\[(.+)\]", kind):
        return f"[{', '.join(json_type(part) for part in found[1].split(', '))}]"
    if found := re.fullmatch(r"dict\[str, (.+)\]", kind):
        return f"object of {json_type(found[1])}"
    return " or ".join(_PLAIN.get(part, f"`{part}`") for part in kind.split(" | "))


COLUMNS = (
    "neighbors kept", "trustworthiness", "prediction agreement", "boundary kept", "temporal correlation", "temporal ranking",
    "jitter", "flicker", "seconds per step",
)  # fmt: skip


def results_of(title: str) -> str:
    """Show some columns of the first table of a section of the results: the training split."""
    text = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text.split(f"## Fidelity: {title}", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = section[section.index("\n|") :].strip().split("\n\n")[0].splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    chosen = [0, *(table[0].index(name) for name in COLUMNS)]
    return "\n".join("| " + " | ".join(row[i] for i in chosen) + " |" for row in table)


def _pairs(name: str, start: str) -> list[tuple[str, str]]:
    strings = r"""("(?:[^"\\]|\\.)*"|'[^']*')"""
    found = re.findall(rf"\[{strings},\s*{strings}\]", _between(name, start))
    return [(_text(one), _text(other)) for one, other in found]


def _text(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def _between(name: str, start: str) -> str:
    source = (ROOT / "frontend" / "src" / name).read_text(encoding="utf-8")
    begin = source.index(start)
    return source[begin : source.index("\n];", begin)]


def _html(key: str) -> str:
    return key.replace("\\", "&#92;").replace("|", "&#124;")


RECORDS = (
    "Probe", "Media", "StepRecord", "Film", "TerritoryInfo", "MetricInfo", "ValueInfo", "FilmStep", "SavedSelection", "Verdicts", "Insight",
    "InsightColumn", "InsightKind", "FitStatus", "InsightStatus",
)  # fmt: skip
FILES = ("tb_timetravel/serve/http_api.md", "tb_timetravel/exchange/formats.md", "benchmarks/RESULTS.md")
PARTS: dict[str, Callable[[], str]] = {
    "command line": command_line,
    "keys": keys,
    "words of a query": query_words,
    "examples of queries": query_examples,
    "measures": metrics,
    "methods": methods,
    "results of digits": partial(results_of, "digits"),
    "results of the hard run": partial(results_of, "hard"),
    **{f"file {name}": partial(file, name) for name in FILES},
    **{f"record {name}": partial(record, name) for name in RECORDS},
}


if __name__ == "__main__":
    sys.exit(main())
