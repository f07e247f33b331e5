"""What an HTTP request may look like before any of our code sees it: limits, host names, framing.

These are rules only; `protocol.py` applies them to bytes as they arrive. Why each exists: a browser page that
resolves its own name to this machine (the host list), two servers that disagree where a request ends (framing), a
client that wants memory or a connection for nothing (limits).
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct, field

from waypost.errors import Problem
from waypost.errors.requests import HEAD_TOO_LARGE as LARGE_HEAD
from waypost.errors.requests import TIMED_OUT, UNKNOWN_HOST, UNSUPPORTED_CONTENT
from waypost.errors.requests import TOO_LARGE as LARGE_BODY
from waypost.errors.requests import URL_TOO_LONG as LONG_URL

Headers = list[tuple[bytes, bytes]]
"""Header lines in their order; names are lower case."""

KIB = 1024
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_WATCHED = frozenset((b"host", b"transfer-encoding", b"content-encoding"))
_ADDRESS = re.compile(rb"(?:\[([0-9a-f:.]{2,45})\]|([0-9.]{7,15}))(?::[0-9]{1,5})?")
_SMALL_BODY_TYPES = (b"application/json", b"application/x-www-form-urlencoded", b"text/plain")


class Limits(Struct, frozen=True):
    """How much, and for how long, one client may ask of the server. Seconds run on the event loop's clock."""

    url_bytes: int = 8 * KIB
    header_count: int = 100
    head_bytes: int = 32 * KIB
    head_seconds: float = 9.5  # with the time between two sweeps it stays under 10
    idle_seconds: float = 75.0  # between two requests of one connection
    body_seconds: float = 29.5  # for a whole body; an upload must keep its rate in each such span
    upload_bytes_per_second: int = KIB
    chunk_bytes: int = KIB * KIB * KIB  # of one chunk of a body: more than any route takes of a whole one
    linger_seconds: float = 5.0  # after a refusal, so that a client still sending can read the answer
    connections: int = 10_000
    sweep_seconds: float = 0.5


class Refusal(NamedTuple):
    """An answer that ends the connection: HTTP status and one sentence.

    `problem` is how a face says it. There is none where the framing itself is broken or no path can be known: nobody
    can tell then which face was meant, so that plain text is all there is to say.
    """

    status: int
    reason: str
    problem: Problem | None = None


MALFORMED = Refusal(400, "The request is not well-formed HTTP/1.1.")
CUT_OFF = Refusal(400, "The connection was closed before the request was complete.")
UNSUPPORTED_VERSION = Refusal(400, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
BAD_TARGET = Refusal(400, "The request target must be a path that starts with / and holds printable ASCII only.")
URL_TOO_LONG = Refusal(414, "The request target is too long.", LONG_URL)
HEAD_TOO_LARGE = Refusal(431, "The request has too many header lines, or too long ones.", LARGE_HEAD)
HEAD_TOO_SLOW = Refusal(408, "The request's header lines took too long to arrive.", TIMED_OUT)
BAD_CODING = Refusal(400, "The only Transfer-Encoding understood is: chunked.")
ENCODED_BODY = Refusal(
    415, "A request body with a Content-Encoding is not accepted; send it as it is.", UNSUPPORTED_CONTENT
)
ONE_HOST = Refusal(400, "The request must have exactly one Host header.", UNKNOWN_HOST)
CHUNK_TOO_LARGE = Refusal(413, "A chunk of the request's body is larger than any body may be.", LARGE_BODY)
OVERHEAD = Refusal(400, "The chunked body has far more framing than content.")
FULL = Refusal(503, "The server has as many connections as it may have; try again in a moment.")


class Guard(Struct, frozen=True):
    """The rules for the head of a request."""

    hosts: frozenset[bytes]
    limits: Limits = field(default_factory=Limits)
    takes_addresses: bool = False
    """Whether every IP address is a host of ours, with any port. A page's own name can be made to lead to this machine,
    an address cannot; and behind translated ones nobody here knows by which the machine is reached."""

    def judge(self, version: str, url: bytes, headers: Headers, came_bytes: int) -> Refusal | None:
        """Return why a request with this head is refused; None if it may pass.

        `came_bytes` is how much has come since it began, at least: only a long head is measured line by line.
        """
        if version not in ("1.1", "1.0"):
            return UNSUPPORTED_VERSION
        limits = self.limits
        if len(url) > limits.url_bytes:
            return URL_TOO_LONG
        if len(headers) > limits.header_count:
            return HEAD_TOO_LARGE
        if not url.startswith(b"/") or url.find(b"#") >= 0 or not url.isascii():
            return BAD_TARGET
        refusal = self._find_header_fault(headers)
        if refusal is None and came_bytes > limits.head_bytes and self._is_head_too_large(url, headers):
            return HEAD_TOO_LARGE
        return refusal

    def _is_head_too_large(self, url: bytes, headers: Headers) -> bool:
        return len(url) + sum(len(name) + len(value) + 4 for name, value in headers) > self.limits.head_bytes

    def _find_header_fault(self, headers: Headers) -> Refusal | None:
        hosts = codings = 0
        for name, value in headers:
            if name not in _WATCHED:  # nearly every line ends here
                continue
            if name == b"host":
                hosts += 1
                if value not in self.hosts and not self._is_ours(value):
                    return unknown_host(value)
            elif name == b"transfer-encoding":
                codings += 1
                if codings > 1 or value.strip().lower() != b"chunked":
                    return BAD_CODING
            elif value.strip().lower() not in (b"", b"identity"):
                return ENCODED_BODY
        return None if hosts == 1 else ONE_HOST

    def _is_ours(self, host: bytes) -> bool:
        written = host.strip().lower()
        return written in self.hosts or (self.takes_addresses and _is_address(written))


def _is_address(host: bytes) -> bool:
    written = _ADDRESS.fullmatch(host)
    if written is None:
        return False
    try:
        ipaddress.ip_address((written[1] or written[2]).decode("ascii"))
    except ValueError:
        return False
    return True


def unknown_host(value: bytes) -> Refusal:
    """Return the refusal of a Host header that is none of the server's names."""
    shown = value[:100].decode("ascii", "replace")
    reason = f"This server is not called {shown!a}. Name it with --allowed-hosts if it should be."
    return Refusal(400, reason, UNKNOWN_HOST)


def host_names(port: int, names: Iterable[str]) -> frozenset[bytes]:
    """Return the Host headers to accept: the loopback names with `port`, and `names` with it and without.

    A name that brings its own port is taken as it is.
    """
    accepted = {f"{name}:{port}" for name in _LOOPBACK_NAMES}
    for name in names:
        accepted.add(name)
        if not _has_port(name):
            accepted.add(f"{name}:{port}")
    return frozenset(name.lower().encode("idna" if not name.isascii() else "ascii") for name in accepted)


def _has_port(name: str) -> bool:
    return name.rpartition(":")[2].isdigit() and not name.endswith("]") and ":" in name


def is_upload(headers: Headers) -> bool:
    """Return whether the body may be large, so that its rate is watched and not its total time."""
    for name, value in headers:
        if name == b"content-type":
            return not value.lower().startswith(_SMALL_BODY_TYPES)
    return False
