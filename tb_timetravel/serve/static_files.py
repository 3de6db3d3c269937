"""The frontend's bundle: files below ``tb_timetravel/static`` of kinds that are known, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from werkzeug.security import safe_join

from tb_timetravel.errors import NotFound
from tb_timetravel.serve.http import respond_bytes

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

STATIC_DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "static")
_CONTENT_TYPES = {  # not from `mimetypes`, which reads the machine's own tables
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


def serve_static(request: Request, directory: str = STATIC_DIRECTORY) -> Response:
    """Serve the file named behind ``/static/``; always whole, as a 304 has no content type and TensorBoard warns of that."""
    name = request.path.partition("/static/")[2]
    path = safe_join(directory, name)
    content_type = _CONTENT_TYPES.get(os.path.splitext(name)[1])
    if path is None or "\0" in path or content_type is None or not os.path.isfile(path):
        raise NotFound(f"the frontend has no file {name[:200]!r}")
    if os.path.commonpath([os.path.realpath(directory), os.path.realpath(path)]) != os.path.realpath(directory):
        raise NotFound(f"the frontend has no file {name[:200]!r}")
    with open(path, "rb") as file:
        return respond_bytes(request, file.read(), content_type)
