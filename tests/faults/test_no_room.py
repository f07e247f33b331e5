"""No descriptors and no memory left: the server refuses what it cannot do, goes on by itself, and loses nothing."""

import asyncio
import contextlib
import resource
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest
from tests.faults.processes import Served, served_with_client
from tests.faults.tier import PATIENCE_SECONDS, Tier
from tests.support import media
from tests.support.clients import Client
from tests.support.receiver import Receiver

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PHONE = "491701234567"
JPEG, PNG = media.jpeg(), media.png()
CROWD = 60
SLACK_BYTES = 2 << 20
RECOVERY_SECONDS = 10
REFUSALS = {503, 507}


@contextmanager
def limited(process: int, which: int, most: int) -> Iterator[None]:
    """Give a process that runs only so much of something until the block ends."""
    soft, hard = resource.prlimit(process, which)
    resource.prlimit(process, which, (most, hard))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process, which, (soft, hard))


def descriptors(process: int) -> int:
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())


async def used_up(process: int, most: int) -> None:
    """Wait until a process has all the descriptors that it may have."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while descriptors(process) < most:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


def address_space(process: int) -> int:
    pages = Path(f"/proc/{process}/statm").read_text().split()[0]
    return int(pages) * resource.getpagesize()


def decoders(process: int) -> list[int]:
    """Return the children of a server that decode pictures."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@asynccontextmanager
async def crowd(server: Served) -> AsyncIterator[None]:
    """Many who connect and say nothing."""
    port = int(server.ready.base_url.rpartition(":")[2])
    found = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(CROWD)))
    yield
    for _, writer in found:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def try_everything(client: Client, acknowledged: list[str], answers: Counter[int], rounds: int) -> None:
    """Send and upload; note what is answered. A connection that is refused is no answer."""
    for _ in range(rounds):
        with contextlib.suppress(aiohttp.ClientError):
            await send(client, acknowledged, answers)
        for picture, mime in ((JPEG, "image/jpeg"), (PNG, "image/png")):
            with contextlib.suppress(aiohttp.ClientError):
                answers[(await client.upload(picture.data, mime)).status] += 1


async def send(client: Client, acknowledged: list[str], answers: Counter[int]) -> bool:
    answer = await client.send(PHONE, "text", {"body": "x"})
    answers[answer.status] += 1
    acknowledged += [answer.json["messages"][0]["id"]] if answer.status == 200 else []
    return answer.status == 200


async def until_taken(client: Client, acknowledged: list[str], tier: Tier) -> None:
    """Wait until a message is taken, and a picture."""
    async with asyncio.timeout(tier.within(RECOVERY_SECONDS)):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                sent = await send(client, acknowledged, Counter())
                if sent and (await client.upload(JPEG.data, "image/jpeg")).status == 200:
                    return
            await asyncio.sleep(0.2)


async def all_read(hook: Receiver, messages: list[str]) -> None:
    for message in messages:
        await hook.wait_for_status(message, "read")


async def test_without_descriptors_the_server_refuses_and_goes_on_once_there_are_some(
    tmp_path: Path, tier: Tier
) -> None:
    acknowledged, answers = list[str](), Counter[int]()
    async with Receiver() as hook, served_with_client(tmp_path, hook) as (server, client):
        await until_taken(client, acknowledged, tier)
        process = server.process.pid
        most = descriptors(process) + 4
        with limited(process, resource.RLIMIT_NOFILE, most):
            async with crowd(server):
                await used_up(process, most)
                await try_everything(client, acknowledged, answers, 20)
        await until_taken(client, acknowledged, tier)
        await all_read(hook, acknowledged)
        code, _ = await server.stop()

    assert code == 0
    assert answers[503] > 0
    assert set(answers) <= {200, *REFUSALS}


async def test_without_memory_the_server_refuses_or_ends_and_nothing_is_lost(tmp_path: Path, tier: Tier) -> None:
    """A decoder that was started meanwhile keeps the limit, and refuses its pictures (400) until it is replaced."""
    acknowledged, answers = list[str](), Counter[int]()
    async with Receiver() as hook:
        async with served_with_client(tmp_path, hook) as (server, client):
            await until_taken(client, acknowledged, tier)
            process = server.process.pid
            with limited(process, resource.RLIMIT_AS, address_space(process) + SLACK_BYTES):
                await asyncio.gather(*(try_everything(client, acknowledged, answers, 10) for _ in range(20)))
            if server.process.returncode is None:
                await until_taken(client, acknowledged, tier)
        async with served_with_client(tmp_path, hook) as (_, client):
            await until_taken(client, acknowledged, tier)
            await all_read(hook, acknowledged)

    assert set(answers) <= {200, 400, *REFUSALS}


async def test_a_decoder_without_memory_costs_one_picture(tmp_path: Path) -> None:
    async with Receiver() as hook, served_with_client(tmp_path, hook) as (server, client):
        first = await client.upload(PNG.data, "image/png")
        [decoder] = decoders(server.process.pid)
        resource.prlimit(decoder, resource.RLIMIT_AS, (1 << 20, 1 << 20))

        refused = await client.upload(media.png(width=2_000, height=2_000).data, "image/png")
        other = await client.upload(JPEG.data, "image/jpeg")

    assert [answer.status for answer in (first, refused, other)] == [200, 400, 200]
