"""Measures whether the time of a refusal tells how wrong a credential was, or what a denied link leads to.

    python -m tests.hostile.timing            (hardening R19 and R2; some minutes, on a machine that does nothing else)

Each pair of questions is asked by turns, in an order of chance. Their medians may differ by no more than chance makes
of the samples of one of them: the largest difference of 200 divisions of those into two halves. A tenth of a
microsecond is never counted: two texts that are equally wrong differ by some hundredths, for where they lie in memory.
That is a measurement and no test: whatever else the machine does is in it.
"""

import asyncio
import gc
import random
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import Any, cast

import click
from tests.hostile.link_peers import LIMITS, Collected, link_to
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running

from waypost.api.control.gate import Gate
from waypost.flows.users import Users
from waypost.lib.fetcher import Fetcher
from waypost.lib.links import FetchPolicy
from waypost.lib.vetting import DENIED, NotFetched
from waypost.rules.registration import Trials

DIVISIONS = 200
FINEST_NS = 100
DENIALS = 200
MOST_OF_DENIALS_MS = 5.0
PASSWORD = "Some-b0dy-Secret"
SECRET = "x" * 64
OPEN, CLOSED = "127.9.9.9", "127.9.9.8"

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Pair:
    """Two questions that must take the same time; the second is nearer to the truth."""

    name: str
    far: Ask
    near: Ask
    share: float = 1.0
    """How many of the samples it takes: hashing of passwords is slow on purpose."""


@dataclass(frozen=True)
class Seen:
    """How long the answers took, in nanoseconds."""

    far: list[int]
    near: list[int]

    @property
    def difference(self) -> float:
        """Of the medians."""
        return abs(statistics.median(self.far) - statistics.median(self.near))

    @property
    def noise(self) -> float:
        """The largest difference that chance makes of the samples of one question."""
        chance = random.Random(1)
        ways = [_divided(each, chance) for each in (list(self.far), list(self.near)) for _ in range(DIVISIONS // 2)]
        return max(FINEST_NS, *ways)


def _divided(every: list[int], chance: random.Random) -> float:
    chance.shuffle(every)
    half = len(every) // 2
    return abs(statistics.median(every[:half]) - statistics.median(every[half:]))


async def measured(pair: Pair, samples: int) -> Seen:
    """Ask both questions of a pair so many times each."""
    order = [pair.far, pair.near] * samples
    random.Random(2).shuffle(order)
    taken: dict[Ask, list[int]] = {pair.far: [], pair.near: []}
    for ask in order[:200]:
        await ask()
    gc.collect()
    gc.disable()
    for ask in order:
        began = perf_counter_ns()
        await ask()
        taken[ask].append(perf_counter_ns() - began)
    gc.enable()
    return Seen(taken[pair.far], taken[pair.near])


# -- Questions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A connection that stays open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str

    async def ask(self, path: str, header: str, status: int) -> None:
        """Make a request and read its answer, which must be a refusal."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n{header}\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await self.reader.readexactly(length)
        if int(head.split()[1]) != status:
            raise click.ClickException(f"{path} was answered with {head.splitlines()[0].decode()}, not {status}.")


@asynccontextmanager
async def line_to(server: Running) -> AsyncIterator[Line]:
    """Open a connection to a server."""
    host = server.base_url.removeprefix("http://")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(host.rpartition(":")[2]))
    yield Line(reader, writer, host)
    writer.close()


def wrong(secret: str, *, at: int) -> str:
    """Return a secret with one sign changed."""
    signs = list(secret)
    signs[at] = "y" if signs[at] != "y" else "z"
    return "".join(signs)


async def _told(made: bool) -> None:
    if made:
        raise click.ClickException("a wrong secret was taken")


def sign_by_sign(given: str) -> bool:
    """Compare as nothing here does: this is to be seen."""
    return all(sign == right for sign, right in zip(given, SECRET, strict=True))


def over_http(line: Line) -> list[Pair]:
    """Return the questions that go the whole way."""

    def pair(name: str, path: str, header: str, secret: str, status: int = 401) -> Pair:
        far, near = (header.format("q" * len(secret)), header.format(wrong(secret, at=-1)))
        return Pair(name, partial(line.ask, path, far, status), partial(line.ask, path, near, status))

    return [
        pair("a token", f"/v24.0/{NUMBER}", "Authorization: Bearer {}", TOKEN),
        pair("a key", "/v1/configs/phone_number", "D360-API-KEY: {}", TOKEN),
        pair("the admin token", "/_waypost/v1/clock", "Authorization: Bearer {}", ADMIN),
    ]


def by_hand() -> list[Pair]:
    """Return the questions of which a server takes a few in a minute only: they are put to what answers them."""
    far, near = "q" * 64, wrong(SECRET, at=-1)
    gate = Gate(SECRET, "k" * 32, "p" * 64, cast("Any", None), cast("Any", None))  # it asks neither of these two

    def pin(given: str) -> Awaitable[None]:
        return _told(Trials().pin(given, "111111", 0) is None)

    return [
        Pair("the console's sign-in", lambda: _told(gate.knows(far)), lambda: _told(gate.knows(near))),
        Pair("a PIN", partial(pin, "222222"), partial(pin, "111112")),
    ]


async def of_logins(server: Running) -> list[Pair]:
    """Return the questions for users: nobody of that name, one number that has one, and two."""
    resources = server.parts.resources
    directory = resources.directory
    users = Users(resources.store, directory, resources.clock)
    first = directory.numbers()[0]
    second = first.__class__(id=cast("Any", int(NUMBER) + 1), waba_id=9, name="Second", app_secret="s")
    await directory.save_number(second)
    await users.create(first, "one", PASSWORD)
    for number in (first, second):
        await users.create(number, "both", PASSWORD + number.digits[-1])

    async def log_in(username: str) -> None:
        await _told(await users.owner(username, "wrong") is not None)

    nobody = partial(log_in, "none")
    return [
        Pair("a login, one has the name", nobody, partial(log_in, "one"), 0.02),
        Pair("a login, two have the name", nobody, partial(log_in, "both"), 0.02),
    ]


# -- Links --------------------------------------------------------------------------------------------------------


async def denied(text: str) -> None:
    """Fetch a link that is denied."""
    outcome = await Fetcher(FetchPolicy()).fetch(link_to(text), limits=LIMITS, sink=Collected().take)
    if outcome != NotFetched(DENIED):
        raise click.ClickException(f"{text}: {outcome}")


async def tell_of_links() -> bool:
    """Compare denials of an open port with those of a closed one, and of names; return whether all are near enough."""
    is_good = True
    async with await asyncio.start_server(lambda _, writer: writer.close(), OPEN, 80):
        for name, host in {"a closed port": CLOSED, "a private name": "db.internal", "localhost": "localhost"}.items():
            pair = Pair(name, partial(denied, f"http://{OPEN}/"), partial(denied, f"http://{host}/"))
            seen = await measured(pair, DENIALS)
            apart = abs(_p95_ms(seen.far) - _p95_ms(seen.near))
            is_good &= apart < MOST_OF_DENIALS_MS
            click.echo(f"denied: an open port and {name:16} p95 {apart:6.3f} ms apart, of {_p95_ms(seen.far):.3f} ms")
    return is_good


def _p95_ms(taken: list[int]) -> float:
    return statistics.quantiles(taken, n=20)[-1] / 1e6


# -- All of it ----------------------------------------------------------------------------------------------------


async def _measure(samples: int) -> bool:
    is_good = await tell_of_links()
    far, near = "q" * 64, wrong(SECRET, at=-1)
    leak = Pair("sign by sign", lambda: _told(sign_by_sign(far)), lambda: _told(sign_by_sign(near)))
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder) / "data") as server, line_to(server) as line:
            pairs = [*over_http(line), *by_hand(), *await of_logins(server), leak]
            for pair in pairs:
                seen = await measured(pair, max(1, int(samples * pair.share)))
                is_same = seen.difference <= seen.noise
                is_good &= is_same is (pair is not leak)
                click.echo(
                    f"{pair.name:28} {len(seen.far):>6} each, median {statistics.median(seen.far) / 1e3:>10.2f} us, "
                    f"{seen.difference / 1e3:>8.3f} us apart, noise {seen.noise / 1e3:>8.3f} us: "
                    f"{'the same' if is_same else 'DIFFERENT'}{' (planted: must be)' if pair is leak else ''}"
                )
    return is_good


@click.command()
@click.option("--samples", type=click.IntRange(20), default=10_000, show_default=True, help="Of each question.")
def main(samples: int) -> None:
    """Say of each pair of questions whether their times can be told apart; fail if so."""
    sys.exit(0 if asyncio.run(_measure(samples)) else 1)


if __name__ == "__main__":
    main()
