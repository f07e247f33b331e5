"""Rounds, and the patience of a worker while the store cannot take anything, for example because the disk is full."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from waypost.lib.clock import Clock
from waypost.ports import StoreBusy, StoreDown

_PAUSE_SECONDS = 0.5

Job = TypeVar("Job")
Result = TypeVar("Result")


def patient(work: Callable[[Job], Awaitable[Result]], clock: Clock) -> Callable[[Job], Awaitable[Result]]:
    """Return `work` that is done again, after a pause in real time, for as long as the store refuses."""

    async def do(job: Job) -> Result:
        while True:
            try:
                return await work(job)
            except (StoreBusy, StoreDown):
                await clock.pause(_PAUSE_SECONDS)

    return do


async def rounds(take: Callable[[], Awaitable[Job]], work: Callable[[Job], Awaitable[object]], clock: Clock) -> None:
    """Take what there is to do and do it, for ever."""
    work_patiently = patient(work, clock)
    while True:
        await work_patiently(await take())
