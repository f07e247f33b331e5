"""Search: finds messages, deliveries and files for the console, page by page.

The store filters by columns. What it cannot see, such as the text shown, is filtered here, a few hundred rows at a
time, so that no request holds up the event loop.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict

from waypost.flows.inspect import Inspect, media_view
from waypost.lib.clock import at
from waypost.model import MediaKey, Medium, NumberId
from waypost.ports import DeliverySearch, Lists, MessageSearch, Page, StoredMessage, Stretch, Window
from waypost.wire.control.deliveries import DeliveryView
from waypost.wire.control.lists import GalleryMedium, MediumType
from waypost.wire.control.messages import MessageView

_MOST = 5_000
"""Rows that one request looks at."""
_STEP = 500
_CARRIERS = 20

Row = TypeVar("Row", StoredMessage, Medium)


class Wanted(Struct, frozen=True):
    """Which part of a list is wanted: rows below a key, no more than so many."""

    before: int | None
    limit: int


class Search(Struct, frozen=True):
    """The flow, with the ports it uses."""

    lists: Lists
    inspect: Inspect

    async def messages(self, search: MessageSearch, text: str | None, wanted: Wanted) -> Page[MessageView]:
        """Return messages, the newest first; `text` is a part of what they show, in whatever case."""
        if text is None:
            found = await self.lists.search_messages(search, Window(wanted.before, wanted.limit, _MOST))
        else:
            folded = text.casefold()

            def shows(message: StoredMessage) -> bool:
                return folded in self.inspect.seen_text(message).casefold()

            def look(window: Window) -> Awaitable[Page[StoredMessage]]:
                return self.lists.search_messages(search, window)

            found = await _sifted(look, shows, wanted)
        return Page(await self.inspect.message_views(found.rows), found.next_before)

    async def deliveries(self, search: DeliverySearch, wanted: Wanted) -> Page[DeliveryView]:
        """Return deliveries, the newest first."""
        found = await self.lists.search_deliveries(search, Window(wanted.before, wanted.limit, _MOST))
        return Page(await self.inspect.deliveries.views(found.rows), found.next_before)

    async def media(self, number_id: NumberId | None, kind: MediumType | None, wanted: Wanted) -> Page[GalleryMedium]:
        """Return files, the newest first."""

        def look(window: Window) -> Awaitable[Page[Medium]]:
            return self.lists.search_media(number_id, window)

        found = await _sifted(look, lambda m: kind in (None, medium_type(m.mime)), wanted)
        return Page([_gallery_medium(medium) for medium in found.rows], found.next_before)

    async def carriers(self, medium_id: MediaKey, after: int | None) -> Stretch[MessageView]:
        """Return messages that carry a file, the oldest first; `next_after` goes on.

        Each request looks at some thousand messages: the first at those around the time the file came, later ones at
        newer messages.
        """
        found = await self.lists.messages_of_medium(medium_id, after, limit=_CARRIERS, most=_MOST)
        return Stretch(await self.inspect.message_views(found.rows), found.next_after)


def medium_type(mime: str) -> MediumType:
    """Return which type of message a file is for."""
    if mime.startswith("image/webp"):
        return "sticker"
    for kind in ("image", "video", "audio"):
        if mime.startswith(f"{kind}/"):
            return kind
    return "document"


async def _sifted(
    look: Callable[[Window], Awaitable[Page[Row]]], fits: Callable[[Row], bool], wanted: Wanted
) -> Page[Row]:
    """Return a page of the rows that fit, after looking at `_MOST` rows or fewer."""
    found: list[Row] = []
    before = wanted.before
    for _ in range(_MOST // _STEP):
        page = await look(Window(before, _STEP, _STEP))
        found += [row for row in page.rows if fits(row)]
        before = page.next_before
        if len(found) >= wanted.limit or before is None:
            break
    if len(found) > wanted.limit:
        return Page(found[: wanted.limit], found[wanted.limit - 1].key)
    return Page(found, before)


def _gallery_medium(medium: Medium) -> GalleryMedium:
    return GalleryMedium(
        **asdict(media_view(medium)),
        type=medium_type(medium.mime),
        phone_number_id=str(medium.number_id),
        at=at(medium.created_ms),
        expires=at(medium.expires_ms),
        source=medium.source,
    )
