"""Ownership: takes shards and gives them up, and feeds the lanes with what other processes store.

See docs/decisions/0019-ownership-of-shards.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Protocol

from waypost.app.owned_shards import OwnedShards
from waypost.lib import log
from waypost.lib.clock import Clock
from waypost.lib.racing import no_longer_than
from waypost.model import NumberId
from waypost.ports import Cluster
from waypost.ports.cluster import Topic
from waypost.workers.jobs import Job

_ROUND_SECONDS = 1.0  # a third of the time after which the server takes us for stopped
_SCAN_SECONDS = 2.0
_BREATH_SECONDS = 0.01  # between two scans, so that each finds more than one job
_REST = 4  # times as long as a scan took, so that a long queue does not keep the database busy with its scans
_LONGEST_REST_SECONDS = 1.0  # a scan may also have waited for a database that was away
_STEP = 8  # shards that are given up together
_SLOW_SECONDS = 0.5  # that a hand-over waits for requests which are under way

_log = log.Log("waypost.ownership")


class Queue(Protocol):
    """Lanes."""

    async def scan(self, anew: Collection[int] = ()) -> None:
        """Hold what has come to wait since, and let what was made to start `anew` wait no longer."""
        ...

    async def drop_lost(self, seconds: float) -> None:
        """Let go of the groups that are ours no longer."""
        ...


class Moving(Protocol):
    """The network."""

    async def load(self, lacks: Callable[[NumberId], bool] | None = None) -> None:
        """Go on with what was on its way."""
        ...

    def drop_lost(self) -> None:
        """Let go of what is on its way for numbers that are ours no longer."""
        ...


class Ownership:
    """A worker's shards. Made and run on one event loop; a bug in it, or a lost session, ends the worker's life."""

    def __init__(
        self, cluster: Cluster, owned: OwnedShards, network: Moving, *, messages: Queue, webhooks: Queue, clock: Clock
    ) -> None:
        self._cluster = cluster
        self._owned = owned
        self._network = network
        self._queues = {Topic.WEBHOOKS: webhooks, Topic.MESSAGES: messages}
        self._clock = clock
        self._wanted = {topic: asyncio.Event() for topic in (Topic.MESSAGES, Topic.WEBHOOKS, Topic.SHARDS)}
        self._anew: dict[Topic, set[int]] = {Topic.MESSAGES: set(), Topic.WEBHOOKS: set()}
        self._changing = asyncio.Lock()
        self._advancing = asyncio.Lock()
        self._leaving = False
        self.settled = asyncio.Event()
        """Set once shards were looked for."""

    async def run(self) -> None:
        """Take a fair share, and keep it fair."""
        while not self._leaving:
            async with self._changing:
                await self._round()
            self.settled.set()
            await _woken(self._wanted[Topic.SHARDS], _ROUND_SECONDS)
        await asyncio.Event().wait()

    async def feed(self, topic: Topic) -> None:
        """Read a queue when a hint says so, and now and then without one."""
        while True:
            await _woken(self._wanted[topic], _SCAN_SECONDS)
            anew, self._anew[topic] = self._anew[topic], set()
            began = self._clock.monotonic()
            await self._queues[topic].scan(anew)
            await self._clock.pause(
                min(max(_BREATH_SECONDS, _REST * (self._clock.monotonic() - began)), _LONGEST_REST_SECONDS)
            )

    def hint(self, topic: Topic, named: frozenset[int]) -> None:
        """Hear from another process."""
        if topic == Topic.AGAIN:
            self._anew[Topic.WEBHOOKS] |= named
            self._wanted[Topic.WEBHOOKS].set()
        elif topic in self._wanted and (topic == Topic.SHARDS or named & self._owned.shards):
            self._wanted[topic].set()

    def look(self) -> None:
        """Look at everything: hints may have been missed."""
        for wanted in self._wanted.values():
            wanted.set()

    async def leave(self) -> None:
        """Give every shard to the others, a few at a time, and take no more."""
        self._leaving = True
        async with self._changing:
            await self._cluster.shards.leave()
            while shards := sorted(self._owned.shards):
                await self._give_up(shards[:_STEP])

    def alone(
        self, work: Callable[[list[Job]], Awaitable[object]], number_of: Callable[[Job], NumberId]
    ) -> Callable[[list[Job]], Awaitable[None]]:
        """Return `work` on jobs of numbers that are ours; a hand-over waits for the end of it."""

        async def do(batch: list[Job]) -> None:
            async with self._advancing:
                await work([job for job in batch if self._owned.owns(number_of(job))])

        return do

    async def _round(self) -> None:
        around = await self._cluster.shards.survey()
        mine = self._owned.shards
        if len(mine) < around.fair:
            taken = await self._cluster.shards.take(around.fair - len(mine), around)
            if taken:
                await self._begin(taken)
            return
        while len(mine) > around.fair:
            await self._give_up(sorted(mine)[: min(_STEP, len(mine) - around.fair)])
            around, mine = await self._cluster.shards.survey(), self._owned.shards

    async def _begin(self, shards: frozenset[int]) -> None:
        _log.info("shards.taken", count=len(shards), shards=sorted(shards))
        self._owned.begin(shards)
        fresh = OwnedShards()
        fresh.begin(shards)
        # First what is on its way: what becomes of it stands before what is only about to go.
        await self._network.load(fresh.owns)
        for topic in self._queues:
            self._wanted[topic].set()

    async def _give_up(self, shards: Iterable[int]) -> None:
        """End the work on shards, then let them go. What is begun for them from here on is only told to their owner."""
        given = list(shards)
        self._owned.end(given)
        await asyncio.gather(*(queue.drop_lost(_SLOW_SECONDS) for queue in self._queues.values()))
        async with self._advancing:
            self._network.drop_lost()
        for shard in given:
            await self._cluster.shards.give_up(shard)
        self._cluster.hints.send(Topic.SHARDS)
        _log.info("shards.given_up", count=len(given), shards=given)


async def _woken(event: asyncio.Event, seconds: float) -> None:
    await no_longer_than(seconds, event.wait())
    event.clear()
