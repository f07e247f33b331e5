"""The process of the load generator: a plan as JSON on stdin, its outcome as JSON on stdout."""

import asyncio
import os
import random
import selectors
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

import msgspec
from bench.generator import ClosedLoop, Load, OpenLoop
from bench.latencies import Latency, summary
from bench.requests import Requests, maker

CONNECTIONS = 48
_MANY_CONNECTIONS = 200
_TICK_SECONDS = 0.001


class Plan(msgspec.Struct):
    """What to send to 127.0.0.1:`port`, and how."""

    port: int
    requests: Requests
    seconds: float
    rate: float | None = None
    """Requests a second, open loop; None is closed loop."""
    poisson: bool = False
    """Open loop only: gaps as of independent clients (from a fixed seed), else all the same."""
    connections: int = CONNECTIONS
    answers_to: str | None = None
    """File for the bodies of the answers with 200, one a line."""


class Outcome(msgspec.Struct):
    """What became of a plan. Times are in seconds."""

    sent: int
    ok: int
    refused: dict[str, int]
    unanswered: int
    broken_connections: int
    late_starts: int
    waited_for_connection: int
    seconds: float
    cpu_seconds: float
    """Of the generator itself."""
    latency: Latency
    refusal_latency: Latency
    told_when: int
    """Refusals with a `Retry-After`."""

    @property
    def rate(self) -> float:
        """Answers with 200 a second."""
        return self.ok / self.seconds


async def carry_out(plan: Plan) -> Outcome:
    """Send everything and wait for the answers."""
    make = maker(plan.requests, f"127.0.0.1:{plan.port}")
    kind = ClosedLoop if plan.rate is None else OpenLoop
    load = kind(make, keep_answers=plan.answers_to is not None)
    await load.connect("127.0.0.1", plan.port, plan.connections)
    started = perf_counter()
    if isinstance(load, OpenLoop):
        await load.run(offsets(plan), _TICK_SECONDS if _has_many(plan) else 0.0)
    else:
        await load.run(plan.seconds)
    if plan.answers_to is not None:
        _write_lines(Path(plan.answers_to), load.tally.answers)
    return _outcome(load, load.tally.ended - started)


def offsets(plan: Plan) -> Iterator[float]:
    """Yield the times at which requests are due, in seconds from the start."""
    assert plan.rate is not None, "only an open loop has a schedule"
    if not plan.poisson:
        yield from (place / plan.rate for place in range(int(plan.rate * plan.seconds)))
        return
    dice = random.Random(1)
    at = dice.expovariate(plan.rate)
    while at < plan.seconds:
        yield at
        at += dice.expovariate(plan.rate)


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def _outcome(load: Load, seconds: float) -> Outcome:
    tally = load.tally
    return Outcome(
        sent=tally.sent,
        ok=len(tally.latencies),
        refused=dict(tally.refused),
        unanswered=load.unanswered,
        broken_connections=tally.broken,
        late_starts=tally.late_starts,
        waited_for_connection=tally.waited,
        seconds=seconds,
        cpu_seconds=sum(os.times()[:2]),
        latency=summary(tally.latencies),
        refusal_latency=summary(tally.refusals),
        told_when=tally.told_when,
    )


def _new_loop(plan: Plan) -> asyncio.AbstractEventLoop:
    if plan.rate is None or _has_many(plan):
        import uvloop

        return uvloop.new_event_loop()
    # The selector `select` wakes to the microsecond; epoll and uvloop round to milliseconds.
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def _has_many(plan: Plan) -> bool:
    """Return whether there are so many connections that `select`, which looks at each, would keep a core busy."""
    return plan.connections > _MANY_CONNECTIONS


def _stay_on_last_core() -> None:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[-1:])


def main() -> None:
    """Read the plan, carry it out, write the outcome."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    _stay_on_last_core()
    with asyncio.Runner(loop_factory=lambda: _new_loop(plan)) as runner:
        outcome = runner.run(carry_out(plan))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
