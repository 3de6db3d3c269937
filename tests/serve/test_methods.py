"""Methods as the tab offers them, and as a fit is asked for one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tb_timetravel.schema import DEFAULT_METHOD, METHODS, FitStatus, Media, MethodInfo, Probe
from tb_timetravel.serve.estimate import METHOD_COSTS, estimate_seconds
from tb_timetravel.serve.jobs import Jobs, ProbeRequest, fit_command
from tb_timetravel.serve.methods import why_unavailable
from tb_timetravel.store.status import FIT
from tests.serve.served import Served, serve

if TYPE_CHECKING:
    from pathlib import Path

OF_PROBE = {"run": "digits", "tag": "probe"}
NEEDY = MethodInfo(method="needy", label="Needy", summary="…", stages={}, needs="no-such-package")
DIGITS = Probe(
    n_samples=1797, n_features=64, n_classes=10, class_names=("digit",) * 10, split_names=("train", "test"), media=Media(),
    has_logits=True, version="0" * 16,
)  # fmt: skip


class RecordedJobs(Jobs[FitStatus]):
    """Starts nothing and remembers what it should have."""

    def __init__(self) -> None:
        super().__init__(FIT, fit_command)
        self.requests: list[Any] = []

    def start(self, request: ProbeRequest, run_directory: str, directory: str) -> tuple[bool, FitStatus]:  # noqa: ARG002
        self.requests.append(request)
        return True, FitStatus(state="starting")


def test_every_method_is_offered_with_its_cost_the_default_first(served: Served):
    answer = served.get("run", **OF_PROBE).json
    offered = answer["methods"]
    assert [method["method"] for method in offered] == [info.method for info in METHODS]
    assert offered[0]["method"] == DEFAULT_METHOD
    assert offered[0]["estimate_s"] == answer["estimate_s"]
    for method, info in zip(offered, METHODS, strict=True):
        assert set(method) == {"method", "label", "summary", "needs", "available", "estimate_s"}
        assert (method["label"], method["summary"], method["needs"]) == (info.label, info.summary, info.needs)
        assert method["estimate_s"] > 0


def test_a_method_without_its_package_is_offered_as_not_available(served: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.serve.methods.METHODS", (*METHODS, NEEDY))
    monkeypatch.setitem(METHOD_COSTS, "needy", 1.0)
    offered = served.get("run", **OF_PROBE).json["methods"]
    assert (offered[-1]["available"], offered[-1]["needs"]) == (False, "no-such-package")
    assert all(method["available"] for method in offered if method["needs"] is None)


def test_a_package_is_found_by_the_name_of_its_module(monkeypatch: pytest.MonkeyPatch):
    there = {"umap", "torch"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if name in there else None)
    by_umap = MethodInfo(method="u", label="U", summary="…", stages={}, needs="umap-learn")
    assert why_unavailable(by_umap) is None
    there.remove("umap")
    assert "pip install umap-learn" in (why_unavailable(by_umap) or "")


def test_looking_for_packages_imports_none_of_them():
    code = (
        "import sys\n"
        "from tb_timetravel.schema import METHODS\n"
        "from tb_timetravel.serve.methods import why_unavailable\n"
        "[why_unavailable(info) for info in METHODS]\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"torch", "umap", "pynndescent", "numba"}.isdisjoint(loaded)


@pytest.mark.parametrize("method", [None, *(info.method for info in METHODS if info.needs is None)])
def test_a_fit_is_started_by_the_method_that_was_asked_for(logdir: Path, method: str | None):
    jobs = RecordedJobs()
    body = OF_PROBE if method is None else {**OF_PROBE, "method": method}
    assert serve(logdir, jobs=jobs).post("fit", body).status_code == 202
    assert [request.method for request in jobs.requests] == [method]


def test_an_unknown_method_is_refused_by_naming_those_there_are(logdir: Path):
    jobs = RecordedJobs()
    response = serve(logdir, jobs=jobs).post("fit", {**OF_PROBE, "method": "t-sne"})
    assert response.status_code == 400
    assert response.json["error"] == f"expected a method of {', '.join(info.method for info in METHODS)}; got 't-sne'"
    assert jobs.requests == []


def test_a_method_without_its_package_is_refused_before_anything_starts(logdir: Path, monkeypatch: pytest.MonkeyPatch):
    jobs = RecordedJobs()
    monkeypatch.setattr("tb_timetravel.serve.jobs.find_method", lambda _: NEEDY)
    response = serve(logdir, jobs=jobs).post("fit", {**OF_PROBE, "method": "needy"})
    assert response.status_code == 400
    assert "Needy needs no-such-package" in response.json["error"]
    assert jobs.requests == []


def test_every_method_has_a_cost():
    assert {info.method for info in METHODS} <= set(METHOD_COSTS)


def test_estimates_grow_with_the_data_and_shrink_with_the_cores():
    for info in METHODS:
        short, long = (estimate_seconds(DIGITS, n_steps, info.method, n_cores=2) for n_steps in (10, 100))
        assert short < long
        assert estimate_seconds(DIGITS, 100, info.method, n_cores=8) < long


def test_a_linear_map_is_a_matter_of_seconds():
    assert estimate_seconds(DIGITS, 10, "pca", n_cores=2) < 20 < estimate_seconds(DIGITS, 10, DEFAULT_METHOD, n_cores=2)
