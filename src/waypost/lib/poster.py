"""Outbound HTTP to upstreams and webhooks: the Poster port, and its first implementation on pyreqwest.

A poster never follows a redirect, uses a proxy, keeps a cookie or asks for compression. It reads at most 64 KiB of an
answer and leaves the rest: success is a matter of the status alone.
"""

import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from msgspec import Struct
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import ClientClosedError, RequestError, RequestTimeoutError
from pyreqwest.http import Url
from pyreqwest.request import RequestBuilder, StreamRequest
from pyreqwest.response import Response

from waypost.lib.clock import Clock

Headers = Sequence[tuple[str, str]]

Vet = Callable[[str, int], Awaitable[str | None]]
"""Takes host and port, returns the one address that may be dialled for them, or None when none may.

The host is a name in ASCII or an address without brackets. Raises OSError when the name is not found.
"""

MAX_ANSWER_BYTES: Final = 65_536
MAX_CHALLENGE_BYTES: Final = 256
CONNECT_TIMEOUT: Final = timedelta(seconds=5)
_THREADS_END_SECONDS: Final = 0.02
IDLE_PER_HOST: Final = 64
# Under the 5 s after which common servers hang up: a request never meets a connection that is just being closed.
IDLE_TIMEOUT: Final = timedelta(seconds=4)
# How long a vetted address is used without asking again; it stays pinned, so only changes in the DNS come late.
VETTED_SECONDS: Final = 30.0
# A pinned client takes 200 KB (its root certificates) and 5 ms to make.
MAX_PINNED: Final = 64
USER_AGENT: Final = "Waypost"

NOT_A_URL: Final = "the URL or a header is malformed"
NOT_ALLOWED: Final = "address not allowed"
NOT_FOUND: Final = "name not found"
REFUSED: Final = "connection refused"
BAD_CERTIFICATE: Final = "certificate not valid"
CONNECT_TIMED_OUT: Final = f"no connection within {CONNECT_TIMEOUT.total_seconds():g} s"
CANNOT_CONNECT: Final = "connection could not be made"
BROKEN: Final = "connection closed before an answer"
CLOSED: Final = "Waypost is stopping"

_WHILE_CONNECTING: Final = "client error (Connect)"


class Posted(Struct, frozen=True):
    """The peer answered, with whatever status; `body` is at most the first 64 KiB."""

    status: int
    body: bytes
    retry_after: str | None
    elapsed: timedelta


class NotPosted(Struct, frozen=True):
    """No answer came; `reason` is in plain words.

    `began` is False only when surely no byte of the request was sent, so that a repetition cannot be a duplicate.
    """

    reason: str
    began: bool


class Poster(Protocol):
    """Sends one request and tells what happened; never raises for anything the peer, the net or the URL does."""

    async def post(self, url: str, body: bytes, headers: Headers, *, timeout: timedelta) -> Posted | NotPosted:
        """POST exactly these bytes; `timeout` is for everything, from the look-up of the name to the answer's body.

        When the status came in time and the body did not, the answer counts, and what came of the body may be left out.
        May be called concurrently, without a bound of its own.
        """
        ...

    async def get(
        self,
        url: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Headers = (),
        timeout: timedelta,
        max_bytes: int = MAX_CHALLENGE_BYTES,
    ) -> Posted | NotPosted:
        """GET the URL with `query` added to its own, and read at most `max_bytes` of the answer."""
        ...

    async def aclose(self) -> None:
        """End all connections; requests under way, and later ones, come back as NotPosted."""
        ...


class _Pinned(Struct, frozen=True):
    """A client that reaches one name at one vetted address only, and when that was vetted."""

    address: str
    client: Client
    vetted_at: float


class ReqwestPoster:
    """The Poster on pyreqwest: connections and TLS are native, on a thread of their own.

    A POST takes the event loop a third of the time that it takes with aiohttp.

    With `vet`, each name is resolved by `vet` alone: the address it returns is written into the client that dials, so
    that nothing is resolved a second time. Names of which nothing is vetted never reach a resolver here.
    `extra_roots_pem` adds certificate authorities to the usual ones.
    """

    def __init__(self, clock: Clock, *, vet: Vet | None = None, extra_roots_pem: bytes | None = None) -> None:
        self._clock = clock
        self._vet = vet
        self._extra_roots_pem = extra_roots_pem
        self._open = self._builder().build()
        self._pinned: OrderedDict[tuple[str, int], _Pinned] = OrderedDict()
        self._closed = False

    async def post(self, url: str, body: bytes, headers: Headers, *, timeout: timedelta) -> Posted | NotPosted:
        """POST exactly these bytes; see Poster."""
        return await self._exchange(
            url,
            lambda client, target: client.post(target).body_bytes(body),
            headers=headers,
            timeout=timeout,
            max_bytes=MAX_ANSWER_BYTES,
        )

    async def get(
        self,
        url: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Headers = (),
        timeout: timedelta,
        max_bytes: int = MAX_CHALLENGE_BYTES,
    ) -> Posted | NotPosted:
        """GET the URL with `query` added to its own; see Poster."""
        return await self._exchange(
            url,
            lambda client, target: client.get(target).query(query),
            headers=headers,
            timeout=timeout,
            max_bytes=max_bytes,
        )

    async def aclose(self) -> None:
        """End all connections."""
        self._closed = True
        pinned = [pin.client for pin in self._pinned.values() if pin.client is not self._open]
        self._pinned.clear()
        for client in [self._open, *pinned]:
            await client.close()
        # Its own threads end a little later; a Python that exits before them is aborted.
        await self._clock.pause(_THREADS_END_SECONDS)

    async def _exchange(
        self,
        url: str,
        begin: Callable[[Client, Url], RequestBuilder],
        *,
        headers: Headers,
        timeout: timedelta,
        max_bytes: int,
    ) -> Posted | NotPosted:
        """Choose the client, build the request that `begin` begins, send it and read the answer."""
        if self._closed:
            return NotPosted(CLOSED, began=False)
        started = self._clock.monotonic()
        chosen = await self._choose(url, timeout)
        if isinstance(chosen, NotPosted):
            return chosen
        left = timeout - self._since(started)
        try:
            request = (
                begin(*chosen)
                .headers(headers)
                .timeout(max(left, timedelta(milliseconds=1)))
                # Otherwise a status is withheld until the first 64 KiB of its body have come.
                .streamed_read_buffer_limit(0)
                .build_streamed()
            )
        except ValueError:
            return NotPosted(NOT_A_URL, began=False)
        try:
            status, body, retry_after = await _send(request, max_bytes)
        except RequestError as error:
            return _why(error, timeout)
        return Posted(status, body, retry_after, self._since(started))

    def _since(self, started: float) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - started)

    async def _choose(self, url: str, timeout: timedelta) -> tuple[Client, Url] | NotPosted:
        """Return the client that may send to this URL, and the URL as parsed once: what was vetted is what is sent."""
        try:
            target = Url(url)
        except ValueError:
            return NotPosted(NOT_A_URL, began=False)
        host, port = target.host_str, target.port_or_known_default
        if target.scheme not in {"http", "https"} or host is None or port is None:
            return NotPosted(NOT_A_URL, began=False)
        if self._vet is None:
            return self._open, target
        pin = self._pinned.get((host, port))
        if pin is not None and self._clock.monotonic() - pin.vetted_at < VETTED_SECONDS:
            return pin.client, target
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                address = await self._vet(host.strip("[]"), port)
        except TimeoutError:
            return NotPosted(timed_out(timeout).reason, began=False)
        except OSError:
            return NotPosted(NOT_FOUND, began=False)
        client = self._client_for(target, port, address)
        return NotPosted(NOT_ALLOWED, began=False) if client is None else (client, target)

    def _client_for(self, target: Url, port: int, address: str | None) -> Client | None:
        """Return the client that reaches the target at the vetted address only; None if nothing may reach it."""
        host = target.host_str or ""
        if address is None:
            return None
        if target.domain is None:
            # An address in the URL is dialled as it stands; a vet that names another one did not mean this one.
            return self._remember(host, port, address, self._open) if _same_address(host.strip("[]"), address) else None
        return self._pin(host, port, address)

    def _pin(self, host: str, port: int, address: str) -> Client:
        """Keep and return a client for which `host` is `address`; the last one goes on when the address is the same."""
        known = self._pinned.pop((host, port), None)
        if known is not None and known.address == address:
            client = known.client
        else:
            # Port 0: the one in the URL is dialled.
            client = self._builder().resolve(host, address, 0).build()
        return self._remember(host, port, address, client)

    def _remember(self, host: str, port: int, address: str, client: Client) -> Client:
        """Let this client go on for a while without asking the vet again."""
        self._pinned[host, port] = _Pinned(address, client, self._clock.monotonic())
        if len(self._pinned) > MAX_PINNED:
            # Not closed: requests under way still use it, and it ends with the last of them.
            self._pinned.popitem(last=False)
        return client

    def _builder(self) -> ClientBuilder:
        builder = (
            ClientBuilder()
            .follow_redirects(enable=False)
            .no_proxy()
            .gzip(enable=False)
            .brotli(enable=False)
            .zstd(enable=False)
            .deflate(enable=False)
            .referer(enable=False)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .user_agent(USER_AGENT)
        )
        return builder.add_root_certificate_pem(self._extra_roots_pem) if self._extra_roots_pem else builder


def timed_out(timeout: timedelta) -> NotPosted:
    """Return the outcome of a request whose time was up."""
    return NotPosted(f"timed out after {timeout.total_seconds():g} s", began=True)


async def _send(request: StreamRequest, max_bytes: int) -> tuple[int, bytes, str | None]:
    async with request as response:
        body = await _read_at_most(response, max_bytes)
        return response.status, body, response.get_header("retry-after")


async def _read_at_most(response: Response, max_bytes: int) -> bytes:
    """Read up to `max_bytes`; a body that fails or comes late after the status counts as empty."""
    try:
        # One read to the end or to the bound: each call costs a change of threads.
        body = await response.body_reader.read(max_bytes)
    except RequestError:
        return b""
    return bytes(body) if body is not None else b""


def _same_address(one: str, other: str) -> bool:
    try:
        return ipaddress.ip_address(one) == ipaddress.ip_address(other)
    except ValueError:
        return False


def _why(error: RequestError, timeout: timedelta) -> NotPosted:
    """Tell what went wrong.

    ConnectError and ConnectTimeoutError are raised for everything that fails before an answer, also after the request
    was sent. Only the chain of causes tells; what is not understood there counts as begun.
    """
    causes = [cause["message"] for cause in error.details["causes"] or []]
    if _WHILE_CONNECTING in causes:
        timed_out_connecting = isinstance(error, RequestTimeoutError)
        return NotPosted(CONNECT_TIMED_OUT if timed_out_connecting else _why_no_connection(causes), began=False)
    if isinstance(error, RequestTimeoutError):
        return timed_out(timeout)
    return NotPosted(CLOSED if isinstance(error, ClientClosedError) else BROKEN, began=True)


def _why_no_connection(causes: list[str]) -> str:
    # The causes before this one hold the URL, which is not ours.
    why = " ".join(causes[causes.index(_WHILE_CONNECTING) + 1 :])
    if "dns error" in why:
        return NOT_FOUND
    if "Connection refused" in why:
        return REFUSED
    return BAD_CERTIFICATE if "certificate" in why else CANNOT_CONNECT
