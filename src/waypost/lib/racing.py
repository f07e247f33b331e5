"""Waiting with an end: for the first of several things, or for one of them no longer than so many seconds."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress


async def first_to_end(*work: Awaitable[object]) -> None:
    """Wait for the first to end, cancel the others and wait for them, then raise the error that the first ended with.

    For what runs as long as the process: whatever ends, everything ends.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


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
