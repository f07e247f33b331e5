"""Platform time outlives a restart: where it stands is stored whenever somebody has moved it."""

import msgspec

from waypost.lib.clock import SystemClock
from waypost.ports import Records

_STATE = "clock"


async def keep_clock(clock: SystemClock, records: Records) -> None:
    """Store where platform time stands."""
    state = {"offset_ms": clock.offset_ms, "frozen_at_ms": clock.frozen_at_ms}
    await records.put_state(_STATE, msgspec.json.encode(state))


async def restore_clock(clock: SystemClock, records: Records) -> None:
    """Bring platform time to where it stood."""
    saved = await records.get_state(_STATE)
    clock.restore(**(msgspec.json.decode(saved) if saved else {}))
