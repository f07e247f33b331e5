"""The webhook receiver of the benchmarks: checks each callback's signature and keeps who was told what, in which order.

As a process: prints its port, answers every callback with 200 (unless it is told to fail) and `GET` with its counts;
SIGUSR1 shuts and opens its door; on SIGTERM it writes its whole ledger to a file.
"""

import argparse
import asyncio
import hmac
import signal
from pathlib import Path
from time import time
from typing import cast

import msgspec
from bench.framing import Splitter, header

STATUSES = {"sent": 1, "delivered": 2, "read": 4}
"""The bit of each status; a higher one comes later."""
COMPLETE = 7

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
_KEY_TAIL_BITS = 15  # of an event's key, below its milliseconds since 2024
_KEY_EPOCH_MS = 1_704_067_200_000
_SIGNATURE = b"x-hub-signature-256"
_EVENT_ID = b"webhook-id"


class Status(msgspec.Struct):
    """One status of one message."""

    id: str
    status: str
    recipient_id: str


class Value(msgspec.Struct):
    """What a change is about."""

    statuses: list[Status] = []


class Change(msgspec.Struct):
    """One change."""

    value: Value


class Entry(msgspec.Struct):
    """Changes of one account."""

    changes: list[Change]


class Callback(msgspec.Struct):
    """The body of a callback."""

    entry: list[Entry]


class Counts(msgspec.Struct):
    """How many callbacks came, and what was wrong with them."""

    callbacks: int = 0
    statuses: int = 0
    complete: int = 0
    """Messages that have had all three statuses."""
    duplicates: int = 0
    out_of_order: int = 0
    """Statuses that came after a later one of the same message."""
    badly_signed: int = 0
    unexpected: int = 0
    turned_away: int = 0
    """Callbacks that were answered with 503 on purpose; they count as nothing else."""
    last_at: float = 0.0
    """Unix time."""


class Sent(msgspec.Struct, array_like=True):
    """A `sent` status: its event's key tells when the upstream took the message."""

    event_key: int
    message_id: str
    recipient: str


class Ledger(msgspec.Struct):
    """All that came."""

    counts: Counts = msgspec.field(default_factory=Counts)
    told: dict[str, int] = msgspec.field(default_factory=dict)
    """The bits of the statuses that each message has had."""
    sent: list[Sent] = msgspec.field(default_factory=list)
    lags_ms: list[float] = msgspec.field(default_factory=list)
    """From each event to the arrival of its callback, if that is asked for."""

    def note(self, secret: bytes, head: bytes, body: bytes) -> None:
        """Check one callback and write it down; one with a bad signature counts as nothing else."""
        self.counts.callbacks += 1
        self.counts.last_at = time()
        wanted = b"sha256=" + hmac.digest(secret, body, "sha256").hex().encode()
        if header(head, _SIGNATURE) != wanted:
            self.counts.badly_signed += 1
            return
        for entry in _decode(body).entry:
            for change in entry.changes:
                for status in change.value.statuses:
                    self._note_status(status, header(head, _EVENT_ID) or b"")

    def _note_status(self, status: Status, event_id: bytes) -> None:
        bit = STATUSES.get(status.status)
        if bit is None:
            self.counts.unexpected += 1
            return
        self.counts.statuses += 1
        before = self.told.get(status.id, 0)
        if before & bit:
            self.counts.duplicates += 1
            return
        self.counts.out_of_order += before > bit
        self.counts.complete += before | bit == COMPLETE
        self.told[status.id] = before | bit
        if bit == STATUSES["sent"]:
            self.sent.append(Sent(int(event_id.removeprefix(b"evt_") or 0), status.id, status.recipient_id))


_decode = msgspec.json.Decoder(Callback).decode


class Manners(msgspec.Struct, frozen=True):
    """What the receiver does wrong."""

    fail_every: int = 0
    """Answers every so many-th callback with 503; 0: none."""
    delay_seconds: float = 0.0
    """How long it takes for each answer."""
    keeps_lags: bool = False


class Desk:
    """The receiver: its ledger, its manners, and whoever is connected."""

    def __init__(self, secret: bytes, manners: Manners) -> None:
        self.ledger = Ledger()
        self.connections: set[Connection] = set()
        self._secret = secret
        self._manners = manners
        self._asked = 0

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Write a callback down and return the answer; one that is refused counts as not come."""
        self._asked += 1
        if self._manners.fail_every and self._asked % self._manners.fail_every == 0:
            self.ledger.counts.turned_away += 1
            return _REFUSAL
        self.ledger.note(self._secret, head, body)
        if self._manners.keeps_lags:
            self.ledger.lags_ms.append(lag_ms(header(head, _EVENT_ID) or b"", time()))
        return _ANSWER

    @property
    def delay_seconds(self) -> float:
        """How long an answer takes."""
        return self._manners.delay_seconds


def lag_ms(event_id: bytes, now: float) -> float:
    """Return the time since an event was made, which its id tells to the millisecond."""
    return round(1000 * now - ((int(event_id.removeprefix(b"evt_") or 0) >> _KEY_TAIL_BITS) + _KEY_EPOCH_MS), 1)


class Connection(asyncio.Protocol):
    """One connection of the server's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._desk.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        _ = exc
        self._desk.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        for head, body in self._splitter.feed(data):
            if head.startswith(b"get "):
                counts = msgspec.json.encode(self._desk.ledger.counts)
                self._write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(counts) + counts)
                continue
            answer = self._desk.answer(head, body)
            if self._desk.delay_seconds:
                asyncio.get_running_loop().call_later(self._desk.delay_seconds, self._write, answer)
            else:
                self._write(answer)

    def hang_up(self) -> None:
        """Close the connection."""
        assert self._transport is not None
        self._transport.abort()

    def _write(self, answer: bytes) -> None:
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(answer)


class Door:
    """The listening socket: shut, it lets nobody connect."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._port = 0
        self._turns: set[asyncio.Task[int]] = set()

    async def open(self) -> int:
        """Listen, from the second time on where it was, and return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self._desk), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self._port

    def turn(self) -> None:
        """Shut it if it is open, and hang up on everybody; else open it."""
        if self._server is None:
            turning = asyncio.get_running_loop().create_task(self.open())
            self._turns.add(turning)
            turning.add_done_callback(self._turns.discard)
            return
        self._server.close()
        self._server = None
        for connection in list(self._desk.connections):
            connection.hang_up()


async def _receive(desk: Desk) -> None:
    loop, door, stopped = asyncio.get_running_loop(), Door(desk), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.add_signal_handler(signal.SIGUSR1, door.turn)
    print(await door.open(), flush=True)
    await stopped.wait()


def main() -> None:
    """Receive until SIGTERM."""
    import uvloop

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--ledger", required=True, type=Path)
    parser.add_argument("--fail-every", type=int, default=0)
    parser.add_argument("--delay-seconds", type=float, default=0.0)
    parser.add_argument("--lags", action="store_true")
    given = parser.parse_args()
    desk = Desk(given.secret.encode(), Manners(given.fail_every, given.delay_seconds, given.lags))
    uvloop.run(_receive(desk))
    given.ledger.write_bytes(msgspec.json.encode(desk.ledger))


if __name__ == "__main__":
    main()
