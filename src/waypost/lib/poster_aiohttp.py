"""The Poster on aiohttp: slower than the other implementation, in plain Python, and a check on it.

Its resolver is ours, so that a vetted address is the one that is dialled.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Sequence
from datetime import timedelta

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec import Struct
from yarl import URL

from waypost.lib import poster
from waypost.lib.clock import Clock
from waypost.lib.poster import Headers, NotPosted, Posted, Vet
from waypost.lib.trust import Trust

_HOST = re.compile(r"[^\x00-\x20\x7f]+")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = {"host", "content-length", "transfer-encoding", "connection"}
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class _NotAllowedError(OSError):
    """The resolver was asked for a name that may not be dialled."""


class _VettingResolver(AbstractResolver):
    """Answers with the one address that was vetted."""

    def __init__(self, vet: Vet) -> None:
        self._vet = vet

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the vetted address has its own
    ) -> list[ResolveResult]:
        address = await self._vet(host, port)
        if address is None:
            raise _NotAllowedError(host)
        version = ipaddress.ip_address(address).version
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if version == 6 else socket.AF_INET,
                proto=0,
                flags=int(socket.AI_NUMERICHOST),
            )
        ]

    async def close(self) -> None:
        """Nothing to end."""


class _Request(Struct, frozen=True):
    method: str
    target: URL
    headers: Headers
    body: bytes | None
    roots_pem: str | None


class AiohttpPoster:
    """The Poster on aiohttp; make it inside a running event loop."""

    def __init__(self, clock: Clock, *, vet: Vet | None = None, extra_roots_pem: bytes | None = None) -> None:
        self._clock = clock
        self._vet = vet
        self._trust = Trust(extra_roots_pem.decode("ascii") if extra_roots_pem else None)
        connector = aiohttp.TCPConnector(
            limit=0,
            resolver=_VettingResolver(vet) if vet else aiohttp.ThreadedResolver(),
            ttl_dns_cache=int(poster.VETTED_SECONDS),
            keepalive_timeout=poster.IDLE_TIMEOUT.total_seconds(),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": poster.USER_AGENT},
            skip_auto_headers=["Accept-Encoding"],
        )

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        """POST exactly these bytes; see Poster."""
        target = _parsed(url, ())
        if target is None or not _sendable(headers):
            return NotPosted(poster.NOT_A_URL, began=False)
        request = _Request("POST", target, headers, body, roots_pem)
        return await self._send(request, timeout)

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
        target = _parsed(url, query)
        if target is None or not _sendable(headers):
            return NotPosted(poster.NOT_A_URL, began=False)
        outcome = await self._send(_Request("GET", target, headers, None, roots_pem), timeout)
        if isinstance(outcome, NotPosted):
            return outcome
        return Posted(outcome.status, outcome.body[:max_bytes], outcome.retry_after, outcome.elapsed)

    async def aclose(self) -> None:
        """End all connections."""
        await self._session.close()

    async def _send(self, request: _Request, timeout: timedelta) -> Posted | NotPosted:
        if self._session.closed:
            return NotPosted(poster.CLOSED, began=False)
        started = self._clock.monotonic()
        limits = aiohttp.ClientTimeout(
            total=timeout.total_seconds(), sock_connect=poster.CONNECT_TIMEOUT.total_seconds()
        )
        try:
            if not await self._literal_allowed(request.target):
                return NotPosted(poster.NOT_ALLOWED, began=False)
            secure = request.target.scheme == "https"
            trust = await self._trust.context(request.roots_pem) if secure else True
            async with self._session.request(
                request.method,
                request.target,
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
                timeout=limits,
                ssl=trust,
            ) as response:
                read = await _read_at_most(response, poster.MAX_ANSWER_BYTES)
                elapsed = timedelta(seconds=self._clock.monotonic() - started)
                return Posted(response.status, read, response.headers.get("Retry-After"), elapsed, response.raw_headers)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            return _why(error, timeout)

    async def _literal_allowed(self, target: URL) -> bool:
        """Say whether an address in the URL may be dialled; it never comes to the resolver."""
        host = target.host or ""
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            return True  # a name: the resolver vets it
        if self._vet is None:
            return True
        address = await self._vet(host, target.port or 0)
        return address is not None and ipaddress.ip_address(address) == literal


def _parsed(url: str, query: Sequence[tuple[str, str]]) -> URL | None:
    try:
        target = URL(url).extend_query(query)
        host = target.host  # decoded here, and not every host can be
    except ValueError:
        return None
    usable = target.scheme in {"http", "https"} and host is not None and _HOST.fullmatch(host) is not None
    return target if usable else None


def _sendable(headers: Headers) -> bool:
    """Say whether the headers are well-formed; the library finds out only after it has connected."""
    return all(
        _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value) and name.lower() not in _OURS
        for name, value in headers
    )


async def _read_at_most(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    read = bytearray()
    try:
        while len(read) < max_bytes and (chunk := await response.content.read(max_bytes - len(read))):
            read += chunk
    except (TimeoutError, aiohttp.ClientError):
        response.close()
    if not response.content.at_eof():
        response.close()  # the rest is not wanted
    return bytes(read)


def _why(error: Exception, timeout: timedelta) -> NotPosted:
    match error:
        case aiohttp.ClientConnectorDNSError() | aiohttp.ClientConnectorError() if isinstance(
            error.os_error, _NotAllowedError
        ):
            return NotPosted(poster.NOT_ALLOWED, began=False)
        case aiohttp.ClientConnectorDNSError():
            return NotPosted(poster.NOT_FOUND, began=False)
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLError():
            return NotPosted(poster.BAD_CERTIFICATE, began=False)
        case aiohttp.ClientConnectorError():
            refused = isinstance(error.os_error, ConnectionRefusedError)
            return NotPosted(poster.REFUSED if refused else poster.CANNOT_CONNECT, began=False)
        case aiohttp.ConnectionTimeoutError():
            return NotPosted(poster.CONNECT_TIMED_OUT, began=False)
        case TimeoutError():
            return poster.timed_out(timeout)
        case aiohttp.InvalidURL():
            return NotPosted(poster.NOT_A_URL, began=False)
        case aiohttp.ClientError() | OSError():
            return NotPosted(poster.BROKEN, began=True)
        case _:
            return NotPosted(poster.NOT_A_URL, began=False)
