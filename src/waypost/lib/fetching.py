"""What a fetch may take, what it gives, and the fetcher that is loaded when the first link comes.

The HTTP client under the fetcher costs a twentieth of a second to load, and most starts never fetch anything.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from waypost.lib.links import FetchPolicy, Link
from waypost.lib.vetting import NotFetched

if TYPE_CHECKING:
    from waypost.lib.fetcher import Fetcher


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may take at most, redirects included."""

    max_bytes: int
    deadline: timedelta = timedelta(seconds=30)
    may_be_html: bool = False
    """False refuses text/html, the sign of a link to a page about the file instead of the file."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer with status 200; its bytes went to the sink."""

    content_type: str
    """As the server said it; empty when it did not."""
    size: int
    sha256: bytes
    final_url: str
    filename: str | None
    """From Content-Disposition or the path: one path component, at most 240 characters, nothing unprintable."""


Sink = Callable[[bytes], Awaitable[None]]


class LinkFetcher(Protocol):
    """Reads what links lead to."""

    async def fetch(
        self, link: Link, *, limits: Limits, sink: Sink, authorization: str | None = None
    ) -> Fetched | NotFetched:
        """Read a link into `sink`; what the sink got of a failed fetch is to be thrown away."""
        ...


class FetcherOnDemand:
    """The guarded fetcher of `lib/fetcher.py`, loaded when it is first needed."""

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._fetcher: Fetcher | None = None

    async def fetch(
        self, link: Link, *, limits: Limits, sink: Sink, authorization: str | None = None
    ) -> Fetched | NotFetched:
        """Read a link into `sink`."""
        if self._fetcher is None:
            from waypost.lib.fetcher import Fetcher

            self._fetcher = Fetcher(self._policy)
        return await self._fetcher.fetch(link, limits=limits, sink=sink, authorization=authorization)
