"""The port Cluster: what the processes at one database share besides its rows, as one of them sees it.

A process that has its database alone has no cluster: what is here is then in its memory, or not needed.
"""

import asyncio
import math
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any, Literal, Protocol

from msgspec import Struct

from waypost.lib.shards import SHARDS
from waypost.model import EventKey, MessageKey, NumberId
from waypost.ports.blobs import BlobLocks

Role = Literal["all", "api", "worker"]
"""What a process does: everything, alone; or only accept; or only deliver."""


class Topic(StrEnum):
    """What a hint is about, and what it names."""

    MESSAGES = "messages"
    """Messages wait: their shards."""
    WEBHOOKS = "webhooks"
    """Deliveries wait: their shards."""
    AGAIN = "again"
    """Deliveries start anew: their keys."""
    SHARDS = "shards"
    """Shards were given up: none is named."""
    CHANGED = "changed"
    """What others keep in memory has changed: nothing is named."""
    PACES = "paces"
    """Paces have begun: their templates."""
    PHONES = "phones"
    """Phones have something new to show: their numbers."""
    TRIED = "tried"
    """There is news of first deliveries that their rows do not show: their keys."""
    TRIED_FURTHER = "tried-further"
    """The same of further deliveries."""


OnHint = Callable[[Topic, frozenset[int]], None]
"""Is told what a hint is about, and what it names."""
Subject = tuple[int, str]
"""Who is counted, and what; of a number's messages one of its users or, with an empty text, the number itself."""


class Hints(Protocol):
    """What the processes tell each other: something is there to be looked at. A hint may be lost, and comes late."""

    @property
    def changes(self) -> int:
        """How often this process has changed something that the others keep in memory."""
        ...

    def send(self, topic: Topic, named: Iterable[int] = ()) -> None:
        """Tell the other processes, soon."""
        ...

    async def tell(self, topic: Topic, named: Iterable[int] = ()) -> None:
        """Tell the other processes; on return they are told."""
        ...

    async def changed(self) -> None:
        """Tell the other processes of a committed change of what they keep in memory; on return they are told.

        So whatever is accepted after the change was answered is heard of, or found, after it.
        """
        ...

    async def hear(self, on_hint: OnHint, on_deaf: Callable[[], None]) -> None:
        """Hear hints for ever; `on_deaf` is called whenever some may have been missed, at the beginning too."""
        ...

    async def heard(self) -> None:
        """Wait until every hint that was sent before this call is heard; not for long while nothing can be heard."""
        ...


class Survey(Struct, frozen=True):
    """Who has which shards."""

    workers: int
    """How many processes take shards."""
    owned: frozenset[int]
    """Every shard that has an owner."""

    @property
    def fair(self) -> int:
        """The fair share: how many shards a worker should have at the most."""
        return math.ceil(SHARDS / max(self.workers, 1))


class Shards(Protocol):
    """The shards that this process has; the queues of the store are read of these only. Each raises StoreDown."""

    async def survey(self) -> Survey:
        """Look who owns what, and so tell the server that this process lives."""
        ...

    async def take(self, most: int, around: Survey) -> frozenset[int]:
        """Take up to so many shards that have no owner; return those that were taken."""
        ...

    async def give_up(self, shard: int) -> None:
        """Write what was submitted, and let a shard go; nothing of it may be under way."""
        ...

    async def leave(self) -> None:
        """Take no more shards, and let the others take more."""
        ...


class News(Protocol):
    """What has come to wait for the shards of this process since it looked last. Each raises StoreDown."""

    async def horizon(self) -> int:
        """Return where news begin that come from now on: whatever is committed already can be read now."""
        ...

    async def messages(self, since: int, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        """Return the jobs above a key that were stored since a horizon, in order, each with its number.

        There may be some among them that could be read before.
        """
        ...

    async def deliveries(self, since: int, after: EventKey, limit: int) -> list[tuple[EventKey, NumberId, str]]:
        """Return the deliveries above a key that came to wait since, in order, each with its number and endpoint.

        There may be some among them that could be read before.
        """
        ...


class Arrivals(Protocol):
    """How far rates are used up, as arrival times by subject; a crash of the database server may forget them."""

    async def count(self, subjects: Iterable[Subject], count: Callable[[dict[Subject, int], int], Any]) -> Any:
        """Return what `count` makes of the arrival times of subjects, which no other process changes meanwhile.

        It is given the time in milliseconds since 1970 by a clock that is the same for all. Raises StoreDown; then it
        may have been counted.
        """
        ...

    async def drop_past(self, now_ms: int) -> int:
        """Forget some whose time is over; return how many. Raises StoreDown."""
        ...


class Moments(Protocol):
    """When what is limited happened lately, by subject; forgotten when nothing of it has changed for an hour."""

    async def read(self, subject: Subject) -> tuple[list[int], int]:
        """Return the moments of a subject, and the time by a clock that is the same for all. Raises StoreDown."""
        ...

    async def count(self, subject: Subject, count: Callable[[list[int], int], Any]) -> Any:
        """Return what `count` makes of the moments and that time, all in milliseconds; it may change the moments.

        No other process changes them meanwhile. Raises StoreDown; then it may have been counted.
        """
        ...

    async def drop_past(self) -> int:
        """Forget some that have not changed for an hour; return how many. Raises StoreDown."""
        ...


class Cluster(Protocol):
    """The processes that have one database open, seen from one of them."""

    @property
    def process(self) -> int:
        """The number of this process among them; it belongs into the keys that it makes."""
        ...

    @property
    def lost(self) -> asyncio.Event:
        """Set once the session of a worker is gone, and its shards with it: nothing more can be written."""
        ...

    @property
    def hints(self) -> Hints:
        """What they tell each other."""
        ...

    @property
    def shards(self) -> Shards:
        """Who works for which numbers."""
        ...

    @property
    def news(self) -> News:
        """What has come to wait for us."""
        ...

    @property
    def arrivals(self) -> Arrivals:
        """How far rates are used up."""
        ...

    @property
    def moments(self) -> Moments:
        """When what is limited happened lately."""
        ...

    @property
    def blob_locks(self) -> BlobLocks:
        """Who keeps or deletes which bytes just now."""
        ...

    def once(self) -> AbstractAsyncContextManager[None]:
        """Do what is done once for a database while no other process does; then look first whether it is done.

        Raises StoreDown, and StoreRefused if another is at it for too long.
        """
        ...

    async def waiting_by_number(self, limit: int) -> dict[NumberId, int]:
        """Return how many messages of each number wait for the workers, of up to `limit` altogether.

        Raises StoreDown.
        """
        ...
