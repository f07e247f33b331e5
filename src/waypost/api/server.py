"""The HTTP server: the listener that runs an application in our event loop."""

import asyncio
import socket
import ssl
from collections.abc import Iterable

from waypost.api.guard import Guard, Limits, host_names
from waypost.api.protocol import Connection, Traffic
from waypost.api.routing import App
from waypost.api.words import PlainWords, Words

_BACKLOG = 2048
_STOP_SECONDS = 10.0
_LOOPBACK = ("127.", "localhost", "::1")
_WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, never bound to


class Server:
    """Listens, serves `app` and stops, all inside the running event loop. It takes no signals: its owner does."""

    def __init__(
        self,
        app: App,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        names: Iterable[str] = (),
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        words: Words | None = None,
    ) -> None:
        """`port` 0 takes a free one. `names` are the Host names to accept beside the loopback ones.

        Who listens on more than loopback is reached by the machine's name too, and on every address by each.

        `words` are for what is refused before `app` is asked; they are plain if there are none.
        """
        self._app = app
        self._host = host
        self._port = port
        self._is_everywhere = host in _WILDCARDS
        own = () if self._is_everywhere else (_as_host(host),)
        self._names = (*names, *own) if host.startswith(_LOOPBACK) else (*names, *own, socket.gethostname())
        self._tls = tls
        self._limits = limits or Limits()
        self._words = words or PlainWords()
        self._traffic = Traffic()
        self._listener: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int:
        """The port it listens on; once started the real one."""
        return self._port

    async def start(self) -> None:
        """Listen. Raises OSError when the address cannot be had."""
        listening = _listen(self._host, self._port)
        self._port = listening.getsockname()[1]
        rules = Guard(host_names(self._port, self._names), self._limits, self._is_everywhere)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self._app, self._traffic, rules, self._words),
            sock=listening,
            backlog=_BACKLOG,
            ssl=self._tls,
            # A connection is ours, and in the sweep, once it has shaken hands.
            ssl_handshake_timeout=self._limits.head_seconds if self._tls else None,
        )
        self._run_sweep(loop)

    async def stop(self, *, within_seconds: float = _STOP_SECONDS) -> None:
        """Stop listening, let requests in work end, and after `within_seconds` end them."""
        if self._listener is None:
            return
        self._listener.close()
        for connection in list(self._traffic.connections):
            connection.shut_down()
        await _wait_for(self._traffic.tasks.values(), within_seconds)
        for task in list(self._traffic.tasks.values()):
            task.cancel()
        await _wait_for(self._traffic.tasks.values(), 1.0)
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in list(self._traffic.connections):
            connection.transport.abort()
        await self._listener.wait_closed()
        self._listener = None

    def _run_sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Expire every connection whose deadline has passed, now and again after a while."""
        now = loop.time()
        for connection in list(self._traffic.connections):
            if connection.deadline < now:
                connection.expire(now)
        self._sweep = loop.call_later(self._limits.sweep_seconds, self._run_sweep, loop)


async def _wait_for(tasks: Iterable[asyncio.Task[None]], seconds: float) -> None:
    waiting = list(tasks)
    if waiting:
        await asyncio.wait(waiting, timeout=seconds)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, number, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, number)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)  # noqa: FBT003 - the standard library's name
    return listening


def _as_host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
