"""Poison: jobs that always fail because of what is in them, and how the others go on in spite of them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec

from waypost.lib import log
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.ports import StoreBusy, StoreDown
from waypost.workers.jobs import Job

MAX_TRIES = 5
TRY_AGAIN_AFTER = timedelta(seconds=1)
TAKE_UP_AFTER = timedelta(hours=1)
"""How long a job is left alone that could be neither worked nor given up."""

_log = log.Log("waypost.poison")

Given = ParamSpec("Given")
Work = Callable[Concatenate[Job, Given], Awaitable[int | None]]


def enduring(
    work: Work[Job, Given], give_up: Callable[[Job, str], Awaitable[None]], key: Callable[[Job], int], clock: Clock
) -> Work[Job, Given]:
    """Return `work` that outlives a bug: the job is tried `MAX_TRIES` times, then given up with the reason in words.

    Only its own lane waits meanwhile. Tries are counted in memory, so that a restart begins to count again.
    A store that is away or busy is no bug: StoreBusy and StoreDown are raised, for `rounds.patient` to repeat.
    """
    tries: dict[int, int] = {}

    async def do(job: Job, /, *args: Given.args, **kwargs: Given.kwargs) -> int | None:
        try:
            due_ms = await work(job, *args, **kwargs)
        except (StoreBusy, StoreDown):
            raise
        except Exception as error:  # noqa: BLE001 - one bad job must not end the work on all others
            return await _failed(job, error)
        tries.pop(key(job), None)
        return due_ms

    async def _failed(job: Job, error: Exception) -> int | None:
        tried = tries[key(job)] = tries.get(key(job), 0) + 1
        _log.error("job.broken", exc_info=error, key=key(job), tried=tried)
        if tried < MAX_TRIES:
            return _after(TRY_AGAIN_AFTER)
        try:
            await give_up(job, f"Waypost cannot work it ({type(error).__name__}); the log has the reason.")
        except (StoreBusy, StoreDown):
            tries[key(job)] = tried - 1
            raise
        except Exception as worse:  # noqa: BLE001 - as above
            _log.error("job.stuck", exc_info=worse, key=key(job))
            tries[key(job)] = MAX_TRIES - 1
            return _after(TAKE_UP_AFTER)
        del tries[key(job)]
        return None

    def _after(pause: timedelta) -> int:
        return clock.now_ms() + to_ms(pause)

    return do


def separating(
    work: Callable[[list[Job]], Awaitable[object]], key: Callable[[Job], int]
) -> Callable[[list[Job]], Awaitable[None]]:
    """Return `work` on batches that outlives a bug: its jobs are then worked one by one, and one that fails is skipped.

    So `work` must be repeatable. What is skipped is logged, and stays in the database until the next start.
    """

    async def do(batch: list[Job]) -> None:
        try:
            await work(batch)
        except (StoreBusy, StoreDown):
            raise
        except Exception as error:  # noqa: BLE001 - one bad job must not end the work on all others
            if len(batch) == 1:
                _log.error("job.stuck", exc_info=error, key=key(batch[0]))
                return
            for job in batch:
                await do([job])

    return do
