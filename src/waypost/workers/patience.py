"""Patience: what a worker does while the store cannot take anything, for example because the disk is full."""

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
