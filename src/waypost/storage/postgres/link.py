"""Connections to a PostgreSQL server: how they are made, what their errors mean, and statements over many rows."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

from waypost.lib.store_urls import without_password
from waypost.ports import StoreDown, StoreRefused
from waypost.storage.commit import Verdict

SCHEMA = "waypost"
"""The schema inside the database that has our tables: others may have theirs beside it."""
ANSWER_SECONDS = 12.0
"""How long a statement's answer is waited for; the server itself gives up before."""
WAIT_SECONDS = 2.0
"""How long a connection of the pool is waited for."""
_CONNECT_SECONDS = 5.0
_SETTINGS = {
    "search_path": SCHEMA,
    "timezone": "UTC",
    "synchronous_commit": "on",  # a COMMIT that was answered is on disk, whatever the server's default
    "statement_timeout": "10s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
}
# A plan may be made while a table is small, and is kept until the server has analysed the table.
_READER_SETTINGS = {"default_transaction_read_only": "on", "enable_seqscan": "off"}

Values = tuple[Any, ...]  # Any: what a column holds is the schema's promise


class Connection(Protocol):
    """What we use of a connection of asyncpg, which has no types of its own."""

    async def execute(self, query: str, *values: object, timeout: float | None = None) -> str:
        """Run a statement, or without values several; returns the tag of the last."""
        ...

    async def fetch(self, query: str, *values: object, timeout: float | None = None) -> list[Any]:
        """Run a statement and return its rows."""
        ...

    async def fetchrow(self, query: str, *values: object, timeout: float | None = None) -> Any:
        """Run a statement and return its first row, or None."""
        ...

    async def fetchval(self, query: str, *values: object, timeout: float | None = None) -> Any:
        """Run a statement and return the first column of its first row, or None."""
        ...

    async def copy_records_to_table(
        self, name: str, *, records: Iterable[Values], columns: Sequence[str], timeout: float | None = None
    ) -> str:
        """Write many rows into a table."""
        ...

    async def executemany(self, query: str, values: Iterable[Values], *, timeout: float | None = None) -> None:
        """Run a statement once for each of many values, all or none."""
        ...

    def cursor(self, query: str, *, prefetch: int, timeout: float | None = None) -> AsyncIterator[Any]:
        """Read the rows of a statement in a transaction, so many at a time."""
        ...

    def add_termination_listener(self, callback: Callable[["Connection"], None]) -> None:
        """Have something called when the connection is gone."""
        ...

    def is_closed(self) -> bool:
        """Whether it is of no use any more."""
        ...

    def terminate(self) -> None:
        """Hang up."""
        ...

    async def close(self, *, timeout: float | None = None) -> None:
        """Take leave of the server."""
        ...


class Bulk:
    """A statement over many rows at once: `{given}` in its text becomes a table of them, named `given`.

    Each column is one array parameter. `columns` are names and types: `key bigint, body bytea`.
    """

    __slots__ = ("text",)

    def __init__(self, columns: str, text: str) -> None:
        pairs = [column.split() for column in columns.split(",")]
        arrays = ", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(pairs, start=1))
        names = ", ".join(name for name, _ in pairs)
        self.text = text.replace("{given}", f"unnest({arrays}) AS given ({names})")

    async def run(self, connection: Connection, rows: Sequence[Values]) -> list[Any]:
        """Execute for all rows, unless there are none, and return what comes back."""
        if not rows:
            return []
        return await connection.fetch(self.text, *zip(*rows, strict=True))


async def connect(address: str, name: str, settings: Mapping[str, str] | None = None) -> Connection:
    """Connect as `name`, which the server shows to its operator. Raises what `why_not` explains."""
    connection: Connection = await asyncpg.connect(
        address,
        timeout=_CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        max_cached_statement_lifetime=0,
        server_settings={**_SETTINGS, "application_name": name, **(settings or {})},
    )
    return connection


async def check_writable(connection: Connection) -> None:
    """Raise CANNOT_WRITE if nothing can be written over a connection."""
    if await connection.fetchval("SHOW transaction_read_only") == "on":
        raise CANNOT_WRITE("the database is read-only")


async def open_pool(address: str) -> Any:  # Any: asyncpg has no types
    """Return a pool of connections that only read."""

    async def leave_as_it_is(connection: Connection) -> None:
        _ = connection

    return await asyncpg.create_pool(
        address,
        min_size=0,
        max_size=4,
        reset=leave_as_it_is,  # readers change nothing about their session; asking the server to reset it costs a trip
        timeout=_CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        max_cached_statement_lifetime=0,
        server_settings={**_SETTINGS, **_READER_SETTINGS, "application_name": "waypost reader"},
    )


# asyncpg raises an InternalClientError when the server takes its leave between two statements and the next one is sent
# before the connection has ended.
CANNOT_CONNECT = (
    OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncio.TimeoutError,
)  # fmt: skip
"""What `connect` raises when it cannot, and a connection that cannot be used any more."""
CANNOT_WRITE = asyncpg.ReadOnlySQLTransactionError
"""The server's error for a write to a replica, or to a database that was made read-only."""
NO_SUCH_TEXT = asyncpg.CharacterNotInRepertoireError
"""The server's error for a text with a NUL, which it cannot store: a search for such a text finds nothing."""
_GONE = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,  # the server is told to stop, or the statement took too long
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    CANNOT_WRITE,
    asyncpg.TransactionRollbackError,  # deadlocks
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
)


def judge(error: Exception) -> Verdict:
    """Say what an error of the server or of the connection means for a transaction."""
    if isinstance(error, asyncpg.DiskFullError):
        return Verdict.NO_SPACE
    if isinstance(error, asyncpg.DataError):
        return Verdict.ROW
    if isinstance(error, _GONE) or (isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError)):
        return Verdict.DOWN
    return Verdict.ROW


def down(error: Exception) -> StoreDown:
    """Return what a reader is told when the server does not answer."""
    return StoreDown(f"the database cannot be read: {told(error)}")


@asynccontextmanager
async def reading(pool: Any) -> AsyncIterator[Connection]:  # Any: asyncpg has no types
    """Lend a connection that reads what is committed. Raises StoreDown."""
    try:
        async with pool.acquire(timeout=WAIT_SECONDS) as connection:
            yield connection
    except CANNOT_CONNECT as error:
        if judge(error) is Verdict.ROW:
            raise
        raise down(error) from error


def told(error: BaseException) -> str:
    """Return an error in words; some have none of their own."""
    return str(error) or type(error).__name__


def refused(address: str, error: Exception) -> StoreRefused:
    """Return what the operator is told when no connection can be made, or none that is of use."""
    what = advice(error) or "Start the server, or correct the address in --store."
    return StoreRefused(f"{without_password(address)} cannot be used: {told(error).rstrip('.')}. {what}")


def advice(error: Exception) -> str:
    """Say what an operator can do about an error of a connection; nothing if it is only the address or the server."""
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return "Correct user and password in --store."
        case asyncpg.InvalidCatalogNameError():
            return "Make the database first (createdb), or correct its name in --store."
        case asyncpg.ReadOnlySQLTransactionError():
            return "Name the primary in --store if this is a replica; else set default_transaction_read_only = off."
        case asyncpg.InsufficientPrivilegeError():
            return "Let the user of --store own the schema waypost; before there is one, the database."
        case asyncpg.TooManyConnectionsError():
            return "Let the server take more connections (max_connections): Waypost needs 6."
        case ssl.SSLError():
            return "Correct sslmode and sslrootcert in --store, or the server's certificate."
        case FileNotFoundError():
            return "Start the server; or correct the path of its socket, of a certificate or of a key in --store."
        case _:
            return ""
