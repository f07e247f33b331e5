"""Fills a stopped server's database with what earlier days would have left, in SQL: a million rows in seconds."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import time

import apsw
from bench.stand import NUMBER

Span = tuple[int, int, int]
"""The first message, the one behind the last, and the key of the first of all."""
Add = Callable[[apsw.Connection, Span, int], None]

_EPOCH_MS = 1_704_067_200_000  # of the keys; see waypost.lib.ids
_KEY_BITS = 15
_KEYS_APART = 8  # a message, its events, and room
_AGE_MS = 3_600_000
_ROWS_AT_ONCE = 100_000
_USERS = 10_000
_FAST = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144", "temp_store = MEMORY")
_BACK = ("journal_mode = DELETE", "journal_mode = WAL")

_BODY = b'{"type":"text","text":{"body":"Your order 4711 has left the house and comes tomorrow."}}'
_RAW = b'{"messaging_product":"whatsapp","to":"4915550000001",' + _BODY[1:]
_EVENT = (
    b'{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550123456","phone_number_id":"15550123456"},'
    b'"statuses":[{"id":"wamid.HBgNNDkxNTU1MDAwMDAwMRUCABEYEjQ3MTEwMDAwMDAwMDAwMDAwMAA=","status":"sent",'
    b'"timestamp":"1790000000","recipient_id":"4915550000001"}]}'
)

# The rows of one message each, from ?1 up to ?2; ?3 is the key of the first that was ever made.
_NUMBERED = "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2) "
_KEY = f"?3 + i * {_KEYS_APART}"
_WA_ID = f"CAST(4915550000000 + i % {_USERS} AS TEXT)"
_MESSAGES = (
    _NUMBERED
    + "INSERT INTO messages (key, number_id, wa_id, tag, received, kind, status, seen, at_ms, category, dialect)"
    + f" SELECT {_KEY}, ?4, {_WA_ID}, i % 65536, 0, 'text', ?6, ?7, ?5, 'service', 'cloud' FROM n"
)
_CONTENTS = _NUMBERED + f"INSERT INTO contents (key, body, raw) SELECT {_KEY}, ?4, ?5 FROM n"
_EVENTS = (
    _NUMBERED
    + "INSERT INTO events (key, number_id, message_key, kind, status, at_ms, body)"
    + f" SELECT {_KEY} + ?7, ?4, {_KEY}, 'status', ?7, ?5, ?6 FROM n"
)
_DELIVERIES = (
    _NUMBERED
    + "INSERT INTO deliveries (key, state, first_ms, due_ms, attempt) SELECT "
    + f"{_KEY} + ?4, ?6, ?5, ?5, 0 FROM n"
)
_CARRIED = (
    _NUMBERED
    + "INSERT INTO carried (token, number_id, wa_id, kind, category, progress, due_ms, in_window, tells_expiry)"
    + f" SELECT {_KEY}, ?4, {_WA_ID}, 'text', 'service', 3, 0, 1, 0 FROM n"
)
_JOBS = _NUMBERED + f"INSERT INTO outbox (key, due_ms, attempt, begun) SELECT {_KEY}, 0, 0, 0 FROM n"


def store_messages(data: Path, count: int) -> None:
    """Add messages that were sent, told and read an hour ago: nine rows each."""
    _fill(data, count, _ended)


def store_waiting_messages(data: Path, count: int) -> None:
    """Add messages that the upstream has not had."""
    _fill(data, count, _jobs)


def store_waiting_webhooks(data: Path, count: int) -> None:
    """Add messages of which the subscriber has not been told that they are sent."""
    _fill(data, count, _untold)


def _fill(data: Path, count: int, add: Add) -> None:
    """Add so many messages in one go; without a journal, since whoever is interrupted begins anew."""
    at_ms = int(time() * 1000) - _AGE_MS
    first_key = (at_ms - _EPOCH_MS) << _KEY_BITS
    with closing(apsw.Connection(str(data / "waypost.db"))) as connection:
        for pragma in _FAST:
            connection.execute(f"PRAGMA {pragma}")
        for start in range(0, count, _ROWS_AT_ONCE):
            with connection:
                add(connection, (start, min(start + _ROWS_AT_ONCE, count), first_key), at_ms)
        for pragma in _BACK:
            connection.execute(f"PRAGMA {pragma}")


def _ended(connection: apsw.Connection, rows: Span, at_ms: int) -> None:
    _messages(connection, rows, at_ms, status=3)
    for status in (1, 2, 3):
        connection.execute(_EVENTS, (*rows, int(NUMBER), at_ms, _EVENT, status))
        connection.execute(_DELIVERIES, (*rows, status, at_ms, 1))
    connection.execute(_CARRIED, (*rows, int(NUMBER)))


def _jobs(connection: apsw.Connection, rows: Span, at_ms: int) -> None:
    _messages(connection, rows, at_ms, status=0)
    connection.execute(_JOBS, rows)


def _untold(connection: apsw.Connection, rows: Span, at_ms: int) -> None:
    _messages(connection, rows, at_ms, status=1)
    connection.execute(_EVENTS, (*rows, int(NUMBER), at_ms, _EVENT, 1))
    connection.execute(_DELIVERIES, (*rows, 1, at_ms, 0))


def _messages(connection: apsw.Connection, rows: Span, at_ms: int, *, status: int) -> None:
    seen = (1 << status + 1) - 1
    connection.execute(_MESSAGES, (*rows, int(NUMBER), at_ms, status, seen))
    connection.execute(_CONTENTS, (*rows, _BODY, _RAW))
