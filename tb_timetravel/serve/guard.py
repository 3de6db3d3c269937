"""Who may change anything: the guard of every POST, and whether fits may be started at all.

TensorBoard itself checks neither method nor origin nor host. A page of another origin cannot set our header without a preflight that nobody
answers; a name that an attacker points at this machine (DNS rebinding) is not a loopback name.
"""

from __future__ import annotations

import importlib.util
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from tb_timetravel.errors import InvalidData
from tb_timetravel.serve.http import Refused

if TYPE_CHECKING:
    import argparse

    from werkzeug.wrappers import Request

_READ_ONLY = "TensorBoard was started with --timetravel_readonly"
_MAX_BODY = 4096  # bytes
_FIT_NEEDS = ("torch", "sklearn", "pynndescent")

Body = TypeVar("Body")


@dataclass(frozen=True, kw_only=True)
class Access:
    """What the command line allows; the defaults are those of a TensorBoard without flags of ours."""

    read_only: bool = False  # nothing may be changed from the tab at all
    fit: str = "auto"
    hosts: frozenset[str] = frozenset()
    is_exposed: bool = False  # other machines reach this TensorBoard

    @classmethod
    def from_flags(cls, flags: argparse.Namespace | None) -> Access:
        """Read TensorBoard's flags, any of which may be missing."""
        host = getattr(flags, "host", None)
        return cls(
            read_only=bool(getattr(flags, "timetravel_readonly", False)),
            fit=getattr(flags, "timetravel_allow_fit", "auto"),
            hosts=frozenset(name.strip().lower() for name in getattr(flags, "timetravel_allowed_hosts", "").split(",") if name.strip()),
            is_exposed=bool(getattr(flags, "bind_all", False)) or bool(host and not _is_loopback(host)),
        )

    def why_no_fit(self) -> str | None:
        """Say why fits cannot be started here, None when they can."""
        reason = self.why_no_job()
        if reason is not None:
            return reason
        missing = [name for name in _FIT_NEEDS if importlib.util.find_spec(name) is None]  # found, not imported
        if missing:
            return f"{' and '.join(missing)} cannot be found by TensorBoard's Python; install what is missing there, or fit from a shell"
        return None

    def why_no_job(self) -> str | None:
        """Say why no job may be started here, whatever it needs, None when it may."""
        if self.read_only:
            return _READ_ONLY
        if self.fit == "false":
            return "TensorBoard was started with --timetravel_allow_fit false"
        if self.fit == "auto" and self.is_exposed:
            return "other machines can reach this TensorBoard; start it with --timetravel_allow_fit true to let them start fits too"
        return None

    def why_no_saving(self) -> str | None:
        """Say why nothing may be kept beside the runs here, None when it may."""
        if self.read_only:
            return _READ_ONLY
        if self.is_exposed and self.fit != "true":
            return "other machines can reach this TensorBoard; start it with --timetravel_allow_fit true to let them change runs too"
        return None

    def check(self, request: Request) -> None:
        """Let a state change through.

        Raises
        ------
        Refused : the request may come from elsewhere than this TensorBoard's own page, or nothing may be changed here.
        """
        if request.mimetype != "application/json":
            raise Refused(403, f"expected Content-Type: application/json, got {request.mimetype[:40]!r}")
        if request.headers.get("X-Time-Travel") != "1":
            raise Refused(403, "expected the header X-Time-Travel: 1, which only this TensorBoard's own page sends")
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site not in ("same-origin", "none"):
            raise Refused(403, "expected a request from this TensorBoard's own page, got one from another site")
        host = _host_name(request.headers.get("Host", ""))
        if site == "none" and not self._is_own(request.headers.get("Origin"), request.headers.get("Host", "")):
            origin = request.headers["Origin"][:200]
            raise Refused(403, f"expected a request from this TensorBoard's own page, got one from {origin}")
        if not (self.is_exposed or _is_loopback(host) or host in self.hosts):
            raise Refused(403, f"expected to be asked as localhost, got {host!r}; start TensorBoard with --timetravel_allowed_hosts {host}")
        if self.read_only:
            raise Refused(403, _READ_ONLY)

    def _is_own(self, origin: str | None, host: str) -> bool:
        """Tell whether the page that asks is ours; browsers name it where they do not vouch for it, as on plain HTTP."""
        if origin is None:  # no browser
            return True
        _, _, place = origin.partition("://")
        return bool(place) and (place.lower() == host.lower() or _host_name(place) in self.hosts)


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets without an address between them
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_body(request: Request, kind: type[Body], max_bytes: int = _MAX_BODY) -> Body:
    """Read a small JSON body, checked field by field.

    Raises
    ------
    Refused : it is too long.
    InvalidData : it is not what was expected.
    """
    content = b"" if (request.content_length or 0) > max_bytes else request.stream.read(max_bytes + 1)
    if (request.content_length or 0) > max_bytes or len(content) > max_bytes:
        raise Refused(413, f"expected a body of at most {max_bytes} bytes")
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidData(f"the body is not what was expected: {error}") from error
