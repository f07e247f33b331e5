"""Lanes: every waiting job is worked once, in its lane's order, and the database is read no further than it fits."""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from waypost.lib.clock import SystemClock
from waypost.workers.jobs import Bounds, Source, Traits
from waypost.workers.lanes import Lanes
from waypost.workers.slots import ReleaseSlot
from waypost.workers.timers import Timers

pytestmark = pytest.mark.anyio

NEVER_MS = 10**15
ACTIVE = 2


class Job(NamedTuple):
    """A row: its lane's number is its group's too, to the last bit."""

    key: int
    lane: int

    @property
    def group(self) -> int:
        return self.lane % 2


class World:
    """A plain database with lanes over it, whose jobs end when they are told to."""

    def __init__(self, *, held: int, page: int, held_in_all: int = sys.maxsize) -> None:
        self.held = held
        self.active = ACTIVE
        self.rows: dict[int, Job] = {}
        self.at_work: dict[int, asyncio.Future[int | None]] = {}
        self.leaves: dict[int, ReleaseSlot] = {}
        """How those at work leave their place, unless they have."""
        self.put_off: set[int] = set()
        self.emptied: set[int] = set()
        self.worked: list[Job] = []
        self.history: list[str] = []
        self.looked_at = 0
        self.loaded = 0
        self.most_at_work = 0
        self._keys = itertools.count(1)
        self.timers = Timers(SystemClock())
        self.lanes = Lanes(
            work=self._work,
            source=Source(self._look, self._load),
            traits=Traits(
                key=lambda job: job.key, lane=lambda job: job.lane, group=lambda job: job.group, due_ms=lambda _: 0
            ),
            bounds=Bounds(active=lambda _: self.active, held=held, held_in_all=held_in_all, page=page),
            timers=self.timers,
        )

    def add(self, lane: int) -> Job:
        """Commit a job, which is not offered yet."""
        job = Job(next(self._keys), lane)
        self.rows[job.key] = job
        self.history.append(f"job {job.key} of lane {lane} is committed")
        return job

    def offer(self, job: Job) -> None:
        """Tell the lanes of it."""
        self.history.append(f"job {job.key} is offered")
        self.lanes.offer(job)

    def hurry(self, job: Job) -> None:
        """Tell the lanes that it starts anew."""
        self.history.append(f"job {job.key} is hurried")
        self.lanes.hurry(job)

    def empty(self) -> list[int]:
        """Forget everything that is not at work, and return which keys that were."""
        self.lanes.forget()
        gone = [key for key in self.rows if key not in self.at_work]
        for key in gone:
            del self.rows[key]
            self.put_off.discard(key)
        self.emptied.update(gone)
        self.history.append(f"jobs {gone} are emptied")
        return gone

    def leave(self, key: int) -> None:
        """Let a job that is at work go on without its place."""
        self.history.append(f"job {key} leaves its place")
        self.leaves.pop(key)()

    def end(self, key: int, outcome: int | None) -> None:
        """End a job that is at work: for good, or for now."""
        self.history.append(f"job {key} ends{'' if outcome is None else ' for now'}")
        if outcome is None:
            self.worked.append(self.rows.pop(key))
        else:
            self.put_off.add(key)
        self.leaves.pop(key, None)
        self.at_work.pop(key).set_result(outcome)

    async def work_all(self) -> None:
        """End everything for good, as long as there is anything at work."""
        await self.settle()
        while self.at_work:
            for key in list(self.at_work):
                self.end(key, None)
            await self.settle()

    async def settle(self) -> None:
        """Let the loop turn until nothing is left that it could do: the same turns each time, for nothing is timed."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # nothing else tells that a loop is idle
        for _ in range(10_000):
            if not ready:
                return
            await asyncio.sleep(0)
        pytest.fail("the lanes find no rest")

    async def _look(self, after: int, limit: int) -> Sequence[tuple[int, Hashable]]:
        page = [(key, self.rows[key].group) for key in sorted(self.rows) if key > after][:limit]
        self.looked_at += len(page)
        self.history.append(f"above {after} are seen {[key for key, _ in page]}")
        await asyncio.sleep(0)  # what is seen is old by the time that it is told
        return page

    async def _load(self, keys: Sequence[int]) -> Sequence[Job]:
        page = [self.rows[key] for key in keys if key in self.rows]
        self.loaded += len(page)
        self.history.append(f"of {[*keys]} are loaded {[job.key for job in page]}")
        await asyncio.sleep(0)
        return page

    async def _work(self, job: Job, release: ReleaseSlot) -> int | None:
        if job.key in self.emptied:
            return None  # its task was on its way
        assert job.key in self.rows
        assert job.lane not in {self.rows[key].lane for key in self.at_work if key in self.rows}
        self.history.append(f"job {job.key} is at work")
        outcome: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self.at_work[job.key], self.leaves[job.key] = outcome, release
        of_group = [key for key in self.leaves if self.rows[key].group == job.group]
        self.most_at_work = max(self.most_at_work, len(of_group))
        return await outcome


@asynccontextmanager
async def world(*, held: int, page: int, held_in_all: int = sys.maxsize) -> AsyncIterator[World]:
    opened = World(held=held, page=page, held_in_all=held_in_all)
    yield opened
    await opened.lanes.stop(0)
    opened.timers.stop()


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


BACKLOG = 400
HELD = 20
PAGE = 5


async def test_at_the_start_every_group_is_filled_and_no_more_is_loaded() -> None:
    async with world(held=HELD, page=PAGE) as w:
        for number in range(BACKLOG):
            w.add(2 * number)  # of group 0
        behind_them = w.add(1)

        await w.lanes.start()
        await w.settle()

        assert w.lanes.held == w.loaded == HELD + 1
        assert behind_them.key in w.at_work


async def test_a_backlog_is_worked_whole_and_hardly_any_row_is_looked_at_twice() -> None:
    async with world(held=HELD, page=PAGE) as w:
        await w.lanes.start()
        for number in range(BACKLOG):
            w.offer(w.add(2 * number))

        await w.work_all()

        refills = BACKLOG // (HELD // 2)
        assert len(w.worked) == BACKLOG
        assert w.loaded == BACKLOG - HELD
        assert w.looked_at <= BACKLOG + refills * PAGE


async def test_the_backlog_of_one_group_is_not_loaded_for_another() -> None:
    async with world(held=HELD, page=PAGE) as w:
        for number in range(BACKLOG):
            w.add(2 * number)
        for number in range(3 * HELD):
            w.add(2 * number + 1)
        await w.lanes.start()

        while of_group_1 := [key for key in w.at_work if w.rows[key].group == 1]:
            for key in of_group_1:
                w.end(key, None)
            await w.settle()

        assert len(w.worked) == 3 * HELD
        assert w.loaded == HELD + 3 * HELD


async def test_a_job_with_a_lower_key_than_those_that_were_left_is_not_skipped() -> None:
    async with world(held=2, page=PAGE) as w:
        await w.lanes.start()
        jobs = [w.add(lane) for lane in (0, 2, 4, 6, 8)]
        late = jobs.pop(2)
        for job in jobs:
            w.offer(job)
        w.offer(late)

        await w.work_all()

        assert sorted(job.key for job in w.worked) == [1, 2, 3, 4, 5]


async def test_nothing_of_an_emptied_database_is_worked() -> None:
    async with world(held=HELD, page=PAGE) as w:
        for number in range(BACKLOG):
            w.add(2 * number)
        await w.lanes.start()
        await w.settle()

        w.lanes.forget()
        await w.work_all()

        assert len(w.worked) == ACTIVE
        assert w.lanes.held == 0


async def test_a_job_at_work_when_all_is_forgotten_is_tried_again_only_if_it_waits_still() -> None:
    async with world(held=HELD, page=PAGE) as w:
        await w.lanes.start()
        gone, kept = w.add(0), w.add(1)
        w.offer(gone)
        w.offer(kept)
        await w.settle()

        w.empty()
        for job in (gone, kept):
            w.end(job.key, outcome=1)  # it was due at once
        del w.rows[gone.key]
        await w.settle()

        assert list(w.at_work) == [kept.key]
        await w.work_all()
        assert w.lanes.held == 0


async def test_lanes_that_are_emptied_as_they_start_take_what_comes_then() -> None:
    async with world(held=1, page=PAGE) as w:
        w.add(0)
        w.add(0)
        starting = asyncio.create_task(w.lanes.start())
        await turns(1)  # a page is seen that is about to be old

        w.empty()
        await starting
        job = w.add(0)
        w.offer(job)
        await w.work_all()

        assert w.worked == [job]


STEPS = st.one_of(
    st.tuples(st.just("offer"), st.integers(0, 5)),
    st.tuples(st.just("commit"), st.integers(0, 5)),
    st.tuples(st.just("turn"), st.integers(1, 8)),
    st.tuples(st.just("end"), st.integers(0, 20)),
    st.tuples(st.just("later"), st.integers(0, 20)),
    st.tuples(st.just("leave"), st.integers(0, 20)),
    st.tuples(st.just("hurry"), st.integers(0, 20)),
    st.tuples(st.just("again"), st.integers(0, 20)),
    st.tuples(st.just("empty"), st.just(0)),
)


class Model:
    """What the steps should come to: how often each job is worked, and which come in no order of their own."""

    def __init__(self, w: World) -> None:
        self.w = w
        self.wanted: Counter[int] = Counter()
        self.again: set[int] = set()
        self.unoffered: list[Job] = []

    def commit(self, lane: int) -> None:
        job = self.w.add(lane)
        self.wanted[job.key] += 1
        self.unoffered.append(job)

    def offer(self) -> None:
        """Offer what is committed, before anything of it can have ended: that takes a commit more."""
        for job in self.unoffered:
            self.w.offer(job)
        self.unoffered.clear()

    async def take(self, step: str, number: int) -> None:
        if step in ("offer", "commit"):
            self.commit(number)
        if step == "turn":
            await turns(number)
        if step not in ("commit", "turn"):
            self.offer()
        if step in ("end", "later") and (at_work := sorted(self.w.at_work)):
            self.w.end(at_work[number % len(at_work)], None if step == "end" else NEVER_MS)
        if step == "leave" and (with_place := sorted(self.w.leaves)):
            self.w.leave(with_place[number % len(with_place)])
        if step == "hurry" and (put_off := sorted(self.w.put_off)):
            await self.hurry(put_off[number % len(put_off)])
        if step == "again" and self.w.worked:
            await self.work_again(self.w.worked[number % len(self.w.worked)])
        if step == "empty":
            await turns(3)  # what was put off has come back from work
            self.empty()

    async def hurry(self, key: int) -> None:
        await turns(3)  # it has come back from work
        self.w.put_off.discard(key)
        if key in self.w.rows:
            self.w.hurry(self.w.rows[key])

    async def work_again(self, job: Job) -> None:
        await turns(3)
        if job.key not in self.w.rows and job.key not in self.w.emptied:
            self.w.rows[job.key] = job
            self.wanted[job.key] += 1
            self.again.add(job.key)
            self.w.hurry(job)

    def empty(self) -> None:
        self.wanted.subtract(self.w.empty())

    async def finish(self) -> None:
        self.offer()
        await self.w.work_all()
        while self.w.put_off:
            await self.hurry(min(self.w.put_off))
            await self.w.work_all()


async def play(w: World, backlog: list[int], steps: list[tuple[str, int]]) -> Model:
    """Begin to start over a backlog, take the steps, and let everything come to its end."""
    model = Model(w)
    for lane in backlog:
        model.wanted[w.add(lane).key] += 1
    starting = asyncio.create_task(w.lanes.start())
    await turns(1)  # it has begun
    for step in steps:
        await model.take(*step)
        assert w.lanes.held <= 2 * (w.held + ACTIVE)
    await model.finish()
    await starting
    return model


@settings(deadline=None, max_examples=200)
@given(
    backlog=st.lists(st.integers(0, 5), max_size=30),
    steps=st.lists(STEPS, max_size=60),
    held=st.integers(1, 6),
    page=st.integers(1, 4),
)
def test_whatever_happens_each_job_is_worked_as_often_as_it_waits_and_lanes_keep_their_order(
    backlog: list[int], steps: list[tuple[str, int]], held: int, page: int
) -> None:
    async def check() -> None:
        async with world(held=held, page=page) as w:
            try:
                model = await play(w, backlog, steps)
            finally:
                note("\n".join(w.history))

            assert (w.rows, w.lanes.at_work) == ({}, 0)
            assert Counter(job.key for job in w.worked) == +model.wanted
            assert w.most_at_work <= ACTIVE
            for lane in range(6):
                keys = [job.key for job in w.worked if job.lane == lane and job.key not in model.again]
                assert keys == sorted(keys)

    asyncio.run(check())


async def test_a_group_that_holds_all_it_may_is_full_until_its_jobs_are_worked_and_the_others_are_not() -> None:
    async with world(held=4, page=PAGE) as w:
        jobs = [w.add(2 * number) for number in range(5)]  # of group 0
        for job in jobs[:3]:
            w.offer(job)
        before = w.lanes.is_full(0)
        for job in jobs[3:]:
            w.offer(job)
        await w.settle()

        full = w.lanes.is_full(0), w.lanes.is_full(1)
        await w.work_all()

        assert (before, full, w.lanes.is_full(0)) == (False, (True, False), False)


async def test_with_all_in_memory_that_may_be_every_group_is_full() -> None:
    async with world(held=4, page=PAGE, held_in_all=2) as w:
        w.offer(w.add(0))
        before = w.lanes.is_full(0), w.lanes.is_full(1)
        w.offer(w.add(0))
        await w.settle()

        full = w.lanes.is_full(0), w.lanes.is_full(1)
        await w.work_all()

        assert (before, full, w.lanes.is_full(1)) == ((False, False), (True, True), False)


async def test_a_group_with_jobs_in_the_database_only_is_full_when_there_is_room_in_memory_too() -> None:
    async with world(held=4, page=PAGE) as w:
        jobs = [w.add(2 * number) for number in range(5)]
        for job in jobs:
            w.offer(job)
        await w.settle()

        w.end(jobs[0].key, None)
        await w.settle()

        assert w.lanes.is_full(0)
        await w.work_all()


async def test_a_job_that_has_left_its_place_makes_room_for_another_lane_and_not_for_its_own() -> None:
    async with world(held=HELD, page=PAGE) as w:
        await w.lanes.start()
        w.active = 1
        first, second, other = (w.add(lane) for lane in (0, 0, 2))
        for job in (first, second, other):
            w.offer(job)
        await w.settle()

        w.leave(first.key)
        await w.settle()
        assert sorted(w.at_work) == [first.key, other.key]

        w.end(first.key, None)
        await w.settle()
        assert sorted(w.at_work) == [other.key]

        w.end(other.key, None)
        await w.settle()
        assert sorted(w.at_work) == [second.key]


@pytest.mark.parametrize("before", [0, 20])
async def test_with_those_that_have_left_their_place_no_more_than_64_jobs_are_at_work(before: int) -> None:
    async with world(held=100, page=PAGE) as w:
        await w.lanes.start()
        w.active = 1
        for _ in range(before):
            w.offer(w.add(0))
            await w.settle()
            w.leave(min(w.leaves))
            await w.work_all()
        for lane in range(0, 140, 2):
            w.offer(w.add(lane))
        await w.settle()

        while w.leaves:
            w.leave(min(w.leaves))
            await w.settle()

        assert len(w.at_work) == 64
        await w.work_all()
        assert len(w.worked) == before + 70


async def test_a_group_that_rests_works_nothing_and_goes_on_in_order() -> None:
    async with world(held=HELD, page=PAGE) as w:
        await w.lanes.start()
        jobs = [w.add(lane) for lane in (0, 0, 0, 2, 4, 2)]
        for job in jobs[:3]:
            w.offer(job)
        await w.settle()
        w.active = 0
        for job in jobs[3:]:
            w.offer(job)

        await w.work_all()
        assert [job.key for job in w.worked] == [1]

        w.active = ACTIVE
        w.lanes.go_on()
        await w.work_all()
        assert sorted(job.key for job in w.worked) == [1, 2, 3, 4, 5, 6]
        assert [job.key for job in w.worked if job.lane == 0] == [1, 2, 3]
        assert [job.key for job in w.worked if job.lane == 2] == [4, 6]


async def test_what_did_not_fit_while_a_group_rested_is_read_when_it_goes_on() -> None:
    async with world(held=HELD, page=PAGE) as w:
        w.active = 0
        for number in range(BACKLOG):
            w.add(2 * number)
        await w.lanes.start()
        await w.work_all()
        assert w.worked == []

        w.active = ACTIVE
        w.lanes.go_on()
        await w.work_all()

        assert len(w.worked) == BACKLOG
        assert w.most_at_work <= ACTIVE
