"""Outbound connections: one exchange at a time on each, and those that wait for the next one."""

import asyncio
from datetime import timedelta
from typing import Final, Protocol, cast

from waypost.lib.answers import AnswerReader
from waypost.lib.clock import Clock
from waypost.lib.poster import BROKEN, IDLE_PER_HOST, IDLE_TIMEOUT, NotPosted, Posted

Key = tuple[bool, str, int, str, str | None]
"""What two requests must have in common to share a connection: TLS, host, port, vetted address, further roots."""

_BROKEN: Final = NotPosted(BROKEN, began=True)
_IDLE_SECONDS: Final = IDLE_TIMEOUT.total_seconds()


class Owner(Protocol):
    """Who keeps the connections."""

    def made(self, connection: "Connection") -> None:
        """Take note of a new one."""
        ...

    def freed(self, connection: "Connection") -> None:
        """Take one back whose exchange is over and that is good for another."""
        ...

    def lost(self, connection: "Connection") -> None:
        """Forget one that has ended."""
        ...


class Connection(asyncio.Protocol):
    """One connection: a request goes out in one write, and its outcome is the future of `send`."""

    def __init__(self, owner: Owner, key: Key, clock: Clock) -> None:
        self.key = key
        self.idle_since = 0.0
        self._owner = owner
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._reader = AnswerReader()
        self._waiter: asyncio.Future[Posted | NotPosted | None] | None = None

    def send(
        self, request: bytes, *, max_bytes: int, started: float, seconds: float
    ) -> "asyncio.Future[Posted | NotPosted | None]":
        """Send a whole request; the future gives what came of it, or None when `seconds` were over without a status.

        `started` is the monotonic time from which `elapsed` is counted.
        """
        self._waiter = waiter = self._loop.create_future()
        self._started = started
        self._reader.begin(max_bytes)
        self._timer = self._loop.call_later(seconds, self._expire)
        self._transport.write(request)
        return waiter

    def abandon(self, waiter: "asyncio.Future[Posted | NotPosted | None]") -> None:
        """End the connection if it still works for this future: its answer would meet the next request."""
        if self._waiter is waiter:
            self.end()

    def end(self, outcome: NotPosted = _BROKEN) -> None:
        """End the connection at once; an exchange that is under way has this outcome."""
        self._settle(outcome)
        self._transport.abort()

    @property
    def is_usable(self) -> bool:
        """Whether neither side has ended it."""
        return not self._transport.is_closing()

    @property
    def peer(self) -> str:
        """The address at the other end."""
        name = self._transport.get_extra_info("peername")
        return str(name[0]) if name else ""

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # of a stream, as this protocol is one's
        self._owner.made(self)

    def data_received(self, data: bytes) -> None:
        """Read on. Data that no request asked for ends the connection: it must not be taken for the next answer."""
        if self._waiter is None:
            self._transport.abort()
        elif self._reader.feed(data):
            self._finish(self._reader.may_follow)

    def eof_received(self) -> None:
        """End it; a body without a length is whole now."""
        self._finish(may_follow=False)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is the same for us why
        """End it."""
        self._settle(self._outcome() or _BROKEN)
        self._owner.lost(self)

    def _expire(self) -> None:
        self._settle(self._outcome())
        self._transport.abort()

    def _finish(self, may_follow: bool) -> None:  # noqa: FBT001 - private, and hot
        cancelled = self._waiter is None or self._waiter.done()
        # An answer that came before the request had left: the rest of the request would be in the way of the next.
        may_follow = may_follow and not cancelled and not self._transport.get_write_buffer_size()
        self._settle(self._outcome() or _BROKEN)
        if may_follow:
            self._owner.freed(self)
        else:
            self._transport.abort()

    def _outcome(self) -> Posted | None:
        """Return the answer; a status counts, whatever has become of its body."""
        reader = self._reader
        if self._waiter is None or not reader.status:
            return None
        elapsed = timedelta(seconds=self._clock.monotonic() - self._started)
        return Posted(reader.status, reader.body, reader.retry_after, elapsed, reader.headers)

    def _settle(self, outcome: Posted | NotPosted | None) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return
        self._timer.cancel()
        if not waiter.done():
            waiter.set_result(outcome)


class IdleConnections:
    """Connections between two requests: the one used last is used next, and none after IDLE_TIMEOUT."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_key: dict[Key, list[Connection]] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    def take(self, key: Key) -> Connection | None:
        """Return a connection that can be used, or None."""
        waiting = self._by_key.get(key)
        while waiting:
            connection = waiting.pop()
            if connection.is_usable and self._clock.monotonic() - connection.idle_since < _IDLE_SECONDS:
                return connection
            connection.end()
        return None

    def put(self, connection: Connection) -> None:
        """Keep a connection, or end it when its host has enough of them."""
        waiting = self._by_key.setdefault(connection.key, [])
        if len(waiting) >= IDLE_PER_HOST:
            connection.end()
            return
        connection.idle_since = self._clock.monotonic()
        waiting.append(connection)
        if self._sweeping is None:
            self._sweep_later()

    def drop(self, connection: Connection) -> None:
        """Forget a connection if it is here."""
        waiting = self._by_key.get(connection.key)
        if waiting and connection in waiting:
            waiting.remove(connection)

    def close(self) -> None:
        """Stop sweeping; the connections are their owner's to end."""
        self._by_key.clear()
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _sweep_later(self) -> None:
        self._sweeping = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """End what is too old to be used; one timer does it for all."""
        oldest = self._clock.monotonic() - _IDLE_SECONDS
        for waiting in self._by_key.values():
            while waiting and waiting[0].idle_since <= oldest:
                waiting.pop(0).end()
        self._by_key = {key: waiting for key, waiting in self._by_key.items() if waiting}
        self._sweeping = None
        if self._by_key:
            self._sweep_later()
