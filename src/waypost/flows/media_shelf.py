"""Media: files that programs upload, that links lead to, and that users send; kept once by their content.

An id is given only after the bytes and the row are safe. What a file is decides whether it is taken, never what it
is called.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakValueDictionary

from msgspec import Struct

from waypost.errors import Cause, Fact, Fault, Refusal
from waypost.errors.outcomes import MEDIA_FAILED
from waypost.errors.requests import BAD_MEDIA
from waypost.flows.fetch_turns import FetchTurns
from waypost.flows.find import find_medium
from waypost.flows.media_findings import (
    kind_of,
    link_finding,
    new_file_facts,
    new_file_finding,
    reused_link_finding,
    stored_file_finding,
)
from waypost.flows.media_reading import MediaReading
from waypost.lib import log
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.lib.fetching import Fetched, Limits, LinkFetcher
from waypost.lib.file_facts import MediaFacts
from waypost.lib.hops import Trail
from waypost.lib.ids import KeyMaker, new_media_tag
from waypost.lib.images import ImageInspector
from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link
from waypost.lib.media_facts import gather_facts
from waypost.lib.vetting import DENIED
from waypost.model import Dialect, MediaKey, MediaSource, Medium, NumberId, Outbound, Provider
from waypost.ports import Blob, BlobLocks, BlobStore, BlobWriter, Housekeeping, Records, StoreDown
from waypost.rules import media as media_rules
from waypost.wire.parts import MediaObject

LIFE = timedelta(days=30)
"""How long an uploaded or fetched medium can be used. # spec: cloud-api.md#6.4"""
INBOUND_LIFE = timedelta(days=7)
"""How long the id in a webhook can be downloaded. # spec: cloud-api.md#6.4"""
LINK_LIFE = timedelta(minutes=5)
"""How long a signed URL of the store works: as long as the looked-up URL that leads to it."""
LINK_CACHE_MS = 10 * 60_000
"""How long a fetched link is used again. # spec: cloud-api.md#3"""

_log = log.Log("waypost.media")

_FETCH_ATTEMPTS = 3
_CACHED_LINKS = 10_000
_NO_CLAIM = {"", "application/octet-stream", "binary/octet-stream"}  # what stores say when they do not know


class Origin(Struct, frozen=True):
    """Where a file comes from, and the type and name that came with it."""

    number_id: NumberId
    source: MediaSource
    declared: str | None
    filename: str | None = None


class _LinkKey(Struct, frozen=True):
    """When a link counts as the same link, so that its file is used again.

    No number sees another's files, and a file that was checked as one kind was not checked as another.
    """

    number_id: NumberId
    link: str
    provider: str | None
    dialect: Dialect
    kind: str


class _Target(Struct, frozen=True):
    """What to ask for, and with which credentials."""

    link: Link
    authorization: str | None
    trail: Trail
    """Every hop of every attempt."""


def _nobody(_number_id: NumberId) -> bool:
    return False


def _yes() -> bool:
    return True


@dataclass(frozen=True)
class MediaShelf:
    """The flow, with the ports it uses."""

    records: Records
    blobs: BlobStore
    fetcher: LinkFetcher
    policy: FetchPolicy
    inspector: ImageInspector
    clock: Clock
    keys: KeyMaker
    keeps: Callable[[NumberId], bool] = _nobody
    """Whether the files of a number stay until somebody deletes them."""
    redirects: bool = False
    """Whether downloads may be sent on to the store, where it can serve them."""
    locks: BlobLocks | None = None
    """What keeps other processes off some bytes; None: there are none."""
    _fetched: dict[_LinkKey, tuple[MediaKey, int]] = field(default_factory=dict)
    _fetching: dict[_LinkKey, asyncio.Lock] = field(default_factory=dict)
    _turns: FetchTurns = field(default_factory=FetchTurns)
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
        facts = await self._facts(writer, origin.declared)
        if fault := media_rules.check_upload(dialect, facts):
            raise Refusal(BAD_MEDIA, fault.details)
        return await self._store(writer, origin, facts)

    async def keep_piece(self, writer: BlobWriter, origin: Origin) -> Medium:
        """Keep a piece of a file under an id of its own; nothing about it is checked."""
        return await self._store(writer, origin, await self._facts(writer, None))

    def why_no_link(self, text: str) -> str | None:
        """Return why a text is refused as a link by its form alone, or None."""
        link = parse_link(text, self.policy)
        return link.reason if isinstance(link, BadLink) else None

    async def find(self, number_id: NumberId, media_id: str) -> Medium | None:
        """Return a medium by its id in either dialect; None if it is unknown, another number's, deleted or expired."""
        return await self.find_of((number_id,), media_id)

    async def find_of(self, owners: Collection[NumberId], media_id: str) -> Medium | None:
        """Return a medium of any of these numbers; None as in `find`."""
        medium = await find_medium(self.records, media_id)
        if medium is None or medium.number_id not in owners:
            return None
        if medium.source == "handle":  # spec: cloud-api.md#13.9 - it is not a media id
            return None
        return None if self.is_over(medium, self.clock.now_ms()) else medium

    def is_over(self, medium: Medium, now_ms: int) -> bool:
        """Return whether the time of a medium is over; that of an upload's handle is whatever its number wants."""
        return medium.expires_ms <= now_ms and (medium.source == "handle" or not self.keeps(medium.number_id))

    def read(self, medium: Medium, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Read a medium's bytes in chunks. Raises DamagedError, and what the store does."""
        return self._reading(medium, start=start, length=length)

    async def link(self, medium: Medium) -> str | None:
        """Return a URL at which the store itself serves a medium; None if it cannot or is not allowed to."""
        return await self.blobs.link(medium.sha256, life=LINK_LIFE) if self.redirects else None

    async def keep_picture(self, link: Link, number_id: NumberId, limits: Limits) -> Medium | None:
        """Fetch a picture that is nobody's message and keep it under a new id; None if there is none that phones show.

        It is judged as the picture of a message is.
        """
        async with self.blobs.writer() as writer:
            result = await self.fetcher.fetch(link, limits=limits, sink=writer.write)
            if not isinstance(result, Fetched):
                return None
            claim = _claim(result)
            facts = await self._facts(writer, claim)
            if media_rules.check("cloud", "image", facts):
                return None
            return await self._store(writer, Origin(number_id, "link", claim, result.filename), facts)

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

    async def for_message(self, message: Outbound) -> Sequence[Medium] | Fault:
        """Return the media that a message carries, in order; links are fetched here.

        A fault is returned for a file that its message type does not take, and for a link that leads to no file. The
        subscriber learns of both by a `failed` status, not in the answer to the request.
        """
        wanted = message.decoded().media()
        if not wanted:
            return ()
        media: list[Medium] = []
        for each, key in zip(wanted, (message.media_key, *message.more_media), strict=True):
            medium = await self._medium_of(message, each, key)
            if isinstance(medium, Fault):
                return medium
            media.append(medium)
        message.media_key, message.more_media = media[0].key, tuple(medium.key for medium in media[1:])
        return media

    async def _medium_of(self, message: Outbound, wanted: MediaObject, key: MediaKey | None) -> Medium | Fault:
        if wanted.link is not None:
            return await self._linked(message, wanted, wanted.link)
        medium = await self.records.medium(key) if key else None
        if medium is None:
            details = f"The media {wanted.id} was deleted before the message could be sent."
            return Fault(MEDIA_FAILED, details, cause=Cause("media", details, {"id": wanted.id}))
        kind = kind_of(message.kind, wanted)
        fault = media_rules.check_stored(message.dialect, kind, medium)
        if fault is not None:
            message.findings += (stored_file_finding(message.dialect, kind, medium, self.clock.now_ms()),)
        return fault or medium

    async def _linked(self, message: Outbound, wanted: MediaObject, link: str) -> Medium | Fault:
        """Fetch a link once for all messages that want it within its caching time."""
        provider = wanted.provider.name if wanted.provider else None
        key = _LinkKey(message.number_id, link, provider, message.dialect, kind_of(message.kind, wanted))
        lock = self._fetching.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                return await self._cached(key, message) or await self._fetch(message, wanted, key)
        finally:
            if not lock.locked():
                self._fetching.pop(key, None)

    async def _cached(self, key: _LinkKey, message: Outbound) -> Medium | None:
        media_key, fetched_ms = self._fetched.get(key, (None, 0))
        now_ms = self.clock.now_ms()
        if media_key is None or now_ms - fetched_ms >= LINK_CACHE_MS:
            return None
        medium = await self.records.medium(media_key)
        if medium is not None:
            message.findings += (reused_link_finding(key.link, fetched_ms, now_ms),)
        return medium

    async def _fetch(self, message: Outbound, wanted: MediaObject, key: _LinkKey) -> Medium | Fault:
        authorization = None
        if key.provider is not None:
            provider = await self.provider(message.number_id, key.provider)
            if provider is None:
                return Fault(MEDIA_FAILED, f"The media provider '{key.provider}' is not configured for this number.")
            authorization = _authorization(provider)
        link = parse_link(key.link, self.policy)
        if isinstance(link, BadLink):
            return Fault(MEDIA_FAILED, f"The media link {link.reason}.")
        return await self._try_to_fetch(message, wanted, key, _Target(link, authorization, Trail()))

    async def _try_to_fetch(
        self, message: Outbound, wanted: MediaObject, key: _LinkKey, target: _Target
    ) -> Medium | Fault:
        limits = Limits(
            max_bytes=media_rules.limit_for(message.dialect, kind_of(message.kind, wanted)),
            may_be_html=wanted.kind == "document",
        )
        reason, started = "", self.clock.monotonic()
        for attempt in range(1, _FETCH_ATTEMPTS + 1):
            async with self._turns.turn(message.number_id, self.clock), self.blobs.writer() as writer:
                result = await self.fetcher.fetch(
                    target.link,
                    limits=limits,
                    sink=writer.write,
                    authorization=target.authorization,
                    trail=target.trail,
                )
                if isinstance(result, Fetched):
                    self._note_link(message, target, started, size=result.size)
                    return await self._keep_fetched(writer, result, message, wanted, key)
            reason = result.reason
            if not result.retryable:
                break
            await self.clock.pause(0.2 * attempt)
        self._note_link(message, target, started, reason=reason)
        return Fault(MEDIA_FAILED, f"The media link could not be used: {reason}.")

    def _note_link(
        self, message: Outbound, target: _Target, started: float, *, size: int | None = None, reason: str | None = None
    ) -> None:
        """Keep with the message how its link was fetched, or why it was not."""
        took_ms = int(1000 * (self.clock.monotonic() - started))
        facts: dict[str, Fact] = {"requests": len(target.trail.hops), "size": size, "took_ms": took_ms}
        if reason == DENIED:
            facts["denied"] = True
        if target.authorization is not None:
            facts["authorization"] = "<hidden>"
        message.findings += (link_finding(self.clock.now_ms(), tuple(target.trail.hops), facts, reason),)

    async def _keep_fetched(
        self, writer: BlobWriter, result: Fetched, message: Outbound, wanted: MediaObject, key: _LinkKey
    ) -> Medium | Fault:
        claim = _claim(result)
        facts, kind = await self._facts(writer, claim), kind_of(message.kind, wanted)
        fault = media_rules.check(message.dialect, kind, facts)
        seen = new_file_facts(kind, facts, media_rules.limit_for(message.dialect, kind))
        message.findings += (new_file_finding(fault, seen, self.clock.now_ms()),)
        if fault:
            return Fault(MEDIA_FAILED, f"The media link was fetched, but its file is refused: {fault.details}")
        medium = await self._store(writer, Origin(message.number_id, "link", claim, result.filename), facts)
        if len(self._fetched) >= _CACHED_LINKS:
            del self._fetched[next(iter(self._fetched))]
        self._fetched[key] = (medium.key, self.clock.now_ms())
        return medium

    async def provider(self, number_id: NumberId, name: str) -> Provider | None:
        """Return a media provider of a number by its name."""
        providers = await self.records.load_providers(number_id)
        return next((provider for provider in providers if provider.name == name), None)

    async def _facts(self, writer: BlobWriter, declared: str | None) -> MediaFacts:
        await writer.flush()
        return await gather_facts(writer.path, declared, self.inspector)

    def _alone_with(self, sha256: bytes) -> asyncio.Lock:
        """Return the lock of some bytes: nobody may delete them after they are kept and before their row is."""
        return self._in_hand.setdefault(sha256, asyncio.Lock())

    def _keeping(self, sha256: bytes) -> AbstractAsyncContextManager[Callable[[], bool]]:
        return self.locks.keeping(sha256) if self.locks else nullcontext(_yes)

    def _deleting(self, sha256: bytes) -> AbstractAsyncContextManager[Callable[[], bool]]:
        return self.locks.deleting(sha256) if self.locks else nullcontext(_yes)

    async def _store(self, writer: BlobWriter, origin: Origin, facts: MediaFacts) -> Medium:
        """Keep the bytes, then the row: so an id never names bytes that a power cut or a deletion has taken."""
        async with self._alone_with(writer.sha256), self._keeping(writer.sha256) as is_protected:
            medium = self._medium(await writer.keep(), origin, facts)
            await self.records.save_medium(medium)
            if not is_protected():  # another process may have deleted the bytes, or be about to
                raise StoreDown("the database went away while the file was kept; send the file again")
        return medium

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


def _claim(result: Fetched) -> str | None:
    """Return the type that a server says a file has; None if it does not know."""
    return None if result.content_type.partition(";")[0].strip().lower() in _NO_CLAIM else result.content_type


def _authorization(provider: Provider) -> str:
    """Return the header that a provider's links are fetched with.

    # spec: on-premises-api.md#3.4
    """
    if provider.bearer is not None:
        return f"Bearer {provider.bearer}"
    pair = f"{provider.username or ''}:{provider.password or ''}"
    return "Basic " + base64.b64encode(pair.encode("utf-8")).decode("ascii")
