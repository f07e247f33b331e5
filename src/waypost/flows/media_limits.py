"""Media limits: how often a proxy lets one key upload, and how often it may look up what is not there.

# spec: cloud-api.md#6.5
"""

from waypost.errors import Refusal
from waypost.errors.rates import TOO_MANY_REQUESTS
from waypost.flows.lately import Lately
from waypost.flows.meters import Tally
from waypost.flows.together import Together
from waypost.lib.clock import Clock
from waypost.lib.durations import seconds_to_wait
from waypost.model import NumberId
from waypost.rules import media_limits

_OF_UPLOADS = "uploads"  # in place of a user
_FAILED = "lookups"


class MediaLimits:
    """Counts by number, on platform time; nothing is refused while the rules are relaxed."""

    def __init__(self, clock: Clock, *, lifted: bool, together: Together | None = None) -> None:
        self._lifted = lifted
        self._uploads = Tally(media_limits.UPLOADS, clock.now_ms, together)
        self._failed = Lately(clock.now_ms, together)

    def forget(self) -> None:
        """Begin anew, after everything was reset."""
        self._uploads.forget()
        self._failed.forget()

    async def upload(self, number_id: NumberId) -> None:
        """Count an upload. Raises Refusal for one too many, StoreDown."""
        wait_ms = 0 if self._lifted else await self._uploads.admit((number_id, _OF_UPLOADS))
        if wait_ms:
            raise _too_many("Media are uploaded too often: 25 a second are possible.", wait_ms)

    async def look_up(self, number_id: NumberId) -> None:
        """Raise Refusal while the number is blocked for its failed look-ups, StoreDown."""
        wait_ms = 0 if self._lifted else await self._failed.look((number_id, _FAILED), media_limits.block_ms)
        if wait_ms:
            raise _too_many("Too many look-ups of media have failed; they are blocked for 30 minutes.", wait_ms)

    async def failed(self, number_id: NumberId) -> None:
        """Count a look-up that found nothing. Raises StoreDown."""
        if not self._lifted:
            await self._failed.change((number_id, _FAILED), media_limits.fail)


def _too_many(details: str, wait_ms: int) -> Refusal:
    return Refusal(TOO_MANY_REQUESTS, details, retry_after_seconds=seconds_to_wait(wait_ms))
