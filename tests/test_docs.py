"""The documentation: what it tells people to type is run, what it links to is there, and what it copies is what the sources say."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from docs.build import PARTS, fill, key_pairs, parsers, word_pairs
from tb_timetravel.cli import main
from tests.docs_snippets import NOT_RUN, Snippet, snippets_of
from tests.exchange.directories import write_classic

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
SHORTER = {  # the tutorial's training, here: one epoch with fewer digits, and what other pages say of them
    "EPOCHS = 20": "EPOCHS = 1",
    "digits.images / 16": "digits.images[:700] / 16",
    "digits.target)": "digits.target[:700])",
    "1400": "500",
    "1423": "523",
    "1443": "543",
}
NEEDS = "Needs: "  # the title of a block that runs where this library is installed
SNIPPETS = [snippet for page in PAGES for snippet in snippets_of(page)]
OTHERS = [page for page in PAGES if page != TUTORIAL and any(snippet.is_run for snippet in snippets_of(page))]
MOST_NOT_RUN = 6


def run_shell(code: str, directory: Path) -> None:
    """Type it, where `timetravel` and `python` are those of this environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "torch"}
    done = subprocess.run(["bash", "-euc", code], cwd=directory, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def shorter(code: str) -> str:
    """Change a training so that it takes seconds."""
    for words, fewer in SHORTER.items():
        code = code.replace(words, fewer)
    return code


def run_page(page: Path, directory: Path, given: dict[str, Any]) -> None:
    """Run what a page tells to type, in order: a block with the name of a file is saved under it, other Python shares its names."""
    for snippet in snippets_of(page):
        if not snippet.is_run or snippet.title.startswith(NEEDS):
            continue
        if snippet.title.endswith(".py"):
            (directory / snippet.title).write_text(shorter(snippet.code), encoding="utf-8")
        elif snippet.language == "sh":
            run_shell(snippet.code, directory)
        else:
            exec(compile(shorter(snippet.code), str(snippet), "exec"), given)  # noqa: S102  # our own pages


def names_that_short_examples_take_for_granted() -> dict[str, Any]:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    from torch.utils.tensorboard import SummaryWriter

    from tb_timetravel import TimeTravel

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.fc = nn.Linear(8, 6), nn.Linear(6, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(self.body(x).relu())

    torch.manual_seed(0)
    labels = torch.arange(40) % 3
    rng = np.random.default_rng(0)
    given = {"TimeTravel": TimeTravel, "writer": SummaryWriter("runs/short"), "model": Model(), "names": ["cat", "dog", "cow"], "epoch": 0}
    arrays = {"representations": rng.normal(size=(40, 6)), "logits": rng.normal(size=(40, 3)), "labels": labels.numpy(), "step": 0}
    embedded = {"features": torch.rand(40, 6), "images": torch.rand(40, 1, 8, 8)}
    return {**given, **arrays, **embedded, "probe_loader": DataLoader(TensorDataset(torch.rand(40, 8), labels))}


@pytest.fixture(scope="module")
def after_the_tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which somebody did what the tutorial says."""
    directory = tmp_path_factory.mktemp("tutorial")
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert all(words in texts for words in SHORTER)
    run_page(TUTORIAL, directory, {})
    return directory


def test_the_tutorial_ends_with_a_film_and_its_pictures(after_the_tutorial: Path):
    assert (after_the_tutorial / "film.gif").stat().st_size > 0
    assert "</html>" in (after_the_tutorial / "film.html").read_text(encoding="utf-8")
    assert len(list((after_the_tutorial / "pictures").glob("*.png"))) == 2  # before the training, and after its one epoch


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page != TUTORIAL and any(s.is_run for s in snippets_of(page))], ids=lambda p: p.name
)
def test_what_a_page_tells_to_type_runs(page: Path, after_the_tutorial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(after_the_tutorial / "runs", tmp_path / "runs")
    write_classic(tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    run_page(page, tmp_path, names_that_short_examples_take_for_granted())


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s.title.startswith(NEEDS)], ids=str)
def test_what_needs_a_library_runs_where_it_is_installed(snippet: Snippet, tmp_path: Path):
    library = snippet.title.removeprefix(NEEDS)
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed; make test-integrations installs it")
    (tmp_path / "snippet.py").write_text(snippet.code, encoding="utf-8")
    run_shell("python snippet.py && python -m tb_timetravel runs more/", tmp_path)


def test_few_blocks_are_not_run_and_each_says_why():
    left_out = [snippet for snippet in SNIPPETS if snippet.language in ("python", "sh") and not snippet.is_run]
    assert len(left_out) <= MOST_NOT_RUN, [str(snippet) for snippet in left_out]
    assert all(len(snippet.title) > len(NOT_RUN) + 10 for snippet in left_out)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_of_a_kind_that_is_known(page: Path):
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^\s*```", text, re.MULTILINE)) == 2 * len(snippets_of(page)), "a block is indented or not closed"
    assert {snippet.language for snippet in snippets_of(page)} <= {"python", "sh", "text", "json"}


def slugs(text: str) -> set[str]:
    """Name the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "demo" / "README.md"], ids=lambda page: page.name)
def test_links_lead_to_what_is_there(page: Path):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http:", "https:")):
            continue
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        assert found.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in slugs(fill(found.read_text(encoding="utf-8"))), f"{page.name} links to {target}"


def test_every_page_can_be_reached_and_every_picture_is_used():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert all(f": {page.name}\n" in menu for page in PAGES if page != README)
    assert all(f"](images/{picture.name})" in texts for picture in (ROOT / "docs" / "images").iterdir())


@pytest.mark.parametrize("part", PARTS)
def test_the_sources_give_every_part_that_a_page_asks_for(part: str):
    found = PARTS[part]()
    assert len(found.splitlines()) > 3
    assert "from the sources" not in found


def test_every_part_of_the_sources_has_its_place():
    asked = [part for page in PAGES for part in re.findall(r"<!-- from the sources: (.+) -->", page.read_text(encoding="utf-8"))]
    assert sorted(asked) == sorted(PARTS)


def test_the_command_line_page_has_every_option_of_the_help(capsys: pytest.CaptureFixture[str]):
    page = fill((ROOT / "docs" / "command-line.md").read_text(encoding="utf-8"))
    commands = [parser.prog.split()[1:] for parser in parsers()]
    assert len(commands) > 5
    for command in commands:
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        section = page.split(f"## {' '.join(['timetravel', *command])}\n")[1].split("\n## ")[0]
        for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", capsys.readouterr().out):
            assert option in section, f"{command} {option}"


def test_the_keys_of_the_page_are_those_of_the_tab():
    source = (ROOT / "frontend" / "src" / "keyboard.ts").read_text(encoding="utf-8")
    shown = " ".join(keys.lower() for keys, _ in key_pairs()).split()
    bound = re.findall(r"^    (\w|\"[^\w ]\"): ", source, re.MULTILINE)  # keys of one character; the named ones are spelt otherwise
    assert len(bound) > 20
    assert {key.strip('"').replace("\\\\", "\\") for key in bound} <= set(shown)


def test_the_query_page_has_every_word_of_the_language():
    source = (ROOT / "frontend" / "src" / "query" / "parse.ts").read_text(encoding="utf-8")
    keys, flags = (re.findall(r'"(\w+)"', re.search(rf"const {name} = \[(.+?)\]", source)[1]) for name in ("KEYS", "FLAGS"))  # type: ignore[index]
    shown = {word for word, _ in word_pairs()}
    assert {f"{key}:" for key in keys} | set(flags) <= shown


@pytest.mark.parametrize("page", ["reading.md", "methods.md"])
def test_figures_are_those_of_the_results(page: str):
    text, results = ((ROOT / name).read_text(encoding="utf-8") for name in (f"docs/{page}", "benchmarks/RESULTS.md"))
    figures = set(re.findall(r"\b\d\.\d{3}\b", text))
    assert len(figures) > 5
    assert not [figure for figure in figures if not re.search(rf"\b{re.escape(figure)}\b", results)]


def test_the_reference_names_what_exists_and_whole_packages_say_what_is_public():
    text = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
    named = re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)
    assert len(named) > 8
    for name in named:
        if ".integrations." in name:  # each needs its own library
            assert importlib.util.find_spec(name.rpartition(".")[0]) is not None
        elif name.rpartition(".")[2][0].isupper():
            module, _, attribute = name.rpartition(".")
            assert hasattr(importlib.import_module(module), attribute)
        else:
            module = importlib.import_module(name)
            assert hasattr(module, "__all__") or name.endswith((".schema", ".errors"))
