"""Ending sessions whose process was stopped in mid transaction, once somebody waits for a row that they have locked.

To the server such a session is idle in its transaction or, stopped between the messages of one statement, even active
under no time-out; the row would stay locked, and everybody else be refused, until the process goes on. Whoever waits
therefore has the server end it. What it was doing is undone, and its process takes it for a lost connection.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from waypost.storage.postgres.link import CANNOT_CONNECT

_WAIT_SECONDS = 1.25  # less than `lock_timeout` by what it takes to end a session
_SILENCE_SECONDS = 1.0
_ACQUIRE_SECONDS = 0.5
# End our sessions for whose rows others of this database wait, if they have waited for their clients for a while.
_END_BLOCKERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'waypost %'"
    " AND state <> 'idle' AND wait_event IN ('ClientRead', 'ClientWrite')"
    " AND state_change < clock_timestamp() - make_interval(secs => $1) AND pid IN ("
    "SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event IN ('transactionid', 'tuple'))"
)


@asynccontextmanager
async def outlasting_the_halted(pool: Any) -> AsyncIterator[None]:  # Any: asyncpg has no types
    """If what is done meanwhile takes long, end whoever was stopped and is in the way, over a connection of `pool`."""
    loop, ending = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    timer = loop.call_later(_WAIT_SECONDS, lambda: ending.add(loop.create_task(_end_blockers(pool))))
    try:
        yield
    finally:
        timer.cancel()
        if ending:
            await asyncio.wait(ending)


async def _end_blockers(pool: Any) -> None:
    # Who cannot end them is refused for as long as they are there.
    with contextlib.suppress(*CANNOT_CONNECT):
        async with pool.acquire(timeout=_ACQUIRE_SECONDS) as connection:
            await connection.fetch(_END_BLOCKERS, _SILENCE_SECONDS)
