"""The load generator: keeps some connections busy, or sends at times fixed in advance, and notes every answer.

Open loop is the honest one: request n is due at a time that no answer can move, and its latency runs from then. While
the server stands still the requests that fall due wait here, and that wait is in their latency.
"""

import asyncio
from array import array
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from bench.framing import Splitter, header
from bench.requests import Maker

_PATIENCE_SECONDS = 60.0
_LATE_SECONDS = 0.001


@dataclass(slots=True)
class Tally:
    """What happened to the requests of one run."""

    sent: int = 0
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds, of the requests answered with 200."""
    refused: Counter[str] = field(default_factory=Counter)
    """How often another status came."""
    refusals: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds, of the requests answered with another status."""
    told_when: int = 0
    """Refusals that said when to come again."""
    broken: int = 0
    """Connections lost; a request under way on one is never answered."""
    late_starts: int = 0
    """Requests that this generator, not the server, sent over 1 ms late."""
    waited: int = 0
    """Requests that were due while no connection was free."""
    answers: list[bytes] = field(default_factory=list)
    ended: float = 0.0

    @property
    def outstanding(self) -> int:
        """Requests without an answer."""
        return self.sent - len(self.latencies) - self.refused.total()


class Connection(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None
        self._due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def send(self, request: bytes, due: float) -> None:
        """Send; the latency of the answer will run from `due`."""
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        for head, body in self._splitter.feed(data):
            assert self._due is not None, "an answer that nobody asked for"
            due, self._due = self._due, None
            self._load.note(head, body, perf_counter() - due)
            self._load.is_free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        _ = exc
        self._load.lost(self)

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None
        self._transport.abort()


class Load:
    """A run's connections and its tally; the two kinds of loop differ in what they do with a free connection."""

    def __init__(self, make: Maker, *, keep_answers: bool) -> None:
        self.tally = Tally()
        self._make = make
        self._keep_answers = keep_answers
        self._all_answered = asyncio.Event()
        self._connections: list[Connection] = []
        self._closing = False

    async def connect(self, host: str, port: int, count: int) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(count):
            _, connection = await loop.create_connection(lambda: Connection(self), host, port)
            self._connections.append(connection)

    async def finish(self) -> None:
        """Wait for what is under way, up to a minute, and hang up."""
        self.tally.ended = perf_counter()
        self._look_for_end()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._all_answered.wait()
        except TimeoutError:
            pass  # `outstanding` tells
        self._closing = True
        for connection in self._connections:
            connection.close()

    @property
    def unanswered(self) -> int:
        """Requests that were due and have no answer."""
        return self.tally.outstanding

    def note(self, head: bytes, body: bytes, latency: float) -> None:
        """Write an answer down."""
        status = head[9:12]
        if status != b"200":
            self.tally.refused[status.decode("ascii", "replace")] += 1
            self.tally.refusals.append(latency)
            self.tally.told_when += header(head, b"retry-after") is not None
            return
        self.tally.latencies.append(latency)
        if self._keep_answers:
            self.tally.answers.append(body)

    def lost(self, connection: Connection) -> None:
        """Go on without a connection."""
        if not self._closing:
            self.tally.broken += 1
            self._connections.remove(connection)

    def is_free(self, connection: Connection) -> None:
        """Do something with a connection that has its answer."""
        raise NotImplementedError

    def _send(self, connection: Connection, due: float) -> None:
        request = self._make(self.tally.sent)
        self.tally.sent += 1
        connection.send(request, due)

    def _look_for_end(self) -> None:
        if self.tally.ended and not self.tally.outstanding:
            self._all_answered.set()


class ClosedLoop(Load):
    """Sends the next request on a connection as soon as it has its answer: as much as the server takes."""

    async def run(self, seconds: float) -> None:
        """Load for this long."""
        for connection in self._connections:
            self._send(connection, perf_counter())
        await asyncio.sleep(seconds)
        await self.finish()

    def is_free(self, connection: Connection) -> None:
        """Send the next request, unless the time is up."""
        if self.tally.ended:
            self._look_for_end()
        else:
            self._send(connection, perf_counter())


class OpenLoop(Load):
    """Sends at the times of a schedule, whatever the server does."""

    def __init__(self, make: Maker, *, keep_answers: bool) -> None:
        super().__init__(make, keep_answers=keep_answers)
        self._free: deque[Connection] = deque()  # whoever has rested longest is next: a server closes who rests long
        self._waiting: deque[float] = deque()

    async def run(self, offsets: Iterator[float], tick_seconds: float = 0.0) -> None:
        """Send one request at each offset, in seconds from now; with a tick, what falls due in it together.

        Latency runs from when a request was due, so that a tick is in it.
        """
        self._free = deque(self._connections)
        start = perf_counter()
        for offset in offsets:
            due = start + offset
            if (early := due - perf_counter()) > 0:
                await asyncio.sleep(max(early, tick_seconds))
            self._fall_due(due)
        await self.finish()

    @property
    def unanswered(self) -> int:
        """Requests that were due and have no answer, those included that no connection was left for."""
        return self.tally.outstanding + len(self._waiting)

    def is_free(self, connection: Connection) -> None:
        """Send what has waited longest."""
        if self._waiting:
            self._send(connection, self._waiting.popleft())
            return
        self._free.append(connection)
        self._look_for_end()

    def lost(self, connection: Connection) -> None:
        """Go on without a connection."""
        super().lost(connection)
        if connection in self._free:
            self._free.remove(connection)

    def _fall_due(self, due: float) -> None:
        self.tally.late_starts += perf_counter() - due > _LATE_SECONDS
        if self._free:
            self._send(self._free.popleft(), due)
            return
        self.tally.waited += 1
        self._waiting.append(due)
