"""The port Store over SQLite: what the stores do not share; the steps of a message are in `hot.py`."""

import json
from collections.abc import Sequence

import apsw

from waypost.model import Delivery, Event, EventKey, MessageKey, NumberId, Outbound
from waypost.ports import Further
from waypost.ports.records import STATES
from waypost.storage import columns
from waypost.storage.columns import DELIVERED, OUTBOUND_COLUMNS, WAITING_COLUMNS
from waypost.storage.sqlite.hot import HotWrites
from waypost.storage.sqlite.part import Part
from waypost.storage.sqlite.statuses import write_events
from waypost.storage.store import SharedStore

# Find the jobs above a key, in order.
QUEUED_MESSAGES = (
    "SELECT outbox.key, number_id FROM outbox CROSS JOIN messages USING (key)"
    " WHERE outbox.key > ? ORDER BY outbox.key LIMIT ?"
)
# Read jobs; the keys are a JSON array.
WAITING_MESSAGES = (
    f"SELECT {OUTBOUND_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN outbox ON outbox.key = wanted.value"  # noqa: S608 - constants
    " CROSS JOIN messages ON messages.key = outbox.key CROSS JOIN contents ON contents.key = outbox.key"
)
# Find the waiting deliveries above a key, in order.
QUEUED_DELIVERIES = (
    f"SELECT deliveries.key, number_id, ifnull(endpoint, '') FROM deliveries CROSS JOIN events ON {DELIVERED}"  # noqa: S608 - constants
    " WHERE deliveries.state = 0 AND deliveries.key > ? ORDER BY deliveries.key LIMIT ?"
)
# Read deliveries that wait; the keys are a JSON array.
WAITING_DELIVERIES = (
    f"SELECT {WAITING_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN deliveries ON deliveries.key = wanted.value"  # noqa: S608 - constants
    f" CROSS JOIN events ON {DELIVERED} WHERE deliveries.state = 0"
)
# Read one delivery that waits.
_WAITING_DELIVERY = (
    f"SELECT {WAITING_COLUMNS} FROM deliveries CROSS JOIN events ON {DELIVERED}"  # noqa: S608 - constants
    " WHERE deliveries.key = ?"
)
# Move the attempt that succeeded to the others, before a redelivery.
_KEEP_DONE = (
    "INSERT INTO attempts (delivery_key, number, at_ms, elapsed_ms, status, answer, signed_s)"
    " SELECT key, attempt, done_at_ms, done_elapsed_ms, done_status, done_answer, done_signed_s FROM deliveries"
    " WHERE key = ? AND state = 1 AND done_at_ms IS NOT NULL"
)
# Let a delivery start anew.
_REDELIVER = "UPDATE deliveries SET state = 0, first_ms = ?2, due_ms = ?2, attempt = 0 WHERE key = ?1"
# Do both with those of many that are in a state; the keys are a JSON array.
KEEP_ALL_DONE = (
    "INSERT INTO attempts (delivery_key, number, at_ms, elapsed_ms, status, answer, signed_s)"
    " SELECT deliveries.key, attempt, done_at_ms, done_elapsed_ms, done_status, done_answer, done_signed_s"
    " FROM json_each(?1) AS wanted CROSS JOIN deliveries ON deliveries.key = wanted.value"
    " WHERE state = ?2 AND state = 1 AND done_at_ms IS NOT NULL"
)
REDELIVER_ALL = (
    "UPDATE deliveries SET state = 0, first_ms = ?3, due_ms = ?3, attempt = 0"
    " WHERE key IN (SELECT value FROM json_each(?1)) AND state = ?2 RETURNING key"
)
# Find whom numbers sent something outside the window since; a rare search, once per account after a start.
_INITIATED = (
    "SELECT carried.wa_id, max(messages.at_ms) FROM carried CROSS JOIN messages ON messages.key = carried.token"
    " WHERE carried.in_window = 0 AND carried.fault IS NULL AND messages.at_ms > ?1"
    " AND carried.number_id IN (SELECT value FROM json_each(?2)) GROUP BY carried.wa_id"
)


class StorePart(Part, SharedStore):
    """See `ports.Store` for what each operation promises."""

    _writes: HotWrites

    async def record_notice(self, event: Event, *, notify: bool, further: Further = ()) -> None:
        """Store an event that is about no message."""
        await self._run(lambda connection: write_events(connection, [(event, notify, further)]))
        self._watch.tell_event(event, notify=notify, further=further)

    async def redeliver(self, key: EventKey, now_ms: int) -> Delivery | None:
        """Make a delivery wait again."""

        def run(connection: apsw.Connection) -> Delivery | None:
            connection.execute(_KEEP_DONE, (key,))
            connection.execute(_REDELIVER, (key, now_ms))
            row = connection.execute(_WAITING_DELIVERY, (key,)).fetchone()
            return columns.waiting(row) if row else None

        found = await self._run_alone(run)
        self._watch.tell_deliveries([found] if found else [])
        return found

    async def redeliver_all(self, keys: Sequence[EventKey], state: str, now_ms: int) -> list[Delivery]:
        """Make many deliveries wait again."""
        given = json.dumps(keys), STATES.index(state)

        def run(connection: apsw.Connection) -> list[Delivery]:
            connection.execute(KEEP_ALL_DONE, given)
            changed = {key for (key,) in connection.execute(REDELIVER_ALL, (*given, now_ms))}
            wanted = json.dumps([key for key in keys if key in changed])
            return columns.readable(columns.waiting, connection.execute(WAITING_DELIVERIES, (wanted,)))

        found = await self._run_alone(run)
        self._watch.tell_deliveries(found)
        return found

    async def queued_messages(self, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        """Find jobs above a key."""
        return await self._rows(QUEUED_MESSAGES, after, limit)

    async def waiting_messages(self, keys: Sequence[MessageKey]) -> list[Outbound]:
        """Read jobs."""
        return columns.readable(columns.outbound, await self._rows(WAITING_MESSAGES, json.dumps(keys)))

    async def queued_deliveries(self, after: EventKey, limit: int) -> list[tuple[EventKey, NumberId, str]]:
        """Find waiting deliveries above a key."""
        return await self._rows(QUEUED_DELIVERIES, after, limit)

    async def waiting_deliveries(self, keys: Sequence[EventKey]) -> list[Delivery]:
        """Read waiting deliveries."""
        return columns.readable(columns.waiting, await self._rows(WAITING_DELIVERIES, json.dumps(keys)))

    async def initiated(self, number_ids: Sequence[NumberId], since_ms: int) -> list[tuple[str, int]]:
        """Return the users to whom these numbers sent something outside their window since."""
        return await self._search(_INITIATED, since_ms, json.dumps(number_ids))
