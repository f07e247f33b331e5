"""P11: a receiver that fails, dawdles or is away, and what that does to the receiver of another number."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import msgspec
from bench import processes, stand
from bench.latencies import quantile
from bench.load import Outcome, Plan
from bench.overload import faults
from bench.requests import Texts
from bench.results import Figure, Result, middle
from bench.stand import Receiver, Server
from bench.verdict import Verdict, accepted_ids, judge

_TROUBLED = "15550123457"
_TROUBLED_RATE = 50.0  # three times that is under what 64 calls of 300 ms each can carry
_QUIET_RATE = 200.0
_DOWN_STEP_SECONDS = 1800
_DOWN_STEPS = 12  # six hours
_LATER_STEPS = 40
_LATER_SECONDS = 4 * 3600 + 1800  # over the longest pause between two attempts, with its jitter
_PATIENCE_SECONDS = 3.0

_METHOD = """Two numbers on one server, each with a receiver of its own; open loop, {seconds:g} s each time: {quiet:g}/s
for the quiet one, {troubled:g}/s for the one whose receiver is in trouble.
The trouble: every tenth callback is answered with 503; every answer takes 300 ms; nobody listens, during the load and
for six hours of platform time after it, then somebody does.
"Against a well receiver" is the quiet number's p99 (from the due time of its requests to their answers; from an event
to its callback) over that of the same load with both receivers well; every figure is the median of its repetitions.
After the load platform time is moved on until everything is told; both ledgers are compared with the answers.
"""


class Quiet(msgspec.Struct):
    """What the quiet number had of one run."""

    accept_p99_ms: float
    lag_p99_ms: float
    lags: int


class Run(msgspec.Struct):
    """One trouble, carried through to the last webhook of both numbers."""

    trouble: str
    quiet: Quiet
    verdicts: list[Verdict]
    """Of the quiet number and of the troubled one."""
    refused: int
    turned_away: int
    """Callbacks that the troubled receiver answered with 503."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A number, and where its events go."""

    number: str
    token: str
    receiver: Receiver
    answers: Path
    rate: float

    def plan(self, server: Server, seconds: float) -> Plan:
        texts = Texts(self.number, self.token)
        return Plan(server.port, texts, seconds, self.rate, connections=24, answers_to=str(self.answers))

    def verdict(self) -> Verdict:
        assert self.receiver.ledger is not None, "the receiver writes its ledger when it stops"
        return judge(accepted_ids(self.answers), self.receiver.ledger)


_TROUBLES: Mapping[str, tuple[str, ...]] = {
    "well": (),
    "fails 1 in 10": ("--fail-every", "10"),
    "takes 300 ms": ("--delay-seconds", "0.3"),
    "down": (),
}


def measure(seconds: float, repetitions: int) -> Result:
    """Meet every trouble in turn, several times."""
    runs = [_run(trouble, seconds) for _ in range(repetitions) for trouble in _TROUBLES]
    method = _METHOD.format(seconds=seconds, quiet=_QUIET_RATE, troubled=_TROUBLED_RATE)
    return Result("p11", "receivers in trouble", method, _figures(runs), {"runs": runs})


def _run(trouble: str, seconds: float) -> Run:
    with stand.folder() as data:
        with _sides(data, _TROUBLES[trouble]) as (server, quiet, troubled):
            _warm(server, quiet)
            if trouble == "down":
                troubled.receiver.open_or_close()
            outcomes = _drive(server, (quiet, troubled), seconds)
            quiet.receiver.wait_for(3 * outcomes[0].ok)
            if trouble == "down":
                _stay_away(server, troubled.receiver)
            _tell_the_rest(server, troubled.receiver, 3 * outcomes[1].ok)
        assert quiet.receiver.ledger is not None, "the receiver writes its ledger when it stops"
        lags = sorted(quiet.receiver.ledger.lags_ms)
        seen = Quiet(outcomes[0].latency.quantiles["p99"], quantile(lags, 0.99), len(lags))
        refused = sum(sum(each.refused.values()) + each.unanswered for each in outcomes)
        turned_away = troubled.receiver.ledger.counts.turned_away if troubled.receiver.ledger else 0
        return Run(trouble, seen, [quiet.verdict(), troubled.verdict()], refused, turned_away)


@contextmanager
def _sides(data: Path, manners: Sequence[str]) -> Iterator[tuple[Server, _Side, _Side]]:
    with ExitStack() as stack:
        told = stack.enter_context(stand.receiver(data, "--lags", name="quiet"))
        other = stack.enter_context(stand.receiver(data, *manners, name="troubled"))
        server = stack.enter_context(stand.waypost(data / "waypost", "--webhook", told.url))
        token = stand.add_number(server, _TROUBLED, other.url)
        yield (
            server,
            _Side(stand.NUMBER, stand.TOKEN, told, data / "quiet-answers", _QUIET_RATE),
            _Side(_TROUBLED, token, other, data / "troubled-answers", _TROUBLED_RATE),
        )


def _warm(server: Server, quiet: _Side) -> None:
    """Let every part be used once; nothing of it counts, and its messages are not told of."""
    stand.operate(server, "DELETE", f"/numbers/{quiet.number}/webhook", None)
    stand.drive(quiet.plan(server, 1.0))
    processes.settle(server.pid)
    stand.operate(server, "PUT", f"/numbers/{quiet.number}", {"webhook": {"url": quiet.receiver.url}})


def _drive(server: Server, sides: Sequence[_Side], seconds: float) -> list[Outcome]:
    """Load both at once, each with a generator of its own."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda side: stand.drive(side.plan(server, seconds)), sides))


def _stay_away(server: Server, receiver: Receiver) -> None:
    """Let six hours of platform time go by, with every attempt that falls into them, then let somebody listen."""
    for _ in range(_DOWN_STEPS):
        _advance(server, _DOWN_STEP_SECONDS)
        processes.settle(server.pid)
    receiver.open_or_close()
    receiver.wait_until_open()


def _tell_the_rest(server: Server, receiver: Receiver, statuses: int) -> None:
    """Move platform time on until everything is told, or nothing more comes for days of it."""
    _wait(receiver, statuses)
    for _ in range(_LATER_STEPS):
        if receiver.counts().statuses >= statuses:
            return
        _advance(server, _LATER_SECONDS)
        processes.settle(server.pid)
        _wait(receiver, statuses)


def _wait(receiver: Receiver, statuses: int) -> None:
    """Wait for as long as callbacks come."""
    moved, before = monotonic(), -1
    while (seen := receiver.counts().statuses) < statuses and monotonic() - moved < _PATIENCE_SECONDS:
        moved = monotonic() if seen > before else moved
        before = seen
        sleep(0.2)


def _advance(server: Server, seconds: float) -> None:
    stand.operate(server, "PUT", "/clock", {"advance_seconds": seconds})


def _figures(runs: Sequence[Run]) -> list[Figure]:
    well = [run.quiet for run in runs if run.trouble == "well"]
    figures = [
        Figure("p99 of the quiet number's answers, both receivers well", _middle(well, _accept), "ms"),
        Figure("p99 from event to callback, both receivers well", _middle(well, _lag), "ms"),
    ]
    for trouble in [name for name in _TROUBLES if name != "well"]:
        met = [run.quiet for run in runs if run.trouble == trouble]
        for what, of in (("answers", _accept), ("callbacks", _lag)):
            ratio = _middle(met, of) / _middle(well, of)
            figures.append(Figure(f"p99 of {what} against a well receiver, the other's {trouble}", ratio, "x", 1.2))
    verdicts = [verdict for run in runs for verdict in run.verdicts]
    return [
        *figures,
        Figure("callbacks answered with 503 on purpose", sum(run.turned_away for run in runs), ""),
        Figure("requests refused or unanswered", sum(run.refused for run in runs), "", 0),
        *faults(verdicts),
    ]


def _middle(met: Sequence[Quiet], of: Callable[[Quiet], float]) -> float:
    return middle(of(each) for each in met)


def _accept(quiet: Quiet) -> float:
    return quiet.accept_p99_ms


def _lag(quiet: Quiet) -> float:
    return quiet.lag_p99_ms
