"""Scripted parts around the fetcher: a resolver that answers from a table, a dialer that records and never dials."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpcore
from tests.hostile.link_corpus import ZONE

from waypost.lib.fetcher import Fetched, Fetcher, Limits
from waypost.lib.links import FetchPolicy, Link, parse_link
from waypost.lib.vetting import NotFetched

LIMITS = Limits(max_bytes=1000, deadline=timedelta(seconds=5))
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\nabc"


def redirect(location: str, status: int = 302) -> bytes:
    """Return an answer that sends the client to `location`, byte for byte."""
    return b"HTTP/1.1 %d Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (
        status,
        location.encode(errors="surrogatepass"),
    )


class TableResolver:
    """Answers from a table and remembers what it was asked; from the second time on, from `later` first."""

    def __init__(self, zone: Mapping[str, list[str]] = ZONE, *, later: Mapping[str, list[str]] | None = None) -> None:
        self._zone = dict(zone)
        self._later = later or {}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        zone = self._later if host in self.asked and host in self._later else self._zone
        self.asked.append(host)
        return zone.get(host) or self._inet_aton(host)

    def _inet_aton(self, host: str) -> list[str]:
        # As lenient as the machine's own: 127.1 and 0x7f000001 are addresses to it.
        try:
            return [socket.inet_ntoa(socket.inet_aton(host))]
        except OSError as error:
            raise socket.gaierror(socket.EAI_NONAME, "unknown host") from error


class ScriptedStream(httpcore.AsyncNetworkStream):
    """A connection to `peer` on which `answer` comes in."""

    def __init__(self, peer: tuple[str, int], answer: bytes, sent: list[bytes]) -> None:
        self._peer = peer
        self._answer = answer
        self._sent = sent

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        data, self._answer = self._answer[:max_bytes], self._answer[max_bytes:]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        if buffer:
            self._sent.append(buffer)

    async def aclose(self) -> None:
        self._answer = b""

    async def start_tls(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:  # httpcore's signature
        return self._peer if info == "server_addr" else None


class RecordingDialer:
    """Writes down every dial, and plays `answers` one per connection; without an answer it refuses."""

    def __init__(self, answers: Sequence[bytes] = (), *, peer: tuple[str, int] | None = None) -> None:
        self._answers = list(answers)
        self._peer = peer
        self.dialled: list[tuple[str, int]] = []
        self.sent: list[bytes] = []

    async def dial(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        self.dialled.append((address, port))
        if not self._answers:
            raise httpcore.ConnectError("refused by the recording dialer")
        return ScriptedStream(self._peer or (address, port), self._answers.pop(0), self.sent)


@dataclass
class Collected:
    """A sink."""

    chunks: list[bytes] = field(default_factory=list)

    async def take(self, chunk: bytes) -> None:
        self.chunks.append(chunk)

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


def link_to(text: str, policy: FetchPolicy | None = None) -> Link:
    """Return the link of a text that must be well-formed."""
    link = parse_link(text, policy or FetchPolicy())
    assert isinstance(link, Link), link
    return link


def fetch_dry(
    text: str,
    dialer: RecordingDialer,
    *,
    policy: FetchPolicy | None = None,
    resolver: TableResolver | None = None,
    authorization: str | None = None,
) -> Fetched | NotFetched:
    """Fetch without a network."""
    policy = policy or FetchPolicy(max_redirects=3)
    fetcher = Fetcher(policy, resolver=resolver or TableResolver(), dialer=dialer)
    link = link_to(text, policy)
    return asyncio.run(fetcher.fetch(link, limits=LIMITS, sink=Collected().take, authorization=authorization))
