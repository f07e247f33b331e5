"""The webhook receiver of the benchmarks: checks each callback's signature and keeps who was told what, in which order.

As a process: prints its port, answers every callback with 200 and `GET` with its counts; on SIGTERM it writes its
whole ledger to a file.
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


class _Connection(asyncio.Protocol):
    def __init__(self, ledger: Ledger, secret: bytes) -> None:
        self._ledger = ledger
        self._secret = secret
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        for head, body in self._splitter.feed(data):
            if head.startswith(b"get "):
                counts = msgspec.json.encode(self._ledger.counts)
                self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(counts) + counts)
                continue
            self._ledger.note(self._secret, head, body)
            self._transport.write(_ANSWER)


async def _receive(ledger: Ledger, secret: bytes) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: _Connection(ledger, secret), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()


def main() -> None:
    """Receive until SIGTERM."""
    import uvloop

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--ledger", required=True, type=Path)
    given = parser.parse_args()
    ledger = Ledger()
    uvloop.run(_receive(ledger, given.secret.encode()))
    given.ledger.write_bytes(msgspec.json.encode(ledger))


if __name__ == "__main__":
    main()
