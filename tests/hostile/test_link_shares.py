"""How much one number may have Waypost ask the world for: hardening R2, so that links are no scanner."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from tests.support import media
from tests.support.clients import MetaClient
from tests.support.operator import PHONE, operating
from tests.support.receiver import Answer, Receiver

from waypost.flows.fetch_turns import AT_ONCE, PACE, FetchTurns
from waypost.lib.clock import SystemClock
from waypost.model import NumberId

pytestmark = pytest.mark.anyio

OTHER = "4915550003333"
JPEG = media.jpeg()
PHOTO = Answer(200, body=JPEG.data, headers={"Content-Type": JPEG.mime})
A, B = NumberId(1), NumberId(2)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


class PausingClock(SystemClock):
    """Time passes when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1_000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


async def begin(turns: FetchTurns, number: NumberId, count: int, clock: PausingClock) -> None:
    for _ in range(count):
        async with turns.turn(number, clock):
            pass


async def test_a_number_begins_no_more_fetches_than_its_pace_allows() -> None:
    turns, clock = FetchTurns(), PausingClock()

    await begin(turns, A, PACE.burst, clock)
    in_the_burst = list(clock.pauses)
    await begin(turns, A, 3, clock)

    assert (in_the_burst, clock.pauses) == ([], [PACE.interval_us / 1_000_000] * 3)


async def test_another_number_has_a_pace_of_its_own() -> None:
    turns, clock = FetchTurns(), PausingClock()

    await begin(turns, A, PACE.burst, clock)
    await begin(turns, B, PACE.burst, clock)

    assert clock.pauses == []


async def send_links(client: MetaClient, base: str, count: int) -> None:
    """Send messages to as many users, each with a link of its own."""
    for each in range(count):
        answer = await client.send(str(int(PHONE) + each), "image", {"link": f"{base}{each}.jpg"})
        assert answer.status == 200, answer


async def test_no_more_than_its_share_of_a_numbers_links_is_fetched_at_once(tmp_path: Path) -> None:
    held = asyncio.Event()
    async with (
        operating(tmp_path / "data", rules="relaxed", fetch_allow=["127.0.0.0/8"]) as op,
        Receiver() as slow,
        Receiver() as quick,
        aiohttp.ClientSession() as session,
    ):
        slow.always = Answer(200, body=JPEG.data, headers=PHOTO.headers, hold=held)
        quick.always = PHOTO
        added = await op.call("POST", "/numbers", json={"number": OTHER})
        await send_links(op.client, slow.url_at("/"), AT_ONCE + 6)
        await slow.wait_until(lambda: len(slow.received) >= AT_ONCE)

        await send_links(MetaClient(session, op.server.base_url, OTHER, added["token"]), quick.url_at("/"), 3)
        await quick.wait_until(lambda: len(quick.received) == 3)
        at_once = len(slow.received)
        held.set()
        await slow.wait_until(lambda: len(slow.received) == AT_ONCE + 6)

        assert at_once == AT_ONCE
