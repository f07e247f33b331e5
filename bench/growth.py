"""P9: what a durable accept costs in a full database, and how soon the server is ready with a backlog."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import accepting, filling, processes, stand
from bench.accepting import Run
from bench.results import Figure, Result, middle

STORED = 5_000_000
"""Messages in the full database; with their events and webhooks they take about 2 KB each."""
WAITING = 1_000_000
"""Rows that wait at the start."""

_FEW = 50_000
_READY_SECONDS = 10.0
_DEARER_PERCENT = 15.0

_METHOD = """A stopped server's database is filled in SQL with messages of an hour before, and the server started on it.
Stored: messages that were sent, told and read, nine rows each; "accept alone" as in P1, the two servers loaded in turn.
Start: from the start of the process until its ready file is there, with messages that the upstream has not had, and
with messages whose one status has not been told; memory is that of the process tree as it becomes ready.
"""

Fill = Callable[[Path, int], None]


def measure(seconds: float, repetitions: int, *, stored: int = STORED, waiting: int = WAITING) -> Result:
    """Start on either backlog, then load a server with few messages stored and one with many in turn."""
    with stand.folder() as data:
        starts = {
            "messages": _start(data / "messages", filling.store_waiting_messages, waiting),
            "webhooks": _start(data / "webhooks", filling.store_waiting_webhooks, waiting),
        }
        runs = _load(data, (min(_FEW, stored // 2), stored), seconds, repetitions)
    figures = [*_ready_figures(starts, waiting), *_cost_figures(runs)]
    return Result("p9", "growth", _METHOD, figures, {"starts": starts, "runs": runs})


def _start(data: Path, fill: Fill, waiting: int) -> tuple[float, float]:
    """Start on a backlog; return the seconds until ready, and the memory then."""
    _filled(data, fill, waiting)
    with (
        stand.receiver(data) as receiver,
        stand.waypost(data, "--webhook", receiver.url, "--status-delay", "3600") as server,
    ):
        return round(server.ready_seconds, 3), round(processes.rss_mib(server.pid), 1)


def _filled(data: Path, fill: Fill, count: int) -> Path:
    with stand.waypost(data):
        pass  # makes the database, its number and its token
    fill(data, count)
    return data


def _load(data: Path, sizes: tuple[int, int], seconds: float, repetitions: int) -> list[Run]:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                stand.waypost(
                    _filled(data / f"stored{place}", filling.store_messages, count),
                    launcher=("bench.accept_only",),
                    name=f"{count:,} messages stored",
                )
            )
            for place, count in enumerate(sizes)
        ]
        for server in servers:
            accepting.run(server, 1.0)  # warm
        return [accepting.run(server, seconds) for _ in range(repetitions) for server in servers]


def _ready_figures(starts: dict[str, tuple[float, float]], waiting: int) -> list[Figure]:
    figures = []
    for what, (seconds, mib) in starts.items():
        figures.append(Figure(f"ready after start, {waiting:,} {what} waiting", seconds, "s", _READY_SECONDS))
        figures.append(Figure(f"memory then, {waiting:,} {what} waiting", mib, "MiB"))
    return figures


def _cost_figures(runs: list[Run]) -> list[Figure]:
    cpu = {name: middle(run.cpu_us for run in runs if run.server == name) for name in [run.server for run in runs]}
    few, many = cpu.values()
    figures = [Figure(f"CPU a message, accept alone, {name}", value, "µs") for name, value in cpu.items()]
    figures.append(Figure("dearer in the full database", round(100 * (many / few - 1), 1), "%", _DEARER_PERCENT))
    figures.append(Figure("requests refused or unanswered", sum(run.refused for run in runs), "", 0))
    return figures
