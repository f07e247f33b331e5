"""Racing: whatever ends, everything ends, also what did not hear that it was cancelled."""

import asyncio
from contextlib import suppress

import pytest

from waypost.lib.racing import first_to_end

pytestmark = pytest.mark.anyio

_PATIENCE_SECONDS = 5.0


class _Deaf:
    """Work for ever that loses its first cancellation, as a wait does whose time was over in the same moment."""

    def __init__(self) -> None:
        self.lost_one = asyncio.Event()
        self.has_ended = False

    async def run(self) -> None:
        try:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            self.lost_one.set()
            await asyncio.Event().wait()
        finally:
            self.has_ended = True


async def _at_once() -> None:
    await asyncio.sleep(0)


async def test_work_that_lost_a_cancellation_ends_too() -> None:
    deaf = _Deaf()

    async with asyncio.timeout(_PATIENCE_SECONDS):
        await first_to_end(_at_once(), deaf.run())

    assert deaf.lost_one.is_set()
    assert deaf.has_ended


async def test_a_race_inside_another_ends_before_it() -> None:
    deaf = _Deaf()

    async with asyncio.timeout(_PATIENCE_SECONDS):
        await first_to_end(_at_once(), first_to_end(asyncio.Event().wait(), deaf.run()))

    assert deaf.has_ended


async def test_who_is_cancelled_while_the_others_end_is_told_so_afterwards() -> None:
    deaf = _Deaf()
    racing = asyncio.ensure_future(first_to_end(_at_once(), deaf.run()))
    await deaf.lost_one.wait()

    racing.cancel()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        with pytest.raises(asyncio.CancelledError):
            await racing

    assert deaf.has_ended
