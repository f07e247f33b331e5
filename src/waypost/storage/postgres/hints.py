"""Hints between the processes of one database: something is there to be looked at. They may be lost, and are sent late.

A hint is sent after the commit of what it is about, over a connection that reads; many of one topic become one.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from waypost.lib.racing import no_longer_than
from waypost.ports.cluster import OnHint, Topic
from waypost.storage.postgres.link import CANNOT_CONNECT, Connection, connect

_TOPICS: Mapping[str, Topic] = {topic.value: topic for topic in Topic}  # a process of another version may have more
_CHANNEL = "waypost"
_SEND = "SELECT pg_notify($1, $2)"
_MOST = 300  # that one hint names: the server takes texts of less than 8,000 signs
_PAUSE_SECONDS = 0.5
_LOOK_SECONDS = 5.0  # how soon a connection that says nothing is known to be gone
_DEAF_SECONDS = 5.0  # how long a connection that hears is waited for; without it work goes on, a little late


class Hints:
    """See `ports.Hints`. Word of a change is sent before all else: what is accepted after it is heard of after it."""

    def __init__(self, address: str, pool: Any, process: int) -> None:  # Any: asyncpg has no types
        self._address = address
        self._pool = pool
        self._process = process
        self._unsent: dict[Topic, set[int]] = {}
        self._sending: asyncio.Task[None] | None = None
        self._listener: Connection | None = None
        self._hears = asyncio.Event()
        self._asking = asyncio.Lock()  # a connection answers one question at a time
        self.changes = 0
        """How often this process has changed something that the others keep in memory."""

    def send(self, topic: Topic, named: Iterable[int] = ()) -> None:
        """Tell the other processes, soon."""
        self._unsent.setdefault(topic, set()).update(named)
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def tell(self, topic: Topic, named: Iterable[int] = ()) -> None:
        """Tell the other processes; on return they are told."""
        self.send(topic, named)
        await self.close()

    async def changed(self) -> None:
        """Tell the other processes of a change; on return they are told."""
        self.changes += 1
        await self.tell(Topic.CHANGED)

    async def hear(self, on_hint: OnHint, on_deaf: Callable[[], None]) -> None:
        """Hear hints for ever; `on_deaf` is called whenever some may have been missed, at the beginning too."""
        while True:
            with contextlib.suppress(*CANNOT_CONNECT):
                await self._hear(on_hint, on_deaf)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def heard(self) -> None:
        """Wait until every hint that was sent before this call is heard; for 5 s while no connection hears.

        The server sends a connection what it has to hear before it answers it. A new one has heard nothing, but then
        `on_deaf` was called.
        """
        await no_longer_than(_DEAF_SECONDS, self._hears.wait())
        async with self._asking:
            if self._listener is not None:
                await _ask(self._listener)

    async def close(self) -> None:
        """Send what is still to be sent."""
        if self._sending is not None:
            await asyncio.shield(self._sending)

    async def _send(self) -> None:
        try:
            while self._unsent:
                topic = Topic.CHANGED if Topic.CHANGED in self._unsent else next(iter(self._unsent))
                named = sorted(self._unsent.pop(topic))
                if more := named[_MOST:]:
                    self._unsent[topic] = set(more)
                text = f"{self._process} {topic} {','.join(map(str, named[:_MOST]))}"
                with contextlib.suppress(*CANNOT_CONNECT):  # whoever should have heard it looks by itself
                    await self._pool.execute(_SEND, _CHANNEL, text)
        finally:
            self._sending = None

    async def _hear(self, on_hint: OnHint, on_deaf: Callable[[], None]) -> None:
        def heard(_connection: object, _backend: int, _channel: str, text: str) -> None:
            process, topic, named = text.split(" ")
            if int(process) != self._process and topic in _TOPICS:
                on_hint(_TOPICS[topic], frozenset(map(int, named.split(",") if named else ())))

        listener: Any = await connect(self._address, "waypost listener")  # Any: what `Connection` does not promise
        try:
            await listener.add_listener(_CHANNEL, heard)
            on_deaf()
            self._listener = listener
            self._hears.set()
            await self._until_ended(listener)
        finally:
            self._listener = None
            self._hears.clear()
            listener.terminate()

    async def _until_ended(self, listener: Connection) -> None:
        ended = asyncio.Event()
        listener.add_termination_listener(lambda _: ended.set())
        while not listener.is_closed():
            await no_longer_than(_LOOK_SECONDS, ended.wait())
            await self.heard()


async def _ask(listener: Connection) -> None:
    """Have a connection answered, or ended."""
    try:
        await listener.execute("SELECT 1")
    except CANNOT_CONNECT:
        listener.terminate()
