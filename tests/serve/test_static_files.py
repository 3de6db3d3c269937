"""The frontend's files, and nothing beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from tb_timetravel.serve.http import answers
from tb_timetravel.serve.static_files import STATIC_DIRECTORY, serve_static

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serve.served import Served


@pytest.fixture
def client(tmp_path: Path) -> Client:
    (tmp_path / "static" / "deep").mkdir(parents=True)
    for name in ("index.js", "style.css", "deep/chunk.js", "data.bin", "page.html"):
        (tmp_path / "static" / name).write_text("content")
    (tmp_path / "secret.js").write_text("secret")
    (tmp_path / "static2").mkdir()
    (tmp_path / "static2" / "sibling.js").write_text("secret")
    (tmp_path / "static" / "link.js").symlink_to(tmp_path / "secret.js")
    directory = str(tmp_path / "static")
    view = answers("GET")(lambda _, request: serve_static(request, directory))
    return Client(lambda environ, start_response: view(None, environ, start_response), Response)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("index.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("deep/chunk.js", "text/javascript; charset=utf-8"),
    ],
)
def test_a_file_has_its_own_content_type_and_is_never_a_304(client: Client, name: str, content_type: str):
    response = client.get(f"/static/{name}", headers={"If-Modified-Since": "Thu, 01 Jan 2037 00:00:00 GMT", "If-None-Match": "*"})
    assert (response.status_code, response.content_type) == (200, content_type)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


TRAVERSALS = [
    "../secret.js",
    "%2e%2e/secret.js",
    "..%2fsecret.js",
    "%2e%2e%2fsecret.js",
    "deep/../../secret.js",
    "....//secret.js",
    "..\\secret.js",
    "..%5csecret.js",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "../static2/sibling.js",
    "..%2fstatic2/sibling.js",
    "link.js",
    "index.js%00.css",
    "index.js/",
    "data.bin",
    "page.html",
    "deep",
    "",
    ".",
    "missing.js",
]


@pytest.mark.parametrize("name", TRAVERSALS)
def test_nothing_else_is_served(client: Client, name: str):
    response = client.get(f"/static/{name}")
    assert response.status_code == 404
    assert b"secret\n" not in response.data
    assert set(response.json) == {"error"}


@pytest.mark.parametrize("name", ["../loader.py", "%2e%2e/loader.py", "..%2f__init__.py", "missing.js"])
def test_the_package_itself_is_not_served(served: Served, name: str):
    assert served.client.get(f"/data/plugin/timetravel/static/{name}").status_code == 404


def test_the_bundle_lies_in_the_package():
    import tb_timetravel

    assert tb_timetravel.__path__[0] + "/static" == STATIC_DIRECTORY
