"""Running several things side by side until the first of them has ended."""

import asyncio
from collections.abc import Awaitable


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
