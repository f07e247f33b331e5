"""A wire to a database server that can be cut at a statement."""

import asyncio
import contextlib
from pathlib import Path
from typing import Self


class Wire:
    """Listens on a loopback port and passes everything on to a Unix socket, until it is told to cut."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._cut: bytes | None = None
        self._arrives = False
        self.cuts = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut_at(self, statement: bytes, *, arrives: bool) -> None:
        """Cut once, at the next piece that has `statement`: after the server has answered it, or before it arrives."""
        self._cut, self._arrives = statement, arrives

    def refuse(self) -> None:
        """Cut every connection, and take no more."""
        self._server.close()
        for client in self._clients:
            client.close()

    def say(self, answer: bytes) -> None:
        """Tell every client something that no server has said, or not yet."""
        for client in self._clients:
            client.write(answer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._clients.add(writer)
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(str(self._socket))
            back = asyncio.create_task(_pass_on(server_reader, writer))
            await self._forward(reader, server_writer, back)
            server_writer.close()
            writer.close()
        finally:
            self._tasks.discard(task)
            self._clients.discard(writer)

    async def _forward(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, back: "asyncio.Task[None]"
    ) -> None:
        while piece := await reader.read(1 << 16):
            if self._cut is not None and self._cut in piece:
                self._cut, self.cuts = None, self.cuts + 1
                back.cancel()  # no answer comes through any more
                if self._arrives:
                    server.write(piece)
                    await asyncio.sleep(0.2)
                return
            server.write(piece)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
    writer.close()
