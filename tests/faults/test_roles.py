"""A process that only accepts, and one that only delivers: what each of them can and cannot do."""

import asyncio
import sys
from collections.abc import AsyncIterator
from inspect import cleandoc
from pathlib import Path

import aiohttp
import pytest
from tests.faults.processes import served
from tests.faults.tier import PATIENCE_SECONDS
from tests.faults.workers import NUMBER, World, flags_of, world
from tests.support.clients import Control, client_for
from tests.support.feed import listening
from tests.support.postgres import PostgresServer, free_port

from waypost.api.control.phones import Phones

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ADMIN = {"Authorization": "Bearer test-admin"}
PLAYING = [
    "PATCH /phones/1", "DELETE /phones/1", "POST /phones/1/messages", "POST /phones/1/taps", "POST /phones/1/open",
    "POST /phones/1/played", "POST /phones/1/move", "POST /phones/1/preferences", "POST /phones/1/read", "PUT /clock",
    "PATCH /network", "POST /rules", "DELETE /rules", "DELETE /rules/1", "POST /reset", "PUT /snapshot",
]  # fmt: skip


@pytest.fixture
async def alone(
    anyio_backend: str, tmp_path: Path, postgres_server: PostgresServer, database: str
) -> AsyncIterator[World]:
    """A process that accepts, and nobody who delivers."""
    _ = anyio_backend
    async with world(tmp_path, postgres_server, database, 0) as here:
        yield here


async def test_who_only_accepts_refuses_to_play_a_phone_and_says_what_to_run_instead(alone: World) -> None:
    message = {"type": "text", "text": {"body": "x"}}
    async with (
        aiohttp.ClientSession(alone.apis[-1].ready.base_url, headers=ADMIN) as session,
        session.post("/_waypost/v1/phones/491701234567/messages", json=message) as answer,
    ):
        refusal = await answer.json()

    assert answer.status == 409
    assert refusal["error"]["code"] == "not_in_this_process"
    assert "Run one `waypost serve` without a role" in refusal["error"]["message"]


async def test_who_only_accepts_refuses_all_that_changes_the_embedded_network(alone: World) -> None:
    async with aiohttp.ClientSession() as session:
        client = Control(session, alone.apis[-1].ready.base_url, "test-admin")
        answers = [await client.call(*playing.split(" ")) for playing in PLAYING]

    assert [answer.json["error"]["code"] for answer in answers] == ["not_in_this_process"] * len(PLAYING)


async def test_who_only_accepts_shows_what_there_is(alone: World) -> None:
    seen = ["/phones", "/phones/491701234567", "/clock", "/rules", "/network", "/snapshot"]
    async with aiohttp.ClientSession() as session:
        client = Control(session, alone.apis[-1].ready.base_url, "test-admin")
        answers = [await client.call("GET", path) for path in seen]

    assert [answer.status for answer in answers] == [200] * len(seen)


async def test_the_document_of_who_only_accepts_says_what_each_path_is_for(alone: World) -> None:
    async with (
        aiohttp.ClientSession(alone.apis[-1].ready.base_url) as session,
        session.get("/_waypost/openapi.json") as answer,
    ):
        paths = (await answer.json())["paths"]

    operation = paths["/_waypost/v1/phones/{wa_id}/messages"]["post"]
    assert operation["summary"] in cleandoc(Phones.write.__doc__ or "")


async def test_what_one_process_changes_another_knows_a_moment_later(alone: World, tmp_path: Path) -> None:
    flags = (*flags_of(tmp_path, alone.database), "--role=api")
    async with (
        served(tmp_path / "other", *flags) as other,
        aiohttp.ClientSession(alone.apis[-1].ready.base_url, headers=ADMIN) as session,
    ):
        async with session.post("/_waypost/v1/numbers", json={"number": "15550199999"}) as added:
            token = (await added.json())["token"]
        async with (
            client_for("meta", other.ready.base_url, "15550199999", token) as client,
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            while (await client.send("491701234567", "text", {"body": "x"})).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_a_worker_knows_a_webhook_that_was_set_after_it_began(alone: World) -> None:
    await alone.join()
    await alone.shared_by(1)
    async with aiohttp.ClientSession(alone.apis[-1].ready.base_url, headers=ADMIN) as session:
        change = {"webhook": {"url": alone.hook.url_at("/later")}}
        async with session.put(f"/_waypost/v1/numbers/{NUMBER}", json=change) as answer:
            assert answer.status == 200

    await alone.clients[0].send("491701234567", "text", {"body": "x"})

    assert (await alone.hook.next()).path == "/later"


async def test_who_listens_at_the_one_that_accepts_is_told_of_what_the_worker_does(alone: World) -> None:
    await alone.join()
    await alone.shared_by(1)
    async with listening(alone.apis[-1].ready.base_url) as feed:
        answer = await alone.clients[0].send("491701234567", "text", {"body": "x"})

        await feed.hear("messages", answer.json["messages"][0]["id"])
        await feed.hear("deliveries", (await alone.hook.next()).headers["webhook-id"])


async def test_a_worker_over_a_file_is_refused_and_says_what_to_set(tmp_path: Path) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "waypost", "worker", f"--data={tmp_path}", stderr=asyncio.subprocess.PIPE
    )

    _, said = await worker.communicate()

    assert worker.returncode == 2
    assert b"waypost worker: several processes can share PostgreSQL only; set --store to `postgresql://" in said


async def test_a_worker_answers_monitors_where_it_is_told_to(alone: World) -> None:
    port = free_port()
    worker = await alone.join(f"--worker-port={port}")
    await alone.shared_by(1)

    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await until(session, "/ready", 200)
        answers = [await asked(session, path) for path in ("/health", "/ready", "/metrics", "/v23.0/messages")]

    assert [status for status, _ in answers] == [200, 200, 200, 404]
    assert "waypost_lanes_held" in answers[2][1]
    assert worker.returncode is None


async def test_a_worker_that_waits_for_the_database_lives_and_is_not_ready(
    alone: World, postgres_server: PostgresServer
) -> None:
    port = free_port()
    await alone.join(f"--worker-port={port}")
    await alone.shared_by(1)

    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await until(session, "/ready", 200)
        postgres_server.stop()
        try:
            await until(session, "/ready", 503)
            answers = [await asked(session, path) for path in ("/health", "/ready", "/metrics")]
        finally:
            postgres_server.start()

    assert [status for status, _ in answers] == [200, 503, 503]


async def until(session: aiohttp.ClientSession, path: str, status: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await asked(session, path))[0] != status:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


async def asked(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as answer:
        return answer.status, await answer.text()
