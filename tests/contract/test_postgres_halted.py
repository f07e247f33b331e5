"""A process that is stopped in mid transaction keeps its rows locked only until somebody waits for them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from tests.contract.test_postgres_shards import opened
from tests.support.cluster import cluster_of
from tests.support.store_rows import NUMBER, outbound

from waypost.model import Number
from waypost.storage.postgres import PostgresStore

pytestmark = pytest.mark.anyio

SUBJECT = (int(NUMBER), "")
SHOP = Number(NUMBER, 1, "Shop", "secret")

# Locks a row as a transaction of ours does, says so, and goes on with nothing, or with a statement that does not end.
STOPPED = """
import asyncio, sys
from waypost.storage.postgres.link import connect

async def main(database, lock, way):
    connection = await connect(database, "waypost reader")
    await connection.execute("BEGIN; CREATE TEMPORARY TABLE lines (line text); " + lock)
    async def never():
        print("locked", flush=True)
        await asyncio.Event().wait()
        yield b""
    if way == "mid statement":
        await connection.copy_to_table("lines", source=never())
    await anext(never())

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def stopped(database: str, lock: str, way: str) -> AsyncIterator[None]:
    """Stop a process that has locked rows."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STOPPED, database, lock, way, stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    try:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"locked\n"
        child.send_signal(signal.SIGSTOP)
        yield
    finally:
        child.kill()
        await child.wait()


async def count(store: PostgresStore) -> object:
    return await cluster_of(store).arrivals.count((SUBJECT,), lambda arrivals, _: len(arrivals))


async def note(store: PostgresStore) -> object:
    return await cluster_of(store).moments.count(SUBJECT, lambda moments, _: len(moments))


async def rename(store: PostgresStore) -> object:
    """With a message that is accepted meanwhile."""
    number, _ = await asyncio.gather(store.change_number(SHOP, lambda now: now), store.accept(outbound(10)))
    return number.name


COUNTING = f"INSERT INTO arrivals (number_id, wa_id, arrival_us) VALUES ({NUMBER}, '', 0)"
NOTING = f"INSERT INTO moments (owner, name, at_ms, changed_ms) VALUES ({NUMBER}, '', '{{}}', 0)"
CHANGING = f"SELECT FROM numbers WHERE id = {NUMBER} FOR UPDATE"


@pytest.mark.parametrize("way", ["idle", "mid statement"])
@pytest.mark.parametrize(
    ("lock", "do", "told"),
    [(COUNTING, count, 1), (NOTING, note, 0), (CHANGING, rename, "Shop")],
    ids=["arrivals", "moments", "number"],
)
async def test_whoever_waits_for_a_stopped_process_goes_on(
    database: str, way: str, lock: str, do: Callable[[PostgresStore], Awaitable[object]], told: object
) -> None:
    async with opened(database, "api") as store:
        await store.save_number(SHOP)
        async with stopped(database, lock, way):
            assert await do(store) == told
