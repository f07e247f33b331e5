"""Media shelf: the files that programs upload, that links lead to, and that users send; kept once by their content.

An id is given only after the bytes and the row are safe. What a file is decides whether it is taken, never what it
is called.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakValueDictionary

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import BAD_MEDIA
from waypost.flows.media_reading import MediaReading
from waypost.flows.media_urls import URL_LIFE
from waypost.lib import log
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.lib.file_facts import MediaFacts
from waypost.lib.ids import KeyMaker, new_media_tag, parse_media_id
from waypost.lib.images import ImageInspector
from waypost.lib.media_facts import gather_facts
from waypost.model import Dialect, MediaKey, MediaSource, Medium, NumberId
from waypost.ports import Blob, BlobLocks, BlobStore, BlobWriter, Housekeeping, Records, StoreDown
from waypost.rules import media as media_rules

LIFE = timedelta(days=30)
"""How long an uploaded or fetched medium can be used. # spec: cloud-api.md#6.4"""
INBOUND_LIFE = timedelta(days=7)
"""How long the id in a webhook can be downloaded. # spec: cloud-api.md#6.4"""

_log = log.Log("waypost.media")


class Origin(Struct, frozen=True):
    """Where a file comes from, and the type and name that came with it."""

    number_id: NumberId
    source: MediaSource
    declared: str | None
    filename: str | None = None


@dataclass(frozen=True)
class MediaShelf:
    """The flow, with the ports it uses."""

    records: Records
    blobs: BlobStore
    inspector: ImageInspector
    clock: Clock
    keys: KeyMaker
    keeps: Callable[[NumberId], bool] = lambda _: False
    """Whether the files of a number stay until somebody deletes them."""
    redirects: bool = False
    """Whether downloads may be sent on to the store, where it can serve them."""
    locks: BlobLocks | None = None
    """What keeps other processes off some bytes; None: there are none."""
    _in_hand: WeakValueDictionary[bytes, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _reading: MediaReading = field(init=False)

    def __post_init__(self) -> None:
        """Set up what reads the files."""
        object.__setattr__(self, "_reading", MediaReading(self.blobs, self.clock))

    def writer(self) -> AbstractAsyncContextManager[BlobWriter]:
        """Open a file for the bytes that are coming in."""
        return self.blobs.writer()

    async def keep(self, writer: BlobWriter, origin: Origin, *, dialect: Dialect) -> Medium:
        """Check an uploaded file and keep it under a new id. Raises Refusal with what is wrong with it."""
        facts = await self.look(writer, origin)
        if fault := media_rules.check_upload(dialect, facts):
            raise Refusal(BAD_MEDIA, fault.details)
        return await self.keep_as_is(writer, origin, facts)

    async def look(self, writer: BlobWriter, origin: Origin) -> MediaFacts:
        """Return what a file is, beside what it was declared as."""
        await writer.flush()
        return await gather_facts(writer.path, origin.declared, self.inspector)

    async def keep_as_is(self, writer: BlobWriter, origin: Origin, facts: MediaFacts) -> Medium:
        """Keep a file under a new id, whatever `look` has found it to be.

        The bytes come before the row: so an id never names bytes that a power cut or a deletion has taken.
        """
        async with self._alone_with(writer.sha256), self._keeping(writer.sha256) as is_protected:
            medium = self._medium(await writer.keep(), origin, facts)
            await self.records.save_medium(medium)
            if not is_protected():  # another process may have deleted the bytes, or be about to
                with suppress(StoreDown):
                    await self.records.delete_medium(medium.key)
                raise StoreDown("the database went away while the file was kept; send the file again")
        return medium

    async def find(self, number_id: NumberId, media_id: str) -> Medium | None:
        """Return a medium by its id in either dialect; None if it is unknown, another number's, deleted or expired."""
        return await self.find_of((number_id,), media_id)

    async def find_of(self, owners: Collection[NumberId], media_id: str) -> Medium | None:
        """Return a medium of any of these numbers; None as in `find`."""
        medium = await self.by_id(media_id)
        if medium is None or medium.number_id not in owners:
            return None
        if medium.source == "handle":  # spec: cloud-api.md#13.9 - it is not a media id
            return None
        return None if self.is_over(medium, self.clock.now_ms()) else medium

    async def by_id(self, media_id: str) -> Medium | None:
        """Return a medium by its id in either dialect, whosever it is, expired or not; None if there is none."""
        ref = parse_media_id(media_id)
        found = await self.by_key(MediaKey(ref.key)) if ref else None
        return found if found is not None and ref is not None and ref.tag in (None, found.tag) else None

    async def by_key(self, key: MediaKey) -> Medium | None:
        """Return a medium by its key, whosever it is, expired or not; None if it was deleted."""
        return await self.records.medium(key)

    def is_over(self, medium: Medium, now_ms: int) -> bool:
        """Return whether the time of a medium is over; that of an upload's handle is whatever its number wants."""
        return medium.expires_ms <= now_ms and (medium.source == "handle" or not self.keeps(medium.number_id))

    def read(self, medium: Medium, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Read a medium's bytes in chunks. Raises DamagedError, and what the store does."""
        return self._reading(medium, start=start, length=length)

    async def presigned_url(self, medium: Medium) -> str | None:
        """Return a URL at which the store itself serves a medium; None if it cannot or is not allowed to."""
        return await self.blobs.link(medium.sha256, life=URL_LIFE) if self.redirects else None

    async def delete(self, medium: Medium) -> None:
        """Delete a medium; its bytes go with the last id that has them.

        Bytes that cannot be deleted now are without an id from here on: they go with the orphans.
        """
        async with self._alone_with(medium.sha256), self._deleting(medium.sha256) as may_delete:
            if await self.records.delete_medium(medium.key) and may_delete():
                try:
                    await self.blobs.delete(medium.sha256)
                except StoreDown as down:
                    _log.warning("media.left", why=str(down))

    async def drop_orphan(self, sha256: bytes, rows: Housekeeping) -> bool:
        """Delete bytes that no medium has; return False if one has been given them meanwhile, or is being given."""
        async with self._alone_with(sha256), self._deleting(sha256) as may_delete:
            if not (await rows.blobs_without_rows([sha256]) and may_delete()):
                return False
            await self.blobs.delete(sha256)
        return True

    def _alone_with(self, sha256: bytes) -> asyncio.Lock:
        """Return the lock of some bytes: nobody may delete them after they are kept and before their row is."""
        return self._in_hand.setdefault(sha256, asyncio.Lock())

    def _keeping(self, sha256: bytes) -> AbstractAsyncContextManager[Callable[[], bool]]:
        return self.locks.keeping(sha256) if self.locks else nullcontext(_yes)

    def _deleting(self, sha256: bytes) -> AbstractAsyncContextManager[Callable[[], bool]]:
        return self.locks.deleting(sha256) if self.locks else nullcontext(_yes)

    def _medium(self, blob: Blob, origin: Origin, facts: MediaFacts) -> Medium:
        now_ms = self.clock.now_ms()
        life = INBOUND_LIFE if origin.source == "inbound" else LIFE
        return Medium(
            key=MediaKey(self.keys.next()),
            tag=new_media_tag(),
            number_id=origin.number_id,
            sha256=blob.sha256,
            mime=media_rules.served_type(facts),
            size=blob.size,
            created_ms=now_ms,
            expires_ms=now_ms + to_ms(life),
            source=origin.source,
            filename=origin.filename,
            animated=media_rules.is_animated(facts),
            damage=media_rules.damage(facts),
        )


def _yes() -> bool:
    return True
