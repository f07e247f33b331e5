"""Media limits: how often a proxy lets one key upload, and how often it may look up what is not there.

# spec: cloud-api.md#6.5
"""

from collections import defaultdict

from waypost.errors import Refusal
from waypost.errors.rates import TOO_MANY_REQUESTS
from waypost.flows.meters import Together
from waypost.lib.clock import Clock
from waypost.model import NumberId
from waypost.rules.lookups import UPLOADS, Lookups
from waypost.rules.rates import Meter

_OF_UPLOADS = "uploads"  # in place of a user


class MediaLimits:
    """Counts by number, on platform time; nothing is refused while the rules are relaxed.

    Uploads are counted together with other processes, if there are any; failed look-ups by each.
    """

    def __init__(self, clock: Clock, *, lifted: bool, together: Together | None = None) -> None:
        self._clock = clock
        self._lifted = lifted
        self._together = together
        self._uploads = Meter(UPLOADS)
        self._lookups: defaultdict[NumberId, Lookups] = defaultdict(Lookups)

    def forget(self) -> None:
        """Begin anew, after everything was reset."""
        self._uploads.forget()
        self._lookups.clear()

    async def upload(self, number_id: NumberId) -> None:
        """Count an upload. Raises Refusal for one too many."""
        wait_ms = 0 if self._lifted else await self._wait_ms(number_id)
        if wait_ms:
            raise _too_many("Media are uploaded too often: 25 a second are possible.", wait_ms)

    async def _wait_ms(self, number_id: NumberId) -> int:
        together = self._together
        if together is None:
            return self._uploads.admit(number_id, self._clock.now_ms())
        subject = (number_id, _OF_UPLOADS)

        def count(arrivals: dict[tuple[int, str], int], common_ms: int) -> int:
            return Meter(UPLOADS, arrivals=arrivals).admit(subject, together.platform_ms(common_ms))

        wait_ms: int = await together.arrivals.count((subject,), count)
        return wait_ms

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
