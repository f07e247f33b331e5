"""Media limits: how often a proxy lets one key upload, and how often it may look up what is not there.

# spec: cloud-api.md#6.5
"""

from collections import defaultdict

from waypost.errors import Refusal
from waypost.errors.rates import TOO_MANY_REQUESTS
from waypost.lib.clock import Clock
from waypost.model import NumberId
from waypost.rules.lookups import UPLOADS, Lookups
from waypost.rules.rates import Meter


class MediaLimits:
    """Counts by number, on platform time; nothing is refused while the rules are relaxed."""

    def __init__(self, clock: Clock, *, lifted: bool) -> None:
        self._clock = clock
        self._lifted = lifted
        self._uploads = Meter(UPLOADS)
        self._lookups: defaultdict[NumberId, Lookups] = defaultdict(Lookups)

    def forget(self) -> None:
        """Begin anew, after everything was reset."""
        self._uploads.forget()
        self._lookups.clear()

    def upload(self, number_id: NumberId) -> None:
        """Count an upload. Raises Refusal for one too many."""
        wait_ms = 0 if self._lifted else self._uploads.admit(number_id, self._clock.now_ms())
        if wait_ms:
            raise _too_many("Media are uploaded too often: 25 a second are possible.", wait_ms)

    def look_up(self, number_id: NumberId) -> None:
        """Raise Refusal while the number is blocked for its failed look-ups."""
        blocked = self._lookups.get(number_id)
        wait_ms = blocked.wait_ms(self._clock.now_ms()) if blocked is not None else 0
        if wait_ms:
            raise _too_many("Too many look-ups of media have failed; they are blocked for 30 minutes.", wait_ms)

    def failed(self, number_id: NumberId) -> None:
        """Count a look-up that found nothing."""
        if not self._lifted:
            self._lookups[number_id].fail(self._clock.now_ms())


def _too_many(details: str, wait_ms: int) -> Refusal:
    return Refusal(TOO_MANY_REQUESTS, details, retry_after_seconds=1 + wait_ms // 1000)
