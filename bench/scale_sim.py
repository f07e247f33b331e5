"""A simulation of shards, workers, databases and failures; `python -m bench scale` writes its tables.

What decides who works is discrete and exact: sessions end, locks fall, workers look. Messages are a fluid
(`scale_flow`), in steps of at most a fifth of a second that end where something happens. Everything follows from the
seed.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random

import msgspec
from bench.scale_flow import Stream, Tally, is_late
from bench.scale_load import Act, Kind, Setting, flows
from bench.scale_plan import Plan, plan


class Outcome(msgspec.Struct, frozen=True):
    """What came of it."""

    tally: Tally
    waiting: float
    """Messages that wait at the end."""
    delayed: float
    """Messages whose lane was over a second behind when they were done, and those that still wait behind so much."""
    two_owners: int
    """Shards that two running workers took for their own at some time."""
    owned_again: float | None
    """Seconds from the first act until every shard had a worker at work, for good. None: one has none at the end."""
    imbalance: float
    """Load of the busiest worker over the mean, at the end."""
    moved: int
    """Shards that were taken, those of the start not counted."""

    @property
    def lost(self) -> float:
        """Messages that came and are neither done nor waiting."""
        return self.tally.arrived - self.tally.done - self.waiting


class Worker(msgspec.Struct):
    """A worker, and what it believes."""

    believes: set[int] = msgspec.field(default_factory=set)
    draining: set[int] = msgspec.field(default_factory=set)
    running: bool = True
    session: bool = True
    """The database still has its session, and with it its locks."""
    leaving: bool = False
    seen: int = -1
    """The version of the locks that it last looked at."""


def run(setting: Setting) -> Outcome:
    """Play a setting to its end."""
    return _World(setting).play()


class _World:
    """The locks (the truth), the workers (what they believe) and the flows."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._random = Random(setting.seed)
        self._stream = Stream(flows(setting), setting)
        self._weights = self._shard_loads() if setting.by_load else [1.0] * setting.shards
        self._workers = {name: Worker() for name in range(setting.workers)}
        self._owners: list[int | None] = [None] * setting.shards
        self._down: set[int] = set()
        self._version = 0
        self._agreed: tuple[int, Plan] | None = None
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._scheduled = 0
        self._now = self._flowed = 0.0
        self._whole_since: float | None = 0.0
        self._two_owners: set[int] = set()
        self._moved = 0

    def play(self) -> Outcome:
        """Start with everything owned, and let everything happen."""
        for shard, worker in self._plan().takes.items():
            self._owners[shard] = worker
            self._workers[worker].believes.add(shard)
        self._version += 1
        self._check()
        for name in self._workers:
            self._soon(name)
        for act in self._setting.acts:
            self._at(act.at, self._actor(act))
        while self._queue and self._queue[0][0] <= self._setting.seconds:
            self._next()
        self._now = self._setting.seconds
        self._flow()
        return self._outcome()

    def _next(self) -> None:
        self._now, _, happen = heapq.heappop(self._queue)
        before = self._version
        happen()
        if self._version != before:
            self._flow()
            self._check()

    def _flow(self) -> None:
        self._stream.run(self._now - self._flowed)  # still along the routes of before what has just happened
        self._flowed = self._now

    # What happens.

    def _at(self, at: float, happen: Callable[[], None]) -> None:
        self._scheduled += 1
        heapq.heappush(self._queue, (at, self._scheduled, happen))

    def _actor(self, act: Act) -> Callable[[], None]:
        actions: Mapping[Kind, Callable[[int], None]] = {
            "kill": self._kill,
            "stop": self._stop,
            "resume": self._resume,
            "leave": self._leave,
            "join": self._join,
            "database down": self._fail,
            "database up": self._recover,
        }

        def happen() -> None:
            self._version += 1
            actions[act.kind](act.who)

        return happen

    def _kill(self, name: int) -> None:
        self._end_session(name)
        del self._workers[name]

    def _stop(self, name: int) -> None:
        worker = self._workers[name]
        worker.running = False
        self._at(self._now + self._setting.idle_timeout, lambda: self._time_out(worker, name))

    def _time_out(self, worker: Worker, name: int) -> None:
        if not worker.running:
            self._end_session(name)
            self._version += 1

    def _resume(self, name: int) -> None:
        worker = self._workers[name]
        worker.running = True
        if worker.session:
            return
        worker.session = True  # a new one: whoever sees its old one gone has no shard any more
        worker.draining.clear()
        if self._setting.planted != "keeps-lost-shards":
            worker.believes.clear()

    def _end_session(self, name: int) -> None:
        self._workers[name].session = False
        self._free([shard for shard, owner in enumerate(self._owners) if owner == name])

    def _free(self, shards: Iterable[int]) -> None:
        for shard in shards:
            self._owners[shard] = None

    def _join(self, name: int) -> None:
        self._workers[name] = Worker()
        self._soon(name)

    def _soon(self, name: int) -> None:
        self._at(self._now + self._random.uniform(0.0, self._setting.look_every), lambda: self._look(name))

    def _leave(self, name: int) -> None:
        self._workers[name].leaving = True
        self._give(name, sorted(self._workers[name].believes))

    def _fail(self, database: int) -> None:
        self._down.add(database)
        lost = {shard for shard in range(self._setting.shards) if shard % self._setting.databases == database}
        self._free(lost)
        for worker in self._workers.values():
            worker.believes -= lost
            worker.draining -= lost

    def _recover(self, database: int) -> None:
        self._down.discard(database)

    # What a worker does every time that it looks.

    def _look(self, name: int) -> None:
        worker = self._workers.get(name)
        if worker is None or (worker.leaving and not worker.believes):
            return
        self._at(self._now + self._setting.look_every, lambda: self._look(name))
        if not worker.running or worker.leaving or worker.seen == self._version:
            return
        worker.seen = self._version
        agreed = self._plan()
        self._take(name, [shard for shard, taker in agreed.takes.items() if taker == name])
        self._give(name, [shard for shard, giver in agreed.gives.items() if giver == name])

    def _plan(self) -> Plan:
        if self._agreed is None or self._agreed[0] != self._version:
            self._agreed = self._version, self._new_plan()
        return self._agreed[1]

    def _new_plan(self) -> Plan:
        members = [name for name, worker in self._workers.items() if worker.session and not worker.leaving]
        draining = {shard for worker in self._workers.values() for shard in worker.draining}
        owners = [None if shard in draining else owner for shard, owner in enumerate(self._owners)]
        return plan(owners, members, self._weights, 0.1 if self._setting.by_load else 0.0)

    def _take(self, name: int, shards: Sequence[int]) -> None:
        for shard in shards:
            if self._owners[shard] is None and shard % self._setting.databases not in self._down:
                self._owners[shard] = name
                self._workers[name].believes.add(shard)
                self._moved += 1
                self._version += 1
                self._forget(shard)

    def _forget(self, shard: int) -> None:
        if self._setting.planted == "forgets-what-waited":
            for flow in self._stream.flows:
                flow.waiting = 0.0 if flow.shard == shard else flow.waiting

    def _give(self, name: int, shards: Sequence[int]) -> None:
        worker = self._workers[name]
        for shard in shards:
            worker.draining.add(shard)
            self._version += 1
            self._at(self._now + self._random.uniform(0.0, self._setting.drain), self._releaser(name, shard))

    def _releaser(self, name: int, shard: int) -> Callable[[], None]:
        return lambda: self._release(name, shard)

    def _release(self, name: int, shard: int) -> None:
        worker = self._workers.get(name)
        if worker is None or not worker.running or shard not in worker.draining:
            return
        worker.draining.discard(shard)
        worker.believes.discard(shard)
        self._owners[shard] = None
        self._version += 1

    # What is looked at after every change, and at the end.

    def _check(self) -> None:
        servers = [self._server(shard) for shard in range(self._setting.shards)]
        foreign = [shard for name, worker in self._workers.items() for shard in self._foreign(name, worker)]
        self._two_owners.update(foreign)
        self._stream.route(servers, self._down, foreign)
        if self._down or None in servers:
            self._whole_since = None
        elif self._whole_since is None:
            self._whole_since = self._now

    def _server(self, shard: int) -> int | None:
        owner = self._owners[shard]
        if owner is None or not self._workers[owner].running or shard in self._workers[owner].draining:
            return None
        return owner

    def _foreign(self, name: int, worker: Worker) -> list[int]:
        if not worker.running:
            return []
        return [shard for shard in worker.believes if self._owners[shard] not in {name, None}]

    def _shard_loads(self) -> list[float]:
        weights = [0.0] * self._setting.shards
        for flow in self._stream.flows:
            weights[flow.shard] += flow.rate
        return weights

    def _imbalance(self) -> float:
        busy = {name: 0.0 for name, worker in self._workers.items() if not worker.leaving}
        for owner, load in zip(self._owners, self._shard_loads(), strict=True):
            if owner in busy:
                busy[owner] += load
        return max(busy.values()) * len(busy) / sum(busy.values())

    def _outcome(self) -> Outcome:
        first = min((act.at for act in self._setting.acts), default=0.0)
        late = sum(flow.waiting for flow in self._stream.flows if is_late(flow))
        return Outcome(
            tally=self._stream.tally,
            waiting=self._stream.waiting,
            delayed=self._stream.tally.delayed + late,
            two_owners=len(self._two_owners),
            owned_again=None if self._whole_since is None else max(0.0, self._whole_since - first),
            imbalance=self._imbalance(),
            moved=self._moved,
        )
