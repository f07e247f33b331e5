"""P3, P4 and P5: the whole way of a message, from the request to three signed webhooks, and nothing lost on it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from bench import processes, stand
from bench.load import Outcome, Plan
from bench.receiver import Ledger
from bench.requests import Texts
from bench.results import UVICORN_US, Figure, Result, middle
from bench.stand import Server
from bench.verdict import Verdict, accepted_ids, judge

_WHOLE_WAY = """The upstream is the embedded network, in the same process: no HTTP to an upstream is in the figures.
Each message is accepted (fsynced), delivered, and told of three times, each time in a signed webhook of its own.
The receiver checks every signature and keeps every status; at the end its ledger is compared with the ids that the
clients were given. CPU is that of the server's process tree until the last webhook is answered and it has come to rest.
"""
_RATIO = (
    "Where the goals were set a request to bare uvicorn cost 19 µs; the goal in requests to it is made with that.\n"
)
_OPEN_LOOP = """Open loop: the times of the requests are fixed in advance, and latency runs from then.
"""


class Database(Protocol):
    """A database server with processes of its own."""

    @property
    def pid(self) -> int:
        """The process that all others are children of."""
        ...

    def url(self) -> str:
        """Return where an empty, migrated database is; another one each time."""
        ...


class Run(msgspec.Struct):
    """One load, carried through to its last webhook."""

    outcome: Outcome
    cpu_us: float
    """For each accepted message."""
    database_cpu_us: float
    """Of the database's own processes, if there are any."""
    whole_rate: float
    """Messages a second, from the first request to the last webhook."""
    drain_seconds: float
    """From the end of the load to the last webhook."""
    rss_mib: float
    verdict: Verdict


def measure_whole_way(seconds: float, repetitions: int) -> Result:
    """P3: saturated, and at 1,000/s."""
    full, paced, beside = [], [], []
    for _ in range(repetitions):
        full.append(run(seconds))
        paced.append(run(seconds, rate=1000))
        beside.append(reference_us(seconds))
    figures = [
        Figure("messages a second end to end, saturated", middle(r.whole_rate for r in full), "/s", 2500, "more"),
        Figure("CPU a message, saturated", median_cpu(full), "µs", 350),
        Figure("CPU a message at 1,000/s", median_cpu(paced), "µs", 600),
        Figure("CPU of a request to bare uvicorn, beside", middle(beside), "µs"),
        *[
            Figure(f"CPU a message, {name}, in requests to bare uvicorn", cpu / middle(beside), "x", goal / UVICORN_US)
            for name, cpu, goal in (("saturated", median_cpu(full), 350), ("at 1,000/s", median_cpu(paced), 600))
        ],
        Figure("drain after the load, saturated", middle(r.drain_seconds for r in full), "s"),
        *faults([*full, *paced]),
    ]
    details = {"saturated": full, "at_1000": paced, "uvicorn_cpu_us": beside}
    method = (
        f"{_WHOLE_WAY}Saturated: 48 connections, closed loop, {seconds:g} s each time. At 1,000/s: open loop.\n{_RATIO}"
    )
    return Result("p3", "end to end", method, figures, details)


def measure_latency(seconds: float, repetitions: int) -> Result:
    """P4: accept latency while everything else goes on."""
    slow = [run(seconds, rate=1000) for _ in range(repetitions)]
    fast = [run(seconds, rate=2500) for _ in range(repetitions)]
    figures = [*_quantiles("1,000/s", slow, 25), *_quantiles("2,500/s", fast, 60), *faults([*slow, *fast])]
    method = f"{_OPEN_LOOP}48 connections, {seconds:g} s each time, the whole way going on behind it.\n{_WHOLE_WAY}"
    return Result("p4", "accept latency", method, figures, {"at_1000": slow, "at_2500": fast})


def measure_one_number(seconds: float, repetitions: int) -> Result:
    """P5: one number at the platform's highest rate; 50 recipients, so that each gets a message every 50 ms."""
    runs = [run(seconds, rate=1000, recipients=50) for _ in range(repetitions)]
    figures = [
        Figure("messages a second end to end", middle(r.whole_rate for r in runs), "/s", 990, "more"),
        Figure("last webhook after the last request", middle(r.drain_seconds for r in runs), "s"),
        *faults(runs),
    ]
    order = """Order for each recipient: the embedded network took the messages in the order of their acceptance.
Webhooks of different messages go side by side and may overtake one another; those of one message never do.
"""
    method = f"One number, 50 recipients in turn, {seconds:g} s each time.\n{_OPEN_LOOP}{order}{_WHOLE_WAY}"
    return Result("p5", "one number at 1,000/s", method, figures, {"at_1000": runs})


def run(seconds: float, *, rate: float | None = None, recipients: int = 1000, database: Database | None = None) -> Run:
    """Start everything anew, load it, and wait for the last webhook; `database` is used instead of the embedded one."""
    store = () if database is None else ("--store", database.url())
    with stand.folder() as data:
        with (
            stand.receiver(data) as receiver,
            stand.waypost(data / "waypost", "--webhook", receiver.url, *store) as server,
        ):
            stand.drive(_plan(server, data, seconds=1, rate=200))  # warm
            warm_answers = (data / "answers").read_bytes()
            processes.settle(server.pid)
            before, database_before = processes.cpu_seconds(server.pid), _cpu_of(database)
            outcome = stand.drive(_plan(server, data, seconds=seconds, rate=rate, recipients=recipients))
            loaded_at = receiver.counts().last_at
            last_at = receiver.wait_for(3 * (outcome.ok + warm_answers.count(b"\n"))).last_at
            processes.settle(server.pid)
            cpu_us = stand.cpu_microseconds(server, before, outcome.ok)
            database_cpu_us = 1e6 * (_cpu_of(database) - database_before) / max(outcome.ok, 1)
            rss_mib = processes.rss_mib(server.pid)
        (data / "warm").write_bytes(warm_answers)
        accepted = [*accepted_ids(data / "warm"), *accepted_ids(data / "answers")]
        verdict = _verdict(accepted, receiver.ledger)
    drain = max(0.0, last_at - loaded_at)
    whole_rate = outcome.ok / (outcome.seconds + drain)
    return Run(
        outcome=outcome,
        cpu_us=round(cpu_us, 1),
        database_cpu_us=round(database_cpu_us, 1),
        whole_rate=round(whole_rate, 1),
        drain_seconds=round(drain, 2),
        rss_mib=round(rss_mib, 1),
        verdict=verdict,
    )


def _cpu_of(database: Database | None) -> float:
    return 0.0 if database is None else processes.cpu_seconds(database.pid)


def reference_us(seconds: float) -> float:
    """Return the CPU that a request costs a server that only answers, in microseconds."""
    with stand.references() as (uvicorn, *_):
        before = processes.cpu_seconds(uvicorn.pid)
        outcome = stand.drive(Plan(uvicorn.port, Texts(stand.NUMBER, stand.TOKEN), seconds))
        return stand.cpu_microseconds(uvicorn, before, outcome.ok)


def median_cpu(runs: Sequence[Run]) -> float:
    return middle(r.cpu_us for r in runs)


def _plan(server: Server, data: Path, *, seconds: float, rate: float | None, recipients: int = 1000) -> Plan:
    texts = Texts(stand.NUMBER, stand.TOKEN, recipients)
    return Plan(server.port, texts, seconds, rate, answers_to=str(data / "answers"))


def _verdict(accepted: Sequence[str], ledger: Ledger | None) -> Verdict:
    assert ledger is not None, "the receiver writes its ledger when it stops"
    return judge(accepted, ledger)


def _quantiles(load: str, runs: Sequence[Run], p99_ms: float) -> list[Figure]:
    def of(name: str) -> float:
        return middle(r.outcome.latency.quantiles[name] for r in runs)

    late = sum(r.outcome.late_starts for r in runs) / max(1, sum(r.outcome.sent for r in runs))
    return [
        Figure(f"p50 at {load}", of("p50"), "ms"),
        Figure(f"p99 at {load}", of("p99"), "ms", p99_ms),
        Figure(f"p99.9 at {load}", of("p99_9"), "ms"),
        Figure(f"requests that the generator sent over 1 ms late, at {load}", 100 * late, "%"),
    ]


def faults(runs: Sequence[Run]) -> list[Figure]:
    """Return what went wrong in these runs; all of it should be 0."""
    verdicts = [r.verdict for r in runs]
    refused = sum(sum(r.outcome.refused.values()) + r.outcome.unanswered for r in runs)
    return [
        Figure("messages accepted and followed to their end", sum(v.accepted for v in verdicts), ""),
        Figure("statuses lost", sum(v.lost for v in verdicts), "", 0),
        Figure("statuses out of order", sum(v.out_of_order for v in verdicts), "", 0),
        Figure(
            "messages that overtook one to the same recipient", sum(v.recipient_out_of_order for v in verdicts), "", 0
        ),
        Figure("webhooks badly signed", sum(v.badly_signed for v in verdicts), "", 0),
        Figure("webhooks twice, unknown or unexpected", sum(_odd(v) for v in verdicts), "", 0),
        Figure("requests refused or unanswered", refused, "", 0),
    ]


def _odd(verdict: Verdict) -> int:
    return verdict.duplicates + verdict.unknown + verdict.unexpected
