"""The port Snapshots over SQLite: every table as it is, row by row."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from waypost.model import Number, Template
from waypost.ports import BadDump, Dump, Table
from waypost.storage import columns
from waypost.storage.columns import (
    CARRIED_COLUMNS,
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    PHONE_COLUMNS,
    TOKEN_COLUMNS,
    Values,
)
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sqlite_part import Part

# Find the tables, in the order in which they are written down.
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rootpage"
_COLUMNS = "SELECT name, type FROM pragma_table_info(?) ORDER BY cid"
# The key of media URLs stays where it is: URLs that were handed out go on working, and nobody else can make any.
_KEPT_HERE = "name = 'url_secret'"
_HASHES = "SELECT DISTINCT sha256 FROM media ORDER BY sha256"
_DROP_MEDIUM = "DELETE FROM media WHERE sha256 = ?"
_FARTHEST_MS = 150 * 366 * 86_400_000

_READ_BACK: tuple[tuple[str, Callable[[Values], object]], ...] = (
    (f"SELECT {TOKEN_COLUMNS} FROM tokens", columns.token),  # noqa: S608 - constants
    (f"SELECT {PHONE_COLUMNS} FROM phones", columns.phone),  # noqa: S608 - constants
    (f"SELECT {CARRIED_COLUMNS} FROM carried", columns.carried),  # noqa: S608 - constants
    (f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key)", columns.message),  # noqa: S608 - constants
    (f"SELECT {EVENT_COLUMNS} FROM events", columns.event),  # noqa: S608 - constants
    ("SELECT number FROM numbers", lambda row: msgspec.json.decode(row[0], type=Number)),
    ("SELECT template FROM templates", lambda row: msgspec.json.decode(row[0], type=Template)),
    ("SELECT body FROM documents", lambda row: msgspec.json.decode(row[0])),
    ("SELECT value FROM state WHERE name = 'clock'", lambda row: _check_clock(row[0])),
)
"""What is read at start or soon after it: a row that cannot be read would keep the server from starting again."""


class _Clock(Struct, forbid_unknown_fields=True):
    offset_ms: int = 0
    frozen_at_ms: int | None = None


class SnapshotPart(Part):
    """See `ports.Snapshots` for what each operation promises."""

    async def dump(self) -> Dump:
        """Return everything as it is at one moment."""
        return await self._search(_dump)

    async def stored_hashes(self) -> list[bytes]:
        """Return the hash of every file that a medium has."""

        def look(connection: apsw.Connection) -> list[bytes]:
            rows: Any = connection.execute(_HASHES).fetchall()
            return [sha256 for (sha256,) in rows]

        return await self._search(look)

    async def check_dump(self, dump: Dump) -> None:
        """Put a dump into a database of its own, in memory, and read it back."""
        await asyncio.to_thread(_try, dump)

    async def restore(self, dump: Dump, *, missing: Sequence[bytes] = ()) -> None:
        """Replace everything by a dump."""

        def run(connection: apsw.Connection) -> None:
            _fill(connection, dump)
            for sha256 in missing:
                connection.execute(_DROP_MEDIUM, (sha256,))

        await self._run_alone(run)
        self._windows.clear()


def _shape() -> str:
    """Return the name of the schema: another text of it is another schema."""
    scripts = read_migrations("sqlite")
    return f"sqlite-{len(scripts)}-{hashlib.sha256(''.join(scripts).encode()).hexdigest()[:12]}"


def _dump(connection: apsw.Connection) -> Dump:
    connection.execute("BEGIN")  # one moment for all tables
    try:
        tables: Any = connection.execute(_TABLES).fetchall()
        return Dump(_shape(), {name: _read(connection, name) for (name,) in tables})
    finally:
        connection.execute("COMMIT")


def _read(connection: apsw.Connection, table: str) -> Table:
    columns = list(_types(connection, table))
    where = f" WHERE NOT {_KEPT_HERE}" if table == "state" else ""
    found = connection.execute(f"SELECT {', '.join(columns)} FROM {table}{where}")  # noqa: S608 - the schema's own names
    return Table(columns, [[_written(value) for value in row] for row in found])


def _types(connection: apsw.Connection, table: str) -> dict[str, str]:
    rows: Any = connection.execute(_COLUMNS, (table,)).fetchall()
    return dict(rows)


def _written(value: object) -> object:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _try(dump: Dump) -> None:
    if dump.shape != _shape():
        raise BadDump(f"it was written with the schema {dump.shape[:60]}, and this server has {_shape()}")
    connection = apsw.Connection(":memory:")
    try:
        for script in read_migrations("sqlite"):
            connection.execute(script)
        _fill(connection, dump)
        _read_back(connection)
    except (apsw.Error, msgspec.MsgspecError, ValueError, TypeError, LookupError, OverflowError) as error:
        raise BadDump(str(error)[:300]) from error
    finally:
        connection.close()


def _check_clock(saved: bytes) -> None:
    moved = msgspec.json.decode(saved, type=_Clock)
    if abs(moved.offset_ms) > _FARTHEST_MS or abs(moved.frozen_at_ms or 0) > _FARTHEST_MS:
        raise BadDump("its clock is out of the years that can be")


def _read_back(connection: apsw.Connection) -> None:
    for statement, make in _READ_BACK:
        for row in connection.execute(statement):
            make(row)


def _fill(connection: apsw.Connection, dump: Dump) -> None:
    """Empty every table and write the dump's rows. Raises BadDump, and what SQLite says of a row."""
    names: Any = connection.execute(_TABLES).fetchall()
    if {name for (name,) in names} != dump.tables.keys():
        raise BadDump("its tables are not those of this server")
    if any("url_secret" in row for row in dump.tables["state"].rows):
        raise BadDump("it holds a key of media URLs, which stays where it is")
    for name, table in dump.tables.items():
        types = _types(connection, name)
        if table.columns != list(types):
            raise BadDump(f"the table {name} has other columns than here")
        connection.execute(f"DELETE FROM {name}" + (f" WHERE NOT {_KEPT_HERE}" if name == "state" else ""))  # noqa: S608
        statement = f"INSERT INTO {name} ({', '.join(types)}) VALUES ({', '.join('?' * len(types))})"  # noqa: S608
        connection.executemany(statement, (_values(name, row, list(types.values())) for row in table.rows))


def _values(table: str, row: list[Any], types: list[str]) -> list[Any]:  # Any: the columns' types are the table's
    if len(row) != len(types):
        raise BadDump(f"a row of the table {table} has {len(row)} values, not {len(types)}")
    return [_value(value, kind) for value, kind in zip(row, types, strict=True)]


def _value(value: Any, kind: str) -> Any:  # Any: as above
    if kind != "BLOB" or value is None:
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, binascii.Error):
        raise BadDump("a binary value is not base64") from None
