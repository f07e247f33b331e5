"""P2 and P6: the same as P1's accept and P3, with PostgreSQL as the store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from bench import end_to_end, processes, sharing, stand
from bench.load import Plan
from bench.requests import Texts
from bench.results import UVICORN_US, Figure, Result, middle
from tests.support.postgres import PostgresServer, missing_server

# As a server of its own would be set up on a machine of this size; what a commit means stays as PostgreSQL has it.
_OPTIONS = (
    "listen_addresses=127.0.0.1",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "max_connections=40",
    "shared_buffers=256MB",
    "max_wal_size=1GB",
    "log_min_messages=fatal",
)
_SERVER = """PostgreSQL {version} beside Waypost on the same cores, fsync and synchronous_commit on, over a Unix socket.
Its CPU is that of its whole process tree, background processes included, and counted apart from Waypost's.
"""
_ACCEPT = """Text messages over 48 connections, closed loop, on the Cloud face; no webhook, and the lanes are shut.
"""
_RATIO = "The goal in requests to bare uvicorn is made with the 19 µs that one cost where the goals were set.\n"


@dataclass(frozen=True, slots=True)
class _Postgres:
    server: PostgresServer

    @property
    def pid(self) -> int:
        return self.server.pid

    def url(self) -> str:
        return self.server.url(self.server.make(template="template_waypost"))

    @property
    def version(self) -> str:
        return self.server.psql("postgres", "SHOW server_version")


class Accepted(msgspec.Struct):
    """One load of a server that only accepts."""

    rate: float
    cpu_us: float
    database_cpu_us: float
    p99_ms: float
    refused: int


def measure_accept(seconds: float, repetitions: int) -> Result:
    """P2: what a durable accept costs in Waypost and in PostgreSQL."""
    beside = []
    with _postgres() as database, stand.folder() as data:
        method = _ACCEPT + _SERVER.format(version=database.version) + _RATIO
        with stand.waypost(data, "--store", database.url(), launcher=("bench.accept_only",)) as server:
            _accept(server, database, 1.0)  # warm
            runs = []
            for _ in range(repetitions):
                runs.append(_accept(server, database, seconds))
                beside.append(end_to_end.reference_us(seconds))
    return Result("p2", "durable accept, PostgreSQL", method, _accept_figures(runs, beside), {"runs": runs})


def measure_whole_way(seconds: float, repetitions: int, *, processes: int = 1) -> Result:
    """P6: end to end. Of several processes one accepts and the others deliver."""
    if processes > 1:
        return _shared(seconds, repetitions, workers=processes - 1)
    full, paced, beside = [], [], []
    with _postgres() as database:
        for _ in range(repetitions):
            full.append(end_to_end.run(seconds, database=database))
            paced.append(end_to_end.run(seconds, rate=1000, database=database))
            beside.append(end_to_end.reference_us(seconds))
        told = _SERVER.format(version=database.version)
    method = f"One process of Waypost. As P3, {seconds:g} s each time.\n{told}{_RATIO}"
    details = {"saturated": full, "at_1000": paced, "uvicorn_cpu_us": beside, "processes": processes}
    return Result("p6", "end to end, PostgreSQL", method, _whole_figures(full, paced, beside), details)


def _shared(seconds: float, repetitions: int, *, workers: int) -> Result:
    with _postgres() as database:
        result = sharing.measure(database, seconds, repetitions, workers=workers)
        result.method += _SERVER.format(version=database.version)
    return result


@contextmanager
def _postgres() -> Iterator[_Postgres]:
    """Run a server on the disk of the checkout, as the embedded store is."""
    if (reason := missing_server()) is not None:
        raise SystemExit(f"no PostgreSQL to measure with: {reason}")
    parent = stand.ROOT / "bench-data"
    parent.mkdir(exist_ok=True)
    with PostgresServer.running(parent=Path(parent), options=_OPTIONS) as server:
        yield _Postgres(server)


def _accept(server: stand.Server, database: _Postgres, seconds: float) -> Accepted:
    before, database_before = processes.cpu_seconds(server.pid), processes.cpu_seconds(database.pid)
    outcome = stand.drive(Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), seconds))
    processes.settle(server.pid)
    own_us = stand.cpu_microseconds(server, before, outcome.ok)
    database_us = 1e6 * (processes.cpu_seconds(database.pid) - database_before) / max(outcome.ok, 1)
    return Accepted(
        rate=round(outcome.rate, 1),
        cpu_us=round(own_us, 2),
        database_cpu_us=round(database_us, 2),
        p99_ms=outcome.latency.quantiles["p99"],
        refused=sum(outcome.refused.values()) + outcome.unanswered,
    )


def _accept_figures(runs: Sequence[Accepted], beside: Sequence[float]) -> list[Figure]:
    own, uvicorn = middle(run.cpu_us for run in runs), middle(beside)
    theirs = middle(run.database_cpu_us for run in runs)
    return [
        Figure("CPU a message in Waypost", own, "µs", 35),
        Figure("CPU a message in PostgreSQL", theirs, "µs", 20),
        Figure("CPU of a request to bare uvicorn, beside", uvicorn, "µs"),
        Figure("CPU in Waypost, in requests to bare uvicorn", own / uvicorn, "x", 35 / UVICORN_US),
        Figure("CPU in PostgreSQL, in requests to bare uvicorn", theirs / uvicorn, "x", 20 / UVICORN_US),
        Figure("answers a second", middle(run.rate for run in runs), "/s"),
        Figure("p99 of an answer", middle(run.p99_ms for run in runs), "ms"),
        Figure("requests refused or unanswered", sum(run.refused for run in runs), "", 0),
    ]


def _whole_figures(
    full: Sequence[end_to_end.Run], paced: Sequence[end_to_end.Run], beside: Sequence[float]
) -> list[Figure]:
    own, uvicorn = end_to_end.median_cpu(full), middle(beside)
    theirs = middle(run.database_cpu_us for run in full)
    return [
        Figure("messages a second end to end, saturated", middle(r.whole_rate for r in full), "/s", 2500, "more"),
        Figure("CPU a message in Waypost, saturated", own, "µs", 350),
        Figure("CPU a message in PostgreSQL, saturated", theirs, "µs", 300),
        Figure("CPU a message in Waypost at 1,000/s", end_to_end.median_cpu(paced), "µs"),
        Figure("CPU a message in PostgreSQL at 1,000/s", middle(r.database_cpu_us for r in paced), "µs"),
        Figure("CPU of a request to bare uvicorn, beside", uvicorn, "µs"),
        Figure("CPU in Waypost, saturated, in requests to bare uvicorn", own / uvicorn, "x", 350 / UVICORN_US),
        Figure("CPU in PostgreSQL, saturated, in requests to bare uvicorn", theirs / uvicorn, "x", 300 / UVICORN_US),
        Figure("drain after the load, saturated", middle(r.drain_seconds for r in full), "s"),
        *end_to_end.faults([*full, *paced]),
    ]
