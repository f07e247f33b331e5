"""Lanes: jobs with one key each, worked one after another within a lane and side by side across lanes.

Memory is only a cache of what waits in the database. A job that does not fit is left there and read again when
there is room; a job is in memory at most once. Lanes belong to groups (a number, an endpoint): a group has its own
bounds, so that one that fails or floods takes nothing from the others.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from msgspec import Struct, field

from waypost.workers.timers import Timers

Job = TypeVar("Job")

_FAIR_TURN = 32  # jobs that a lane may do before the others of its group have their turn
_PAGE = 500


class Traits(Struct, Generic[Job], frozen=True):
    """What the lanes must know of a job."""

    key: Callable[[Job], int]
    lane: Callable[[Job], Hashable]
    group: Callable[[Job], Hashable]
    due_ms: Callable[[Job], int]


class Bounds(Struct, frozen=True):
    """How much of a group may be at work, and how much of it in memory."""

    active: Callable[[Hashable], int]
    held: int = 20_000


class _Group(Struct):
    name: Hashable
    active: int = 0
    held: int = 0
    behind: bool = False
    """Some of its jobs are in the database only."""
    catching_up: bool = False
    """Those jobs are being read just now."""
    ready: deque[Hashable] = field(default_factory=deque)


class Lanes(Generic[Job]):
    """Works jobs in their lanes until each is done for good.

    `work` returns None when the job's outcome is durable, or the platform time at which it is due again: until then
    its lane waits, because what comes after it must not overtake it.
    `load` reads waiting jobs above a key, in order; it is asked at start and after an overflow.
    """

    def __init__(
        self,
        *,
        work: Callable[[Job], Awaitable[int | None]],
        load: Callable[[int, int], Awaitable[list[Job]]],
        traits: Traits[Job],
        bounds: Bounds,
        timers: Timers,
    ) -> None:
        self._work = work
        self._load = load
        self._traits = traits
        self._bounds = bounds
        self._timers = timers
        self._lanes: dict[Hashable, deque[Job]] = {}
        self._groups: dict[Hashable, _Group] = {}
        self._waiting: dict[Hashable, object] = {}  # lanes whose first job is due later; a timer knows its turn by it
        self._held: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: set[int] | None = None  # keys that ended while waiting jobs are being read
        self._arrived: list[Job] = []  # jobs that came meanwhile for groups that are catching up
        self._stopping = False
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def held(self) -> int:
        """How many jobs are in memory."""
        return len(self._held)

    @property
    def count(self) -> int:
        """How many lanes have a job in memory."""
        return len(self._lanes)

    @property
    def at_work(self) -> int:
        """How many of them are being worked."""
        return sum(group.active for group in self._groups.values())

    def offer(self, job: Job) -> None:
        """Take a job whose row is committed; one that does not fit stays in the database for now."""
        group = self._group(job)
        if group.catching_up:
            self._arrived.append(job)  # it must not overtake what is still being read
        else:
            self._admit(job, group)

    def hurry(self, job: Job) -> None:
        """Take a job whose row was made to start anew; its lane waits no longer, whether for it or for one before it.

        One that is at work just now is being tried already.
        """
        lane = self._traits.lane(job)
        if self._traits.key(job) not in self._held:
            self.offer(job)
        if lane not in self._waiting:
            return
        key, queue = self._traits.key(job), self._lanes[lane]
        for place, held in enumerate(queue):
            if self._traits.key(held) == key:
                queue[place] = job
        del self._waiting[lane]
        self._go(lane, self._group(job))

    async def start(self) -> None:
        """Read everything that waits in the database, as far as it fits; call before the first `offer`."""
        await self._read_waiting()

    def forget(self) -> None:
        """Drop every job that is not at work, after the database was emptied."""
        idle = {*self._waiting, *(lane for group in self._groups.values() for lane in group.ready)}
        self._waiting.clear()
        for group in self._groups.values():
            group.ready.clear()
        for lane, queue in list(self._lanes.items()):
            group = self._group(queue[0])
            for _ in range(len(queue) - (lane not in idle)):
                self._let_go(queue.pop(), group)
            if not queue:
                del self._lanes[lane]

    async def stop(self, seconds: float) -> None:
        """Start nothing new, and give what is at work `seconds` to end."""
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def failure(self) -> None:
        """Wait for a bug in `work`; raises it. A bug stops the server rather than a lane in silence."""
        await asyncio.shield(self._failure)

    def _group(self, job: Job) -> _Group:
        name = self._traits.group(job)
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group(name)
        return group

    def _admit(self, job: Job, group: _Group) -> None:
        key = self._traits.key(job)
        if key in self._held or self._stopping:
            return
        if group.behind or group.held >= self._bounds.held:
            group.behind = True  # from here on nothing enters before what stayed behind
            return
        self._hold(key, group, job)

    def _hold(self, key: int, group: _Group, job: Job) -> None:
        self._held.add(key)
        group.held += 1
        lane = self._traits.lane(job)
        queue = self._lanes.get(lane)
        if queue is not None:
            queue.append(job)
            return
        self._lanes[lane] = deque((job,))
        self._wait_or_go(lane, job, group)

    def _wait_or_go(self, lane: Hashable, job: Job, group: _Group) -> None:
        due_ms = self._traits.due_ms(job)
        if due_ms:
            self._wait(lane, group, due_ms)
        else:
            self._go(lane, group)

    def _wait(self, lane: Hashable, group: _Group, due_ms: int) -> None:
        """Leave a lane alone until a moment, unless it is hurried or dropped before."""
        turn = self._waiting[lane] = object()

        def wake() -> None:
            if self._waiting.get(lane) is turn:
                del self._waiting[lane]
                self._go(lane, group)

        self._timers.at(due_ms, wake)

    def _go(self, lane: Hashable, group: _Group) -> None:
        if self._stopping:
            return
        if group.active >= self._bounds.active(group.name):
            group.ready.append(lane)
            return
        group.active += 1
        task = asyncio.create_task(self._run(lane, group))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _run(self, lane: Hashable, group: _Group) -> None:
        """Work a lane's jobs in order, then hand its place on.

        A lane that is empty, waits for a moment or has had its turn gives up its place; a place given up goes to the
        group's next ready lane without a new task.
        """
        while True:
            await self._work_lane(lane, group)
            if not group.ready or self._stopping:
                group.active -= 1
                break
            lane = group.ready.popleft()
        if group.behind and group.held * 2 < self._bounds.held and self._finished is None and not self._stopping:
            await self._read_waiting()

    async def _work_lane(self, lane: Hashable, group: _Group) -> None:
        queue = self._lanes[lane]
        for _ in range(_FAIR_TURN):
            job = queue[0]
            due_ms = await self._work(job)
            if due_ms is not None:
                self._wait(lane, group, due_ms)
                return
            queue.popleft()
            self._let_go(job, group)
            if not queue:
                del self._lanes[lane]
                return
            if self._stopping:
                return
        group.ready.append(lane)

    def _let_go(self, job: Job, group: _Group) -> None:
        key = self._traits.key(job)
        self._held.discard(key)
        group.held -= 1
        if self._finished is not None:
            self._finished.add(key)

    async def _read_waiting(self) -> None:
        """Go through what waits, from the lowest key, until every group that was behind is full again.

        Only those groups have jobs that are not in memory; at the start that is not known, and everything is read.
        A page may show a job that ends while the page is being read: such a job must not be taken again.
        """
        self._finished = set()
        were_behind = [group for group in self._groups.values() if group.behind]
        for group in self._groups.values():
            group.catching_up, group.behind = group.behind, False
        after = 0
        while page := await self._load(after, _PAGE):
            self._admit_unfinished(page)
            after = self._traits.key(page[-1])
            if were_behind and all(group.behind for group in were_behind):
                break
        for group in self._groups.values():
            group.catching_up = False
        self._admit_unfinished(self._arrived)
        self._arrived = []
        self._finished = None

    def _admit_unfinished(self, jobs: list[Job]) -> None:
        for job in jobs:
            if self._finished is None or self._traits.key(job) not in self._finished:
                self._admit(job, self._group(job))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self._failure.done():
            self._failure.set_exception(error)
