"""One life of the server, from start to crash: its parts as the server wires them, over the simulated ports."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, cast

from msgspec import Struct
from tests.simulation.disk import Disk
from tests.simulation.ledger import Broken
from tests.simulation.loop import SimLoop
from tests.simulation.plain import Plain

from waypost.app import factories as app
from waypost.app.resources import Resources
from waypost.app.wiring import build
from waypost.flows.accept import Accept
from waypost.flows.clearance import Clearance
from waypost.flows.deliver import Deliver
from waypost.flows.directory import Directory
from waypost.flows.media_urls import MediaURLs
from waypost.flows.notify import Notify
from waypost.flows.receive import Receive
from waypost.flows.recent import Recent
from waypost.flows.subscribe import Subscribe
from waypost.lib.clock import SystemClock
from waypost.lib.fetching import LinkFetcher
from waypost.lib.ids import KeyMaker
from waypost.lib.images import ImageInspector
from waypost.lib.links import FetchPolicy
from waypost.lib.poster import Poster
from waypost.model import Delivery, Outbound, StatusUpdate
from waypost.ports import BlobStore, Carried, FullStore, NetworkStore, StoreBusy, StoreDown, Upstream
from waypost.settings import load
from waypost.upstreams.simulated.judge import Knowledge
from waypost.upstreams.simulated.network import Epoch, Network, Report, ReportMessage, one_epoch
from waypost.workers.jobs import Bounds
from waypost.workers.lanes import Lanes
from waypost.workers.timers import Timers

SETTINGS = load({"status_delay": "0"}, environ={})
_POLICY = FetchPolicy()
# Never asked: files are in the store from the start, no message has a link, and no picture is looked at.
_BLOBS = cast("BlobStore", None)
_FETCHER = cast("LinkFetcher", None)
_INSPECTOR = cast("ImageInspector", None)
_REMEMBERED = 3  # so few messages that most are looked up for their statuses

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


class Factories(Struct, frozen=True):
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

    def upstream(self, network: Network) -> Upstream:
        """Return the network that messages go to; `network` is the embedded one."""
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

    def found(self, bug: Exception) -> None:
        """Note a bug that the server outlives."""
        ...


class Tried:
    """A flow that tells of its bugs: the server lets no bad job end the work on others."""

    def __init__(self, flow: Any, outside: Outside) -> None:  # Any: what jobs are worked and given up by
        self._flow, self._outside = flow, outside
        self.clock, self.give_up = flow.clock, flow.give_up

    async def __call__(self, job: Any, *more: Any) -> int | None:
        try:
            due_ms: int | None = await self._flow(job, *more)
        except (StoreBusy, StoreDown):
            raise
        except Exception as bug:
            self._outside.found(bug)
            raise
        return due_ms


class TriedDeliver(Tried):
    """Notes besides that an attempt begins."""

    async def __call__(self, job: Any, *more: Any) -> int | None:
        try:
            self._outside.trying(job)
            due_ms: int | None = await self._flow(job, *more)
        except (StoreBusy, StoreDown):
            raise
        except Exception as bug:
            self._outside.found(bug)
            raise
        return due_ms


class SeenNetwork(Network):
    """The embedded network, and somebody who looks on."""

    def __init__(self, outside: Outside, *, store: Plain, **given: Any) -> None:  # Any: as the wiring has it
        super().__init__(store=outside.watched(store), **given)
        self._outside = outside

    def connect(
        self, report: Report, report_message: ReportMessage, known: Knowledge, *, epoch: Epoch = one_epoch
    ) -> None:
        async def reported(updates: Sequence[StatusUpdate]) -> None:
            self._outside.reported(updates)
            await report(updates)

        super().connect(reported, report_message, known, epoch=epoch)

    async def advance(self, batch: list[Carried]) -> None:
        try:
            await super().advance(batch)
        except (StoreBusy, StoreDown):
            raise
        except Exception as bug:
            self._outside.found(bug)
            raise


class Life:
    """The parts of a server, wired by `app.wiring.build` over ports that are simulated."""

    def __init__(
        self, loop: SimLoop, clock: SimClock, store: Plain, factories: Factories, outside: Outside, room: Room
    ) -> None:
        self.loop, self.clock, self.store = loop, clock, store
        full = cast("FullStore", store)  # a part of it: what is missing would raise, and nothing here asks for it
        self.timers = Timers(clock)
        self.keys = SimKeys(store.disk.highest_key, outside.drawn)
        self.directory = Directory(full, clock)
        resources = Resources(
            SETTINGS, clock, self.timers, self.keys, full, _BLOBS, _POLICY, _FETCHER, outside.poster, self.directory,
            set(), MediaURLs("secret", clock), _INSPECTOR,
        )  # fmt: skip
        self._parts = build(resources, _factories(factories, outside))
        self.network: Network = self._parts.network
        self.receive: Receive = self._parts.receive
        self.accept: Accept = self._parts.flows.accept
        self.subscribe: Subscribe = self._parts.flows.subscribe
        self.messages: Lanes[Outbound] = factories.lanes(self._parts.messages)
        self.webhooks: Lanes[Delivery] = factories.lanes(self._parts.webhooks)
        for lanes in (self.messages, self.webhooks):
            lanes._bounds = Bounds(active=lambda _: room.active, held=room.held, page=room.page)
        self.rounds: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Go on with what the disk says is unfinished, as `app.serving` does."""
        await self.directory.load()
        await self._parts.load()
        await self._parts.take_up()

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
        await self._parts.tell()

    def next_due_ms(self) -> int | None:
        """Return the next moment at which something happens by itself."""
        return self.timers._heap[0][0] if self.timers._heap else None


def _factories(factories: Factories, outside: Outside) -> app.Factories:
    """Return what the wiring makes parts by: those given, each with somebody who looks on."""

    def deliver(store: Plain, network: Network, *more: Any) -> Any:  # Any: as the wiring has it
        return TriedDeliver(factories.deliver(store, outside.upstream(network), *more), outside)

    def notify(*given: Any, **named: Any) -> Any:  # Any: as above
        return Tried(factories.notify(*given, **named), outside)

    return app.Factories(
        recent=partial(Recent, capacity=_REMEMBERED),
        network=partial(SeenNetwork, outside),
        clearance=factories.clearance,
        deliver=deliver,
        notify=notify,
    )
