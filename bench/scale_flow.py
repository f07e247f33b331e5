"""How messages flow in the simulation: each flow gains its rate, and loses what its worker and its database grant."""

from collections.abc import Mapping, Sequence

import msgspec
from bench.scale_load import Flow, Setting
from bench.scale_plan import fair

_STEP = 0.2
_LATE = 1.0
_EPSILON = 1e-9


class Tally(msgspec.Struct):
    """What has been counted so far, in messages; `waited` is in message-seconds and `worst_age` in seconds."""

    arrived: float = 0.0
    done: float = 0.0
    sent_twice: float = 0.0
    delayed: float = 0.0
    lost_capacity: float = 0.0
    waited: float = 0.0
    worst_age: float = 0.0


class Stream:
    """All flows, and who works on them until somebody says otherwise."""

    def __init__(self, flows: Sequence[Flow], setting: Setting) -> None:
        self.flows = flows
        self.tally = Tally()
        self._setting = setting
        self._by_worker: Mapping[int, list[int]] = {}
        self._by_base: Mapping[int, list[int]] = {}
        self._idle_rate = 0.0
        self._twice_rate = 0.0
        self._is_ample = False

    @property
    def waiting(self) -> float:
        """Return how many messages wait."""
        return sum(flow.waiting for flow in self.flows)

    def route(self, servers: Sequence[int | None], down: set[int], foreign: Sequence[int]) -> None:
        """Say who works on each shard, which databases are down, and what workers without the lock believe to have."""
        databases = self._setting.databases
        served = [index for index, flow in enumerate(self.flows) if flow.shard % databases not in down]
        self._by_worker = _grouped({index: servers[self.flows[index].shard] for index in served})
        self._by_base = _grouped({index: self.flows[index].shard % databases for index in served})
        at_work = sum(self._rate(group) for group in self._by_worker.values())
        self._idle_rate = self._rate(range(len(self.flows))) - at_work
        self._twice_rate = sum(flow.rate * foreign.count(flow.shard) for flow in self.flows) if foreign else 0.0
        self._is_ample = self._idle_rate < _EPSILON and self._fits()

    def run(self, seconds: float) -> None:
        """Let time pass: at once if everything is done as it comes, else in steps."""
        while seconds > _EPSILON:
            step = seconds if self._is_ample and self.waiting < _EPSILON else min(_STEP, seconds)
            self._step(step)
            seconds -= step

    def _step(self, step: float) -> None:
        wanted = [flow.waiting + flow.rate * step for flow in self.flows]
        by_worker = _share(wanted, self._by_worker, self._setting.worker_rate * step)
        granted = _share(by_worker, self._by_base, self._setting.database_rate * step)
        self.tally.lost_capacity += self._idle_rate * step
        self.tally.sent_twice += self._twice_rate * step
        for flow, want, grant in zip(self.flows, wanted, granted, strict=True):
            self._count(flow, want, grant, step)

    def _count(self, flow: Flow, want: float, grant: float, step: float) -> None:
        tally = self.tally
        tally.arrived += flow.rate * step
        tally.done += grant
        tally.delayed += grant if flow.age > _LATE else 0.0
        flow.waiting = want - grant
        tally.waited += flow.waiting * step
        tally.worst_age = max(tally.worst_age, flow.age)

    def _rate(self, members: Sequence[int]) -> float:
        return sum(self.flows[index].rate for index in members)

    def _fits(self) -> bool:
        workers = all(self._rate(group) <= self._setting.worker_rate for group in self._by_worker.values())
        return workers and all(self._rate(group) <= self._setting.database_rate for group in self._by_base.values())


def is_late(flow: Flow) -> bool:
    """Return whether the head of a lane has waited over a second."""
    return flow.age > _LATE


def _grouped(names: Mapping[int, int | None]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for index, name in names.items():
        if name is not None:
            groups.setdefault(name, []).append(index)
    return groups


def _share(wanted: Sequence[float], groups: Mapping[int, list[int]], capacity: float) -> list[float]:
    granted = [0.0] * len(wanted)
    for members in groups.values():
        for index, grant in zip(members, fair([wanted[i] for i in members], capacity), strict=True):
            granted[index] = grant
    return granted
