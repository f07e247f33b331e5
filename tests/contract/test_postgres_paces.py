"""Paced templates at one database: processes count together, and what one holds back is let go by another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.contract.test_postgres_shards import opened
from tests.support.store_rows import outbound

from waypost.ports.holds import PACES, Pace
from waypost.storage.known_windows import KnownWindows
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.hot import HotWrites
from waypost.storage.postgres.link import Connection, connect
from waypost.storage.steps import ignore_joined

pytestmark = pytest.mark.anyio

TEMPLATE = 700
_WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted"
Two = tuple[PostgresStore, PostgresStore]


@pytest.fixture
async def two(anyio_backend: str, database: str) -> AsyncIterator[Two]:
    """Two processes that accept."""
    _ = anyio_backend
    async with opened(database, "api") as one, opened(database, "api") as other:
        yield one, other


async def pace(store: PostgresStore, left: int) -> None:
    await store.save_document(*PACES, str(TEMPLATE), msgspec.json.encode(Pace(left)))


async def hold(store: PostgresStore, key: int) -> bool:
    """Store a message that is held back as far as this process knows; return whether it is."""
    message = outbound(key, held_by=TEMPLATE)
    await store.accept(message)
    return message.held_by is not None


async def test_two_processes_let_no_more_messages_out_than_one(two: Two) -> None:
    await pace(two[0], 7)

    answers = await asyncio.gather(*(store.let_out(TEMPLATE) for store in two * 20))

    assert Counter(answers) == {**dict.fromkeys(range(7), 1), -1: 33}


async def test_what_one_is_about_to_hold_while_another_lets_go_is_let_go_too(two: Two, database: str) -> None:
    await pace(two[0], 0)
    writes, session = HotWrites(KnownWindows(0), ignore_joined), await connect(database, "in mid flush")
    await session.execute("BEGIN")
    await writes.accept.write(session, [outbound(10, held_by=TEMPLATE)])

    letting_go = asyncio.create_task(two[1].let_go(TEMPLATE, 10))
    await until_somebody_waits(session)
    await session.execute("COMMIT")
    session.terminate()

    assert [message.key for message in await letting_go] == [10]


async def until_somebody_waits(session: Connection) -> None:
    """Wait until a session waits for another."""
    async with asyncio.timeout(10):
        while not await session.fetch(_WAITS):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_a_process_that_has_not_heard_yet_that_a_template_is_let_go_holds_nothing(two: Two) -> None:
    await pace(two[0], 0)
    before = await hold(two[0], 10)
    await two[1].let_go(TEMPLATE, 10)

    after = await hold(two[0], 11)

    assert (before, after) == (True, False)
