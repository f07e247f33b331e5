"""P10: how soon the server is ready, and how much memory it has."""

from pathlib import Path
from time import perf_counter, sleep

from bench import processes, stand
from bench.load import Plan
from bench.requests import Texts
from bench.results import Figure, Result, middle

from waypost.testing import running

_MESSAGES = 100_000
_STARTS = 5
_IDLE_SECONDS = 2.0

_METHOD = """Ready: from the start of the process until its ready file is there, looked for every 2 ms.
Memory: resident memory of the process tree; idle is 2 s after ready.
Test kit: from the call that starts its server and receiver until a test can use them, and how long putting the first
state back takes, as the fixture does before each test.
100,000 messages go the whole way to a webhook, saturated, and the memory is read once the server has come to rest.
"""


def measure(seconds: float, repetitions: int) -> Result:
    """Start several times, then load one server with 100,000 messages, and start it again on what it has stored."""
    _ = repetitions
    with stand.folder() as data:
        starts = [_start(data / f"fresh{number}") for number in range(_STARTS)]
        accepted, full_mib = _fill(data / "full", seconds)
        again = [_start(data / "full") for _ in range(_STARTS)]
    kit = [_start_kit() for _ in range(_STARTS)]
    ready, idle = [took for took, _ in starts], [mib for _, mib in starts]
    figures = [
        Figure("ready after start, no data", middle(ready), "s", 0.5),
        Figure("ready after start, 100,000 messages stored", middle(took for took, _ in again), "s"),
        Figure("test kit: ready", middle(took for took, _ in kit), "s", 1.0),
        Figure("test kit: put back before a test", middle(took for _, took in kit), "s"),
        Figure("memory, idle", middle(idle), "MiB", 60),
        Figure("memory after 100,000 messages", full_mib, "MiB", 150),
        Figure("messages", accepted, ""),
    ]
    return Result("p10", "start and memory", _METHOD, figures, {"fresh": starts, "again": again, "kit": kit})


def _start(data: Path) -> tuple[float, float]:
    """Start the server; return the seconds until it was ready and its memory when idle."""
    with stand.waypost(data) as server:
        sleep(_IDLE_SECONDS)
        return round(server.ready_seconds, 3), round(processes.rss_mib(server.pid), 1)


def _start_kit() -> tuple[float, float]:
    """Start a server as a test does; return the seconds until it can be used, and those of putting it back."""
    started = perf_counter()
    with running() as server:
        ready = perf_counter() - started
        first = server.snapshot()
        snapped = perf_counter()
        server.restore(first)
        return round(ready, 3), round(perf_counter() - snapped, 3)


def _fill(data: Path, seconds: float) -> tuple[int, float]:
    data.mkdir()
    accepted = 0
    with stand.receiver(data) as receiver, stand.waypost(data, "--webhook", receiver.url) as server:
        while accepted < _MESSAGES:
            outcome = stand.drive(Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), seconds))
            if not outcome.ok:
                raise SystemExit(f"the server takes no messages: {outcome.refused}")
            accepted += outcome.ok
            receiver.wait_for(3 * accepted)
        processes.settle(server.pid)
        return accepted, round(processes.rss_mib(server.pid), 1)
