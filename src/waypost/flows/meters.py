"""Meters: how fast a number sends, and how fast it sends to one user.

# spec: cloud-api.md#12.4
"""

from collections.abc import Callable

from waypost.errors import Fault
from waypost.errors.rates import PAIR_RATE, THROUGHPUT
from waypost.flows.together import Together
from waypost.lib.durations import seconds_to_wait
from waypost.model import Number
from waypost.ports import Subject
from waypost.rules import rates

_THE_NUMBER = ""  # in place of a user


class Meters:
    """Throughput per number and rate per pair, both on platform time; together with other processes if there are any.

    See docs/decisions/0030-shared-rates.md.
    """

    def __init__(self, *, lifted: bool, together: Together | None = None) -> None:
        self._lifted = lifted
        self._together = together
        self._throughput = {rate: rates.Meter(rates.throughput(rate)) for rate in (20, 80, 1_000)}
        self._pair = rates.Meter(rates.PAIR)

    def forget(self) -> None:
        """Start anew, after platform time was set back."""
        for meter in self._throughput.values():
            meter.forget()
        self._pair.forget()

    async def received(self, number: Number, now_ms: int) -> None:
        """Count a message that came in: throughput is of both directions, but nothing that comes in is refused."""
        subject, rate, together = (number.id, _THE_NUMBER), number.standing.throughput, self._together
        if self._lifted:
            return
        if together is None:
            self._throughput[rate].admit(subject, now_ms)
        else:
            await _admit_together(together, rates.throughput(rate), subject)

    async def fault(self, number: Number, wa_id: str, now_ms: int) -> Fault | None:
        """Count one message, or say which rate it breaks."""
        rate, together = number.standing.throughput, self._together
        if self._lifted:
            return None
        if together is None:
            return _fault(self._throughput[rate], self._pair, number, wa_id, now_ms=now_ms)

        def count(arrivals: dict[Subject, int], common_ms: int) -> Fault | None:
            throughput = rates.Meter(rates.throughput(rate), arrivals=arrivals)
            pair = rates.Meter(rates.PAIR, arrivals=arrivals)
            return _fault(throughput, pair, number, wa_id, now_ms=together.time_ms(common_ms))

        found: Fault | None = await together.arrivals.count(((number.id, _THE_NUMBER), (number.id, wa_id)), count)
        return found


def _fault(throughput: rates.Meter, pair: rates.Meter, number: Number, wa_id: str, *, now_ms: int) -> Fault | None:
    if wait_ms := throughput.admit((number.id, _THE_NUMBER), now_ms):
        rate = number.standing.throughput
        details = f"The phone number is above its messages-per-second throughput of {rate}."
        return Fault(THROUGHPUT, details, retry_after_seconds=seconds_to_wait(wait_ms))
    if wait_ms := pair.admit((number.id, wa_id), now_ms):
        seconds = seconds_to_wait(wait_ms)
        details = f"Too many messages from this number to the same user; wait {seconds} s."
        return Fault(PAIR_RATE, details, retry_after_seconds=seconds)
    return None


class Tally:
    """One rate, by subject; together with other processes if there are any."""

    def __init__(self, rate: rates.Rate, now_ms: Callable[[], int], together: Together | None) -> None:
        """`now_ms` is the time when there is nobody else."""
        self._rate = rate
        self._now_ms = now_ms
        self._together = together
        self._meter = rates.Meter(rate)

    def forget(self) -> None:
        """Begin anew, in a process that is alone."""
        self._meter.forget()

    async def admit(self, subject: Subject) -> int:
        """Count one; return 0 if it may go, else the milliseconds to wait, and count nothing. Raises StoreDown."""
        if self._together is None:
            return self._meter.admit(subject, self._now_ms())
        return await _admit_together(self._together, self._rate, subject)


async def _admit_together(together: Together, rate: rates.Rate, subject: Subject) -> int:
    """Count one of a subject for all processes, as `Meter.admit` does for one. Raises StoreDown."""

    def count(arrivals: dict[Subject, int], common_ms: int) -> int:
        return rates.Meter(rate, arrivals=arrivals).admit(subject, together.time_ms(common_ms))

    wait_ms: int = await together.arrivals.count((subject,), count)
    return wait_ms
