"""Media links: what the links of messages lead to, fetched when the message leaves and kept on the shelf.

One fetch serves all messages that want the same within ten minutes. A fetch that breaks is tried again, and what came
is judged for its place in the message. How all of this went is noted with the message.
"""

import asyncio
import base64
from weakref import WeakValueDictionary

from msgspec import Struct, field

from waypost.errors import Fault
from waypost.errors.outcomes import MEDIA_FAILED
from waypost.flows.fetch_turns import FetchTurns
from waypost.flows.media_findings import link_finding, new_file_finding, reused_link_finding
from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.lib.clock import Clock
from waypost.lib.fetching import Fetched, Limits, LinkFetcher
from waypost.lib.hops import Trail
from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link
from waypost.lib.vetting import NotFetched
from waypost.model import Dialect, MediaKey, Medium, NumberId, Outbound, Provider
from waypost.ports import BlobWriter, Records
from waypost.rules import media as media_rules
from waypost.wire.parts import MediaObject

CACHED_MS = 10 * 60_000
"""How long a fetched link is used again. # spec: cloud-api.md#3"""

_CACHED_LINKS = 10_000
_PAUSES_SECONDS = (0.2, 0.4)  # between the attempts
_MAY_BE_HTML = ("document", "header_document")


class _Wish(Struct, frozen=True):
    """What a message wants of a link: where all of it is the same, the file is, too.

    No number sees another's files, and a file that was checked as one kind was not checked as another.
    """

    number_id: NumberId
    link: str
    provider: str | None
    dialect: Dialect
    kind: media_rules.MediaKind


class _Target(Struct, frozen=True):
    """What to ask for, and with which credentials."""

    link: Link
    authorization: str | None
    trail: Trail
    """Every hop of every attempt."""


class MediaLinks(Struct, frozen=True):
    """The flow, with what it uses."""

    records: Records
    shelf: MediaShelf
    fetcher: LinkFetcher
    policy: FetchPolicy
    clock: Clock
    _turns: FetchTurns = field(default_factory=FetchTurns)
    _fetched: dict[_Wish, tuple[MediaKey, int]] = field(default_factory=dict)
    """Which file a link led to, and when."""
    _fetching: WeakValueDictionary[_Wish, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def __call__(self, message: Outbound, wanted: MediaObject, link: str) -> Medium | Fault:
        """Return the file that a link of a message leads to, or why there is none that the message may carry.

        It adds to the findings of the message.
        """
        provider = wanted.provider.name if wanted.provider else None
        wish = _Wish(message.number_id, link, provider, message.dialect, media_rules.kind_in(message.kind, wanted))
        async with self._fetching.setdefault(wish, asyncio.Lock()):  # of several at once, one fetches it
            return await self._cached(wish, message) or await self._fetch(wish, message)

    async def _cached(self, wish: _Wish, message: Outbound) -> Medium | None:
        media_key, fetched_ms = self._fetched.get(wish, (None, 0))
        now_ms = self.clock.now_ms()
        if media_key is None or now_ms - fetched_ms >= CACHED_MS:
            return None
        medium = await self.shelf.by_key(media_key)
        if medium is not None:
            message.findings += (reused_link_finding(wish.link, fetched_ms, now_ms),)
        return medium

    async def _fetch(self, wish: _Wish, message: Outbound) -> Medium | Fault:
        target = await self._target(wish)
        if isinstance(target, Fault):
            return target
        pauses, started = iter(_PAUSES_SECONDS), self.clock.monotonic()
        while True:
            async with self._turns.turn(wish.number_id, self.clock), self.shelf.writer() as writer:
                outcome = await self._ask(wish, target, writer)
                if isinstance(outcome, Fetched):
                    self._note(message, target, outcome, started)
                    return await self._kept(writer, outcome, wish, message)
            pause_seconds = next(pauses, None) if outcome.retryable else None
            if pause_seconds is None:
                self._note(message, target, outcome, started)
                return Fault(MEDIA_FAILED, f"The media link could not be used: {outcome.reason}.")
            await self.clock.pause(pause_seconds)

    async def _target(self, wish: _Wish) -> _Target | Fault:
        authorization = None
        if wish.provider is not None:
            provider = await self._provider(wish.number_id, wish.provider)
            if provider is None:
                return Fault(MEDIA_FAILED, f"The media provider '{wish.provider}' is not configured for this number.")
            authorization = _authorization(provider)
        link = parse_link(wish.link, self.policy)
        if isinstance(link, BadLink):
            return Fault(MEDIA_FAILED, f"The media link {link.reason}.")
        return _Target(link, authorization, Trail())

    async def _provider(self, number_id: NumberId, name: str) -> Provider | None:
        providers = await self.records.load_providers(number_id)
        return next((provider for provider in providers if provider.name == name), None)

    async def _ask(self, wish: _Wish, target: _Target, writer: BlobWriter) -> Fetched | NotFetched:
        limits = Limits(max_bytes=media_rules.limit_for(wish.dialect, wish.kind), may_be_html=wish.kind in _MAY_BE_HTML)
        return await self.fetcher.fetch(
            target.link, limits=limits, sink=writer.write, authorization=target.authorization, trail=target.trail
        )

    def _note(self, message: Outbound, target: _Target, outcome: Fetched | NotFetched, started: float) -> None:
        """Keep with the message how its link was fetched, or why it was not."""
        finding = link_finding(
            tuple(target.trail.hops),
            outcome,
            took_ms=int(1000 * (self.clock.monotonic() - started)),
            authorized=target.authorization is not None,
            at_ms=self.clock.now_ms(),
        )
        message.findings += (finding,)

    async def _kept(self, writer: BlobWriter, fetched: Fetched, wish: _Wish, message: Outbound) -> Medium | Fault:
        """Return the fetched file, kept, or why the message may not carry it."""
        origin = Origin(wish.number_id, "link", fetched.declared, fetched.filename)
        facts = await self.shelf.look(writer, origin)
        fault = media_rules.check_fetched(wish.dialect, wish.kind, facts)
        message.findings += (new_file_finding(wish.dialect, wish.kind, facts, fault, self.clock.now_ms()),)
        if fault:
            return Fault(MEDIA_FAILED, f"The media link was fetched, but its file is refused: {fault.details}")
        medium = await self.shelf.keep_as_is(writer, origin, facts)
        if len(self._fetched) >= _CACHED_LINKS:
            del self._fetched[next(iter(self._fetched))]
        self._fetched[wish] = (medium.key, self.clock.now_ms())
        return medium


def _authorization(provider: Provider) -> str:
    """Return the header that a provider's links are fetched with.

    # spec: on-premises-api.md#3.4
    """
    if provider.bearer is not None:
        return f"Bearer {provider.bearer}"
    pair = f"{provider.username or ''}:{provider.password or ''}"
    return "Basic " + base64.b64encode(pair.encode("utf-8")).decode("ascii")
