"""Who should own which shard: a plan that every worker can make alone, from what the locks and the loads say."""

import heapq
from collections.abc import Mapping, Sequence

import msgspec

Worker = int
Shard = int


class Plan(msgspec.Struct, frozen=True):
    """What has to change. Every worker makes the same plan and carries out its own part of it."""

    takes: Mapping[Shard, Worker]
    """Who should take each free shard."""
    gives: Mapping[Shard, Worker]
    """Who should let go of which shard."""


def plan(owners: Sequence[Worker | None], workers: Sequence[Worker], weights: Sequence[float], slack: float) -> Plan:
    """Spread the shards fairly, moving as few as can be.

    Free shards go to the lightest worker, heaviest first. Then the heaviest gives the heaviest shard that still narrows
    its gap to the lightest, until both are within `slack` of the mean. With weights of 1 and no slack, all end within
    one shard of each other and nothing moves that did not have to.
    """
    loads = dict.fromkeys(workers, 0.0)
    held: dict[Worker, list[Shard]] = {worker: [] for worker in workers}
    for shard, owner in enumerate(owners):
        if owner in loads:
            loads[owner] += weights[shard]
            held[owner].append(shard)
    free = [shard for shard, owner in enumerate(owners) if owner not in loads]
    takes = _takes(sorted(free, key=lambda shard: (-weights[shard], shard)), loads, weights)
    return Plan(takes, _gives(held, loads, weights, slack))


def fair(wanted: Sequence[float], capacity: float) -> list[float]:
    """Share a capacity: whoever wants less than an even part gets it all, and the rest is shared by the others."""
    if sum(wanted) <= capacity:
        return list(wanted)
    granted = [0.0] * len(wanted)
    left, waiting = max(0.0, capacity), len(wanted)
    for index in sorted(range(len(wanted)), key=wanted.__getitem__):
        granted[index] = min(wanted[index], left / waiting)
        left -= granted[index]
        waiting -= 1
    return granted


def _takes(free: Sequence[Shard], loads: dict[Worker, float], weights: Sequence[float]) -> dict[Shard, Worker]:
    lightest = [(load, worker) for worker, load in loads.items()]
    heapq.heapify(lightest)
    takes = {}
    for shard in free if loads else ():
        load, takes[shard] = lightest[0]
        loads[takes[shard]] = load + weights[shard]
        heapq.heapreplace(lightest, (load + weights[shard], takes[shard]))
    return takes


def _gives(
    held: Mapping[Worker, list[Shard]], loads: dict[Worker, float], weights: Sequence[float], slack: float
) -> dict[Shard, Worker]:
    gives: dict[Shard, Worker] = {}
    mean = sum(loads.values()) / max(1, len(loads))
    left = {worker: sorted(shards, key=lambda shard: (-weights[shard], shard)) for worker, shards in held.items()}
    while left:
        giver, taker = max(left, key=lambda worker: (loads[worker], -worker)), _lightest(loads)
        is_fair = loads[giver] <= mean * (1.0 + slack) and loads[taker] >= mean * (1.0 - slack)
        room = 0.0 if is_fair else (loads[giver] - loads[taker]) / 2
        shard = next((shard for shard in left[giver] if 0.0 < weights[shard] <= room), None)
        if shard is None:
            del left[giver]
            continue
        left[giver].remove(shard)
        gives[shard] = giver
        loads[giver] -= weights[shard]
        loads[taker] += weights[shard]
    return gives


def _lightest(loads: Mapping[Worker, float]) -> Worker:
    return min(loads, key=lambda worker: (loads[worker], worker))
