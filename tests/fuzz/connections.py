"""One connection of the server without a socket: bytes go in as packets, and what is answered comes out."""

import asyncio
import re
from collections.abc import Iterable

from waypost.api.exchange import Outgoing
from waypost.api.guard import Guard, host_names
from waypost.api.protocol import Connection, Traffic
from waypost.api.routing import Request
from waypost.api.words import PlainWords

_TURNS = 5
"""Of the loop, within which a request that can be answered is."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_DATE = re.compile(rb"date: [\w,: ]+GMT\r\n")


class _Peer(asyncio.Transport):
    """A client that takes everything, and goes on sending."""

    def __init__(self) -> None:
        super().__init__()
        self.told = b""
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self._is_closing, "it writes to a client that has gone"
        self.told += data

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    def abort(self) -> None:
        self._is_closing = True

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def answers_to(packets: Iterable[bytes]) -> bytes:
    """Return what a client is told that sends these packets and closes its side.

    Every request is answered with what was understood of it.
    """
    # Whether a client is still told to go on depends on how fast its body comes, and the date on the time.
    return _DATE.sub(b"", asyncio.run(_conversation(packets)).replace(_CONTINUE, b""))


async def _conversation(packets: Iterable[bytes]) -> bytes:
    peer, traffic = _Peer(), Traffic()
    connection = Connection(_echo, traffic, Guard(host_names(80, ["h"])), PlainWords())
    connection.connection_made(peer)
    for packet in packets:
        if not peer.is_closing():
            connection.data_received(packet)
        await _all_answered(traffic)
    if not peer.is_closing():
        connection.eof_received()
        await _all_answered(traffic)
    connection.connection_lost(None)
    await asyncio.gather(*traffic.tasks.values())
    return peer.told


async def _all_answered(traffic: Traffic) -> None:
    answered = -1
    while traffic.answered != answered:
        answered = traffic.answered
        for _ in range(_TURNS):
            await asyncio.sleep(0)


async def _echo(request: Request, out: Outgoing) -> None:
    body = await request.body(100_000)
    understood = (request.method, request.path, request.query_string, request.headers, body)
    await out.respond(200, [], repr(understood).encode())
