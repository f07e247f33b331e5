"""Preview pages: what a page says of itself, and the picture that it names.

Both are strangers': they are fetched as media links are, through the guarded fetcher, and nothing of a page is kept
but three short texts.
"""

import asyncio
from datetime import timedelta

from msgspec import Struct

from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.lib.clock import Clock
from waypost.lib.fetching import Fetched, Limits, LinkFetcher
from waypost.lib.hops import Trail
from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link, resolve_link
from waypost.lib.page_head import MAX_PAGE_BYTES, PageHead, read_page_head
from waypost.model import MediaKey, NumberId
from waypost.rules import media as media_rules

_IN_TIME = timedelta(seconds=5)
_MAX_IMAGE_BYTES = 2**20
_PAGE = Limits(max_bytes=2**30, deadline=_IN_TIME, may_be_html=True)  # the sink takes the first bytes and no more
_IMAGE = Limits(max_bytes=_MAX_IMAGE_BYTES, deadline=_IN_TIME)
_PAGES = ("text/html", "application/xhtml+xml")


class Card(Struct, frozen=True):
    """What was found behind a link; without a title nothing was."""

    url: str
    fetched_ms: int
    title: str | None = None
    description: str | None = None
    media_key: MediaKey | None = None


class PreviewPages(Struct, frozen=True):
    """Reads pages, and keeps their pictures."""

    shelf: MediaShelf
    fetcher: LinkFetcher
    policy: FetchPolicy
    clock: Clock

    async def card(self, url: str, number_id: NumberId) -> Card:
        """Fetch a page and its picture, which is kept for the number; return what is to be shown of them."""
        nothing = Card(url, self.clock.now_ms())
        link = parse_link(url, self.policy)
        # spec: on-premises-api.md#3.3 - "a host name, not an IP address"; the app that shows it is the same one
        if isinstance(link, BadLink) or link.address is not None:
            return nothing
        trail = Trail()
        page = await self._page(link, trail)
        head = await asyncio.to_thread(read_page_head, page, _content_type(trail)) if page else PageHead()
        if head.title is None:
            return nothing
        picture = self._picture_link(head.image, trail) if head.image else None
        media_key = await self._picture(picture, number_id) if picture else None
        return Card(url, nothing.fetched_ms, head.title, head.description, media_key)

    async def _page(self, link: Link, trail: Trail) -> bytes:
        """Return the first bytes of a page; none if there is no page."""
        sink = _FirstBytes(trail)
        try:
            result = await self.fetcher.fetch(link, limits=_PAGE, sink=sink.take, trail=trail)
        except _EnoughError:
            return bytes(sink.data)
        return bytes(sink.data) if isinstance(result, Fetched) else b""

    def _picture_link(self, address: str, trail: Trail) -> Link | None:
        page = parse_link(trail.hops[-1].url, self.policy)  # after redirects it is another than was asked for
        link = page if isinstance(page, BadLink) else resolve_link(page, address, self.policy)
        return None if isinstance(link, BadLink) else link

    async def _picture(self, link: Link, number_id: NumberId) -> MediaKey | None:
        """Return the picture that a page names, kept; None for what is none, or none that phones show.

        It is judged as the picture of a message is.
        """
        async with self.shelf.writer() as writer:
            result = await self.fetcher.fetch(link, limits=_IMAGE, sink=writer.write)
            if not isinstance(result, Fetched):
                return None
            origin = Origin(number_id, "link", result.declared, result.filename)
            facts = await self.shelf.look(writer, origin)
            if media_rules.check_fetched("cloud", "image", facts):
                return None
            return (await self.shelf.keep_as_is(writer, origin, facts)).key


class _EnoughError(Exception):
    """Enough of the page was read; raised to end the fetch."""


class _FirstBytes:
    """Takes the first bytes of a page, and nothing of what is no page."""

    def __init__(self, trail: Trail) -> None:
        self.data = bytearray()
        self._trail = trail

    async def take(self, chunk: bytes) -> None:
        """Take the next bytes until there are enough of them."""
        if _content_type(self._trail).partition(";")[0].strip().lower() not in _PAGES:
            raise _EnoughError
        self.data += chunk[: MAX_PAGE_BYTES - len(self.data)]
        if len(self.data) >= MAX_PAGE_BYTES:
            raise _EnoughError


def _content_type(trail: Trail) -> str:
    """Return what the last answer said that it is."""
    return trail.hops[-1].headers.get("content-type", "")
