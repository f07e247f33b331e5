"""A peer that says exactly the bytes it is told to: for answers that no server would give.

    async with RawPeer([OK + b"HTTP/1.1 500 "]) as peer: ...

Each request, on whatever connection, is answered with the next script; after the last one with `OK`.
"""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Final, Self

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HANG_UP: Final = b""
"""In place of a packet: end the connection."""

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Script = Iterable[bytes | asyncio.Event]
"""Packets to send, and events to wait for in between."""


class RawPeer:
    """Listens on loopback, reads requests, and answers them by script."""

    def __init__(self, *scripts: Script | bytes, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self.left = asyncio.Event()
        """A client has ended a connection."""
        self.asked = asyncio.Event()
        self._scripts = deque([[script] if isinstance(script, bytes) else script for script in scripts])
        self._host = host
        self._tls = tls
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, self._host, 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"{'https' if self._tls else 'http'}://{host}:{self.port}/hook"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            self.left.set()
            self._talks.discard(talk)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            self.heads.append(head)
            self.asked.set()
            for step in self._scripts.popleft() if self._scripts else [OK]:
                if isinstance(step, asyncio.Event):
                    await step.wait()
                elif step == HANG_UP:
                    writer.write_eof()
                else:
                    writer.write(step)
                    await writer.drain()
