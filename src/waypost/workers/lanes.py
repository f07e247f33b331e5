"""Lanes: jobs with one key each, worked one after another within a lane and side by side across lanes.

Memory is only a cache of what waits in the database. A job that does not fit is left there and read when there is
room; a job is in memory at most once. Lanes belong to groups (a number, an endpoint): a group has its own bounds, so
that one that fails or floods takes nothing from the others.

How nothing is skipped: for each group we know `unread`, the lowest key that may be in the database only. A job that is
left there lowers it, and it rises only to the end of a page that was read from there. So the order in which keys arrive
does not matter.
How nothing is worked twice: of a page first the keys are read, and then only those jobs are loaded that are not in
memory, nor just being loaded. Such a job is worked by nobody, and enters by no other way meanwhile; so it cannot end
between the two reads.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable
from functools import partial
from typing import Generic

from msgspec import Struct, field

from waypost.workers.jobs import Bounds, Job, Page, Source, Traits
from waypost.workers.slots import ReleaseSlot, Slot, Slots
from waypost.workers.timers import Timers

_FAIR_TURN = 32  # jobs that a lane may do before the others of its group have their turn


class _Group(Struct):
    name: Hashable
    slots: Slots
    held: int = 0
    unread: int | None = None
    """No job below this key is in the database only; None: no job at all is."""
    is_reading: bool = False
    ready: deque[Hashable] = field(default_factory=deque)

    def note_unread(self, key: int) -> None:
        """Note a job that is in the database only."""
        self.unread = key if self.unread is None else min(self.unread, key)


class Lanes(Generic[Job]):
    """Works jobs in their lanes until each is done for good.

    `work` returns None when the job's outcome is durable, or the platform time at which it is due again: until then
    its lane waits, because what comes after it must not overtake it. It may call its second argument before that.
    `source` is read at start, after an overflow, and in `scan`.
    """

    def __init__(
        self,
        *,
        work: Callable[[Job, ReleaseSlot], Awaitable[int | None]],
        source: Source[Job],
        traits: Traits[Job],
        bounds: Bounds,
        timers: Timers,
    ) -> None:
        self._work = work
        self._source = source
        self._traits = traits
        self._bounds = bounds
        self._timers = timers
        self._lanes: dict[Hashable, deque[Job]] = {}
        self._groups: dict[Hashable, _Group] = {}
        self._waiting: dict[Hashable, object] = {}  # lanes whose first job is due later; a timer knows its turn by it
        self._held: set[int] = set()
        self._coming: set[int] = set()  # jobs that are just being loaded
        self._tasks: dict[asyncio.Task[None], Hashable] = {}  # and the group of each
        self._starting = False
        self._generation = 0  # how often everything was forgotten
        self._outlived: set[int] = set()  # jobs that were at work then
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
        """How many of them have a slot among those that may be worked at once."""
        return sum(group.slots.taken for group in self._groups.values())

    def is_full(self, group: Hashable) -> bool:
        """Return whether a group shall get no more: memory has no room for it, or is to be filled from the database."""
        if len(self._held) >= self._bounds.held_in_all:
            return True
        found, most = self._groups.get(group), self._bounds.held
        if found is None:
            return False
        return found.held >= most or (found.unread is not None and found.held * 2 >= most)

    def offer(self, job: Job) -> None:
        """Take a job whose row is committed; one that does not fit stays in the database for now."""
        key, name = self._traits.key(job), self._traits.group(job)
        if key in self._held or key in self._coming or self._stopping or not self._source.owns(name):
            return
        group = self._group(name)
        if self._starting or group.is_reading or group.unread is not None or group.held >= self._bounds.held:
            group.note_unread(key)  # nothing enters before what stayed behind
        else:
            self._hold(job, group)

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
        for position, held in enumerate(queue):
            if self._traits.key(held) == key:
                queue[position] = job
        del self._waiting[lane]
        self._go(lane, self._group(self._traits.group(job)))

    def go_on(self) -> None:
        """Start what waits only because its group had as much at work as it might, when that may have become more."""
        for group in self._groups.values():
            for lane in [group.ready.popleft() for _ in range(len(group.ready))]:
                self._go(lane, group)

    async def start(self) -> None:
        """Read what waits in the database, of each group as much as it may hold; call before the first `offer`.

        What a full group has besides is passed over by its keys, because there may be others behind it.
        """
        generation, after, self._starting = self._generation, 0, True
        while page := await self._source.look(after, self._bounds.page):
            if generation != self._generation:
                return
            await self._take(page)
            after = page[-1][0]
            await asyncio.sleep(0)
        if generation == self._generation:
            self._starting = False
            for group in list(self._groups.values()):
                await self._refill(group)

    async def scan(self, anew: Collection[int] = ()) -> None:
        """Hold what has come to wait since the last scan, when other processes store jobs; call it again and again.

        Jobs whose rows others made to start `anew` wait no longer.
        """
        assert self._source.new is not None, "nobody else stores jobs"
        async for found in self._source.new():
            for start in range(0, len(found), self._bounds.page):
                await self._take(found[start : start + self._bounds.page])
                await asyncio.sleep(0)
        await self._hurry_held(anew)
        for group in list(self._groups.values()):
            await self._refill(group)

    async def drop_lost(self, seconds: float) -> None:
        """Let go of the groups that are ours no longer; what is at work has `seconds` to end, and is ended then."""
        lost = {name for name in self._groups if not self._source.owns(name)}
        await _end([task for task, name in self._tasks.items() if name in lost], seconds)
        for lane, queue in list(self._lanes.items()):
            if self._traits.group(queue[0]) in lost:
                self._held.difference_update(map(self._traits.key, queue))
                self._waiting.pop(lane, None)
                del self._lanes[lane]
        for name in lost:
            del self._groups[name]

    def forget(self) -> None:
        """Drop every job that is not at work, when everything is replaced; nothing is read before the next `start`.

        One that is at work and shall be tried again is, if it still waits in the database by then.
        """
        self._generation += 1
        self._starting = False
        self._coming = set()
        idle = {*self._waiting, *(lane for group in self._groups.values() for lane in group.ready)}
        self._waiting.clear()
        for group in self._groups.values():
            group.ready.clear()
            group.unread, group.is_reading = None, False
        for lane, queue in list(self._lanes.items()):
            group = self._group(self._traits.group(queue[0]))
            for _ in range(len(queue) - (lane not in idle)):
                self._let_go(queue.pop(), group)
            if queue:
                self._outlived.add(self._traits.key(queue[0]))
            else:
                del self._lanes[lane]

    async def stop(self, seconds: float) -> None:
        """Start nothing new, and give what is at work `seconds` to end."""
        self._stopping = True
        await _end(list(self._tasks), seconds)

    async def failure(self) -> None:
        """Wait for a bug in `work`; raises it. A bug stops the server rather than a lane in silence."""
        await asyncio.shield(self._failure)

    def _group(self, name: Hashable) -> _Group:
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group(name, Slots(partial(self._bounds.active, name)))
        return group

    def _hold(self, job: Job, group: _Group) -> None:
        self._held.add(self._traits.key(job))
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
        """Leave a lane alone until platform time is at `due_ms`, unless it is hurried or dropped before."""
        turn = self._waiting[lane] = object()

        def wake() -> None:
            if self._waiting.get(lane) is turn:
                del self._waiting[lane]
                self._go(lane, group)

        self._timers.at(due_ms, wake)

    def _go(self, lane: Hashable, group: _Group) -> None:
        if not self._may_begin(group):
            return
        slot = group.slots.take()
        if slot is None:
            group.ready.append(lane)
            return
        task = asyncio.create_task(self._run(lane, group, slot))
        self._tasks[task] = group.name
        task.add_done_callback(self._ended)

    async def _run(self, lane: Hashable, group: _Group, slot: Slot) -> None:
        """Work a lane's jobs in order, then hand its slot on.

        A lane that is empty, waits for a moment or has had its turn gives up its slot; a slot given up goes to the
        group's next ready lane without a new task.
        """
        while True:
            await self._work_lane(lane, group, slot)
            await self._refill(group)
            if not group.ready or not self._may_begin(group) or not group.slots.keep(slot):
                group.slots.release(slot)
                return
            lane = group.ready.popleft()

    async def _work_lane(self, lane: Hashable, group: _Group, slot: Slot) -> None:
        queue = self._lanes[lane]
        for _ in range(_FAIR_TURN):
            job = queue[0]
            due_ms = await self._do(job, group, slot) if await self._still_waits(job) else None
            if due_ms is not None:
                self._wait(lane, group, due_ms)
                return
            queue.popleft()
            self._let_go(job, group)
            if not queue:
                del self._lanes[lane]
                return
            if not self._may_begin(group):
                return
            if not group.slots.keep(slot):
                break
        group.ready.append(lane)

    async def _still_waits(self, job: Job) -> bool:
        """Return whether a job is still there: one that was at work during `forget` may be in the database no more."""
        key = self._traits.key(job)
        if key not in self._outlived:
            return True
        self._outlived.discard(key)
        return bool(await self._source.load((key,)))

    async def _do(self, job: Job, group: _Group, slot: Slot) -> int | None:
        try:
            return await self._work(job, partial(self._release_early, group, slot))
        finally:
            group.slots.job_ended(slot)

    def _release_early(self, group: _Group, slot: Slot) -> None:
        group.slots.release_early(slot)
        if group.ready and group.slots.has_free:
            self._go(group.ready.popleft(), group)

    def _may_begin(self, group: _Group) -> bool:
        return not self._stopping and self._source.owns(group.name)

    async def _hurry_held(self, keys: Collection[int]) -> None:
        """Hurry jobs of which we hold what their rows said before; not one that has ended while its row was read."""
        generation, held = self._generation, [key for key in keys if key in self._held]
        for job in await self._source.load(held) if held else ():
            if generation == self._generation and self._traits.key(job) in self._held:
                self.hurry(job)

    def _let_go(self, job: Job, group: _Group) -> None:
        key = self._traits.key(job)
        self._held.discard(key)
        self._outlived.discard(key)
        group.held -= 1

    async def _refill(self, group: _Group) -> None:
        """Once half of it is worked, read what a group left in the database until it is full or has everything."""
        if group.unread is None or group.held * 2 >= self._bounds.held or group.is_reading or self._starting:
            return
        generation, group.is_reading = self._generation, True
        while (first := group.unread) is not None and group.held < self._bounds.held and not self._stopping:
            group.unread = None
            page = await self._source.look(first - 1, self._bounds.page)
            if generation != self._generation:
                return
            if page:
                group.note_unread(page[-1][0] + 1)
            await self._take(page, group)
            await asyncio.sleep(0)
            if generation != self._generation:
                return
        group.is_reading = False

    async def _take(self, page: Page, only: _Group | None = None) -> None:
        """Hold the jobs of a page that fit, of one group or of all; note those that do not."""
        generation, coming, wanted = self._generation, self._coming, self._choose(page, only)
        coming.update(wanted)
        jobs = await self._source.load(wanted) if wanted else ()
        coming.difference_update(wanted)
        for job in jobs:
            name = self._traits.group(job)
            if generation == self._generation and not self._stopping and self._source.owns(name):
                self._hold(job, self._group(name))

    def _choose(self, page: Page, only: _Group | None) -> list[int]:
        chosen: list[int] = []
        room: dict[Hashable, int] = {}
        for key, name in page:
            if name is None or (only is not None and name != only.name) or key in self._held or key in self._coming:
                continue
            group = only or self._group(name)
            left = room.get(name, self._bounds.held - group.held)
            if left <= 0 or (only is None and (group.unread is not None or group.is_reading)):
                group.note_unread(key)
                continue
            room[name] = left - 1
            chosen.append(key)
        return chosen

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) and not self._failure.done():
            self._failure.set_exception(error)


async def _end(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    """Give tasks so long to end, then end them."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
