"""Shows that the harness can fail: a stopped server must be seen, and so must every fault of a webhook.

A server that stands still for 2 s of a 10 s run makes a fifth of the requests late: those due x seconds before its end
wait x seconds. A generator that waits for answers before it sends again sends less meanwhile, and reports a fine p99.
With `--seconds 100` it stands still for 10 s of 100: then p95 must be 5 s and p99 9 s.
"""

import hmac
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import sleep

from bench import stand
from bench.generator import Load
from bench.load import Outcome, Plan, offsets
from bench.receiver import Ledger, lag_ms
from bench.requests import Texts
from bench.sampling import Look, Trend
from bench.stand import Server
from bench.verdict import judge

from waypost.lib.ids import wamid

_STOP_AFTER = 4.0
_RATE = 1000.0
_TOLERANCE_MS = 150.0
_HICCUP_SECONDS = 1.0
_REFUSED_EVERY = 4
_EPOCH = 1_704_067_200.0  # of keys: 2024


@dataclass(frozen=True, slots=True)
class _Stop:
    """How long a run is, and how long the server stands still in it."""

    run_seconds: float

    @property
    def stop_seconds(self) -> float:
        return 2.0 if self.run_seconds < 50 else self.run_seconds / 10

    def wait_ms(self, share: float) -> float:
        """Return what this quantile of the latencies must be."""
        return 1000 * (self.stop_seconds - (1 - share) * self.run_seconds)


def main(seconds: float = 10.0) -> None:
    """Run all checks, the stopped server in runs of so many seconds; exits with 1 if one of them fails."""
    findings = [
        *_generator_findings(_Stop(seconds)),
        *_schedule_findings(),
        *_hiccup_findings(),
        *_refusal_findings(),
        *_receiver_findings(),
        *_trend_findings(),
    ]
    for claim, holds in findings:
        print(f"{'ok    ' if holds else 'FAILED'} {claim}")
    if not all(holds for _, holds in findings):
        sys.exit(1)


def _generator_findings(stop: _Stop) -> list[tuple[str, bool]]:
    with stand.references() as servers:
        honest = _stopped_midway(servers[0], stop, rate=_RATE)
        naive = _stopped_midway(servers[0], stop, rate=None)
    seen, hidden = honest.latency.quantiles, naive.latency.quantiles
    return [
        (
            f"open loop: every request was answered ({honest.ok} of {_RATE * stop.run_seconds:.0f})",
            honest.ok == honest.sent == _RATE * stop.run_seconds,
        ),
        (f"open loop: the median stays small ({seen['p50']:.1f} ms)", seen["p50"] < _TOLERANCE_MS),
        *[_quantile_finding(seen, name, stop.wait_ms(share)) for name, share in (("p95", 0.95), ("p99", 0.99))],
        (f"closed loop hides it, as it must (p99 {hidden['p99']:.1f} ms)", hidden["p99"] < _TOLERANCE_MS),
    ]


def _quantile_finding(seen: dict[str, float], name: str, wanted: float) -> tuple[str, bool]:
    claim = f"open loop: {name} tells of the stop ({seen[name]:.0f} ms, expected {wanted:.0f})"
    return claim, abs(seen[name] - wanted) < _TOLERANCE_MS


def _stopped_midway(server: Server, stop: _Stop, *, rate: float | None) -> Outcome:
    plan = Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), stop.run_seconds, rate)
    thread = threading.Thread(target=_stop_for_a_while, args=(server.pid, stop.stop_seconds))
    thread.start()
    try:
        return stand.drive(plan)
    finally:
        thread.join()  # before the server ends: its process id would be free for another


def _stop_for_a_while(pid: int, seconds: float, after: float = _STOP_AFTER) -> None:
    sleep(after)
    os.kill(pid, signal.SIGSTOP)
    sleep(seconds)
    os.kill(pid, signal.SIGCONT)


def _schedule_findings() -> list[tuple[str, bool]]:
    """Both kinds of schedule are fixed in advance: the same each time, and as many as were asked for."""
    even = Plan(0, Texts("", ""), 10.0, _RATE)
    gaps = Plan(0, Texts("", ""), 10.0, _RATE, poisson=True)
    at = list(offsets(gaps))
    spread = sum(later - earlier > 2 / _RATE for earlier, later in pairwise(at)) / len(at)
    return [
        ("schedule: even gaps are even", list(offsets(even)) == [place / _RATE for place in range(10_000)]),
        ("schedule: it is the same each time", at == list(offsets(gaps))),
        (f"schedule: independent clients add up to the rate ({len(at)})", abs(len(at) - 10_000) < 400),
        (f"schedule: gaps over twice the mean are one in e² ({spread:.3f})", abs(spread - 0.135) < 0.02),
    ]


def _hiccup_findings() -> list[tuple[str, bool]]:
    """Stop the generator itself: it must say that it was late, and count the wait."""
    stopping: list[threading.Thread] = []

    def started(pid: int) -> None:
        stopping.append(threading.Thread(target=_stop_for_a_while, args=(pid, _HICCUP_SECONDS, 2.0)))
        stopping[0].start()

    with stand.references() as servers:
        seen = stand.drive(Plan(servers[0].port, Texts(stand.NUMBER, stand.TOKEN), 4.0, _RATE), started=started)
        stopping[0].join()
    late, longest = seen.late_starts, seen.latency.quantiles["max"]
    return [
        (f"generator: what it sends late itself is told ({late} of about 1000)", 900 <= late <= 2000),
        (f"generator: and is in the latencies ({longest:.0f} ms)", longest > 1000 * _HICCUP_SECONDS - _TOLERANCE_MS),
    ]


def _refusal_findings() -> list[tuple[str, bool]]:
    """A server that refuses one request in four, says when to come again, and lets those wait who are refused."""
    tally = Load(lambda _: b"", keep_answers=False)
    for place in range(100):
        is_refused = place % _REFUSED_EVERY == 0
        head = b"http/1.1 429 too many\r\nretry-after: 1" if is_refused else b"http/1.1 200 ok"
        tally.note(head, b"", 0.5 if is_refused else 0.001)
    seen = tally.tally
    return [
        ("generator: refusals are counted", seen.refused == {"429": 100 // _REFUSED_EVERY}),
        ("generator: how long they took is kept apart", set(seen.refusals) == {0.5} and set(seen.latencies) == {0.001}),
        ("generator: Retry-After is seen", seen.told_when == 100 // _REFUSED_EVERY),
    ]


def _trend_findings() -> list[tuple[str, bool]]:
    """A leak must be seen, and so must a queue that was long for a moment."""
    leaking = Trend([_look(at, rss_mib=100 + at / 60) for at in range(600)])
    steady = Trend([_look(at, rss_mib=100 + at % 2) for at in range(600)])
    queued = Trend([_look(at, store_queue=7.0 if at == 300 else None) for at in range(600)])
    return [
        ("trend: a leak of a MiB a minute is seen", abs(leaking.slope(lambda look: look.rss_mib) - 60) < 1),
        ("trend: what goes up and down is no leak", abs(steady.slope(lambda look: look.rss_mib)) < 1),
        ("trend: the highest moment is kept", queued.most(lambda look: look.store_queue) == 7),
    ]


def _look(at: int, *, rss_mib: float = 100.0, store_queue: float | None = None) -> Look:
    return Look(at=at, rss_mib=rss_mib, files=10, threads=4, wal_mib=0.0, health_ms=1.0, store_queue=store_queue)


def _receiver_findings() -> list[tuple[str, bool]]:
    clean, planted = ("sent", "delivered", "read"), _ids(2)
    overtaking = _ledger([(planted[1], "sent"), (planted[0], "sent")])
    return [
        ("receiver: a clean message is clean", judge(_ids(1), _told(clean)).is_clean),
        ("receiver: a missing status is seen", judge(_ids(1), _told(clean[:2])).lost == 1),
        ("receiver: a message never told of is seen", judge(_ids(1), Ledger()).lost == 3),
        ("receiver: a swapped status is seen", judge(_ids(1), _told(("delivered", "sent", "read"))).out_of_order == 1),
        ("receiver: a repeated status is seen", judge(_ids(1), _told((*clean, "read"))).duplicates == 1),
        ("receiver: a bad signature is seen", judge(_ids(1), _told(clean, secret=b"wrong")).badly_signed == 3),
        ("receiver: a failed message is seen", judge(_ids(1), _told(("failed",))).unexpected == 1),
        ("receiver: a message nobody sent is seen", judge([], _told(clean)).unknown == 1),
        ("receiver: the lag of a callback is told by its id", lag_ms(b"evt_%d" % (5_000 << 15), _EPOCH + 5.25) == 250),
        ("receiver: an overtaking message is seen", judge(planted, overtaking).recipient_out_of_order == 1),
    ]


def _ids(count: int) -> list[str]:
    return [wamid(1000 + place, 7, "4915550000001", received=False) for place in range(count)]


def _told(statuses: Sequence[str], *, secret: bytes = b"right") -> Ledger:
    return _ledger([(_ids(1)[0], status) for status in statuses], secret=secret)


def _ledger(told: Sequence[tuple[str, str]], *, secret: bytes = b"right") -> Ledger:
    ledger = Ledger()
    for place, (message_id, status) in enumerate(told):
        body = _callback(message_id, status)
        signature = hmac.digest(secret, body, "sha256").hex().encode()
        head = b"post / http/1.1\r\nx-hub-signature-256: sha256=%b\r\nwebhook-id: evt_%d" % (signature, place)
        ledger.note(b"right", head, body)
    return ledger


def _callback(message_id: str, status: str) -> bytes:
    one = f'{{"id":"{message_id}","status":"{status}","recipient_id":"4915550000001"}}'
    return f'{{"entry":[{{"changes":[{{"value":{{"statuses":[{one}]}}}}]}}]}}'.encode()
