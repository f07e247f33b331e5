"""One life of the server, from start to crash: the real flows, lanes and embedded network over the simulated ports."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol, cast

from msgspec import Struct
from tests.simulation.disk import Disk
from tests.simulation.ledger import Broken
from tests.simulation.loop import SimLoop
from tests.simulation.plain import Plain

from waypost.app.ground import FullStore, Ground
from waypost.app.lanes import message_lanes, webhook_lanes
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.admission import Admission
from waypost.flows.blocks import Blocks
from waypost.flows.clearance import Clearance
from waypost.flows.deliver import Deliver
from waypost.flows.directory import Directory
from waypost.flows.figures import Figures
from waypost.flows.media import MediaShelf
from waypost.flows.media_urls import MediaURLs
from waypost.flows.meters import Meters
from waypost.flows.notify import Notify
from waypost.flows.pacing import Pacing
from waypost.flows.reach import Reach
from waypost.flows.receive import Receive, Recent
from waypost.flows.screen import Screen
from waypost.flows.subscribe import Subscribe
from waypost.lib.clock import SystemClock
from waypost.lib.fetch_on_demand import FetcherOnDemand
from waypost.lib.ids import KeyMaker
from waypost.lib.images import ImageInspector
from waypost.lib.links import FetchPolicy
from waypost.lib.poster import Poster
from waypost.model import Delivery, EventKey, Outbound, StatusUpdate
from waypost.ports import BlobStore, NetworkStore, Upstream, Written
from waypost.rules.magic import Magic
from waypost.settings import load
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.network import Network
from waypost.upstreams.simulated.phones import Phones
from waypost.workers.lanes import Bounds, Lanes
from waypost.workers.rounds import rounds
from waypost.workers.timers import Timers

SETTINGS = load({}, environ={})
_POLICY = FetchPolicy()
# Never asked: files are in the store from the start, and no picture is looked at.
_BLOBS = cast("BlobStore", None)
_INSPECTOR = cast("ImageInspector", None)
_FETCHER = FetcherOnDemand(_POLICY)
_MAGIC = Magic()
_TIMEOUT = timedelta(seconds=SETTINGS.webhook_timeout_seconds)


_FIRST_KEY = 1_000_000  # above what stands for keys of a provider's own


class SimClock(SystemClock):
    """Platform time that stands still but when it is moved; real time is none of it."""

    def __init__(self, now_ms: int, pause: Callable[[], asyncio.Future[None]]) -> None:
        super().__init__(frozen_at_ms=now_ms)
        self._pause = pause

    def monotonic(self) -> float:
        return 0.0

    def wall_seconds(self) -> int:
        return self.now_ms() // 1000

    async def pause(self, seconds: float) -> None:
        _ = seconds
        await self._pause()


class SimKeys(KeyMaker):
    """The same keys in every run; they only grow, also over restarts."""

    def __init__(self, after: int, drawn: Callable[[int], None]) -> None:
        self._last = max(after, _FIRST_KEY)
        self._drawn = drawn

    def next(self) -> int:
        self._last += 1
        self._drawn(self._last)
        return self._last

    def tag(self) -> int:
        return self._last & 0xFFFF


class Room(Struct, frozen=True):
    """How much a life can hold in memory and work at; little of it makes the lanes go back to the database."""

    active: int = 256
    held: int = 20_000
    page: int = 1_000


class Makers(Struct, frozen=True):
    """The classes that a life is made of; a planted bug is another class in one place."""

    disk: Callable[[], Disk] = Disk
    store: Callable[..., Plain] = Plain
    lanes: Callable[[Lanes[Any]], Lanes[Any]] = lambda lanes: lanes
    deliver: Callable[..., Deliver] = Deliver
    clearance: Callable[..., Clearance] = Clearance
    notify: Callable[..., Notify] = Notify


class Outside(Protocol):
    """What a life meets outside: the network that it sends through, the receiver, and who watches."""

    @property
    def poster(self) -> Poster:
        """What webhook calls go through."""
        ...

    def upstream(self, life: "Life") -> Upstream:
        """Return the network that messages go to."""
        ...

    def watched(self, store: Plain) -> NetworkStore:
        """Return the store of the embedded network, with somebody who looks on."""
        ...

    def trying(self, message: Outbound) -> None:
        """Note that an attempt to deliver begins."""
        ...

    def reported(self, updates: Sequence[StatusUpdate]) -> None:
        """Note what the embedded network reports."""
        ...

    def drawn(self, key: int) -> None:
        """Note that a key was made."""
        ...


class Life:
    """The flows, put together as `app.parts` does, but for what nothing here asks for."""

    def __init__(
        self, loop: SimLoop, clock: SimClock, store: Plain, makers: Makers, outside: Outside, room: Room
    ) -> None:
        self.loop, self.clock, self.store = loop, clock, store
        full = cast("FullStore", store)  # a part of it: what is missing would raise, and nothing here asks for it
        self.timers = Timers(clock)
        self.keys = SimKeys(store.disk.highest_key, outside.drawn)
        self.directory = Directory(full, clock)
        self.recent = Recent(capacity=3)
        urls = MediaURLs("secret", clock)
        shelf = MediaShelf(full, _BLOBS, _FETCHER, _POLICY, _INSPECTOR, clock, self.keys)
        blocks = Blocks(full, full, clock, windows_lifted=False)
        meters = Meters(lifted=False)
        self.receive = Receive(
            full, full, self.directory, self.recent, urls, blocks, meters, clock, self.keys, self._announce
        )
        self.network = Network(
            store=outside.watched(store),
            phones=Phones(full, _MAGIC),
            faults=Faults(),
            clock=clock,
            timers=self.timers,
            delay_ms=0,
        )
        self.network.connect(self._reported, self.receive.message, full)
        reach = Reach(full, self.directory, clock, lifted=False)
        clearance = makers.clearance(full, self.directory, blocks, reach, _MAGIC, clock, windows_lifted=False)
        self.deliver = makers.deliver(full, outside.upstream(self), shelf, self.receive, clearance, clock)
        self.notify = makers.notify(
            full, self.directory, outside.poster, _figures(), clock, timeout=_TIMEOUT, any_2xx=False
        )
        accounts = BusinessAccounts(full, clock, rates_lifted=False)
        pacing = Pacing(full, full, accounts, offer=self._enqueue, fail=self.receive.failed)
        screen = Screen(self.directory, shelf, accounts, meters, self.network, full, pacing, _MAGIC, clock)
        self.accept = Accept(full, screen, clock, self.keys, self._enqueue, Admission(clock))
        self.subscribe = Subscribe(self.directory, outside.poster, _POLICY)
        ground = Ground(
            SETTINGS, clock, self.timers, self.keys, full, _BLOBS, _POLICY, outside.poster, self.directory, set(), urls,
            _INSPECTOR,
        )  # fmt: skip
        self._outside = outside
        watched = cast("Deliver", self._deliver)
        self.messages: Lanes[Outbound] = makers.lanes(message_lanes(ground, watched, self.recent.remember))
        self.webhooks: Lanes[Delivery] = makers.lanes(webhook_lanes(ground, self.notify, _not_held))
        for lanes in (self.messages, self.webhooks):
            lanes._bounds = Bounds(active=lambda _: room.active, held=room.held, page=room.page)
        self.rounds: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on with what the disk says is unfinished, as `app.serving` does."""
        await self.directory.load()
        await self.webhooks.start()
        await self.messages.start()
        await self.network.load()

    def check(self) -> None:
        """Raise the first bug that ended anything for good, if there was one."""
        for ended in (self.messages._failure, self.webhooks._failure, self.rounds):
            if ended is not None and ended.done():
                raise ended.exception() or Broken("the rounds of the network are over")
        if self.loop.complaints:
            raise Broken(self.loop.complaints[0])

    @property
    def crowded(self) -> bool:
        """Whether something is left in the database because a group holds as much as it may."""
        groups = (*self.messages._groups.values(), *self.webhooks._groups.values())
        return any(group.unread is not None and group.held for group in groups)

    async def run(self) -> None:
        """Let the embedded network tell what it has to tell, for ever."""
        await rounds(self.network.due, self.network.advance, self.clock)

    def next_due_ms(self) -> int | None:
        """Return the next moment at which something happens by itself."""
        return self.timers._heap[0][0] if self.timers._heap else None

    async def _reported(self, updates: Sequence[StatusUpdate]) -> None:
        self._outside.reported(updates)
        await self.receive.statuses(updates)

    async def _deliver(self, message: Outbound) -> int | None:
        self._outside.trying(message)
        return await self.deliver(message)

    def _enqueue(self, message: Outbound) -> None:
        self.recent.remember(message)
        self.messages.offer(message)

    def _announce(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.webhooks.offer(delivery)


def _figures() -> Figures:
    return Figures(waiting=lambda: 0, accepted=lambda: 0, written=Written)


def _not_held(_: EventKey) -> bool:
    return False
