"""What a fetch may take and what it gives: the port of whatever fetches links."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from waypost.lib.hops import Trail
from waypost.lib.links import Link
from waypost.lib.vetting import NotFetched

_UNKNOWN = {"", "application/octet-stream", "binary/octet-stream"}  # what stores say when they do not know


class Limits(Struct, frozen=True):
    """What one fetch may take at most, redirects included."""

    max_bytes: int
    deadline: timedelta = timedelta(seconds=30)
    may_be_html: bool = False
    """False refuses text/html, the sign of a link to a page about the file instead of the file."""


class Fetched(Struct, frozen=True):
    """A whole answer with status 200; its bytes went to the sink."""

    content_type: str
    """As the server said it; empty when it did not."""
    size: int
    sha256: bytes
    final_url: str
    filename: str | None
    """From Content-Disposition or the path: one path component, at most 240 characters, nothing unprintable."""

    @property
    def declared(self) -> str | None:
        """The type that the server says the file has; None if it does not know."""
        return None if self.content_type.partition(";")[0].strip().lower() in _UNKNOWN else self.content_type


Sink = Callable[[bytes], Awaitable[None]]


class LinkFetcher(Protocol):
    """Reads what links lead to."""

    async def fetch(
        self, link: Link, *, limits: Limits, sink: Sink, authorization: str | None = None, trail: Trail | None = None
    ) -> Fetched | NotFetched:
        """Read a link into `sink`; what the sink got of a failed fetch is to be thrown away.

        `trail` is told of every hop.
        """
        ...
