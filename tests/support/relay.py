"""A stretch of network between the server and a store, which a test can break in the ways that networks break."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

State = Literal["open", "down", "silent", "failing"]
"""Connections pass; are cut at once; are taken and never answered; are answered with 500."""

_CHUNK = 65_536
_FAILED = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n"
    b"Connection: close\r\n\r\n%s"
)
_XML = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"


@dataclass
class Relay:
    """Passes every connection on to a port of this machine."""

    target: int
    state: State = "open"
    cut_up_after: int | None = None
    """How many more bytes go to the store before the network goes down."""
    cut_down_after: int | None = None
    fail_next: int = 0
    """How many requests are answered with 500 although the network is open."""
    hold_answers_to: bytes | None = None
    """A method whose answers never come back."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    requests: int = 0
    """How many connections have brought a request."""
    cut: int = 0
    """How many connections were cut at once."""
    port: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def turn(self, state: State) -> None:
        """Change what becomes of connections, those that are open included."""
        self.state = state
        for writer in list(self._open):
            writer.transport.abort()

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Treat a connection."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Cut every connection and wait until all are gone."""
        self.turn("down")
        await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(ConnectionError):
                await self._treat(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _treat(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state == "down":
            self.cut += 1
            return
        first = await reader.read(_CHUNK)
        self.requests += 1
        if self.state == "silent":
            while await reader.read(_CHUNK):
                pass
            return
        if self.state == "failing" or self.fail_next > 0:
            self.fail_next -= 1
            writer.write(_FAILED % (len(_XML), _XML))
            await writer.drain()
            writer.write_eof()
            while await reader.read(_CHUNK):
                pass
            return
        await self._pass(first, reader, writer)

    async def _pass(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self._open.add(back)
        method = [first]  # of the request that is on its way
        both = [
            asyncio.create_task(self._up(first, reader, back, method)),
            asyncio.create_task(self._down(there, writer, method)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            self._open.discard(back)
            back.transport.abort()

    async def _up(
        self, chunk: bytes, reader: asyncio.StreamReader, back: asyncio.StreamWriter, method: list[bytes]
    ) -> None:
        while chunk:
            if chunk[:4] in (b"GET ", b"PUT ", b"HEAD", b"POST", b"DELE"):
                method[0] = chunk
            if self.cut_up_after is not None:
                self.cut_up_after -= len(chunk)
                if self.cut_up_after <= 0:
                    self.cut_up_after = None
                    self.turn("down")
                    return
            back.write(chunk)
            await back.drain()
            chunk = await reader.read(_CHUNK)

    async def _down(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, method: list[bytes]) -> None:
        while chunk := await there.read(_CHUNK):
            if self.hold_answers_to is not None and method[0].startswith(self.hold_answers_to):
                self.held.set()
                continue
            if self.cut_down_after is not None:
                self.cut_down_after -= len(chunk)
                if self.cut_down_after <= 0:
                    self.cut_down_after = None
                    self.turn("down")
                    return
            writer.write(chunk)
            await writer.drain()


@asynccontextmanager
async def relay_to(port: int) -> AsyncIterator[Relay]:
    """Open a relay to a port until the block ends."""
    relay = Relay(port)
    server = await asyncio.start_server(relay.take, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await relay.end()
