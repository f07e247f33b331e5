"""Moving everything from an SQLite file into an empty PostgreSQL database: one transaction, compared before it ends.

Rows are streamed, so that the size of the file does not matter. What was read is compared with what the database then
has, as sums over the hashes of rows: the order in which either of them gives its rows makes no difference.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec

from waypost.lib.store_urls import without_password
from waypost.ports import StoreRefused
from waypost.storage.postgres.link import CANNOT_CONNECT, Connection, Values, told
from waypost.storage.postgres.session import Session
from waypost.storage.postgres.snapshot import NUMBER_ON, column_types, table_names
from waypost.storage.sqlite.schema import FileLock, migrate_locked, open_reader

_LONG_SECONDS: Final = 86_400.0
_TOLD_EVERY: Final = 1_000
_AT_ONCE: Final = 1_000
_BEGIN: Final = "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
# Where the number of a row is found that has none of its own in SQLite.
_NUMBER_OF: Final = {
    "contents": "SELECT number_id FROM messages WHERE messages.key = moved.key",
    "outbox": "SELECT number_id FROM messages WHERE messages.key = moved.key",
    "held": "SELECT number_id FROM messages WHERE messages.key = moved.key",
    "sends": "SELECT number_id FROM messages WHERE messages.key = moved.message_key",
    "evidence": "SELECT number_id FROM messages WHERE messages.key = moved.message_key",
    "deliveries": "SELECT number_id FROM events WHERE events.key = coalesce(moved.event_key, moved.key)",
    "attempts": (
        "SELECT number_id FROM deliveries JOIN events ON events.key = coalesce(deliveries.event_key, deliveries.key)"
        " WHERE deliveries.key = moved.delivery_key"
    ),
}

Progress = Callable[[str, int], None]
"""Is told of a table, and of how many more of its rows are through."""


class Tally:
    """How many rows went by, and the sum of their hashes."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, row: Values) -> None:
        """Count a row."""
        self.count += 1
        self._sum += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(row)).digest(), "big")

    def __eq__(self, other: object) -> bool:
        """Say whether the same rows went by, in whatever order."""
        return isinstance(other, Tally) and (self.count, self._sum) == (other.count, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it changes


def count_rows(path: Path) -> int:
    """Return how many rows there are to move. Raises StoreRefused if there is no database."""
    if not path.is_file():
        raise StoreRefused(f"There is no database at {path}; name the file with --from.")
    source = open_reader(path)
    try:
        names = source.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        return sum(source.execute(f"SELECT count(*) FROM {name}").get for (name,) in list(names))  # noqa: S608
    except apsw.Error as error:
        raise StoreRefused(f"{path} cannot be read: {error}.") from error
    finally:
        source.close()


async def move(path: Path, address: str, progress: Progress) -> dict[str, int]:
    """Copy every row of a file that no server has open; returns how many each table has.

    The database must have its tables, empty, and no server either. All or nothing; the file is only brought up to date.
    Raises StoreRefused.
    """
    lock = FileLock(path)
    try:
        migrate_locked(path)
        session = await Session.open(address, on_fatal=_nothing_to_end)
        try:
            return await _move(path, session, address, progress)
        finally:
            await session.close()
    finally:
        lock.release()


async def _move(path: Path, session: Session, address: str, progress: Progress) -> dict[str, int]:
    connection = session.connection
    if connection is None:
        raise StoreRefused(f"{without_password(address)} went away.")
    source = open_reader(path)
    try:
        await connection.execute(_BEGIN)
        moved = {name: await _table(source, connection, name, progress) for name in await table_names(connection)}
        await connection.execute(NUMBER_ON)
    except (*CANNOT_CONNECT, apsw.Error) as error:
        raise StoreRefused(f"Nothing was moved: {told(error)}.") from error
    finally:
        source.close()
    await _commit(connection)
    return moved


async def _commit(connection: Connection) -> None:
    """Commit; where no answer comes, say that nobody knows. Raises StoreRefused."""
    try:
        await connection.execute("COMMIT")
    except CANNOT_CONNECT as error:
        raise StoreRefused(
            f"Everything was copied, but the database did not say whether it was kept ({told(error)}). Run the same "
            "command again: it refuses if the tables have rows, and then everything is there."
        ) from error


async def _table(source: apsw.Connection, connection: Connection, name: str, progress: Progress) -> int:
    """Copy a table and compare. Raises StoreRefused, and then the transaction must not be committed."""
    types = await column_types(connection, name)
    if await connection.fetchval(f"SELECT EXISTS (SELECT 1 FROM {name})"):  # noqa: S608 - the schema's own names
        raise StoreRefused(f"Nothing was moved: the table {name} has rows already; give --to an empty database.")
    read, kept = Tally(), Tally()
    rows = _counted(_rows(source, name, types), read, name, progress)
    await connection.copy_records_to_table(name, records=rows, columns=list(types), timeout=_LONG_SECONDS)
    async for row in _kept(connection, name, types):
        kept.add(row)
    if read != kept:
        raise StoreRefused(
            f"Nothing was moved: of {read.count} rows of the table {name} the database has {kept.count}, or others."
        )
    return read.count


def _rows(source: apsw.Connection, name: str, types: dict[str, str]) -> Iterator[Values]:
    """Read a table in the columns of the other database."""
    known = {column for (column,) in source.execute("SELECT name FROM pragma_table_info(?)", (name,))}
    columns = [column if column in known else f"({_NUMBER_OF[name]})" for column in types]
    switches = [kind == "boolean" for kind in types.values()]
    found: Any = source.execute(f"SELECT {', '.join(columns)} FROM {name} AS moved")  # noqa: S608 - the schema's own names
    for row in found:
        yield tuple(
            bool(value) if is_switch and value is not None else value
            for value, is_switch in zip(row, switches, strict=True)
        )


def _counted(rows: Iterator[Values], tally: Tally, name: str, progress: Progress) -> Iterator[Values]:
    for row in rows:
        tally.add(row)
        if tally.count % _TOLD_EVERY == 0:
            progress(name, _TOLD_EVERY)
        yield row
    progress(name, tally.count % _TOLD_EVERY)


async def _kept(connection: Connection, name: str, types: dict[str, str]) -> AsyncIterator[Values]:
    """Read a table back."""
    statement = f"SELECT {', '.join(types)} FROM {name}"  # noqa: S608 - the schema's own names
    async for row in connection.cursor(statement, prefetch=_AT_ONCE, timeout=_LONG_SECONDS):
        yield tuple(row)


def _nothing_to_end(error: Exception) -> None:
    """Let the command go on to its end: nothing is in memory that could be wrong."""
    _ = error
