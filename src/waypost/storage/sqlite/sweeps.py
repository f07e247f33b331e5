"""Dropping what is old and ended: one step along the messages or the notices, inside a transaction of the writer.

There is no index on age: keys are in the order of time, and a write to one more index with every message would cost
more than walking along the oldest rows now and then. A step reads `limit` rows by key and looks at each one's own rows
through the indexes that are there anyway, so that it takes a few milliseconds however large the tables are.

The pages that become free stay in the file and are used again before it grows, so it settles at the size of what is
kept. Giving them back with an incremental vacuum would cost every page that is ever allocated an entry in a map, on
the way of each message; who wants the file small after a flood stops the server and runs `VACUUM`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from waypost.model import EventKey, MessageKey
from waypost.ports import Sweep
from waypost.storage.sqlite.engine import Rows, Value

# Look at the next messages: key, user, whether it is old, and whether it may go: it is of the number that is asked for,
# the upstream and the phone have had it, and no delivery waits (0) or is dead (2). CROSS JOIN: from the events, and not
# along everything that waits.
OLD_MESSAGES = (
    "SELECT key, wa_id, at_ms < ?2, at_ms < ?2 AND (?4 IS NULL OR number_id = ?4)"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.key = messages.key)"
    " AND NOT EXISTS (SELECT 1 FROM held WHERE held.key = messages.key)"
    " AND NOT EXISTS (SELECT 1 FROM carried WHERE token = messages.key AND progress < 2)"
    " AND NOT EXISTS (SELECT 1 FROM events CROSS JOIN deliveries ON deliveries.key = events.key"
    " WHERE events.message_key = messages.key AND state IN (0, 2))"
    " AND NOT EXISTS (SELECT 1 FROM events CROSS JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE events.message_key = messages.key AND state IN (0, 2))"
    " FROM messages WHERE key > ?1 ORDER BY key LIMIT ?3"
)
# Look at the next events in the same way; one that is about no message has its own key as the message's.
OLD_NOTICES = (
    "SELECT key, NULL, at_ms < ?2, at_ms < ?2 AND message_key = key"
    " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.key = events.key AND state IN (0, 2))"
    " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.event_key = events.key AND state IN (0, 2))"
    " FROM events WHERE key > ?1 ORDER BY key LIMIT ?3"
)
# Find the events of messages, and the further deliveries of events.
EVENTS_OF = Rows("SELECT key FROM events WHERE message_key IN (VALUES {rows})", width=1)
FURTHER_OF = Rows("SELECT key FROM deliveries WHERE event_key IN (VALUES {rows})", width=1)
# Drop the rows of messages, of deliveries and of events.
MESSAGE_ROWS = tuple(
    Rows(f"DELETE FROM {table} WHERE {key} IN (VALUES {{rows}})", width=1)  # noqa: S608 - constants
    for table, key in (
        ("messages", "key"),
        ("contents", "key"),
        ("sends", "message_key"),
        ("evidence", "message_key"),
        ("carried", "token"),
    )
)
DELIVERY_ROWS = tuple(
    Rows(f"DELETE FROM {table} WHERE {key} IN (VALUES {{rows}})", width=1)  # noqa: S608 - constants
    for table, key in (("attempts", "delivery_key"), ("deliveries", "key"))
)
EVENT_ROWS = Rows("DELETE FROM events WHERE key IN (VALUES {rows})", width=1)

Keys = Sequence[tuple[int]]


def sweep_messages(connection: apsw.Connection, step: tuple[Value, ...]) -> Sweep:
    """Look at the next messages and drop what may go, with all that hangs on it: after, before, limit and number."""
    gone, next_after = _look(connection, OLD_MESSAGES, step)
    keys = [(key,) for key, _ in gone]
    _drop_events(connection, _found(EVENTS_OF, connection, keys))
    for rows in MESSAGE_ROWS:
        rows.run(connection, keys)
    return Sweep(tuple(gone), next_after)


def sweep_notices(connection: apsw.Connection, step: tuple[Value, ...]) -> EventKey | None:
    """Sweep the events that are about no message: after, before and limit; return where to go on."""
    gone, next_after = _look(connection, OLD_NOTICES, step)
    _drop_events(connection, [(key,) for key, _ in gone])
    return None if next_after is None else EventKey(next_after)


def _look(
    connection: apsw.Connection, statement: str, step: tuple[Value, ...]
) -> tuple[list[tuple[MessageKey, str]], MessageKey | None]:
    """Return what may go, and where to go on: not beyond rows that are all too young."""
    seen: Any = connection.execute(statement, step).fetchall()  # Any: the columns are those of the statement
    go_on = any(is_old for _, _, is_old, _ in seen)
    return [(key, wa_id) for key, wa_id, _, may_go in seen if may_go], seen[-1][0] if go_on else None


def _drop_events(connection: apsw.Connection, events: Keys) -> None:
    """Drop events with their deliveries; the first delivery of an event has the event's own key."""
    deliveries = [*events, *_found(FURTHER_OF, connection, events)]
    for rows in DELIVERY_ROWS:
        rows.run(connection, deliveries)
    EVENT_ROWS.run(connection, events)


def _found(rows: Rows, connection: apsw.Connection, keys: Keys) -> Keys:
    found: Iterable[Any] = rows.read(connection, keys)  # Any: a column of keys
    return [(key,) for (key,) in found]
