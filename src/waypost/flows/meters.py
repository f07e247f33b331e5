"""Meters: how fast a number sends, and how fast it sends to one user.

# spec: cloud-api.md#12.4
"""

from waypost.errors import Fault
from waypost.errors.rates import PAIR_RATE, THROUGHPUT
from waypost.model import Number
from waypost.rules import rates


class Meters:
    """Throughput per number and rate per pair, both on platform time."""

    def __init__(self, *, lifted: bool) -> None:
        self._lifted = lifted
        self._throughput = {rate: rates.Meter(rates.throughput(rate)) for rate in (20, 80, 1_000)}
        self._pair = rates.Meter(rates.PAIR)

    def forget(self) -> None:
        """Start anew, after platform time was set back."""
        for meter in self._throughput.values():
            meter.forget()
        self._pair.forget()

    def received(self, number: Number, now_ms: int) -> None:
        """Count a message that came in: throughput is of both directions, but nothing that comes in is refused."""
        self._throughput[number.standing.throughput].admit(number.id, now_ms)

    def fault(self, number: Number, wa_id: str, now_ms: int) -> Fault | None:
        """Count one message, or say which rate it breaks."""
        if self._lifted:
            return None
        rate = number.standing.throughput
        if wait_ms := self._throughput[rate].admit(number.id, now_ms):
            details = f"The phone number is above its messages-per-second throughput of {rate}."
            return Fault(THROUGHPUT, details, retry_after_seconds=1 + wait_ms // 1000)
        if wait_ms := self._pair.admit((number.id, wa_id), now_ms):
            details = f"Too many messages from this number to the same user; wait {1 + wait_ms // 1000} s."
            return Fault(PAIR_RATE, details, retry_after_seconds=1 + wait_ms // 1000)
        return None
