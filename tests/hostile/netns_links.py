"""The corpus of hostile links in a network namespace in which every address on earth is this machine.

Run as a program by `test_links_netns.py`, inside `unshare --net --mount`; writes what happened to a file as JSON.
Canaries listen on the usual ports of all addresses and a name server answers the machine's own resolver, so that a leak
really connects.
"""

import asyncio
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import DNSLogger, DNSServer
from tests.hostile.link_corpus import ALLOWED, DENIED_HOSTS, DENIED_NAMES, PUBLIC_V4, REFUSED_BY_FORM, ZONE
from tests.hostile.link_naive import get_naively
from tests.hostile.link_peers import LIMITS, OK, Collected, redirect

from waypost.lib.fetcher import Fetched, Fetcher
from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link
from waypost.lib.vetting import NotFetched

PORTS = (22, 80, 443, 5432, 6379, 8080)
POLICY = FetchPolicy(max_redirects=3)
TARGETS = {
    **REFUSED_BY_FORM,
    **{case: f"http://{host}/" for case, host in {**DENIED_HOSTS, **DENIED_NAMES}.items()},
    **{f"{case} port {port}": f"http://{host}:{port}/" for case, host in DENIED_HOSTS.items() for port in (443, 8080)},
}
REFUSED, FETCHED = "refused by form", "fetched"


def main() -> None:
    """Set the namespace up, run everything, write the report to the file named by the first argument."""
    names = set_up_namespace()
    report = asyncio.run(_report(names))
    Path(sys.argv[1]).write_text(json.dumps(report))


def set_up_namespace() -> "Names":
    """Make every address this machine's own, and answer its questions for names from the corpus."""
    _run("ip link set lo up")
    _run("ip route add local 0.0.0.0/0 dev lo")
    _run("ip -6 route add local ::/0 dev lo")
    _run("mount -t tmpfs none /run")  # hides the sockets of the machine's own name services
    _replace("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    _replace("/etc/nsswitch.conf", "hosts: files dns\n")
    names = Names()
    quiet = DNSLogger(logf=lambda _: None)
    DNSServer(names, address="127.0.0.1", port=53, logger=quiet).start_thread()
    return names


def _replace(path: str, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(text)
    _run(f"mount --bind {file.name} {path}")


def _run(command: str) -> None:
    subprocess.run(command.split(), check=True)


class Names:
    """A name server for the corpus; it counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def resolve(self, request: DNSRecord, _handler: object) -> DNSRecord:
        """Answer one question."""
        reply = request.reply()
        name, kind = str(request.q.qname).rstrip("."), QTYPE[request.q.qtype]
        if kind == "A":
            self.asked[name] += 1
        if name == "servfail.example":
            reply.header.rcode = RCODE.SERVFAIL
        for record in self._records(name):
            if QTYPE[record.rtype] in (kind, "CNAME"):
                reply.add_answer(record)
        return reply

    def _records(self, name: str) -> list[RR]:
        special: dict[str, Callable[[], list[RR]]] = {
            "rebind.example": lambda: _addresses(name, [PUBLIC_V4 if self.asked[name] < 2 else "127.0.0.1"]),
            "alias.example": lambda: [_alias(name, "localhost"), *_addresses("localhost", ["127.0.0.1"])],
            "loop.example": lambda: [_alias(name, "loop2.example"), _alias("loop2.example", name)],
        }
        return special[name]() if name in special else _addresses(name, ZONE.get(name, []))


def _addresses(name: str, texts: list[str]) -> list[RR]:
    return [
        RR(name, QTYPE.AAAA if ":" in text else QTYPE.A, rdata=AAAA(text) if ":" in text else A(text), ttl=0)
        for text in texts
    ]


def _alias(name: str, target: str) -> RR:
    return RR(name, QTYPE.CNAME, rdata=CNAME(target), ttl=0)


class Canaries:
    """Listeners on every address; whoever connects is written down, and redirected if the path says so."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection."""
        self.reached.append(writer.get_extra_info("sockname")[0])
        try:
            path = (await _request(reader)).split(b" ")[1].decode()
            writer.write(redirect(TARGETS[list(TARGETS)[int(path[4:])]]) if path.startswith("/to/") else OK)
            await writer.drain()
        except (OSError, EOFError, IndexError, ValueError):
            pass
        finally:
            writer.close()

    async def open(self) -> None:
        """Listen."""
        for port in PORTS:
            await asyncio.start_server(self.serve, "0.0.0.0", port, family=socket.AF_INET)
            await asyncio.start_server(self.serve, "::", port, family=socket.AF_INET6)

    def take(self) -> list[str]:
        """Return who was reached since the last time."""
        reached, self.reached = self.reached, []
        return reached


async def _request(reader: asyncio.StreamReader) -> bytes:
    """Read a whole request and return its head: closing with unread bytes may destroy the answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head


async def _report(names: Names) -> dict[str, Any]:  # Any: it becomes JSON
    canaries = Canaries()
    await canaries.open()
    report: dict[str, Any] = {}
    report["direct"] = {case: await _outcome(text, canaries) for case, text in TARGETS.items()}
    report["redirected"] = {
        case: await _outcome(f"http://good.example/to/{i}", canaries) for i, case in enumerate(TARGETS)
    }
    report["allowed"] = {case: await _outcome(text, canaries) for case, text in ALLOWED.items()}
    report["rebinding"] = await _outcome("http://rebind.example/", canaries)
    report["lookups"] = names.asked["rebind.example"]
    odd = ("nobody.example", "servfail.example", "loop.example")
    report["odd names"] = {name: await _outcome(f"http://{name}/", canaries) for name in odd}
    for text in TARGETS.values():
        await get_naively(text)
    report["naive"] = canaries.take()
    return report


async def _outcome(text: str, canaries: Canaries) -> dict[str, Any]:  # Any: it becomes JSON
    started = time.monotonic()
    link = parse_link(text, POLICY)
    outcome = link if isinstance(link, BadLink) else await _fetch(link)
    await asyncio.sleep(0.001)  # a connection that nobody waits for is accepted by now
    seconds = time.monotonic() - started
    return {"said": _said(outcome), "reached": canaries.take(), "seconds": seconds}


async def _fetch(link: Link) -> Fetched | NotFetched:
    return await Fetcher(POLICY).fetch(link, limits=LIMITS, sink=Collected().take)


def _said(outcome: BadLink | Fetched | NotFetched) -> str:
    if isinstance(outcome, BadLink):
        return REFUSED
    return FETCHED if isinstance(outcome, Fetched) else outcome.reason


if __name__ == "__main__":
    main()
