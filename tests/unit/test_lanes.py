"""Lanes: every waiting job is worked once, and a backlog is not read over and over."""

import asyncio

import pytest

from waypost.lib.clock import SystemClock
from waypost.workers.lanes import Bounds, Lanes, Traits
from waypost.workers.timers import Timers

pytestmark = pytest.mark.anyio

JOBS = range(1, 5_001)
HELD = 100


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Backlog:
    """Jobs in a database, worked by lanes that hold a few of them."""

    def __init__(self) -> None:
        self.waiting = set(JOBS)
        self.worked: list[int] = []
        self.rows_read = 0
        self.emptied = asyncio.Event()

    async def load(self, after: int, limit: int) -> list[int]:
        page = sorted(key for key in self.waiting if key > after)[:limit]
        self.rows_read += len(page)
        return page

    async def work(self, job: int) -> None:
        await asyncio.sleep(0)
        self.worked.append(job)
        self.waiting.remove(job)
        if not self.waiting:
            self.emptied.set()


async def test_a_backlog_is_worked_whole_and_read_no_further_than_it_fits() -> None:
    backlog, timers = Backlog(), Timers(SystemClock())
    lanes = Lanes(
        work=backlog.work,
        load=backlog.load,
        traits=Traits(key=lambda job: job, lane=lambda job: job, group=lambda _: 0, due_ms=lambda _: 0),
        bounds=Bounds(active=lambda _: 8, held=HELD),
        timers=timers,
    )

    await lanes.start()
    await asyncio.wait_for(backlog.emptied.wait(), 30)
    await lanes.stop(1)
    timers.stop()

    refills = len(JOBS) // (HELD // 2)
    assert sorted(backlog.worked) == list(JOBS)
    assert backlog.rows_read < len(JOBS) + (refills + 10) * 500
