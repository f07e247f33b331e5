"""The guarded fetcher, loaded when the first link comes.

The HTTP client under it costs a twentieth of a second to load, and most starts never fetch anything.
"""

from waypost.lib.fetching import Fetched, Limits, LinkFetcher, Sink
from waypost.lib.hops import Trail
from waypost.lib.links import FetchPolicy, Link
from waypost.lib.vetting import NotFetched


class FetcherOnDemand:
    """The guarded fetcher of `lib/fetcher.py`, loaded when it is first needed."""

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._fetcher: LinkFetcher | None = None

    async def fetch(
        self, link: Link, *, limits: Limits, sink: Sink, authorization: str | None = None, trail: Trail | None = None
    ) -> Fetched | NotFetched:
        """Read a link into `sink`."""
        if self._fetcher is None:
            from waypost.lib.fetcher import Fetcher

            self._fetcher = Fetcher(self._policy)
        return await self._fetcher.fetch(link, limits=limits, sink=sink, authorization=authorization, trail=trail)
