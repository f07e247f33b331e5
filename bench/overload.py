"""P12: twice as much as the server can do: it goes on doing what it can, and refuses the rest at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from bench import processes, stand
from bench.load import Outcome, Plan
from bench.requests import Texts
from bench.results import Figure, Result
from bench.sampling import Trend, watched
from bench.stand import Receiver, Server
from bench.verdict import Verdict, accepted_ids, judge

_CONNECTIONS = 2_000  # twice what may be in line and at work: whoever is refused must not wait for a connection
_KNEE_SECONDS = 10.0
_DRAIN_SECONDS = 3600.0

_METHOD = """The knee is the rate of a closed loop of {knee:g} s over 48 connections, on a server of its own.
Then {minutes:g} min at {times:g} times the knee, open loop over {connections} connections, on a fresh server.
Latency runs from the time at which a request was due, for refusals too; what the generator sends late is in it.
What falls due within a millisecond is sent together: a generator that looked at every connection for each request
would want more CPU than the server.
Goodput is answers with 200 a second, refusals are answers with 429.
The server is looked at once a second (memory, `/health` on a connection of its own) and every tenth time at `/metrics`.
After the load every accepted message is followed to its last webhook.
"""


class Run(msgspec.Struct):
    """What came of the overload."""

    knee: float
    outcome: Outcome
    told_while_loaded: int
    """Statuses that the receiver had when the load ended."""
    drain_seconds: float
    trend: Trend
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What is known when the load has ended and everything is told."""

    outcome: Outcome
    told: int
    drain_seconds: float
    trend: Trend


def measure(minutes: float, *, knee_seconds: float = _KNEE_SECONDS, times: float = 2.0) -> Result:
    """Find the knee, then ask for `times` as much for some minutes."""
    knee = find_knee(knee_seconds)
    run = _overload(knee, minutes, times)
    method = _METHOD.format(knee=knee_seconds, minutes=minutes, times=times, connections=_CONNECTIONS)
    return Result("p12", "overload", method, _figures(run), {"overload": run})


def find_knee(seconds: float) -> float:
    """Return how many messages a second a closed loop gets answered, with their webhooks going on."""
    with (
        stand.folder() as data,
        stand.receiver(data) as receiver,
        stand.waypost(data / "waypost", "--webhook", receiver.url) as server,
    ):
        stand.drive(Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), 1.0, 200))  # warm
        return stand.drive(Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), seconds)).rate


def _overload(knee: float, minutes: float, times: float) -> Run:
    with stand.folder() as data:
        place = data / "waypost"
        with stand.receiver(data) as receiver, stand.waypost(place, "--webhook", receiver.url) as server:
            loaded = _load(server, receiver, _plan(server, data, times * knee, 60 * minutes), place)
        assert receiver.ledger is not None, "the receiver writes its ledger when it stops"
        verdict = judge(accepted_ids(data / "answers"), receiver.ledger)
    return Run(knee, loaded.outcome, loaded.told, loaded.drain_seconds, loaded.trend, verdict)


def _plan(server: Server, data: Path, rate: float, seconds: float) -> Plan:
    texts = Texts(stand.NUMBER, stand.TOKEN)
    return Plan(server.port, texts, seconds, rate, connections=_CONNECTIONS, answers_to=str(data / "answers"))


def _load(server: Server, receiver: Receiver, plan: Plan, place: Path) -> _Loaded:
    with watched(server, place) as trend:
        outcome = stand.drive(plan)
        told = receiver.counts()
        last = receiver.wait_for(3 * outcome.ok, _DRAIN_SECONDS)
    processes.settle(server.pid)
    return _Loaded(outcome, told.statuses, round(max(0.0, last.last_at - told.last_at), 1), trend)


def _figures(run: Run) -> list[Figure]:
    outcome, trend = run.outcome, run.trend
    refused = outcome.refused.get("429", 0)
    goodput = outcome.ok / outcome.seconds
    return [
        Figure("the knee", run.knee, "/s"),
        Figure("asked for", outcome.sent / outcome.seconds, "/s"),
        Figure("goodput, of the knee", 100 * goodput / run.knee, "%", 90, "more"),
        Figure("refused with 429", 100 * refused / max(1, outcome.sent), "%"),
        Figure("refusals with Retry-After", 100 * outcome.told_when / max(1, refused), "%", 100, "more"),
        Figure("p99 of a refusal", _refusal_p99(outcome), "ms", 20),
        Figure("p99 of an acceptance", outcome.latency.quantiles["p99"], "ms"),
        Figure("other answers, and none", _other(outcome, refused), "", 0),
        Figure("requests due while no connection was free", 100 * _share_waiting(outcome), "%"),
        Figure("requests that the generator sent over 1 ms late", 100 * _share_late(outcome), "%"),
        *_bounds(trend),
        Figure("told while the load went on", run.told_while_loaded / 3 / outcome.seconds, "messages/s"),
        Figure("last webhook after the load", run.drain_seconds, "s"),
        *faults([run.verdict]),
    ]


def _bounds(trend: Trend) -> list[Figure]:
    return [
        Figure("memory at most", trend.most(lambda look: look.rss_mib), "MiB", 512),
        Figure("messages in memory at most", trend.most(lambda look: look.messages_held), "", 100_000),
        Figure("operations waiting for the store at most", trend.most(lambda look: look.store_queue), "", 20_000),
        Figure("p99 of GET /health", trend.p99(lambda look: look.health_ms), "ms"),
    ]


def _other(outcome: Outcome, refused: int) -> int:
    return sum(outcome.refused.values()) - refused + outcome.unanswered + outcome.broken_connections


def _refusal_p99(outcome: Outcome) -> float:
    return outcome.refusal_latency.quantiles.get("p99", 0.0)


def _share_waiting(outcome: Outcome) -> float:
    return outcome.waited_for_connection / max(1, outcome.sent)


def _share_late(outcome: Outcome) -> float:
    return outcome.late_starts / max(1, outcome.sent)


def faults(verdicts: Sequence[Verdict]) -> list[Figure]:
    """Return what went wrong with accepted messages; all of it should be 0."""
    return [
        Figure("messages accepted and followed to their end", sum(v.accepted for v in verdicts), ""),
        Figure("statuses lost", sum(v.lost for v in verdicts), "", 0),
        Figure("statuses out of order", sum(v.out_of_order for v in verdicts), "", 0),
        Figure("webhooks badly signed", sum(v.badly_signed for v in verdicts), "", 0),
        Figure("webhooks twice, unknown or unexpected", sum(_odd(v) for v in verdicts), "", 0),
    ]


def _odd(verdict: Verdict) -> int:
    return verdict.duplicates + verdict.unknown + verdict.unexpected
