"""Loops around a piece of work: repeat it while the store is away, for whatever comes next, or at intervals."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from waypost.lib import log
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.lib.racing import no_longer_than
from waypost.ports import StoreBusy, StoreDown
from waypost.workers.jobs import Job

_PAUSE_SECONDS = 0.5
_log = log.Log("waypost.rounds")

Result = TypeVar("Result")
Given = ParamSpec("Given")


def patient(work: Callable[Given, Awaitable[Result]], clock: Clock) -> Callable[Given, Awaitable[Result]]:
    """Return `work` that is repeated, after a pause in real time, for as long as it raises StoreBusy or StoreDown."""

    async def do(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        while True:
            try:
                return await work(*args, **kwargs)
            except (StoreBusy, StoreDown):
                await clock.pause(_PAUSE_SECONDS)

    return do


async def rounds(take: Callable[[], Awaitable[Job]], work: Callable[[Job], Awaitable[object]], clock: Clock) -> None:
    """Wait for the next thing to do and do it, for ever."""
    work_patiently = patient(work, clock)
    while True:
        await work_patiently(await take())


def forgiving(name: str, work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """Return `work` that may as well be done another time: if the store or the disk refuses, that is only logged."""

    async def do() -> None:
        try:
            await work()
        except (StoreBusy, StoreDown, OSError) as error:
            _log.warning(f"{name}.put_off", why=str(error))

    return do


async def now_and_then(work: Callable[[], Awaitable[None]], clock: Clock, every: timedelta) -> None:
    """Do `work` now, and again each time that platform time or real time has gone on by `every`.

    Real time too, because platform time may stand still or have been set back.
    """
    while True:
        due_ms = clock.now_ms() + to_ms(every)
        await work()
        await no_longer_than(every.total_seconds(), clock.wait_until(due_ms))
