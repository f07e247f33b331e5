"""What a worker finds each time it looks for new jobs, while shards come and go."""

from collections.abc import Callable, Hashable

import pytest

from waypost.app.new_jobs import NewJobs
from waypost.app.owned_shards import OwnedShards
from waypost.workers.jobs import Page

pytestmark = pytest.mark.anyio

ONE, TWO = 1, 2
"""Numbers, and so groups, each of the shard of that number."""


class Queue:
    """Rows that others write; the horizon is how often they have."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[Hashable, int]] = {}
        self.owned = OwnedShards()
        self.new = NewJobs(self.owned, self._horizon, self._look, self._look_since)
        self.meanwhile: Callable[[], None] = lambda: None
        self._written = 0

    def store(self, key: int, group: Hashable) -> None:
        """Write a row."""
        self.rows[key] = group, self._written
        self._written += 1

    async def found(self) -> list[tuple[int, Hashable]]:
        """Return what is new."""
        return [row async for page in self.new() for row in page]

    async def _horizon(self) -> int:
        self.meanwhile()
        return self._written

    async def _look(self, after: int, limit: int) -> Page:
        return await self._look_since(0, after, limit)

    async def _look_since(self, since: int, after: int, limit: int) -> Page:
        rows = sorted((key, group) for key, (group, at) in self.rows.items() if key > after and at >= since)
        return rows[:limit]


@pytest.fixture
def queue() -> Queue:
    made = Queue()
    made.owned.begin([ONE])
    return made


async def test_what_was_found_once_is_not_found_again(queue: Queue) -> None:
    queue.store(10, ONE)

    assert await queue.found() == [(10, ONE)]
    assert await queue.found() == []


async def test_what_others_store_is_found_whatever_its_key(queue: Queue) -> None:
    queue.store(10, ONE)
    await queue.found()
    queue.store(5, ONE)

    assert await queue.found() == [(5, ONE)]


async def test_all_that_waits_is_found_when_a_shard_was_taken(queue: Queue) -> None:
    queue.store(10, TWO)
    before = await queue.found()
    queue.owned.begin([TWO])

    assert (before, await queue.found()) == ([(10, None)], [(10, TWO)])


async def test_all_that_waits_is_found_when_a_shard_was_given_up_and_taken_again(queue: Queue) -> None:
    queue.store(10, ONE)
    await queue.found()
    queue.owned.end([ONE])
    queue.owned.begin([ONE])

    assert await queue.found() == [(10, ONE)]


async def test_a_shard_that_is_taken_during_a_look_is_left_for_the_next(queue: Queue) -> None:
    queue.store(10, TWO)
    await queue.found()
    queue.store(20, TWO)
    queue.meanwhile = lambda: queue.owned.begin([TWO])

    assert await queue.found() == [(20, None)]
    queue.meanwhile = lambda: None
    assert await queue.found() == [(10, TWO), (20, TWO)]


async def test_a_shard_that_is_given_up_during_a_look_is_nobodys(queue: Queue) -> None:
    queue.store(10, ONE)
    queue.meanwhile = lambda: queue.owned.end([ONE])

    assert await queue.found() == [(10, None)]
