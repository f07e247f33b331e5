"""The places of processes at one database: a process that does everything, or several that share its work.

Every place is a session advisory lock, held by the one session that a process writes with; so the server itself gives
a place up when that session ends. See docs/decisions/0019-ownership-of-shards.md.
"""

import asyncio
from collections.abc import Iterable

from waypost.lib.store_urls import without_password
from waypost.ports import Role, StoreRefused
from waypost.storage.postgres.link import Connection

EVERYTHING = 0
"""The place of a process that owns everything there is; processes that share the work hold it together."""
PROCESSES = 63
"""How many processes may share a database: each has a number, which is in the keys that it makes."""
# Advisory locks are the database's, and others may use some too: these classes are ours.
PLACES = 0x5750  # "WP": EVERYTHING, and the number of each process
WORKERS = 0x5757  # "WW": the numbers of those that take shards
OWNED = 0x5753  # "WS": shards
BYTES = 0x5742  # "WB": bytes of media, by their hash
_KEYS = 0x574B  # "WK": the keys of secrets, each held by every process that has it
_ONCE = 64  # among the places: whoever does what is done once for a database
_PAUSES_SECONDS = (0.02, 0.05, 0.1, *[0.2] * 9)
"""What a start waits for the holder of a place: one that was killed in mid COMMIT holds it until the COMMIT is over."""
WORKER_SILENCE_SECONDS = 3
"""A worker that says nothing for so long is taken for stopped: its session is ended, which frees its shards."""

TRY_LOCK = "SELECT pg_try_advisory_lock($1, $2)"
TRY_SHARED_LOCK = "SELECT pg_try_advisory_lock_shared($1, $2)"
UNLOCK = "SELECT pg_advisory_unlock($1, $2)"
# List the numbers of processes in the order in which they should be tried. Those that nobody comes back for are first,
# and of these not always the same, as many may start at once; then whoever has not written for longest.
_BEST_FIRST = (
    "SELECT number FROM generate_series(1, $1) AS number LEFT JOIN writers ON process = number"
    " ORDER BY held_at NULLS FIRST, (number + pg_backend_pid()) % $1"
)
# Count the other processes that do not have a key.
_WITHOUT_KEY = (
    "WITH held AS (SELECT pid, classid, objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    " SELECT count(*) FROM held AS place WHERE classid = $1 AND objid BETWEEN 1 AND $2 AND NOT EXISTS"
    " (SELECT 1 FROM held AS key WHERE key.pid = place.pid AND key.classid = $3 AND key.objid = $4)"
)


async def take_place(connection: Connection, role: Role, address: str) -> int:
    """Take a place for a process and return its number. Raises StoreRefused."""
    shown = without_password(address)
    if role == "all":
        if await _is_given(connection, TRY_LOCK):
            return EVERYTHING
        raise StoreRefused(f"Another Waypost has {shown} open. Stop it first, or give this one a database of its own.")
    if not await _is_given(connection, TRY_SHARED_LOCK):
        raise StoreRefused(f"A Waypost that does everything has {shown} open. Stop it, or start it with --role api.")
    # A number without a holder may be that of a process which is just away from its session and comes back for it.
    for (number,) in await connection.fetch(_BEST_FIRST, PROCESSES):
        if await connection.fetchval(TRY_LOCK, PLACES, number):
            if role == "worker":
                await connection.fetchval(TRY_LOCK, WORKERS, number)
            place: int = number
            return place
    raise StoreRefused(f"{PROCESSES} processes share {shown} already, which is all that there can be.")


async def _is_given(connection: Connection, lock: str) -> bool:
    """Try to take the place of everything for a moment: the server may not have seen yet that its holder is dead."""
    for pause in _PAUSES_SECONDS:
        if await connection.fetchval(lock, PLACES, EVERYTHING):
            return True
        await asyncio.sleep(pause)
    return bool(await connection.fetchval(lock, PLACES, EVERYTHING))


async def take_once(connection: Connection) -> bool:
    """Take the lock of what only one process does at a time; False if another has it."""
    taken: bool = await connection.fetchval(TRY_LOCK, PLACES, _ONCE)
    return taken


async def give_up_once(connection: Connection) -> None:
    """Give that lock back."""
    await connection.fetchval(UNLOCK, PLACES, _ONCE)


async def show_keys(connection: Connection, marks: Iterable[int]) -> None:
    """Let other processes know which keys this one has, for as long as its session lasts."""
    for mark in marks:
        await connection.fetchval(TRY_SHARED_LOCK, _KEYS, mark)


async def count_without_key(connection: Connection, mark: int) -> int:
    """Return how many processes that share the database do not have a key."""
    count: int = await connection.fetchval(_WITHOUT_KEY, PLACES, PROCESSES, _KEYS, mark)
    return count
