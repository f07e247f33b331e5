"""The port Store over PostgreSQL: what the stores do not share; the steps of a message are in `hot.py`."""

from collections.abc import Sequence

from waypost.model import Delivery, Event, EventKey, MessageKey, NumberId, Outbound
from waypost.ports import Further
from waypost.ports.records import STATES
from waypost.storage import columns
from waypost.storage.columns import DELIVERED, OUTBOUND_COLUMNS, WAITING_COLUMNS
from waypost.storage.postgres.hot import HotWrites
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part
from waypost.storage.postgres.queues import QUEUED_DELIVERIES, QUEUED_MESSAGES
from waypost.storage.postgres.statuses import write_events
from waypost.storage.store import SharedStore

_WANTED = "unnest($1::bigint[]) WITH ORDINALITY AS wanted (wanted_key, place)"
# Read jobs.
_WAITING_MESSAGES = (
    f"SELECT {OUTBOUND_COLUMNS} FROM {_WANTED} JOIN outbox ON outbox.key = wanted_key"  # noqa: S608 - constants
    " JOIN messages USING (key, number_id) JOIN contents USING (key, number_id) ORDER BY place"
)
# Read deliveries that wait.
_WAITING_DELIVERIES = (
    f"SELECT {WAITING_COLUMNS} FROM {_WANTED} JOIN deliveries ON deliveries.key = wanted_key"  # noqa: S608 - constants
    f" JOIN events ON {DELIVERED} WHERE deliveries.state = 0 ORDER BY place"
)
# Read one delivery that waits.
_WAITING_DELIVERY = (
    f"SELECT {WAITING_COLUMNS} FROM deliveries JOIN events ON {DELIVERED}"  # noqa: S608 - constants
    " WHERE deliveries.key = $1"
)
# Move the attempt that succeeded to the others, before a redelivery.
_KEEP_DONE = (
    "INSERT INTO attempts (number_id, delivery_key, number, at_ms, elapsed_ms, status, answer, signed_s)"
    " SELECT number_id, key, attempt, done_at_ms, done_elapsed_ms, done_status, done_answer, done_signed_s"
    " FROM deliveries WHERE key = $1 AND state = 1 AND done_at_ms IS NOT NULL"
)
# Let a delivery start anew.
_REDELIVER = "UPDATE deliveries SET state = 0, first_ms = $2, due_ms = $2, attempt = 0 WHERE key = $1"
# Do both with those of many that are in a state; two who do it at once do it once.
_REDELIVER_ALL = (
    "WITH ended AS (SELECT * FROM deliveries WHERE key = ANY($1::bigint[]) AND state = $2 ORDER BY key FOR UPDATE),"
    " kept AS (INSERT INTO attempts (number_id, delivery_key, number, at_ms, elapsed_ms, status, answer, signed_s)"
    " SELECT number_id, key, attempt, done_at_ms, done_elapsed_ms, done_status, done_answer, done_signed_s"
    " FROM ended WHERE state = 1 AND done_at_ms IS NOT NULL)"
    " UPDATE deliveries SET state = 0, first_ms = $3, due_ms = $3, attempt = 0 FROM ended"
    " WHERE deliveries.key = ended.key AND deliveries.number_id = ended.number_id RETURNING deliveries.key"
)
# Find whom numbers sent something outside the window since; a rare search, once per account after a start.
_INITIATED = (
    "SELECT carried.wa_id, max(messages.at_ms) FROM carried JOIN messages ON messages.key = carried.token"
    " WHERE NOT carried.in_window AND carried.fault IS NULL AND messages.at_ms > $1"
    " AND carried.number_id = ANY($2::bigint[]) GROUP BY carried.wa_id ORDER BY carried.wa_id"
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

        async def run(connection: Connection) -> Delivery | None:
            await connection.execute(_KEEP_DONE, key)
            await connection.execute(_REDELIVER, key, now_ms)
            row = await connection.fetchrow(_WAITING_DELIVERY, key)
            return columns.waiting(row) if row else None

        found = await self._run_alone(run)
        self._watch.tell_deliveries([found] if found else [])
        return found

    async def redeliver_all(self, keys: Sequence[EventKey], state: str, now_ms: int) -> list[Delivery]:
        """Make many deliveries wait again."""

        async def run(connection: Connection) -> list[Delivery]:
            rows = await connection.fetch(_REDELIVER_ALL, list(keys), STATES.index(state), now_ms)
            changed = {key for (key,) in rows}
            wanted = [key for key in keys if key in changed]
            return columns.readable(columns.waiting, await connection.fetch(_WAITING_DELIVERIES, wanted))

        found = await self._run_alone(run)
        self._watch.tell_deliveries(found)
        return found

    async def queued_messages(self, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        """Find jobs above a key."""
        rows = await self._rows(QUEUED_MESSAGES, after, limit, self._scope)
        return [(MessageKey(key), NumberId(of)) for key, of in rows]

    async def waiting_messages(self, keys: Sequence[MessageKey]) -> list[Outbound]:
        """Read jobs."""
        return columns.readable(columns.outbound, await self._rows(_WAITING_MESSAGES, list(keys)))

    async def queued_deliveries(self, after: EventKey, limit: int) -> list[tuple[EventKey, NumberId, str]]:
        """Find waiting deliveries above a key."""
        rows = await self._rows(QUEUED_DELIVERIES, after, limit, self._scope)
        return [(EventKey(key), NumberId(of), endpoint) for key, of, endpoint in rows]

    async def waiting_deliveries(self, keys: Sequence[EventKey]) -> list[Delivery]:
        """Read deliveries that wait."""
        return columns.readable(columns.waiting, await self._rows(_WAITING_DELIVERIES, list(keys)))

    async def initiated(self, number_ids: Sequence[NumberId], since_ms: int) -> list[tuple[str, int]]:
        """Return the users to whom these numbers sent something outside their window since."""
        return [(wa_id, at_ms) for wa_id, at_ms in await self._search(_INITIATED, since_ms, list(number_ids))]
