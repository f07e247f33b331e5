"""The guarded fetcher: the only way in which Waypost reads from an address that somebody else chose.

Each hop is: parse the link once, look its name up once, vet every answer, dial a vetted address and nothing else, and
compare the peer of the open connection with what was vetted. Redirects are followed by hand, each as a new link.
There are no proxies, cookies, kept connections, content encodings or retries; how often to try is for the caller.
"""

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Protocol

import httpcore
from msgspec import Struct
from msgspec.structs import replace

from waypost.lib.addresses import parse_address
from waypost.lib.fetching import Fetched, Limits, Sink
from waypost.lib.filenames import filename_of
from waypost.lib.hops import Trail
from waypost.lib.links import BadLink, FetchPolicy, Link, resolve_link
from waypost.lib.vetting import DENIED, NotFetched, Resolver, SystemResolver, vetted_addresses

__all__ = ["Dialer", "Fetched", "Fetcher", "Limits", "NotFetched", "Sink", "SystemDialer"]

CONNECT_TIMEOUT = timedelta(seconds=10)
TRY_TIMEOUT = timedelta(seconds=3)  # of one address, so that a dead first one leaves time for the next
MAX_HEAD_BYTES = 32 * 1024  # of status line and headers, interim answers included
MAX_HEADERS = 100
_HEAD_READ_BYTES = 4096

WEB_PAGE = "answered with a web page, text/html; give a direct link to the file"
BROKE_OFF = "broke off the connection"
UNREACHABLE = "could not be reached"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Dialer(Protocol):
    """Opens connections to addresses."""

    async def dial(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        """Return a stream connected to exactly `address` that tells its `server_addr`; raises httpcore's errors."""
        ...


class SystemDialer:
    """Plain TCP from this machine."""

    async def dial(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        """Return a stream connected to `address`."""
        return await httpcore.AnyIOBackend().connect_tcp(address, port)


class Fetcher:
    """Fetches links under one policy; it keeps nothing from one fetch to the next."""

    def __init__(
        self,
        policy: FetchPolicy,
        *,
        resolver: Resolver | None = None,
        dialer: Dialer | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._resolver = resolver or SystemResolver()
        self._dialer = dialer or SystemDialer()
        self._tls = tls

    async def fetch(
        self, link: Link, *, limits: Limits, sink: Sink, authorization: str | None = None, trail: Trail | None = None
    ) -> Fetched | NotFetched:
        """Read what `link` leads to into `sink`, chunk by chunk, at most `limits.max_bytes` in all.

        `authorization` is the value of that header; it stays with the origin of `link`. Raises ValueError when it
        cannot be a header, and whatever the sink raises.
        """
        if authorization is not None and not (authorization.isascii() and authorization.isprintable()):
            raise ValueError("authorization contains characters that no header may have")
        trail = trail or Trail()
        result = await self._in_time(_Request(link, limits, sink, authorization, trail))
        if isinstance(result, NotFetched):
            trail.ended(result.reason)
        return result

    async def _in_time(self, request: "_Request") -> Fetched | NotFetched:
        seconds = request.limits.deadline.total_seconds()
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                return await self._follow(request)
        except TimeoutError:
            if not deadline.expired():
                raise
            return NotFetched(f"took longer than {seconds:g} seconds", retryable=True)

    async def vetted_addresses(self, link: Link) -> list[str] | NotFetched:
        """Return the addresses that may be dialled for `link`, at most 16, all of them vetted."""
        return await vetted_addresses(link, self._policy, self._resolver)

    async def _follow(self, request: "_Request") -> Fetched | NotFetched:
        for _ in range(self._policy.max_redirects):
            answer = await self._ask(request)
            if not isinstance(answer, _Redirect):
                return answer
            redirected = self._redirected(request, answer)
            if isinstance(redirected, NotFetched):
                return redirected
            request = redirected
        answer = await self._ask(request)
        return self._one_too_many(answer) if isinstance(answer, _Redirect) else answer

    def _one_too_many(self, answer: "_Redirect") -> NotFetched:
        if self._policy.max_redirects:
            return NotFetched(f"redirects more than {self._policy.max_redirects} times")
        return NotFetched(f"answered {answer.status}, a redirect; give a direct link to the file")

    def _redirected(self, request: "_Request", answer: "_Redirect") -> "_Request | NotFetched":
        link = request.link
        if answer.location is None:
            return NotFetched(f"answered {answer.status} without saying where to go")
        target = resolve_link(link, answer.location, self._policy)
        if isinstance(target, BadLink):
            return NotFetched(f"redirects to a link that is refused: it {target.reason}")
        if link.scheme == "https" and target.scheme == "http":
            return NotFetched("redirects from https to http")
        # Once dropped, credentials stay dropped: a stranger's redirect back to the first host must not carry them.
        authorization = request.authorization if target.origin == link.origin else None
        return replace(request, link=target, authorization=authorization)

    async def _ask(self, request: "_Request") -> "Fetched | NotFetched | _Redirect":
        request.trail.ask(request.link.url)
        addresses = await self.vetted_addresses(request.link)
        if isinstance(addresses, NotFetched):
            return addresses
        backend = _VettedBackend(addresses, self._dialer)
        try:
            return await self._exchange(request, backend)
        except _Stopped as stopped:
            return stopped.outcome
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError, ssl.SSLError) as error:
            return _explain(error, backend)
        finally:
            await backend.aclose()

    async def _exchange(self, request: "_Request", backend: "_VettedBackend") -> "Fetched | NotFetched | _Redirect":
        link = request.link
        url = httpcore.URL(scheme=link.scheme, host=link.host, port=link.port, target=link.target)
        async with httpcore.AsyncHTTPConnection(
            url.origin, ssl_context=self._tls_context(link), network_backend=backend, http2=False
        ) as connection:
            # Reading and writing are bounded by the deadline of the whole fetch.
            timeouts = {"connect": CONNECT_TIMEOUT.total_seconds()}
            call = httpcore.Request("GET", url, headers=_headers(request), extensions={"timeout": timeouts})
            response = await connection.handle_async_request(call)
            backend.reads_body()
            return await _read(response, request)

    def _tls_context(self, link: Link) -> ssl.SSLContext | None:
        # Loading the trust store takes 30 ms, so it waits until it is needed.
        if link.scheme == "https" and self._tls is None:
            self._tls = httpcore.default_ssl_context()
        return self._tls


class _Request(Struct, frozen=True):
    link: Link
    limits: Limits
    sink: Sink
    authorization: str | None
    trail: Trail


class _Redirect(Struct, frozen=True):
    status: int
    location: str | None


class _Stopped(Exception):  # noqa: N818 - not an error: it carries an outcome out through httpcore
    def __init__(self, outcome: NotFetched) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def _headers(request: _Request) -> list[tuple[str, str]]:
    headers = [
        ("Host", request.link.authority),
        ("User-Agent", "Waypost"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    return headers if request.authorization is None else [*headers, ("Authorization", request.authorization)]


async def _read(response: httpcore.Response, request: _Request) -> Fetched | NotFetched | _Redirect:
    if len(response.headers) > MAX_HEADERS:
        return NotFetched(f"answered with more than {MAX_HEADERS} headers")
    headers = _first_values(response.headers)
    request.trail.answered(response.status, headers)
    if response.status in _REDIRECTS:
        return _Redirect(response.status, headers.get("location"))
    refused = _refusal(response.status, headers, request.limits)
    if refused is not None:
        return refused
    digest, size = hashlib.sha256(), 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > request.limits.max_bytes:
            return _too_large(request.limits)
        digest.update(chunk)
        await request.sink(chunk)
    return Fetched(
        content_type=headers.get("content-type", ""),
        size=size,
        sha256=digest.digest(),
        final_url=request.link.url,
        filename=filename_of(headers.get("content-disposition"), request.link.target),
    )


def _first_values(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for name, value in headers:
        values.setdefault(name.decode("ascii").lower(), value.decode(errors="replace"))
    return values


def _refusal(status: int, headers: Mapping[str, str], limits: Limits) -> NotFetched | None:
    """Return why an answer with this head is not worth reading, or None."""
    if status != 200:
        return NotFetched(f"answered {status}", retryable=status in (408, 429) or status >= 500)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        return NotFetched(f"answered with the content encoding {encoding[:40]!r}, which was not asked for")
    content_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type == "text/html" and not limits.may_be_html:
        return NotFetched(WEB_PAGE)
    if int(headers.get("content-length", "0")) > limits.max_bytes:
        return _too_large(limits)
    return None


def _too_large(limits: Limits) -> NotFetched:
    return NotFetched(f"is larger than {limits.max_bytes:,} bytes")


def _explain(error: Exception, backend: "_VettedBackend") -> NotFetched:
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NotFetched(f"has a TLS certificate that is not valid: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        return NotFetched("failed in the TLS handshake")
    if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
        return NotFetched(UNREACHABLE, retryable=True)
    if isinstance(error, httpcore.RemoteProtocolError) and not backend.peer_ended:
        return NotFetched("did not answer with valid HTTP")
    return NotFetched(BROKE_OFF, retryable=True)


class _VettedBackend(httpcore.AsyncNetworkBackend):
    """Connects one exchange to one of the vetted addresses, whatever host httpcore believes to dial."""

    def __init__(self, addresses: list[str], dialer: Dialer) -> None:
        self._addresses = addresses
        self._dialer = dialer
        self._stream: _MeteredStream | None = None

    @property
    def peer_ended(self) -> bool:
        """Whether the other side has closed."""
        return self._stream is not None and self._stream.ended

    def reads_body(self) -> None:
        """Lift the limits of the head; the body has its own."""
        if self._stream is not None:
            self._stream.in_head = False

    async def aclose(self) -> None:
        """Close the connection also where httpcore was stopped before it had taken it over."""
        if self._stream is not None:
            await self._stream.aclose()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the point of this class
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Return a stream to the first vetted address that answers."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT.total_seconds()):
                address, stream = await self._dial_any(port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        self._stream = _MeteredStream(stream)
        peer = stream.get_extra_info("server_addr")
        if peer is None or (parse_address(peer[0]), peer[1]) != (parse_address(address), port):
            raise _Stopped(NotFetched(DENIED))
        return self._stream

    async def _dial_any(self, port: int) -> tuple[str, httpcore.AsyncNetworkStream]:
        for address in self._addresses:
            with contextlib.suppress(TimeoutError, httpcore.NetworkError, httpcore.TimeoutException):
                async with asyncio.timeout(TRY_TIMEOUT.total_seconds()):
                    return address, await self._dialer.dial(address, port)
        raise httpcore.ConnectError


class _MeteredStream(httpcore.AsyncNetworkStream):
    """A connection whose head is read in small steps up to a limit; httpcore alone would wait for it for ever."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._bytes = 0
        self.in_head = True
        self.ended = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return some bytes, or none at the end."""
        if self.in_head and self._bytes >= MAX_HEAD_BYTES:
            raise _Stopped(NotFetched(f"answered with more than {MAX_HEAD_BYTES} bytes of headers"))
        data = await self._stream.read(min(max_bytes, _HEAD_READ_BYTES) if self.in_head else max_bytes, timeout)
        self._bytes += len(data)
        self.ended = not data
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send the bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Go on in TLS with a server whose certificate is for `server_hostname`."""
        self._stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return self

    def get_extra_info(self, info: str) -> Any:  # httpcore's own signature
        """Return what the connection knows about `info`."""
        return self._stream.get_extra_info(info)
