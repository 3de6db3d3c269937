"""What the benchmarks share when they write: records kept as JSON lines, markdown tables, sections of RESULTS.md, the machine."""

from __future__ import annotations

import json
import os
import platform
import re
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

NOT_MEASURED = "–"
_TITLE = "# Results\n\nWritten by the scripts of this folder, each its sections; the text around the numbers says what they compare.\n"
_PACKAGES = ("tb-timetravel", "torch", "numpy", "scikit-learn", "pynndescent", "umap-learn", "openTSNE", "cleanlab")


class Records:
    """Records of finished measurements, one JSON line each, so that a stopped benchmark goes on and a table can be written again."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.jsonl"

    def all(self) -> list[dict[str, Any]]:
        """Read the records; of those with one key the last, and none that a kill cut short."""
        latest: dict[str, dict[str, Any]] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                try:
                    record = json.loads(line)
                except json.JSONDecodeError:
                    continue
                latest[json.dumps(record["key"], sort_keys=True)] = record
        return list(latest.values())

    def has(self, key: dict[str, Any]) -> bool:
        """Tell whether something was measured."""
        return any(record["key"] == key for record in self.all())

    def find(self, key: dict[str, Any]) -> dict[str, Any] | None:
        """Give the record of a key, else the last one by other settings, so that tables can be written after the defaults have changed."""
        alike = [record for record in self.all() if record["key"] | {"settings": key["settings"]} == key]
        return next((record for record in alike if record["key"] == key), alike[-1] if alike else None)

    def add(self, key: dict[str, Any], content: dict[str, Any]) -> None:
        """Keep a record, with the machine, the versions and the date."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        record = {"key": key, **content, "machine": machine(), "versions": versions(), "date": time.strftime("%Y-%m-%d")}
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" * self._is_cut() + json.dumps(record) + "\n")

    def _is_cut(self) -> bool:
        content = self._path.read_bytes() if self._path.exists() else b""
        return bool(content) and not content.endswith(b"\n")


def machine() -> str:
    """Describe the machine in words."""
    information = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", information.read_text(encoding="utf-8")) if information.exists() else None
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = found[1] if found else platform.processor()
    words = f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, torch on {torch.get_num_threads()} thread(s)"
    return f"{words}, {torch.cuda.get_device_name()}" if torch.cuda.is_available() else words


def versions() -> str:
    """Name the versions of what takes part."""
    found = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(f"{name} {version}" for name, version in found.items())


def table(header: list[str], rows: list[list[str]]) -> str:
    """Lay out a markdown table; the first column is text, the others are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def spread(values: list[float | None], digits: int = 3) -> str:
    """Write the mean over seeds and, of several, the standard deviation."""
    known = [value for value in values if value is not None]
    if not known:
        return NOT_MEASURED
    mean = f"{np.mean(known):.{digits}f}"
    return mean if len(known) == 1 else f"{mean} ± {np.std(known, ddof=1):.{digits}f}"


def write_section(path: Path, title: str, body: str) -> None:
    """Replace a section of a markdown file, or append it."""
    content = path.read_text(encoding="utf-8") if path.exists() else _TITLE
    section = f"## {title}\n\n{body.strip()}\n"
    known = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    content = known.sub(lambda _: section + "\n", content) if known.search(content) else f"{content.rstrip()}\n\n{section}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content.rstrip() + "\n", encoding="utf-8")
