"""Which addresses a Poster dials, and which certificates it believes."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.certificates import Authority
from tests.support.posters import (
    BODY,
    IMPLEMENTATIONS,
    JSON,
    LONG,
    SHORT,
    Make,
    Vetting,
    find_no_name,
    never_find_a_name,
    open_poster,
)
from tests.support.receiver import Receiver

from waypost.lib.poster import NotPosted, Posted

pytestmark = pytest.mark.anyio


@pytest.fixture(params=IMPLEMENTATIONS)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def test_a_vetted_address_is_the_one_that_is_dialled(make: Make, hook: Receiver) -> None:
    vet = Vetting("127.0.0.1")

    async with open_poster(make, vet=vet) as poster:
        answer = await poster.post(hook.url_at("/", host="hook.invalid"), BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert (await hook.next()).headers["host"] == f"hook.invalid:{hook.port}"
    assert vet.asked == [("hook.invalid", hook.port)]


@pytest.mark.parametrize("host", ["hook.invalid.", "HOOK.invalid", "bücher.invalid", "user:pw@hook.invalid"])
async def test_odd_spellings_of_a_name_reach_only_what_was_vetted(make: Make, hook: Receiver, host: str) -> None:
    vet = Vetting("127.0.0.1")

    async with open_poster(make, vet=vet) as poster:
        answer = await poster.post(hook.url_at("/", host=host), BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "017700000001", "0", "127。0。0。1"])
async def test_odd_spellings_of_loopback_are_never_dialled(make: Make, hook: Receiver, host: str) -> None:
    async with open_poster(make, vet=Vetting(None)) as poster:
        outcome = await poster.post(hook.url_at("/", host=host), BODY, JSON, timeout=LONG)

    assert isinstance(outcome, NotPosted)
    assert (outcome.began, hook.connections) == (False, 0)


@pytest.mark.parametrize("host", ["hook.invalid", "localhost", "localhost.", "127.0.0.1"])
async def test_what_the_vet_refuses_is_never_dialled(make: Make, hook: Receiver, host: str) -> None:
    async with open_poster(make, vet=Vetting(None)) as poster:
        outcome = await poster.post(hook.url_at("/", host=host), BODY, JSON, timeout=LONG)

    assert (outcome, hook.connections) == (NotPosted("address not allowed", began=False), 0)


async def test_an_address_in_the_url_is_dialled_only_if_the_vet_names_it(make: Make, hook: Receiver) -> None:
    async with open_poster(make, vet=Vetting("192.0.2.1")) as poster:
        outcome = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert (outcome, hook.connections) == (NotPosted("address not allowed", began=False), 0)


async def test_an_allowed_address_in_the_url_is_dialled(make: Make, hook: Receiver) -> None:
    vet = Vetting("127.0.0.1")

    async with open_poster(make, vet=vet) as poster:
        answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert vet.asked == [("127.0.0.1", hook.port)]


async def test_a_bracketed_address_is_vetted_without_its_brackets(make: Make) -> None:
    vet = Vetting(None)

    async with open_poster(make, vet=vet) as poster:
        outcome = await poster.post("http://[::1]:8080/", BODY, JSON, timeout=LONG)

    assert (outcome, vet.asked) == (NotPosted("address not allowed", began=False), [("::1", 8080)])


async def test_a_name_that_the_vet_does_not_find_is_not_found(make: Make) -> None:
    async with open_poster(make, vet=find_no_name) as poster:
        outcome = await poster.post("http://hook.invalid/", BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("name not found", began=False)


async def test_looking_up_a_name_is_part_of_the_time_allowed(make: Make) -> None:
    async with open_poster(make, vet=never_find_a_name) as poster:
        outcome = await asyncio.wait_for(poster.post("http://hook.invalid/", BODY, JSON, timeout=SHORT), 5)

    assert isinstance(outcome, NotPosted)
    assert outcome.reason == "timed out after 0.3 s"


async def test_a_verdict_serves_many_posts(make: Make, hook: Receiver) -> None:
    vet = Vetting("127.0.0.1")
    url = hook.url_at("/", host="hook.invalid")

    async with open_poster(make, vet=vet) as poster:
        await poster.post(url, BODY, JSON, timeout=LONG)
        await poster.post(url, BODY, JSON, timeout=LONG)

    assert (len(vet.asked), hook.connections) == (1, 1)


# TLS


async def test_a_vetted_https_name_is_dialled_at_its_address_and_checked_by_its_name(
    make: Make, tmp_path: Path
) -> None:
    authority = Authority()
    tls = authority.server_context("hook.invalid", tmp_path)

    async with Receiver(tls=tls) as hook, open_poster(make, vet=Vetting("127.0.0.1"), roots=authority.pem) as poster:
        answer = await poster.post(hook.url_at("/", host="hook.invalid"), BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)


@pytest.mark.parametrize(
    ("named", "trusted"), [("other.invalid", True), ("hook.invalid", False)], ids=["another name", "unknown authority"]
)
async def test_a_certificate_that_does_not_hold_stops_the_request(
    make: Make, tmp_path: Path, named: str, trusted: bool
) -> None:
    authority = Authority()
    tls = authority.server_context(named, tmp_path)
    roots = authority.pem if trusted else None

    async with Receiver(tls=tls) as hook, open_poster(make, vet=Vetting("127.0.0.1"), roots=roots) as poster:
        outcome = await poster.post(hook.url_at("/", host="hook.invalid"), BODY, JSON, timeout=LONG)

        assert (outcome, hook.received) == (NotPosted("certificate not valid", began=False), [])


async def test_roots_that_a_request_names_are_believed_for_that_request_only(make: Make, tmp_path: Path) -> None:
    authority = Authority()
    tls = authority.server_context("hook.invalid", tmp_path)
    roots = authority.pem.decode()

    async with Receiver(tls=tls) as hook, open_poster(make, vet=Vetting("127.0.0.1")) as poster:
        url = hook.url_at("/", host="hook.invalid")
        posted = await poster.post(url, BODY, JSON, timeout=LONG, roots_pem=roots)
        got = await poster.get(url, timeout=LONG, roots_pem=roots)
        without = await poster.post(url, BODY, JSON, timeout=LONG)

    assert [type(posted), type(got)] == [Posted, Posted]
    assert without == NotPosted("certificate not valid", began=False)


async def test_a_certificate_whose_time_is_over_stops_the_request(make: Make, tmp_path: Path) -> None:
    authority = Authority()
    tls = authority.server_context("hook.invalid", tmp_path, until=dt.datetime(2021, 1, 1, tzinfo=dt.UTC))

    async with (
        Receiver(tls=tls) as hook,
        open_poster(make, vet=Vetting("127.0.0.1"), roots=authority.pem) as poster,
    ):
        outcome = await poster.post(hook.url_at("/", host="hook.invalid"), BODY, JSON, timeout=LONG)

    assert (outcome, hook.received) == (NotPosted("certificate not valid", began=False), [])


async def test_a_peer_that_hangs_up_in_the_handshake_was_sent_nothing(make: Make) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server, open_poster(make) as poster:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        outcome = await poster.post(url, BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection could not be made", began=False)
