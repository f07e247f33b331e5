"""A process that only accepts, and one that only delivers: what each of them can and cannot do."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from tests.faults.processes import served
from tests.faults.workers import NUMBER, World, flags_of, world
from tests.support.clients import client_for
from tests.support.postgres import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ADMIN = {"Authorization": "Bearer test-admin"}


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
        aiohttp.ClientSession(alone.api.ready.base_url, headers=ADMIN) as session,
        session.post("/_waypost/v1/phones/491701234567/messages", json=message) as answer,
    ):
        refusal = await answer.json()

    assert answer.status == 409
    assert refusal["error"]["code"] == "not_in_this_process"
    assert "Run one `waypost serve` without a role" in refusal["error"]["message"]


async def test_what_one_process_changes_another_knows_a_moment_later(alone: World, tmp_path: Path) -> None:
    flags = (*flags_of(tmp_path, alone.database), "--role=api")
    async with (
        served(tmp_path / "other", *flags) as other,
        aiohttp.ClientSession(alone.api.ready.base_url, headers=ADMIN) as session,
    ):
        async with session.post("/_waypost/v1/numbers", json={"number": "15550199999"}) as added:
            token = (await added.json())["token"]
        await asyncio.sleep(1)

        async with client_for("meta", other.ready.base_url, "15550199999", token) as client:
            answer = await client.send("491701234567", "text", {"body": "x"})

    assert answer.status == 200


async def test_a_worker_knows_a_webhook_that_was_set_after_it_began(alone: World) -> None:
    await alone.join()
    await alone.shared_by(1)
    async with aiohttp.ClientSession(alone.api.ready.base_url, headers=ADMIN) as session:
        change = {"webhook": {"url": alone.hook.url_at("/later")}}
        async with session.put(f"/_waypost/v1/numbers/{NUMBER}", json=change) as answer:
            assert answer.status == 200
    await asyncio.sleep(1)

    await alone.clients[0].send("491701234567", "text", {"body": "x"})

    assert (await alone.hook.next()).path == "/later"


async def test_a_worker_over_a_file_is_refused_and_says_what_to_set(tmp_path: Path) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "waypost", "worker", f"--data={tmp_path}", stderr=asyncio.subprocess.PIPE
    )

    _, said = await worker.communicate()

    assert worker.returncode == 1
    assert b"over PostgreSQL only: set --store postgresql://" in said
