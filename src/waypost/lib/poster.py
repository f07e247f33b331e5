"""Outbound HTTP to upstreams and webhooks: the Poster port.

A poster never follows a redirect, uses a proxy, keeps a cookie or asks for compression. It reads at most 64 KiB of an
answer and leaves the rest: success is a matter of the status alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from msgspec import Struct

Headers = Sequence[tuple[str, str]]

Vet = Callable[[str, int], Awaitable[str | None]]
"""Takes host and port, returns the one address that may be dialled for them, or None when none may.

The host is a name in ASCII or an address without brackets. Raises OSError when the name is not found.
"""

MAX_ANSWER_BYTES: Final = 65_536
MAX_CHALLENGE_BYTES: Final = 256
CONNECT_TIMEOUT: Final = timedelta(seconds=5)
IDLE_PER_HOST: Final = 256  # several endpoints of one host may each have many calls under way
# Under the 5 s after which common servers hang up: a request never meets a connection that is just being closed.
IDLE_TIMEOUT: Final = timedelta(seconds=4)
# How long a vetted address is used without asking again; it stays pinned, so only changes in the DNS come late.
VETTED_SECONDS: Final = 30.0
USER_AGENT: Final = "Waypost"

NOT_A_URL: Final = "the URL or a header is malformed"
NOT_ALLOWED: Final = "address not allowed"
NOT_FOUND: Final = "name not found"
REFUSED: Final = "connection refused"
BAD_CERTIFICATE: Final = "certificate not valid"
CONNECT_TIMED_OUT: Final = f"no connection within {CONNECT_TIMEOUT.total_seconds():g} s"
CANNOT_CONNECT: Final = "connection could not be made"
BROKEN: Final = "connection closed before an answer"
CLOSED: Final = "Waypost is stopping"


class Posted(Struct, frozen=True):
    """The peer answered, with whatever status; `body` is at most the first 64 KiB."""

    status: int
    body: bytes
    retry_after: str | None
    elapsed: timedelta
    headers: Sequence[tuple[bytes, bytes]] = ()
    """The headers as they came, to be kept with an answer that was no success."""


class NotPosted(Struct, frozen=True):
    """No answer came; `reason` is in plain words.

    `began` is False only when surely no byte of the request was sent, so that a repetition cannot be a duplicate.
    """

    reason: str
    began: bool


class Poster(Protocol):
    """Sends one request and tells what happened; never raises for anything the peer, the net or the URL does."""

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        """POST exactly these bytes; `timeout` is for everything, from the look-up of the name to the answer's body.

        `roots_pem` names certificates that the peer's may rest on, beside the usual ones; it is for this request only.
        Headers that say where a request ends or goes (Host, Content-Length, ...) count as malformed.
        When the status came in time and the body did not, the answer counts, and what came of the body may be left out.
        May be called concurrently, without a bound of its own.
        """
        ...

    async def get(
        self,
        url: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Headers = (),
        timeout: timedelta,
        max_bytes: int = MAX_CHALLENGE_BYTES,
        roots_pem: str | None = None,
    ) -> Posted | NotPosted:
        """GET the URL with `query` added to its own, and read at most `max_bytes` of the answer."""
        ...

    async def aclose(self) -> None:
        """End all connections; requests under way, and later ones, come back as NotPosted."""
        ...


def timed_out(timeout: timedelta) -> NotPosted:
    """Return the outcome of a request whose time was up."""
    return NotPosted(f"timed out after {timeout.total_seconds():g} s", began=True)
