"""Attach: find the files that a message carries when it leaves: stored ones by their ids, others by their links."""

from collections.abc import Sequence

from msgspec import Struct

from waypost.errors import Cause, Fault
from waypost.errors.outcomes import MEDIA_FAILED
from waypost.flows.media_findings import stored_file_finding
from waypost.flows.media_links import MediaLinks
from waypost.flows.media_shelf import MediaShelf
from waypost.lib.clock import Clock
from waypost.model import MediaKey, Medium, Outbound
from waypost.rules import media as media_rules
from waypost.wire.parts import MediaObject


class Attach(Struct, frozen=True):
    """The flow, with what it uses."""

    shelf: MediaShelf
    links: MediaLinks
    clock: Clock

    async def __call__(self, message: Outbound) -> Sequence[Medium] | Fault:
        """Return the media that a message carries, in order; links are fetched here.

        A fault is returned for a file that its message type does not take, and for a link that leads to no file. The
        subscriber learns of both by a `failed` status, not in the answer to the request.
        """
        wanted = message.decoded().media()
        if not wanted:
            return ()
        media: list[Medium] = []
        for each, key in zip(wanted, (message.media_key, *message.more_media), strict=True):
            medium = await self._medium(message, each, key)
            if isinstance(medium, Fault):
                return medium
            media.append(medium)
        message.media_key, message.more_media = media[0].key, tuple(medium.key for medium in media[1:])
        return media

    async def _medium(self, message: Outbound, wanted: MediaObject, key: MediaKey | None) -> Medium | Fault:
        if wanted.link is not None:
            return await self.links(message, wanted, wanted.link)
        medium = await self.shelf.by_key(key) if key else None
        if medium is None:
            details = f"The media {wanted.id} was deleted before the message could be sent."
            return Fault(MEDIA_FAILED, details, cause=Cause("media", details, {"id": wanted.id}))
        kind = media_rules.kind_in(message.kind, wanted)
        fault = media_rules.check_stored(message.dialect, kind, medium)
        if fault is not None:
            message.findings += (stored_file_finding(message.dialect, kind, medium, self.clock.now_ms()),)
        return fault or medium
