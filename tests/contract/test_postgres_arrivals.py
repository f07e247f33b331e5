"""Arrival times that processes of one database count by: nothing is counted twice, and nothing is lost between two."""

import asyncio

import pytest
from tests.contract.test_postgres_shards import joined

from waypost.ports import Subject

pytestmark = pytest.mark.anyio

NUMBER = (15550123456, "")
USER = (15550123456, "491701234567")


def one_more(arrivals: dict[Subject, int], _now_ms: int) -> int:
    """Count one for the number."""
    arrivals[NUMBER] += 1
    return arrivals[NUMBER]


async def test_each_of_many_counts_at_once_sees_what_the_others_have_counted(database: str) -> None:
    async with joined(database, "api") as one, joined(database, "api") as two:
        counts = await asyncio.gather(*(each.arrivals.count((NUMBER, USER), one_more) for each in (one, two) * 50))

    assert sorted(counts) == list(range(1, 101))


async def test_a_mistake_in_counting_is_told_to_whoever_asked_and_ends_nothing(database: str) -> None:
    async with joined(database, "api") as store:
        with pytest.raises(KeyError):
            await store.arrivals.count((USER,), one_more)

        assert await store.arrivals.count((NUMBER,), one_more) == 1


async def test_who_has_nothing_to_wait_for_is_forgotten(database: str) -> None:
    def until_two(arrivals: dict[Subject, int], _now_ms: int) -> None:
        arrivals[NUMBER] = 2_000

    async with joined(database, "worker") as store:
        await store.arrivals.count((NUMBER, USER), until_two)

        assert [await store.arrivals.drop_past(now_ms) for now_ms in (1, 2, 3, 4)] == [1, 0, 1, 0]
