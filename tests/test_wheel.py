"""The wheel and the sdist, each alone in an environment of its own, with the TensorBoards that they promise to work in."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tb_timetravel import __version__
from tests.serve.served import write_events, write_film, write_probe
from tests.tensorboard_process import RunningTensorBoard, running_tensorboard

ROOT = Path(__file__).parent.parent
OLDEST = ["tensorboard==2.16.2", "setuptools<81", "numpy<2", "protobuf<5"]  # the pins are that TensorBoard's own needs


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, files):  # what a clone has, so that nothing is packed that only lies here
        if (ROOT / name).is_file() and not name.startswith("frontend/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    return source


def build_wheel(source: Path, target: Path) -> Path:
    """Build a wheel of a directory or of an sdist."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target), str(source)]
    subprocess.run(pip, check=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sdist")
    code = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(target)], cwd=source, env=environment_variables(), capture_output=True, check=True)
    return next(target.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    write_events(root / "digits")
    write_film(write_probe(root / "digits"))
    return root


def make_environment(directory: Path, package: Path, *requirements: str, borrow: bool) -> str:
    """Make a virtual environment with the wheel or sdist; borrowed dependencies are this one's, behind its own packages."""
    venv.create(directory, with_pip=False)
    python = str(directory / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    env = environment_variables()  # what lies on PYTHONPATH would count as installed
    subprocess.run([*pip, "--no-deps", str(package)], env=env, check=True)
    if requirements:
        subprocess.run([*pip, *requirements], env=env, check=True)
    if borrow:
        packages = next((directory / "lib").glob("python*")) / "site-packages"
        ours = [path for path in sys.path if path.endswith("-packages")]
        (packages / "borrowed.pth").write_text("\n".join(ours) + "\n")
    return python


def environment_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def check(tensorboard: RunningTensorBoard) -> None:
    entry = tensorboard.wait_until_enabled()
    assert (entry["tab_name"], entry["enabled"]) == ("Time Travel", True)
    with tensorboard.open(entry["loading_mechanism"]["module_path"]) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert response.read() == (ROOT / "tb_timetravel" / "static" / "index.js").read_bytes()
    assert tensorboard.json("/data/plugin/timetravel/runs")["runs"][0]["run"] == "digits"


def test_the_wheel_holds_the_frontend_the_contract_and_the_license(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"tb_timetravel/static/index.js", "tb_timetravel/static/page.js"} <= set(names)
    assert {"tb_timetravel/serve/http_api.md", "tb_timetravel/py.typed"} <= set(names)
    assert any(name.endswith("LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "demo", "benchmarks", "frontend"))]


def test_the_sdist_gives_the_same_wheel_as_a_clone(sdist: Path, wheel: Path, tmp_path: Path):
    with zipfile.ZipFile(build_wheel(sdist, tmp_path)) as from_sdist, zipfile.ZipFile(wheel) as from_clone:
        names = {name for name in from_clone.namelist() if not name.endswith("RECORD")}
        assert {name for name in from_sdist.namelist() if not name.endswith("RECORD")} == names
        assert not [name for name in names if from_sdist.read(name) != from_clone.read(name)]


def test_the_sdist_holds_what_a_packager_reads_and_nothing_of_the_repository_around_it(sdist: Path):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "constraints.txt", "setup.py", "pyproject.toml"} <= names
    assert not [name for name in names if name.startswith(("tests", "demo", "benchmarks", "frontend", "docs"))]


def serve_alone(python: str, logdir: Path, directory: Path) -> None:
    """Run the command and the tab by an environment in which nothing but what was installed can be found."""
    env = environment_variables()
    found = subprocess.run(
        [python, "-c", "import tb_timetravel as t; print(t.__file__)"], env=env, cwd=directory, capture_output=True, text=True
    )
    assert found.stdout.startswith(str(directory / "venv"))
    command = [str(Path(python).parent / "timetravel"), "--version"]
    assert subprocess.run(command, env=env, cwd=directory, capture_output=True, text=True).stdout == f"timetravel {__version__}\n"
    with running_tensorboard("--logdir", str(logdir), output=directory / "output", python=python, cwd=directory, env=env) as tensorboard:
        check(tensorboard)


def test_the_wheel_alone_serves_the_tab(wheel: Path, logdir: Path, tmp_path: Path):
    serve_alone(make_environment(tmp_path / "venv", wheel, borrow=True), logdir, tmp_path)


@pytest.mark.compat
def test_the_sdist_is_built_by_pip_alone_and_serves_the_tab(sdist: Path, logdir: Path, tmp_path: Path):
    serve_alone(make_environment(tmp_path / "venv", sdist, borrow=True), logdir, tmp_path)


@pytest.fixture(scope="module")
def oldest_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    needs = [*OLDEST, "msgspec", "filelock", "pillow", "werkzeug"]
    return make_environment(tmp_path_factory.mktemp("oldest") / "venv", wheel, *needs, borrow=False)


@pytest.mark.compat
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="that TensorBoard needs a NumPy that has no wheels for this Python")
@pytest.mark.parametrize("load_fast", ["true", "false"])
def test_the_oldest_supported_tensorboard_serves_the_tab(oldest_python: str, logdir: Path, tmp_path: Path, load_fast: str):
    arguments = ["--logdir", str(logdir), "--load_fast", load_fast]
    env = environment_variables()
    with running_tensorboard(*arguments, output=tmp_path / "output", python=oldest_python, cwd=tmp_path, env=env) as tensorboard:
        check(tensorboard)
