"""Waiting with an end: for the first of several things, or for one of them no longer than so many seconds."""

import asyncio
from collections.abc import Awaitable, Collection
from contextlib import suppress

_AGAIN_SECONDS = 0.5
"""After so long what has not ended is cancelled again."""


async def first_to_end(*work: Awaitable[object]) -> None:
    """Wait for the first to end, cancel the others and wait for them, then raise the error that the first ended with.

    For what runs as long as the process: whatever ends, everything ends.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)
    for task in done:
        task.result()


async def _end(tasks: Collection[asyncio.Future[object]]) -> None:
    """Cancel tasks until all of them have ended; being cancelled meanwhile is put off until then.

    More than once, because a cancellation is lost when a library waits with a time-out and that is over in the same
    moment (`asyncio.wait_for` of Python 3.11): what loops for ever would go on, and nothing end any more.
    """
    pending, is_cancelled = set(tasks), False
    while pending:
        for task in pending:
            task.cancel()
        try:
            _, pending = await asyncio.wait(pending, timeout=_AGAIN_SECONDS)
        except asyncio.CancelledError:
            is_cancelled = True
            pending = {task for task in pending if not task.done()}
    await asyncio.gather(*tasks, return_exceptions=True)  # their errors are taken note of
    if is_cancelled:
        raise asyncio.CancelledError


async def first_of(*work: Awaitable[object]) -> None:
    """Return when the first has ended, however it did; cancel the others and do not wait for them.

    For a wait with a limit, when what is waited for may not even react to being cancelled.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def no_longer_than(seconds: float | None, work: Awaitable[object]) -> None:
    """Wait for `work` to end, and cancel it when the seconds are over; None means that they never are.

    Not by `asyncio.wait_for`: that of Python 3.11 forgets that it was cancelled if the work ends in the same moment.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work
