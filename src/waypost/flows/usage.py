"""Usage: how many of the management calls that it has per hour an account has used up."""

from waypost.errors import Refusal
from waypost.errors.management import CALL_LIMIT
from waypost.flows.directory import Directory
from waypost.flows.lately import Lately
from waypost.flows.together import Together
from waypost.lib.clock import Clock
from waypost.lib.durations import seconds_to_wait
from waypost.rules import hours

_CALLS = "calls"


class Usage:
    """Counts management calls by account, on platform time; nothing is refused while the rules are relaxed."""

    def __init__(self, directory: Directory, clock: Clock, *, lifted: bool, together: Together | None = None) -> None:
        self._directory = directory
        self._lifted = lifted
        self._calls = Lately(clock.now_ms, together)

    def forget(self) -> None:
        """Begin anew, after everything was reset."""
        self._calls.forget()

    async def count(self, waba_id: int) -> int:
        """Count one call; return the share used up, in per cent. Raises Refusal, StoreDown.

        # spec: cloud-api.md#12.4
        """
        if self._lifted:
            return 0
        limit = hours.ACTIVE_CALLS if self._is_active(waba_id) else hours.NEW_CALLS

        def one_more(calls: list[int], now_ms: int) -> tuple[int, int]:
            return hours.count(calls, limit, now_ms), hours.wait_ms(calls, now_ms)

        calls, wait_ms = await self._calls.change((waba_id, _CALLS), one_more)
        if calls > limit:
            seconds = seconds_to_wait(wait_ms)
            details = f"The account has made its {limit} management calls of this hour; wait {seconds} s."
            raise Refusal(CALL_LIMIT, details, retry_after_seconds=seconds)
        return 100 * calls // limit

    def _is_active(self, waba_id: int) -> bool:
        return any(number.standing.registered for number in self._directory.of_account(waba_id))
