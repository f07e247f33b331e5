"""What the simulation is given: a system, its numbers and their load, and what happens to it."""

from collections.abc import Sequence
from typing import Literal
from zlib import crc32

import msgspec

_HEAVY = 0.05  # of a worker: a number with more has a flow of its own

Kind = Literal["kill", "stop", "resume", "leave", "join", "database down", "database up"]
Planted = Literal["keeps-lost-shards", "forgets-what-waited"]


class Act(msgspec.Struct, frozen=True):
    """Something that happens to a worker or a database."""

    at: float
    kind: Kind
    who: int = 0


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A system and its load. Rates and capacities are messages a second, times are seconds."""

    seed: int = 1
    shards: int = 64
    workers: int = 4
    databases: int = 1
    numbers: int = 1000
    rate: float
    zipf: float = 1.0
    limit: float = 80.0
    """The highest rate of an ordinary number."""
    hot: Sequence[float] = ()
    """Rates of further numbers, at the platform's limit."""
    worker_rate: float
    database_rate: float
    by_load: bool = False
    """Shards are spread by their load instead of their count."""
    look_every: float = 2.0
    idle_timeout: float = 3.0
    drain: float = 10.0
    """A handed over shard is let go once its requests under way have ended: between 0 and this."""
    seconds: float = 60.0
    acts: Sequence[Act] = ()
    planted: Planted | None = None


class Flow(msgspec.Struct):
    """The messages of a shard, or of one heavy number in it."""

    shard: int
    rate: float
    waiting: float = 0.0

    @property
    def age(self) -> float:
        """How long the head has waited: what waits came in at an even rate."""
        return self.waiting / self.rate


def loads(setting: Setting) -> list[float]:
    """Return the rate of each number: Zipf-like, none above its limit, and the hot ones behind them."""
    hot = list(setting.hot)
    wanted = setting.rate - sum(hot)
    if not 0.0 < wanted <= setting.numbers * setting.limit:
        raise ValueError(f"{setting.numbers} numbers of at most {setting.limit}/s cannot make {wanted}/s.")
    shapes = [1.0 / (rank**setting.zipf) for rank in range(1, setting.numbers + 1)]
    low, high = 0.0, setting.limit / shapes[-1]
    for _ in range(60):
        scale = (low + high) / 2
        total = sum(min(setting.limit, scale * shape) for shape in shapes)
        low, high = (scale, high) if total < wanted else (low, scale)
    return [min(setting.limit, high * shape) for shape in shapes] + hot


def shard_of(number: int, setting: Setting) -> int:
    """Return the shard of a number."""
    return crc32(f"{setting.seed}/{number}".encode()) % setting.shards


def flows(setting: Setting) -> list[Flow]:
    """Return a flow for each heavy number, and one for the others of each shard."""
    heavy, rest = [], [0.0] * setting.shards
    for number, rate in enumerate(loads(setting)):
        shard = shard_of(number, setting)
        if rate > _HEAVY * setting.worker_rate:
            heavy.append(Flow(shard, rate))
            continue
        rest[shard] += rate
    return [Flow(shard, rate) for shard, rate in enumerate(rest) if rate > 0.0] + heavy
