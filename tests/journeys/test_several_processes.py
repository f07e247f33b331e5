"""Several processes over one database, here in one event loop: what they promise together is no less than alone."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from itertools import cycle
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from tests.journeys.conftest import ONE_STORE
from tests.support.clients import client_for
from tests.support.cluster import cluster_of
from tests.support.feed import listening
from tests.support.postgres import PostgresServer
from tests.support.server import NUMBER, TOKEN, Running, running
from tests.support.store_rows import medium

from waypost.app.queued import MOST_OF_ONE
from waypost.errors import Refusal
from waypost.flows.first_start import SAMPLES
from waypost.model import NumberId

pytestmark = [pytest.mark.anyio, ONE_STORE]

TOO_MUCH_WAITS = f"""
    INSERT INTO waypost.outbox (number_id, key, due_ms, attempt, begun)
    SELECT {NUMBER}, key, 0, 0, FALSE FROM generate_series(1, {MOST_OF_ONE}) AS key
"""

HELLO = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}

Api = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def api(tmp_path: Path, database: str) -> Api:
    """Starts a process that accepts; each name has a folder of its own."""

    def start(name: str, **flags: Any) -> AbstractAsyncContextManager[Running]:
        shared = {"store": database, "media": str(tmp_path / "media"), "role": "api"}
        return running(tmp_path / name, **{**shared, **flags})

    return start


@pytest.fixture
async def stack(anyio_backend: str) -> AsyncIterator[AsyncExitStack]:
    """What is entered into it is left at the end."""
    _ = anyio_backend
    async with AsyncExitStack() as left_at_the_end:
        yield left_at_the_end


async def test_processes_that_start_at_once_make_one_first_number_with_one_token(
    api: Api, stack: AsyncExitStack
) -> None:
    starts = [partial(api, f"api-{each}", token=None, app_secret=None) for each in range(4)]

    servers = await asyncio.gather(*(stack.enter_async_context(start()) for start in starts))

    store = servers[0].parts.resources.store
    assert [str(number.id) for number in await store.load_numbers()] == [NUMBER]
    assert len(await store.load_tokens()) == 1
    assert len(await store.load_templates()) == len(SAMPLES)
    assert len(await store.messages(number_id=None, wa_id=None, limit=10)) == 1  # what the sample phone wrote
    assert len([server for server in servers if server.ready.token]) == 1
    assert len({server.ready.app_secret for server in servers}) == 1


async def test_a_media_url_of_one_process_is_good_at_another(api: Api, stack: AsyncExitStack) -> None:
    one, two = await asyncio.gather(*(stack.enter_async_context(api(f"api-{each}")) for each in range(2)))

    url = urlsplit(one.parts.resources.urls.url(medium(7)))

    assert two.parts.resources.urls.media_id(dict(parse_qsl(url.query))) == "7"


async def send_at_once(
    servers: list[Running], recipients: list[str], kind: str = "text", body: Any = MappingProxyType({"body": "x"})
) -> list[int]:
    """Send to each recipient through each server in turn, all at once; return the code of each refusal, in order."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(client_for("meta", server.base_url, NUMBER, TOKEN)) for server in servers
        ]
        answers = await asyncio.gather(
            *(client.send(to, kind, dict(body)) for to, client in zip(recipients, cycle(clients), strict=False))
        )
    return sorted(clients[0].error_code(answer) for answer in answers if answer.status != 200)


async def heard_by(server: Running) -> None:
    """Wait until a process has heard what it was told; that it has read what changed is another matter."""
    await cluster_of(server.parts.resources.store).hints.heard()


@pytest.fixture
async def two(api: Api, stack: AsyncExitStack) -> list[Running]:
    """Two processes whose clocks stand at one moment."""
    servers = [await stack.enter_async_context(api(name, link_previews="on")) for name in ("one", "two")]
    for server in servers:
        server.parts.resources.clock.restore(frozen_at_ms=servers[0].parts.resources.clock.now_ms())
        await heard_by(server)  # it hears a moment after it is ready
    return servers


async def test_two_processes_send_no_faster_to_one_user_than_one(two: list[Running]) -> None:
    refused = await send_at_once(two, ["15550001111"] * 60)

    assert refused == [131056] * 15


async def test_two_processes_send_no_faster_from_one_number_than_one(two: list[Running]) -> None:
    refused = await send_at_once(two, [f"491701234{last:03}" for last in range(100)])

    assert refused == [130429] * 20


async def test_two_processes_let_no_more_of_a_paced_template_out_than_one(two: list[Running]) -> None:
    pacings = [server.parts.flows.templates.review.pacing for server in two]
    template = next(each for each in two[0].parts.resources.directory.all_templates() if each.name == HELLO["name"])
    await pacings[0].begin(template.id, 5)
    await heard_by(two[1])

    refused = await send_at_once(two, [f"491701234{last:03}" for last in range(20)], "template", HELLO)
    held = await pacings[1].held(template.id, 100)

    assert (refused, len(held)) == ([], 15)
    assert await pacings[1].end(template.id) == 15
    late = await send_at_once([two[0]], ["491701234999"], "template", HELLO)  # it may not have heard of the end yet
    assert (late, await pacings[0].held(template.id, 100)) == ([], [])


async def test_a_pace_that_begins_anew_is_known_to_the_others_at_once(two: list[Running]) -> None:
    pacings = [server.parts.flows.templates.review.pacing for server in two]
    template = next(each for each in two[0].parts.resources.directory.all_templates() if each.name == HELLO["name"])
    await pacings[1].begin(template.id, 0)

    await pacings[0].begin(template.id, 2)
    await heard_by(two[1])

    assert [await pacings[1].held_by(template) for _ in range(3)] == [None, None, template.id]


async def test_two_processes_take_no_more_uploads_of_a_number_than_one(two: list[Running]) -> None:
    limits = [server.parts.limits.media for server in two]

    answers = await asyncio.gather(
        *(each.upload(NumberId(int(NUMBER))) for each in limits * 15), return_exceptions=True
    )

    assert [answers.count(None), sum(isinstance(answer, Refusal) for answer in answers)] == [25, 5]


async def test_a_guesser_has_no_more_tries_at_two_processes_than_at_one(two: list[Running]) -> None:
    """Of a password, and of the console's."""
    guess, wrong = {"Authorization": f"Basic {b64encode(b'admin:wrong').decode()}"}, {"admin_token": "wrong"}
    async with aiohttp.ClientSession() as http:
        logins = [(await http.post(f"{each.base_url}/v1/users/login", headers=guess)).status for each in two * 3]
        sign_ins = [(await http.post(f"{each.base_url}/_waypost/v1/session", json=wrong)).status for each in two * 3]

    assert (logins, sign_ins) == ([401] * 5 + [429], [401] * 5 + [429])


async def test_two_processes_block_a_key_for_no_more_failed_look_ups_than_one(two: list[Running]) -> None:
    limits = [server.parts.limits.media for server in two]
    for each in limits * 10:
        await each.failed(NumberId(int(NUMBER)))

    answers = await asyncio.gather(*(each.look_up(NumberId(int(NUMBER))) for each in limits), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Refusal] * 2


async def test_two_processes_take_no_more_management_calls_of_an_account_than_one(two: list[Running]) -> None:
    usages = [server.parts.limits.usage for server in two]

    answers = await asyncio.gather(*(each.count(1) for each in usages * 101), return_exceptions=True)

    assert [sum(isinstance(answer, kind) for answer in answers) for kind in (int, Refusal)] == [200, 2]


async def test_a_preview_that_one_process_has_fetched_is_told_to_who_listens_at_another(two: list[Running]) -> None:
    previews = two[0].parts.previews
    async with listening(two[1].base_url) as feed:
        await previews.of("15550001111", NumberId(int(NUMBER)), "See https://127.0.0.1/page")

        await feed.hear("phones", "15550001111")


async def test_without_rates_nothing_is_counted(api: Api, stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(api("relaxed", rules="relaxed"))

    refused = await send_at_once([server], ["15550001111"] * 60)

    assert refused == []


async def test_a_number_of_which_too_much_waits_for_workers_is_refused_in_every_process(
    api: Api, stack: AsyncExitStack, postgres_server: PostgresServer, database: str
) -> None:
    servers = [await stack.enter_async_context(api(name, rules="relaxed")) for name in ("one", "two")]
    postgres_server.psql(database.partition("@/")[2].partition("?")[0], TOO_MUCH_WAITS)
    await until(
        lambda: all(server.parts.queued and server.parts.queued.is_full(NumberId(int(NUMBER))) for server in servers)
    )

    assert await send_at_once(servers, ["15550001111"] * 4) == [130429] * 4


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what nobody tells."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
