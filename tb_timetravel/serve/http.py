"""Requests in, responses out: parameters are checked, errors become JSON with one sentence, nothing upsets TensorBoard's validator."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from tensorboard import errors as tensorboard_errors
from tensorboard.backend import http_util
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from tb_timetravel.errors import InvalidData, NotFound, TimeTravelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from tb_timetravel.frame import Extent

_YEAR_S = 365 * 24 * 3600
_MAX_STEP = 999_999_999_999
_DIGEST = re.compile(r"[0-9a-f]{16}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,20})?([eE]-?[0-9]{1,2})?")
_NUMBER = re.compile(r"[0-9]{1,12}")
_MAX_NAME = 2048  # characters of a run's or tag's name; a path is no longer


class Guarded(Protocol):
    """What has views."""

    def allow_change(self, request: Request) -> None:
        """Let a state change through, or raise `Refused`."""


Plugin = TypeVar("Plugin", bound=Guarded)


class Refused(TimeTravelError):
    """A request that is understood and not granted."""

    def __init__(self, code: int, sentence: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.headers = headers


def refuse(reason: str | None) -> None:
    """Refuse a state change where there is a reason to.

    Raises
    ------
    Refused
    """
    if reason is not None:
        raise Refused(403, reason)


def answers(
    *methods: str,
) -> Callable[[Callable[[Plugin, Request], Response]], Callable[[Plugin, WSGIEnvironment, StartResponse], Iterable[bytes]]]:
    """Make a WSGI application of a view, for these methods: a POST is guarded, and whatever goes wrong on purpose is answered in JSON."""
    allowed = [allowed for method in methods for allowed in (("GET", "HEAD") if method == "GET" else (method,))]

    def decorate(view: Callable[[Plugin, Request], Response]) -> Callable[[Plugin, WSGIEnvironment, StartResponse], Iterable[bytes]]:
        @functools.wraps(view)
        def application(plugin: Plugin, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            request = Request(environ)
            try:
                if request.method not in allowed:
                    raise Refused(405, f"expected {' or '.join(methods)}, got {request.method}", [("Allow", ", ".join(allowed))])
                if request.method == "POST":  # here, so that no view can forget it
                    plugin.allow_change(request)
                response = view(plugin, request)
            except (TimeTravelError, OSError, HTTPException, tensorboard_errors.PublicError) as error:
                response = _respond_error(request, error)
            return response(environ, start_response)

        return application

    return decorate


def _respond_error(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        return respond_json(request, {"error": str(error)}, code=error.code, headers=error.headers)
    if isinstance(error, HTTPException):
        return respond_json(request, {"error": error.description or error.name}, code=error.code or 400)
    if isinstance(error, tensorboard_errors.PublicError):
        return respond_json(request, {"error": str(error)}, code=error.http_code)
    code = 400 if isinstance(error, InvalidData) else 404 if isinstance(error, NotFound) else 409
    return respond_json(request, {"error": explain(error)}, code=code)


def explain(error: Exception) -> str:
    """Put an error of the store or of the file system into a sentence."""
    if isinstance(error, OSError) and not isinstance(error, TimeTravelError):
        return f"cannot use {error.filename or 'a file of this run'}: {error.strerror or error}"
    return str(error)


def respond_json(
    request: Request, content: object, *, code: int = 200, forever: bool = False, headers: Sequence[tuple[str, str]] = ()
) -> Response:
    """Answer with JSON; numbers that are not finite become null."""
    try:
        encoded = msgspec.json.encode(content)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_readable(msgspec.to_builtins(content)))
    return _respond(request, encoded, "application/json", code=code, expires=forever * _YEAR_S, headers=headers)


def _readable(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Put a question mark for every byte of a file's name that is no text."""
    if isinstance(value, dict):
        return {_readable(key): _readable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(part) for part in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def respond_bytes(request: Request, content: bytes, content_type: str, *, forever: bool = False, gzipped: bool = False) -> Response:
    """Answer with bytes, which may be compressed already."""
    encoding = "gzip" if gzipped else None
    return _respond(request, content, content_type, expires=forever * _YEAR_S, content_encoding=encoding)


def _respond(request: Request, content: bytes, content_type: str, **options: Any) -> Response:  # noqa: ANN401  # of an untyped function
    response: Response = http_util.Respond(request, content, content_type, **options)
    return response


def name_argument(request: Request, key: str) -> str:
    """Take a run's or a tag's name."""
    value = request.args.get(key, "")
    if not 0 < len(value) <= _MAX_NAME:
        raise InvalidData(f"expected a parameter {key}, 1 to {_MAX_NAME} characters, got {len(value)}")
    return value


def number_argument(request: Request, key: str, low: int = 0, high: int = _MAX_STEP) -> int:
    """Take a whole number: a step, a page, a sample or a resolution."""
    value = request.args.get(key, "")
    if not _NUMBER.fullmatch(value) or not low <= int(value) <= high:
        raise InvalidData(f"expected a parameter {key}, a whole number from {low} to {high}, got {value[:40]!r}")
    return int(value)


def numbers_argument(request: Request, key: str, most: int) -> list[int]:
    """Take whole numbers from 0 up with commas between them."""
    words = request.args.get(key, "").split(",")
    if len(words) > most or not all(_NUMBER.fullmatch(word) for word in words):
        got = request.args.get(key, "")[:40]
        raise InvalidData(f"expected a parameter {key}, 1 to {most} whole numbers from 0 up with commas between them, got {got!r}")
    return [int(word) for word in words]


def ranges_argument(request: Request, key: str) -> list[tuple[int, int]]:
    """Take first and last of neighboring whole numbers, ``3,5-9``, with commas between them."""
    found = []
    for word in request.args.get(key, "").split(","):
        first, _, last = word.partition("-")
        if not (_NUMBER.fullmatch(first) and _NUMBER.fullmatch(last or first) and int(first) <= int(last or first)) or word.endswith("-"):
            raise InvalidData(f"expected a parameter {key}, whole numbers from 0 up and ranges of them, as 3,5-9, got {word[:40]!r}")
        found.append((int(first), int(last or first)))
    return found


def window_argument(request: Request) -> Extent:
    """Take a part of the plane: ``x_min``, ``x_max``, ``y_min``, ``y_max``."""
    found = []
    for key in ("x_min", "x_max", "y_min", "y_max"):
        value = request.args.get(key, "")
        if not _DECIMAL.fullmatch(value):
            raise InvalidData(f"expected a parameter {key}, a decimal number, got {value[:40]!r}")
        found.append(float(value))
    return found[0], found[1], found[2], found[3]


def digest_argument(request: Request, key: str) -> str:
    """Take a film's key or a version."""
    value = request.args.get(key, "")
    if not _DIGEST.fullmatch(value):
        raise InvalidData(f"expected a parameter {key}, 16 hexadecimal digits from an earlier answer, got {value[:40]!r}")
    return value


def word_argument(request: Request, key: str, words: Sequence[str]) -> str:
    """Take one of some words."""
    value = request.args.get(key, "")
    if value not in words:
        raise InvalidData(f"expected a parameter {key}, one of {', '.join(words)}, got {value[:40]!r}")
    return value


def is_current(request: Request, stored: str) -> bool:
    """Tell whether the request names the stored version, so that the answer may be cached for good.

    Raises
    ------
    NotFound : it names another version, whose bytes are gone.
    """
    if "v" not in request.args:
        return False
    if digest_argument(request, "v") != stored:
        raise NotFound(f"version {request.args['v']} is not stored any more, {stored} is; ask for the run again")
    return True
