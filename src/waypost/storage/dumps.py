"""Dumps: how they are written and checked; each store only reads and fills its tables."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec import Struct

from waypost.lib.clock import milliseconds_of
from waypost.lib.ids import KEYS_END
from waypost.model import Template
from waypost.ports import BadDump, Dump, StoredMessage
from waypost.storage import columns
from waypost.storage.columns import (
    ATTEMPT_COLUMNS,
    CARRIED_COLUMNS,
    DELIVERED,
    DELIVERY_COLUMNS,
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    PHONE_COLUMNS,
    TOKEN_COLUMNS,
    Values,
)
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sealing import NUMBERS, PROVIDERS, URL_SECRET, Sealing
from waypost.wire.canonical import stored_content
from waypost.wire.inbound_bodies import deleted_id
from waypost.wire.messages import TYPES
from waypost.wire.shown_text import shown_text

LOG_EPOCH = "log_epoch"
_KEPT_HERE = (URL_SECRET, LOG_EPOCH)
_FARTHEST_MS = 150 * 366 * 86_400_000
_BINARY = ("BLOB", "bytea")
_BOUNDS: Mapping[str, range] = {
    "_ms": range(milliseconds_of(datetime.min.replace(tzinfo=UTC)), milliseconds_of(datetime.max.replace(tzinfo=UTC))),
    "key": range(KEYS_END),
    "messages.tag": range(1 << 16),
}
"""What integers can be, by the end of their columns' names."""

_MESSAGES = f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key)"  # noqa: S608 - constants
_READ_BACK: tuple[tuple[str, Callable[[Values], object]], ...] = (
    (f"SELECT {TOKEN_COLUMNS} FROM tokens", columns.token),  # noqa: S608 - constants
    (f"SELECT {PHONE_COLUMNS} FROM phones", columns.phone),  # noqa: S608 - constants
    (f"SELECT {CARRIED_COLUMNS} FROM carried", columns.carried),  # noqa: S608 - constants
    (_MESSAGES, lambda row: _check_message(columns.message(row))),
    (f"SELECT {EVENT_COLUMNS} FROM events", columns.event),  # noqa: S608 - constants
    (f"SELECT {DELIVERY_COLUMNS} FROM deliveries JOIN events ON {DELIVERED}", lambda row: columns.delivery(row, ())),  # noqa: S608 - constants
    (f"SELECT {ATTEMPT_COLUMNS} FROM attempts", columns.attempt),  # noqa: S608 - constants
    ("SELECT findings FROM evidence", lambda row: columns.findings([row])),
    ("SELECT template FROM templates", lambda row: msgspec.json.decode(row[0], type=Template)),
    ("SELECT body FROM documents", lambda row: msgspec.json.decode(row[0])),
    ("SELECT value FROM state WHERE name = 'clock'", lambda row: _check_clock(row[0])),
)
UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, LookupError, OverflowError)
"""What reading a bad row back may raise."""


def read_back(sealing: Sealing) -> tuple[tuple[str, Callable[[Values], object]], ...]:
    """Return what is read at start or soon after it and in lists, and by what.

    A row that cannot be read would keep the server from starting again, or hide the others of its list.
    """
    return (*_READ_BACK, (NUMBERS.read, sealing.number), (PROVIDERS.read, sealing.provider))


class _Context(Struct):
    id: str | None = None
    message_id: str | None = None


class _Body(Struct):
    """What every stored body may have."""

    context: _Context | None = None


class _Clock(Struct, forbid_unknown_fields=True):
    offset_ms: int = 0
    frozen_at_ms: int | None = None


def shape(database: Literal["sqlite", "postgres"]) -> str:
    """Return the name of the schema: another text of it is another schema."""
    scripts = read_migrations(database)
    return f"{database}-{len(scripts)}-{hashlib.sha256(''.join(scripts).encode()).hexdigest()[:12]}"


def check_shape(dump: Dump, database: Literal["sqlite", "postgres"]) -> None:
    """Raise BadDump unless this schema wrote the dump."""
    if dump.shape != shape(database):
        raise BadDump(f"it was written with the schema {dump.shape[:60]}, and this server has {shape(database)}")


def check_tables(dump: Dump, names: set[str]) -> None:
    """Raise BadDump unless the dump has exactly these tables, and no secret of the machine that wrote it."""
    if names != dump.tables.keys():
        raise BadDump("its tables are not those of this server")
    for name in _KEPT_HERE:
        if any(name in row for row in dump.tables["state"].rows):
            raise BadDump(f"it holds {name}, which stays where it is")


def dumped_of(table: str) -> str:
    """Return what stands behind FROM for the rows of a table that are dumped and replaced.

    The key of media URLs stays where it is: URLs that were handed out go on working, and nobody else can make any.
    So does what an SQLite file knows of its log.
    """
    return f"{table} WHERE name NOT IN {_KEPT_HERE}" if table == "state" else table


def written(row: Sequence[object]) -> list[object]:
    """Return a row as JSON can hold it: binary values in base64."""
    return [base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value for value in row]


def rows(dump: Dump, table: str, types: Mapping[str, str]) -> Iterator[list[Any]]:  # Any: as the table's columns are
    """Yield the rows of a table as a store takes them; `types` are those of its columns here. Raises BadDump."""
    dumped = dump.tables[table]
    if dumped.columns != list(types):
        raise BadDump(f"the table {table} has other columns than here")
    readers = [_reader(f"{table}.{name}", kind) for name, kind in types.items()]
    for row in dumped.rows:
        if len(row) != len(types):
            raise BadDump(f"a row of the table {table} has {len(row)} values, not {len(types)}")
        yield [read(value) for read, value in zip(readers, row, strict=True)]


def _reader(column: str, kind: str) -> Callable[[Any], Any]:  # Any: as above
    if kind in _BINARY:
        return _binary
    bounds = next((bounds for end, bounds in _BOUNDS.items() if column.endswith(end)), None)
    return _as_it_is if bounds is None else partial(_bounded, column, bounds)


def _as_it_is(value: Any) -> Any:  # Any: as above
    return value


def _bounded(column: str, bounds: range, value: Any) -> Any:  # Any: as above
    if isinstance(value, int) and value not in bounds:
        raise BadDump(f"{column} is {str(value)[:40]}, which cannot be")
    return value


def _binary(value: Any) -> Any:  # Any: as above
    if value is None:
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, binascii.Error):
        raise BadDump("a binary value is not base64") from None


def _check_message(message: StoredMessage) -> None:
    """Raise one of UNREADABLE for what no list could show."""
    if not (message.wa_id.isascii() and message.wa_id.isdigit()):
        raise BadDump(f"messages.wa_id is {message.wa_id[:40]!r}, which is no number")
    if not (message.received or message.kind in TYPES):
        raise BadDump(f"the message {message.key} is of the type {message.kind[:40]!r}, which there is not")
    try:
        msgspec.json.decode(message.body, type=_Body)
        if message.received:
            deleted_id(message.body)
        else:
            stored_content(message.kind, message.body)
        shown_text(message.kind, message.body, received=message.received)
    except UNREADABLE as error:
        raise BadDump(f"the message {message.key} is of the type {message.kind[:40]!r}, but: {error}") from None


def _check_clock(saved: bytes) -> None:
    moved = msgspec.json.decode(saved, type=_Clock)
    if abs(moved.offset_ms) > _FARTHEST_MS or abs(moved.frozen_at_ms or 0) > _FARTHEST_MS:
        raise BadDump("its clock is out of the years that can be")
