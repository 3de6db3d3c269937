"""Who may import whom. Three processes share this package, and each must be able to do without the others' libraries."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tb_timetravel

PACKAGE = Path(tb_timetravel.__path__[0])
FIT_LIBRARIES = {"torch", "sklearn", "scipy", "pynndescent", "numba"}

# part of the package -> parts that its modules may import, besides their own
MAY_IMPORT = {
    "errors": set(),
    "arguments": set(),
    "kernels": set(),
    "compiled": {"kernels"},
    "schema": {"errors"},
    "frame": {"errors"},
    "palette": {"errors"},
    "store": {"schema", "errors"},
    "log": {"store", "schema", "errors"},
    "integrations": {"log", "store", "schema", "errors"},
    "fit": {"errors", "compiled", "kernels"},
    "fidelity": {"errors", "compiled", "kernels"},
    "territory": {"errors", "frame"},
    "pipeline": {"errors", "schema", "frame", "store", "fit", "fidelity", "territory"},
    "job": {"errors", "schema", "store"},
    "insight": {"arguments", "errors", "schema", "frame", "store", "job"},
    "render": {"errors", "schema", "frame", "palette", "store"},
    "export": {"errors", "schema", "frame", "store", "insight"},
    "serve": {"errors", "schema", "frame", "palette", "store", "insight"},
    "exchange": {"errors", "schema", "store", "log", "fidelity"},
    "cli": {"arguments", "errors", "schema", "store", "pipeline", "render", "export", "exchange", "insight", "job"},
    "__main__": {"cli"},
    "__init__": {"log"},  # on first use only
}
# parts that TensorBoard's process loads, or that must work where nothing is fitted
WITHOUT_FIT_LIBRARIES = {"arguments", "errors", "schema", "frame", "palette", "store", "job", "insight", "serve", "export", "__init__"}


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if "static" not in path.parts]


def imported_modules(path: Path) -> set[str]:
    """Name the modules that a file imports anywhere, also inside functions, but not for type checking alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it leads"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def parts_imported(path: Path) -> set[str]:
    parts = set()
    for name in imported_modules(path):
        steps = name.split(".")
        if steps[0] == "tb_timetravel" and len(steps) > 1:
            parts.add(steps[1] if steps[1] in MAY_IMPORT else "__init__")
    return parts - {part_of(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_part_may(path: Path):
    part = part_of(path)
    assert part in MAY_IMPORT, f"add {part} to the table above"
    allowed = MAY_IMPORT[part] | ({"__init__"} if part in ("cli", "serve", "log", "pipeline", "render", "export") else set())  # __version__
    assert parts_imported(path) <= allowed


@pytest.mark.parametrize(
    "path", [path for path in MODULES if part_of(path) in WITHOUT_FIT_LIBRARIES], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_tensorboards_side_names_no_library_of_a_fit(path: Path):
    assert {name.split(".")[0] for name in imported_modules(path)}.isdisjoint(FIT_LIBRARIES)


@pytest.mark.parametrize(
    "module",
    [
        "tb_timetravel",
        "tb_timetravel.store",
        "tb_timetravel.frame",
        "tb_timetravel.palette",
        "tb_timetravel.insight",
        "tb_timetravel.serve.routes",
    ],
)
def test_importing_tensorboards_side_loads_no_library_of_a_fit(module: str):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert FIT_LIBRARIES.isdisjoint(loaded)
