"""Hostile media servers on loopback, and the fetches that meet them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.hostile.link_peers import LIMITS, Collected, link_to

from waypost.lib.fetcher import Fetched, Fetcher, Limits
from waypost.lib.links import FetchPolicy
from waypost.lib.vetting import NotFetched, Resolver

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]

HERE = FetchPolicy(allow=(ip_network("127.0.0.0/8"),), max_redirects=3)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_LONG_AHEAD = datetime(2120, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Exchange:
    """What came of a fetch, what the sink had got, and what the server was asked."""

    outcome: Fetched | NotFetched
    body: bytes
    requests: list[bytes] = field(default_factory=list)


def sends(*chunks: bytes) -> Script:
    """Return a server's part that sends `chunks` and closes."""

    async def script(writer: asyncio.StreamWriter) -> None:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()

    return script


def drips(start: bytes, drop: bytes, *, every: float = 0.0) -> Script:
    """Return a server's part that sends `start` and then `drop` over and over."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(every)

    return script


def resets(start: bytes) -> Script:
    """Return a server's part that sends `start` and then resets the connection."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.drain()
        await asyncio.sleep(0.05)  # let it arrive; a reset drops what is still under way
        writer.transport.abort()

    return script


@asynccontextmanager
async def serving(
    script: Script, requests: list[bytes], *, greeting: bytes = b"", tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve `script` on a free port of loopback and yield the port; every request's head goes to `requests`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(greeting)
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            await script(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def fetch_from(
    script: Script,
    *,
    greeting: bytes = b"",
    url: str = "http://127.0.0.1:{port}/file.png",
    limits: Limits = LIMITS,
    resolver: Resolver | None = None,
    tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext | None = None,
) -> Exchange:
    """Fetch `url` from a server that plays `script`, after a `greeting` that nobody asked for.

    A server with `tls` is believed when `trust` says so.
    """

    async def meet() -> Exchange:
        requests: list[bytes] = []
        collected = Collected()
        async with serving(script, requests, greeting=greeting, tls=tls) as port:
            fetcher = Fetcher(HERE, resolver=resolver, tls=trust)
            link = link_to(url.format(port=port), HERE)
            outcome = await fetcher.fetch(link, limits=limits, sink=collected.take)
        return Exchange(outcome, collected.body, requests)

    return asyncio.run(meet())


@dataclass(frozen=True)
class Authority:
    """A certificate authority for one test run."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def trust(self) -> ssl.SSLContext:
        """Return a client's context that believes this authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode())
        return context

    def server(self, folder: Path, name: str, *, until: datetime = _LONG_AHEAD) -> ssl.SSLContext:
        """Return a server's context with a certificate for `name`; its files go to `folder`."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(key, name, issuer=self.certificate.subject, until=until)
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        certificate = builder.add_extension(names, critical=False).sign(self.key, hashes.SHA256())
        return _server_context(folder, key, certificate)


def make_authority() -> Authority:
    """Return a new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(key, "Test authority", until=_LONG_AHEAD)
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    return Authority(key, builder.add_extension(constraints, critical=True).sign(key, hashes.SHA256()))


def _builder(
    key: ec.EllipticCurvePrivateKey, name: str, *, until: datetime, issuer: x509.Name | None = None
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LONG_AGO)
        .not_valid_after(until)
    )


def _server_context(folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> ssl.SSLContext:
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
