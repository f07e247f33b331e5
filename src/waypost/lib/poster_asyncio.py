"""The Poster on asyncio's own transports: llhttp parses, `ssl` encrypts, and what is pooled is ours.

With `vet`, each name is resolved by `vet` alone, and what it returns is dialled as it stands: nothing is resolved a
second time, and names of which nothing is vetted never reach a resolver here.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from waypost.lib import poster
from waypost.lib.addresses import parse_address
from waypost.lib.clock import Clock
from waypost.lib.connections import Connection, IdleConnections, Key
from waypost.lib.poster import Headers, NotPosted, Posted, Vet
from waypost.lib.request_head import request_head
from waypost.lib.targets import Target, target_of
from waypost.lib.trust import Trust

MAX_VETTED: Final = 1024

_NOT_A_URL: Final = NotPosted(poster.NOT_A_URL, began=False)
_NOT_ALLOWED: Final = NotPosted(poster.NOT_ALLOWED, began=False)
_CLOSED: Final = NotPosted(poster.CLOSED, began=False)
_CLOSED_MIDWAY: Final = NotPosted(poster.CLOSED, began=True)
_CONNECT_TIMED_OUT: Final = NotPosted(poster.CONNECT_TIMED_OUT, began=False)
_ANY_ADDRESS: Final = ""


class _Call(Struct, frozen=True):
    """One request: where it goes, its bytes, and how much time and answer it may take."""

    target: Target
    request: bytes
    timeout: timedelta
    max_bytes: int
    roots_pem: str | None
    started: float


class AsyncioPoster:
    """The Poster on asyncio; make it inside a running event loop.

    `extra_roots_pem` adds certificate authorities to the usual ones, for every request.
    """

    def __init__(self, clock: Clock, *, vet: Vet | None = None, extra_roots_pem: bytes | None = None) -> None:
        self._clock = clock
        self._vet = vet
        self._trust = Trust(extra_roots_pem.decode("ascii") if extra_roots_pem else None)
        self._idle = IdleConnections(clock)
        self._vetted: dict[tuple[str, int], tuple[str, float]] = {}
        self._connections: set[Connection] = set()
        self._reaching: set[asyncio.Timeout] = set()
        self._closed = False
        self._all_lost: asyncio.Future[None] | None = None

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        """POST exactly these bytes; see Poster."""
        target = target_of(url)
        if target is None:
            return _NOT_A_URL
        try:
            head = request_head("POST", target.path, target, headers, body_bytes=len(body))
        except ValueError:
            return _NOT_A_URL
        return await self._send(
            _Call(target, head + body, timeout, poster.MAX_ANSWER_BYTES, roots_pem, self._clock.monotonic())
        )

    async def get(
        self,
        url: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Headers = (),
        timeout: timedelta,
        max_bytes: int = poster.MAX_CHALLENGE_BYTES,
        roots_pem: str | None = None,
    ) -> Posted | NotPosted:
        """GET the URL with `query` added to its own; see Poster."""
        target = target_of(url)
        if target is None:
            return _NOT_A_URL
        try:
            head = request_head("GET", _with_query(target.path, query), target, headers, body_bytes=None)
        except ValueError:
            return _NOT_A_URL
        return await self._send(_Call(target, head, timeout, max_bytes, roots_pem, self._clock.monotonic()))

    async def aclose(self) -> None:
        """End all connections, and what is about to make one."""
        self._closed = True
        now = asyncio.get_running_loop().time()
        for deadline in self._reaching:
            deadline.reschedule(now)
        self._idle.close()
        if self._connections:
            self._all_lost = asyncio.get_running_loop().create_future()
            for connection in list(self._connections):
                connection.end(_CLOSED_MIDWAY)
            await self._all_lost

    # What connections tell their owner

    def made(self, connection: Connection) -> None:
        """Take note of a new connection."""
        self._connections.add(connection)

    def freed(self, connection: Connection) -> None:
        """Keep a connection for the next request."""
        self._idle.put(connection)

    def lost(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        self._idle.drop(connection)
        self._connections.discard(connection)
        if self._all_lost is not None and not self._connections and not self._all_lost.done():
            self._all_lost.set_result(None)

    # From a call to its outcome

    async def _send(self, call: _Call) -> Posted | NotPosted:
        if self._closed:
            return _CLOSED
        seconds = call.timeout.total_seconds()
        address = self._known_address(call.target)
        connection = None if address is None else self._idle.take(_key(call, address))
        if connection is None:
            reached = await self._reach(call, seconds)
            if isinstance(reached, NotPosted):
                return reached
            connection = reached
            seconds -= self._clock.monotonic() - call.started
        waiter = connection.send(call.request, max_bytes=call.max_bytes, started=call.started, seconds=seconds)
        try:
            outcome = await waiter
        except asyncio.CancelledError:
            connection.abandon(waiter)
            raise
        return poster.timed_out(call.timeout) if outcome is None else outcome

    def _known_address(self, target: Target) -> str | None:
        """Return the address that may be dialled; None while the vet has to be asked."""
        if self._vet is None:
            return _ANY_ADDRESS
        known = self._vetted.get((target.host, target.port))
        if known is None or self._clock.monotonic() - known[1] >= poster.VETTED_SECONDS:
            return None
        return known[0]

    async def _reach(self, call: _Call, seconds: float) -> Connection | NotPosted:
        """Return a connection for the call, new or not; the rare and slow part of sending."""
        deadline = asyncio.timeout(seconds)
        self._reaching.add(deadline)
        try:
            async with deadline:
                address = self._known_address(call.target)
                if address is None:
                    asked = await self._ask(call.target)
                    if isinstance(asked, NotPosted):
                        return asked
                    address = asked
                return self._idle.take(_key(call, address)) or await self._dial(call, address)
        except TimeoutError:
            return _CLOSED if self._closed else NotPosted(poster.timed_out(call.timeout).reason, began=False)
        finally:
            self._reaching.discard(deadline)

    async def _ask(self, target: Target) -> str | NotPosted:
        """Ask the vet, and remember for a while what it says."""
        assert self._vet is not None
        try:
            address = await self._vet(target.host, target.port)
        except OSError:
            return NotPosted(poster.NOT_FOUND, began=False)
        # An address in the URL is dialled as it stands; a vet that names another one did not mean this one.
        if address is None or (target.is_address and parse_address(address) != parse_address(target.host)):
            return _NOT_ALLOWED
        self._vetted.pop((target.host, target.port), None)
        if len(self._vetted) >= MAX_VETTED:
            del self._vetted[next(iter(self._vetted))]
        self._vetted[target.host, target.port] = (address, self._clock.monotonic())
        return address

    async def _dial(self, call: _Call, address: str) -> Connection | NotPosted:
        """Return a new connection; each address has its share of the time allowed, so that a dead one leaves some."""
        loop = asyncio.get_running_loop()
        target = call.target
        try:
            tls = await self._trust.context(call.roots_pem) if target.secure else None
        except ssl.SSLError:
            return NotPosted(poster.BAD_CERTIFICATE, began=False)
        latest = loop.time() + poster.CONNECT_TIMEOUT.total_seconds()
        addresses = [address] if address else await _look_up(target, latest)
        if isinstance(addresses, NotPosted):
            return addresses
        outcome: Connection | NotPosted = NotPosted(poster.NOT_FOUND, began=False)
        for index, each in enumerate(addresses):
            share = (latest - loop.time()) / (len(addresses) - index)
            outcome = await self._connect(_key(call, address), each, tls, loop.time() + share)
            if isinstance(outcome, Connection):
                return self._checked(outcome, address)
        return outcome

    async def _connect(
        self, key: Key, address: str, tls: ssl.SSLContext | None, latest: float
    ) -> Connection | NotPosted:
        _, host, port, _, _ = key
        loop = asyncio.get_running_loop()
        make = partial(Connection, self, key, self._clock)
        try:
            async with asyncio.timeout_at(latest):
                _, connection = await loop.create_connection(
                    make, address, port, ssl=tls, server_hostname=host if tls else None
                )
        except TimeoutError:
            return _CONNECT_TIMED_OUT
        except OSError as error:
            return NotPosted(_why(error), began=False)
        return connection

    def _checked(self, connection: Connection, address: str) -> Connection | NotPosted:
        """Look once more at who is there, now that it is."""
        if self._closed:
            connection.end()
            return _CLOSED
        if address and ip_address(connection.peer) != ip_address(address):
            connection.end()
            return _NOT_ALLOWED
        return connection


def _key(call: _Call, address: str) -> Key:
    target = call.target
    return (target.secure, target.host, target.port, address, call.roots_pem)


def _with_query(path: str, query: Sequence[tuple[str, str]]) -> str:
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"


async def _look_up(target: Target, latest: float) -> list[str] | NotPosted:
    if target.is_address:
        return [target.host]
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(latest):
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except TimeoutError:
        return _CONNECT_TIMED_OUT
    except (OSError, UnicodeError):
        return NotPosted(poster.NOT_FOUND, began=False)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def _why(error: OSError) -> str:
    match error:
        case ConnectionRefusedError():
            return poster.REFUSED
        case ssl.SSLCertVerificationError():
            return poster.BAD_CERTIFICATE
        case _:
            return poster.CANNOT_CONNECT
