"""Lanes whose database other processes write, and whose groups come and go."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import NamedTuple

import pytest

from waypost.lib.clock import SystemClock
from waypost.workers.jobs import Bounds, Page, Source, Traits
from waypost.workers.lanes import Lanes
from waypost.workers.slots import ReleaseSlot
from waypost.workers.timers import Timers

pytestmark = pytest.mark.anyio

FAR = 10**15


class Job(NamedTuple):
    """A row; its group is its lane."""

    key: int
    group: int
    due_ms: int = 0


class World:
    """A database that others write, and lanes over it that own some groups."""

    def __init__(self) -> None:
        self.rows: dict[int, Job] = {}
        self.unread: set[int] = set()
        self.owned: set[Hashable] = {1, 2}
        self.begun: list[int] = []
        self.going_on = asyncio.Event()
        self.lanes: Lanes[Job] = Lanes(
            work=self._work,
            source=Source(self._look, self._load, lambda group: group in self.owned, self._new),
            traits=Traits(
                key=lambda job: job.key,
                lane=lambda job: job.group,
                group=lambda job: job.group,
                due_ms=lambda job: job.due_ms,
            ),
            bounds=Bounds(active=lambda _: 2, page=2),
            timers=Timers(SystemClock()),
        )

    def store(self, *jobs: Job) -> None:
        self.rows |= {job.key: job for job in jobs}
        self.unread |= {job.key for job in jobs}

    async def scan(self, anew: Sequence[int] = ()) -> None:
        await self.lanes.scan(anew)
        await asyncio.sleep(0.01)  # let the lanes begin

    async def _new(self) -> AsyncIterator[Page]:
        found, self.unread = sorted(self.unread & self.rows.keys()), set()
        yield [(key, self.rows[key].group if self.rows[key].group in self.owned else None) for key in found]

    async def _look(self, after: int, limit: int) -> list[tuple[int, Hashable]]:
        found = sorted(key for key in self.rows if key > after)[:limit]
        return [(key, self.rows[key].group if self.rows[key].group in self.owned else None) for key in found]

    async def _load(self, keys: Sequence[int]) -> list[Job]:
        found = [self.rows[key] for key in keys]
        await asyncio.sleep(0.01)
        return found

    async def _work(self, job: Job, _leave: ReleaseSlot) -> None:
        self.begun.append(job.key)
        await self.going_on.wait()
        del self.rows[job.key]


@pytest.fixture
async def world(anyio_backend: str) -> AsyncIterator[World]:
    _ = anyio_backend
    made = World()
    yield made
    made.going_on.set()
    await made.lanes.stop(1)


async def test_a_scan_holds_what_others_stored_below_what_is_held(world: World) -> None:
    world.store(Job(10, 1))
    await world.scan()
    world.store(Job(5, 2))

    await world.scan()

    assert world.begun == [10, 5]
    assert world.lanes.held == 2


async def test_a_scan_takes_more_than_a_page(world: World) -> None:
    world.store(*(Job(key, 1) for key in range(1, 8)))

    await world.scan()

    assert world.lanes.held == 7


async def test_a_job_that_is_offered_while_a_scan_loads_it_is_worked_once(world: World) -> None:
    world.store(Job(1, 1))
    scanning = asyncio.create_task(world.scan())
    await asyncio.sleep(0)  # it has looked, and now loads

    world.lanes.offer(Job(1, 1))
    await scanning
    world.going_on.set()
    await asyncio.sleep(0.01)

    assert (world.begun, world.lanes.held) == ([1], 0)


async def test_a_job_that_is_done_while_a_scan_loads_it_is_not_worked_again(world: World) -> None:
    world.store(Job(1, 1))
    world.going_on.set()
    scanning = asyncio.create_task(world.scan())
    await asyncio.sleep(0)  # it has looked, and now loads

    world.lanes.offer(Job(1, 1))
    await scanning
    await world.lanes.stop(1)

    assert (world.begun, world.lanes.held) == ([1], 0)


async def test_what_is_not_owned_is_neither_read_nor_taken(world: World) -> None:
    world.store(Job(1, 3))

    world.lanes.offer(Job(1, 3))
    await world.scan()

    assert (world.begun, world.lanes.held) == ([], 0)


async def test_a_group_that_is_lost_is_dropped_with_what_is_at_work(world: World) -> None:
    world.store(Job(1, 1), Job(2, 1), Job(3, 2))
    await world.scan()

    world.owned.discard(1)
    await world.lanes.drop_lost(0)

    assert (world.lanes.held, world.lanes.at_work) == (1, 1)


async def test_what_is_at_work_for_a_lost_group_may_end_and_nothing_is_begun_after_it(world: World) -> None:
    world.store(Job(1, 1), Job(2, 1))
    await world.scan()

    world.owned.discard(1)
    world.going_on.set()
    await world.lanes.drop_lost(1)

    assert (world.begun, sorted(world.rows)) == ([1], [2])


async def test_a_group_that_comes_back_is_read_again(world: World) -> None:
    world.store(Job(1, 1))
    await world.scan()
    world.owned.discard(1)
    await world.lanes.drop_lost(0)
    world.owned.add(1)

    world.unread.add(1)
    await world.scan()

    assert world.begun == [1, 1]


async def test_what_others_made_to_start_anew_waits_no_longer(world: World) -> None:
    world.store(Job(1, 1, due_ms=FAR), Job(2, 1), Job(3, 2, due_ms=FAR))
    await world.scan()
    world.store(Job(1, 1))

    await world.scan(anew=[1])

    assert world.begun == [1]
    assert world.lanes.held == 3


async def test_what_ends_while_its_row_is_read_anew_is_not_worked_twice(world: World) -> None:
    world.store(Job(1, 1))
    await world.scan()
    world.going_on.set()

    await world.scan(anew=[1])
    await world.scan()

    assert (world.begun, world.lanes.held) == ([1], 0)
