"""A soak: half the knee for half an hour or longer, to see whether anything grows that should not."""

import msgspec
from bench import stand
from bench.load import Outcome, Plan
from bench.overload import faults, find_knee
from bench.requests import Texts
from bench.results import Figure, Result
from bench.sampling import Trend, watched
from bench.verdict import Verdict, accepted_ids, judge

_KNEE_SECONDS = 10.0
_SHARE = 0.5

_METHOD = """{minutes:g} min at half the knee (the rate of a closed loop of 10 s), open loop with the gaps of
independent clients, three statuses a message told to a webhook.
The server is looked at once a second; what grows is the slope of the straight line that fits the last half best.
Memory grows while caches fill: a slope of minutes says little, one of hours is the goal's.
"""


class Run(msgspec.Struct):
    """What came of it."""

    rate: float
    outcome: Outcome
    trend: Trend
    verdict: Verdict


def measure(minutes: float, *, rate: float | None = None) -> Result:
    """Load for some minutes, at half the knee unless a rate is given."""
    run = _soak(minutes, rate or _SHARE * find_knee(_KNEE_SECONDS))
    return Result("soak", "soak", _METHOD.format(minutes=minutes), _figures(run), {"soak": run})


def _soak(minutes: float, rate: float) -> Run:
    with stand.folder() as data:
        place = data / "waypost"
        with stand.receiver(data) as receiver, stand.waypost(place, "--webhook", receiver.url) as server:
            texts = Texts(stand.NUMBER, stand.TOKEN)
            plan = Plan(server.port, texts, 60 * minutes, rate, poisson=True, answers_to=str(data / "answers"))
            with watched(server, place) as trend:
                outcome = stand.drive(plan)
            receiver.wait_for(3 * outcome.ok)
        assert receiver.ledger is not None, "the receiver writes its ledger when it stops"
        verdict = judge(accepted_ids(data / "answers"), receiver.ledger)
        return Run(rate, outcome, trend, verdict)


def _figures(run: Run) -> list[Figure]:
    trend, quantiles = run.trend, run.outcome.latency.quantiles
    refused = sum(run.outcome.refused.values()) + run.outcome.unanswered
    return [
        Figure("messages a second", run.rate, "/s"),
        Figure("memory grows by", trend.slope(lambda look: look.rss_mib), "MiB/h", 1),
        Figure("memory at most", trend.most(lambda look: look.rss_mib), "MiB", 512),
        Figure("open files grow by", trend.slope(lambda look: look.files), "/h", 1),
        Figure("open files at most", trend.most(lambda look: look.files), ""),
        Figure("threads at most", trend.most(lambda look: look.threads), ""),
        Figure("the store's log at most", trend.most(lambda look: look.wal_mib), "MiB", 256),
        Figure("webhooks waiting at most", trend.most(lambda look: look.webhooks_waiting), ""),
        Figure("p99 of GET /health", trend.p99(lambda look: look.health_ms), "ms"),
        Figure("p99 of an acceptance", quantiles["p99"], "ms", 25),
        Figure("p99.9 of an acceptance", quantiles["p99_9"], "ms", 250),
        Figure("requests refused or unanswered", refused, "", 0),
        *faults([run.verdict]),
    ]
