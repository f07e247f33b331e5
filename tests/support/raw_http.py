"""A server in a thread, and a client that sends any bytes: for requests that no HTTP library would make."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import uvloop

from waypost.api.guard import Limits
from waypost.api.mounts import Application
from waypost.api.routing import App
from waypost.api.server import Server

TIMEOUT_SECONDS = 15.0


class Reply(NamedTuple):
    """One response as it came; status 0 when the server closed without any."""

    status: int
    headers: dict[str, str]
    body: bytes


NOTHING = Reply(0, {}, b"")


class Wire:
    """One connection to the server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self._reader = self._socket.makefile("rb")

    def send(self, data: bytes) -> bool:
        """Send `data`; return whether the server took it to its end."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def reply(self) -> Reply:
        """Read one response with a Content-Length."""
        try:
            first = self._reader.readline()
            if not first:
                return NOTHING
            headers = dict(self._header_lines())
            return Reply(int(first.split()[1]), headers, self._reader.read(int(headers.get("content-length", "0"))))
        except ConnectionResetError:
            return NOTHING

    def ask(self, data: bytes) -> Reply:
        """Send a whole request and read its response."""
        self.send(data)
        return self.reply()

    def is_closed(self) -> bool:
        """Wait until the server closes; False when it sends something instead, or nothing in time."""
        try:
            return self._reader.read(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def rest(self) -> bytes:
        """Read until the server closes."""
        return self._reader.read()

    def end(self) -> None:
        """Close our side: nothing more is sent, and answers are still read."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()
        self._socket.close()

    def reset(self) -> None:
        """Close without a farewell, as a client that has crashed."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def _header_lines(self) -> Iterator[tuple[str, str]]:
        while line := self._reader.readline().rstrip(b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            yield name.lower(), value.strip()


class Running:
    """A server that answers until its block is left."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.host = f"127.0.0.1:{port}".encode()

    def open(self) -> Wire:
        """Open one connection."""
        return Wire(self.port)

    def ask(self, data: bytes) -> tuple[Reply, bool]:
        """Send `data` on a connection of its own; return the first response, and whether the server then closed."""
        wire = self.open()
        try:
            wire.send(data.replace(b"$HOST", self.host))
            reply = wire.reply()
            return reply, reply == NOTHING or (reply.headers.get("connection") == "close" and wire.is_closed())
        finally:
            wire.close()


@contextmanager
def running(
    app: App,
    *,
    limits: Limits | None = None,
    names: tuple[str, ...] = (),
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[Running]:
    """Serve `app` on a free port of 127.0.0.1, from a thread with a loop of its own."""
    words = app if isinstance(app, Application) else None
    server = Server(app, host=host, limits=limits, names=names, words=words, tls=tls)
    is_up, shall_stop = threading.Event(), asyncio.Event()
    loop = uvloop.new_event_loop()

    async def serve() -> None:
        await server.start()
        is_up.set()
        await shall_stop.wait()
        await server.stop(within_seconds=1)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert is_up.wait(TIMEOUT_SECONDS)
        yield Running(server.port)
    finally:
        loop.call_soon_threadsafe(shall_stop.set)
        thread.join(TIMEOUT_SECONDS)
        loop.close()
