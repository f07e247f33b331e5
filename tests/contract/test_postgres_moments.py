"""Moments that processes of one database count by: nothing is counted twice, and nothing is lost between two."""

import asyncio

import pytest
from tests.contract.test_postgres_shards import joined
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.anyio

LOGINS = (0, "login of somebody")
CALLS = (15550123456, "calls")
AN_HOUR_LATER = "UPDATE waypost.moments SET changed_ms = changed_ms - 3600001 WHERE name = 'calls'"


def one_more(moments: list[int], now_ms: int) -> int:
    """Count one."""
    moments.append(now_ms)
    return len(moments)


async def test_each_of_many_counts_at_once_sees_what_the_others_have_counted(database: str) -> None:
    async with joined(database, "api") as one, joined(database, "api") as two:
        counts = await asyncio.gather(*(each.moments.count(CALLS, one_more) for each in (one, two) * 50))

        assert sorted(counts) == list(range(1, 101))
        assert len((await two.moments.read(CALLS))[0]) == 100


async def test_the_moments_of_one_are_not_those_of_another(database: str) -> None:
    async with joined(database, "api") as store:
        await asyncio.gather(store.moments.count(CALLS, one_more), store.moments.count(LOGINS, one_more))

        assert [len((await store.moments.read(each))[0]) for each in (CALLS, LOGINS, (1, "calls"))] == [1, 1, 0]


async def test_what_has_not_changed_for_an_hour_is_forgotten(database: str, postgres_server: PostgresServer) -> None:
    async with joined(database, "worker") as store:
        await asyncio.gather(store.moments.count(CALLS, one_more), store.moments.count(LOGINS, one_more))
        postgres_server.psql(database.partition("@/")[2].partition("?")[0], AN_HOUR_LATER)

        assert [await store.moments.drop_past(), await store.moments.drop_past()] == [1, 0]
        assert [len((await store.moments.read(each))[0]) for each in (CALLS, LOGINS)] == [0, 1]
