"""Request rates: how many requests a number may make in a second, for messages and for anything else."""

from waypost.errors import Refusal
from waypost.errors.rates import TOO_MANY_REQUESTS
from waypost.lib.clock import Clock
from waypost.model import NumberId
from waypost.rules.rates import Meter, Rate, Window


class RequestRates:
    """Counts by number, in this process only (docs/decisions/0030-shared-rates.md); `lifted` counts nothing.

    A request arrives in real time, whatever platform time does, so its rate is on monotonic time.
    """

    def __init__(self, clock: Clock, *, messages: Rate, others: Rate, lifted: bool) -> None:
        self._clock = clock
        self._lifted = lifted
        self._messages = _Count(messages)
        self._others = _Count(others)

    def forget(self) -> None:
        """Begin anew, after everything was reset."""
        self._messages.forget()
        self._others.forget()

    def message(self, number_id: NumberId) -> None:
        """Count a request for a message. Raises Refusal for one too many."""
        self._count(self._messages, number_id)

    def other(self, number_id: NumberId) -> None:
        """Count any other request. Raises Refusal for one too many."""
        self._count(self._others, number_id)

    def _count(self, requests: "_Count", number_id: NumberId) -> None:
        if self._lifted:
            return
        if wait_ms := requests.admit(number_id, int(1000 * self._clock.monotonic())):
            details = "Too many requests were sent to this endpoint"
            raise Refusal(TOO_MANY_REQUESTS, details, retry_after_seconds=-(-wait_ms // 1000))


class _Count:
    """Requests of one kind: at most a burst in any second, and a rate in the long run."""

    def __init__(self, rate: Rate) -> None:
        self._rate = Meter(rate)
        self._second = Window(rate.burst)

    def forget(self) -> None:
        self._rate.forget()
        self._second.forget()

    def admit(self, number_id: NumberId, now_ms: int) -> int:
        """Count one; return 0 if it may go, else the milliseconds to wait."""
        return self._second.admit(number_id, now_ms) or self._rate.admit(number_id, now_ms)
