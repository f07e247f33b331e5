"""Usage: how much of its management calls an account has used up."""

from waypost.errors import Refusal
from waypost.errors.management import CALL_LIMIT
from waypost.flows.directory import Directory
from waypost.lib.clock import Clock
from waypost.rules.hours import ACTIVE_CALLS, NEW_CALLS, Hours


class Usage:
    """Counts management calls by account, on platform time; nothing is refused while the rules are relaxed."""

    def __init__(self, directory: Directory, clock: Clock, *, lifted: bool) -> None:
        self._directory = directory
        self._clock = clock
        self._lifted = lifted
        self._hours = Hours()

    def count(self, waba_id: int) -> int:
        """Count one call; return the share used up, in per cent. Raises Refusal.

        # spec: cloud-api.md#12.4
        """
        if self._lifted:
            return 0
        now_ms = self._clock.now_ms()
        limit = ACTIVE_CALLS if self._is_active(waba_id) else NEW_CALLS
        calls = self._hours.count(waba_id, limit, now_ms)
        if calls > limit:
            seconds = 1 + self._hours.wait_ms(waba_id, now_ms) // 1000
            details = f"The account has made its {limit} management calls of this hour; wait {seconds} s."
            raise Refusal(CALL_LIMIT, details, retry_after_seconds=seconds)
        return 100 * calls // limit

    def _is_active(self, waba_id: int) -> bool:
        return any(number.standing.registered for number in self._directory.of_account(waba_id))
