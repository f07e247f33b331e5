"""P6 with processes that share the work: one that accepts, and workers that deliver, over one PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import msgspec
from bench import processes, stand
from bench.end_to_end import Database
from bench.load import Outcome, Plan
from bench.overload import faults
from bench.requests import Texts
from bench.results import Figure, Result, middle
from bench.stand import Receiver, Server
from bench.verdict import Verdict, accepted_ids, judge

from waypost.lib.shards import SHARDS

_NUMBERS = 8
_APART = SHARDS // _NUMBERS  # workers take shards side by side
_SHARING_SECONDS = 5.0  # until every worker has its share of the shards

METHOD = """One process that accepts, and {workers} that deliver{against}; {numbers} numbers in shards of their own.
48 connections, closed loop, {seconds:g} s each time; a rate is that from the first request to the last webhook.
"""
_AGAINST = ", in turn with one that delivers"


class Run(msgspec.Struct):
    """One load, carried through to its last webhook. CPU is in microseconds for each message."""

    workers: int
    accepted_rate: float
    whole_rate: float
    accepting_cpu_us: float
    delivering_cpu_us: list[float]
    """Of each worker."""
    database_cpu_us: float
    refused: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Together:
    """Everything that runs."""

    server: Server
    workers: Sequence[int]
    database: Database
    receiver: Receiver

    def cpu(self) -> list[float]:
        """Return the CPU so far of the process that accepts, the database, and each worker."""
        return [processes.cpu_seconds(pid) for pid in (self.server.pid, self.database.pid, *self.workers)]

    def settle(self) -> None:
        for pid in (self.server.pid, *self.workers):
            processes.settle(pid)


def measure(database: Database, seconds: float, repetitions: int, *, workers: int) -> Result:
    """Load one worker and `workers` in turn, so that what the machine does besides meets both."""
    kinds = sorted({1, workers})
    runs = [_run(database, seconds, count) for _ in range(repetitions) for count in kinds]
    against = _AGAINST if workers > 1 else ""
    method = METHOD.format(workers=workers, against=against, numbers=_NUMBERS, seconds=seconds)
    return Result(
        "p6-workers",
        "end to end, PostgreSQL, processes that share the work",
        method,
        _figures(runs, workers),
        {"runs": runs},
    )


def _run(database: Database, seconds: float, workers: int) -> Run:
    with stand.folder() as data:
        with _together(data, database, workers) as all_:
            texts = _texts(all_)
            warm = _drive(all_, texts, data / "warm", 1.0, rate=200)
            all_.settle()
            before = all_.cpu()
            outcome = _drive(all_, texts, data / "answers", seconds)
            loaded_at = all_.receiver.counts().last_at
            last_at = all_.receiver.wait_for(3 * (warm.ok + outcome.ok)).last_at
            all_.settle()
            spent = [1e6 * (after - at) / outcome.ok for at, after in zip(before, all_.cpu(), strict=True)]
        accepted = [*accepted_ids(data / "warm"), *accepted_ids(data / "answers")]
        assert all_.receiver.ledger is not None, "the receiver writes its ledger when it stops"
        verdict = judge(accepted, all_.receiver.ledger)
    accepting, in_database, *delivering = (round(each, 1) for each in spent)
    return Run(
        workers=workers,
        accepted_rate=round(outcome.rate, 1),
        whole_rate=round(outcome.ok / (outcome.seconds + max(0.0, last_at - loaded_at)), 1),
        accepting_cpu_us=accepting,
        delivering_cpu_us=delivering,
        database_cpu_us=in_database,
        refused=sum(outcome.refused.values()) + outcome.unanswered,
        verdict=verdict,
    )


@contextmanager
def _together(data: Path, database: Database, workers: int) -> Iterator[_Together]:
    url = database.url()
    media = ("--store", url, "--media", str(data / "media"))
    with ExitStack() as stack:
        told = stack.enter_context(stand.receiver(data))
        flags = ("--webhook", told.url, *media, "--role", "api")
        server = stack.enter_context(stand.waypost(data / "accepts", *flags))
        running = [stack.enter_context(stand.worker(data / f"delivers-{n}", *media)) for n in range(workers)]
        yield _Together(server, running, database, told)


def _texts(all_: _Together) -> Texts:
    """Make the numbers, and wait until the workers have shared them."""
    numbers = [str(int(stand.NUMBER) + place * _APART) for place in range(1, _NUMBERS)]
    others = tuple((number, stand.add_number(all_.server, number, all_.receiver.url)) for number in numbers)
    sleep(_SHARING_SECONDS)
    return Texts(stand.NUMBER, stand.TOKEN, others=others)


def _drive(all_: _Together, texts: Texts, answers: Path, seconds: float, *, rate: float | None = None) -> Outcome:
    return stand.drive(Plan(all_.server.port, texts, seconds, rate, answers_to=str(answers)))


def _figures(runs: Sequence[Run], workers: int) -> list[Figure]:
    ours, alone = ([run for run in runs if run.workers == count] for count in (workers, 1))
    rate = middle(run.whole_rate for run in ours)
    figures = [
        Figure("messages a second end to end", rate, "/s", 2500, "more"),
        Figure("messages accepted a second", middle(run.accepted_rate for run in ours), "/s"),
        Figure("CPU a message in Waypost", middle(_own_us(run) for run in ours), "µs", 350),
        Figure("CPU a message where it is accepted", middle(run.accepting_cpu_us for run in ours), "µs"),
        Figure("CPU a message in PostgreSQL", middle(run.database_cpu_us for run in ours), "µs", 300),
    ]
    if workers > 1:
        share = middle(min(run.delivering_cpu_us) / sum(run.delivering_cpu_us) for run in ours)
        against = rate / middle(run.whole_rate for run in alone)
        figures += [
            Figure("messages a second against one worker", against, "x", 1, "more"),
            Figure("of the workers' CPU, that of the one with the least", 100 * share, "%"),
        ]
    overtook = sum(run.verdict.recipient_out_of_order for run in runs)
    return [
        *figures,
        Figure("requests refused or unanswered", sum(run.refused for run in runs), "", 0),
        Figure("messages that overtook one to the same recipient", overtook, "", 0),
        *faults([run.verdict for run in runs]),
    ]


def _own_us(run: Run) -> float:
    return run.accepting_cpu_us + sum(run.delivering_cpu_us)
