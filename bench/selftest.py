"""Shows that the harness can fail: a stopped server must be seen, and so must every fault of a webhook.

A server that stands still for 2 s of a 10 s run makes a fifth of the requests late: those due x seconds before its end
wait x seconds. A generator that waits for answers before it sends again sends less meanwhile, and reports a fine p99.
"""

import hmac
import os
import signal
import sys
import threading
from collections.abc import Sequence
from time import sleep

from bench import stand
from bench.load import Outcome, Plan
from bench.receiver import Ledger
from bench.requests import Texts
from bench.stand import Server
from bench.verdict import judge

from waypost.lib.ids import wamid

_RUN_SECONDS = 10.0
_STOP_SECONDS = 2.0
_STOP_AFTER = 4.0
_RATE = 1000.0
_TOLERANCE_MS = 150.0


def main() -> None:
    """Run all checks; exits with 1 if one of them fails."""
    findings = [*_generator_findings(), *_receiver_findings()]
    for claim, holds in findings:
        print(f"{'ok    ' if holds else 'FAILED'} {claim}")
    if not all(holds for _, holds in findings):
        sys.exit(1)


def _generator_findings() -> list[tuple[str, bool]]:
    with stand.references() as servers:
        honest = _stopped_midway(servers[0], rate=_RATE)
        naive = _stopped_midway(servers[0], rate=None)
    seen, hidden = honest.latency.quantiles, naive.latency.quantiles
    return [
        (f"open loop: every request was answered ({honest.ok} of {_RATE * _RUN_SECONDS:.0f})", _is_complete(honest)),
        (f"open loop: the median stays small ({seen['p50']:.1f} ms)", seen["p50"] < _TOLERANCE_MS),
        *[_quantile_finding(seen, name, share) for name, share in (("p90", 0.90), ("p95", 0.95), ("p99", 0.99))],
        (f"closed loop hides it, as it must (p99 {hidden['p99']:.1f} ms)", hidden["p99"] < _TOLERANCE_MS),
    ]


def _quantile_finding(seen: dict[str, float], name: str, share: float) -> tuple[str, bool]:
    wanted = 1000 * (_STOP_SECONDS - (1 - share) * _RUN_SECONDS)
    claim = f"open loop: {name} tells of the stop ({seen[name]:.0f} ms, expected {wanted:.0f})"
    return claim, abs(seen[name] - wanted) < _TOLERANCE_MS


def _is_complete(outcome: Outcome) -> bool:
    return outcome.ok == outcome.sent == _RATE * _RUN_SECONDS


def _stopped_midway(server: Server, *, rate: float | None) -> Outcome:
    plan = Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), _RUN_SECONDS, rate)
    thread = threading.Thread(target=_stop_for_a_while, args=(server.pid,))
    thread.start()
    try:
        return stand.drive(plan)
    finally:
        thread.join()  # before the server ends: its process id would be free for another


def _stop_for_a_while(pid: int) -> None:
    sleep(_STOP_AFTER)
    os.kill(pid, signal.SIGSTOP)
    sleep(_STOP_SECONDS)
    os.kill(pid, signal.SIGCONT)


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
