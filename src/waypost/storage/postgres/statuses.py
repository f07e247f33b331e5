"""Writing statuses into PostgreSQL: what is new, its event and its delivery."""

from collections.abc import Iterable, Sequence

from waypost.model import Event
from waypost.ports import Further, StatusRow
from waypost.storage.columns import findings_column
from waypost.storage.ladder import Climb, State, climb, further_column, parked_row
from waypost.storage.postgres.link import Bulk, Connection

# Tell what messages are and have seen.
_STATES = "SELECT key, status, seen FROM messages WHERE key = ANY($1::bigint[]) AND NOT received"
# Let messages climb.
_CLIMB = Bulk(
    "key bigint, status smallint, seen smallint",
    "UPDATE messages SET status = given.status, seen = given.seen FROM {given} WHERE messages.key = given.key",
)
# Say why messages failed.
_BLAME = Bulk(
    "number_id bigint, key bigint, problem text, problem_details text",
    "UPDATE messages SET problem = given.problem, problem_details = given.problem_details FROM {given}"
    " WHERE messages.key = given.key AND messages.number_id = given.number_id",
)
# Keep what was found out about messages, with a status or in an attempt, which a crash may have hidden.
EVIDENCE = Bulk(
    "number_id bigint, message_key bigint, key bigint, findings bytea",
    "INSERT INTO evidence (number_id, message_key, key, findings)"
    " SELECT number_id, message_key, key, findings FROM {given}"
    " ON CONFLICT (message_key, key, number_id) DO UPDATE SET findings = excluded.findings",
)
# Keep events.
_EVENTS = Bulk(
    "number_id bigint, key bigint, message_key bigint, kind text, status smallint, at_ms bigint, problem text,"
    " body bytea",
    "INSERT INTO events (number_id, key, message_key, kind, status, at_ms, problem, body)"
    " SELECT number_id, key, message_key, kind, status, at_ms, problem, body FROM {given}",
)
# Make events wait for their subscribers, the first and further ones.
_DELIVERIES = Bulk(
    "number_id bigint, key bigint, at_ms bigint, event_key bigint, endpoint text",
    "INSERT INTO deliveries (number_id, key, state, first_ms, due_ms, attempt, event_key, endpoint)"
    " SELECT number_id, key, 0, at_ms, at_ms, 0, event_key, endpoint FROM {given}",
)
# Park statuses of messages that are not stored yet; of two equal ones the first stays.
_PARK = Bulk(
    "number_id bigint, message_key bigint, status smallint, key bigint, at_ms bigint, problem text,"
    " problem_details text, notify boolean, further text, body bytea",
    "INSERT INTO orphans (number_id, message_key, status, key, at_ms, problem, problem_details, notify, further, body)"
    " SELECT number_id, message_key, status, key, at_ms, problem, problem_details, notify, further, body FROM {given}"
    " ON CONFLICT DO NOTHING",
)
# Take away the parked statuses of messages.
_UNPARK = (
    "DELETE FROM orphans WHERE message_key = ANY($1::bigint[])"
    " RETURNING message_key, status, key, number_id, at_ms, problem, problem_details, notify, further, body"
)


async def write_events(connection: Connection, events: Sequence[tuple[Event, bool, Further]]) -> None:
    """Store events, a waiting delivery for each that is marked, and one for each further endpoint."""
    await _EVENTS.run(
        connection,
        [
            (e.number_id, e.key, e.message_key, e.kind, e.status, e.at_ms, e.problem, e.body)
            for e, _, _ in events
        ],
    )  # fmt: skip
    first = [(e.number_id, e.key, e.at_ms, None, None) for e, notify, _ in events if notify]
    more = [(e.number_id, key, e.at_ms, e.key, name) for e, _, further in events for key, name in further]
    await _DELIVERIES.run(connection, first + more)


async def apply(connection: Connection, rows: Sequence[StatusRow]) -> list[bool]:
    """Apply statuses in order; True for each that is new to a stored message."""
    keys = {row.event.message_key for row in rows}
    states: dict[int, State] = {
        key: (status, seen) for key, status, seen in await connection.fetch(_STATES, list(keys))
    }
    became = climb(rows, states)
    await _write(connection, became)
    await _park(connection, became.parked)
    return became.answers


async def join_parked(connection: Connection, keys: Iterable[int]) -> list[Event]:
    """Apply what was parked for messages that are stored now; return the events that wait for delivery."""
    found = [parked_row(tuple(row)) for row in await connection.fetch(_UNPARK, list(keys))]
    rows = sorted(found, key=lambda row: row.event.key)
    applied = await apply(connection, rows)
    return [row.event for row, is_new in zip(rows, applied, strict=True) if is_new and row.notify]


async def _write(connection: Connection, became: Climb) -> None:
    await _CLIMB.run(connection, [(key, status, seen) for key, (status, seen) in became.climbed.items()])
    await write_events(connection, [(row.event, row.notify, row.further) for row in became.fresh])
    await _BLAME.run(connection, became.blames)
    told = [(row.event, findings_column(row.findings)) for row in became.told]
    await EVIDENCE.run(connection, [(e.number_id, e.message_key, e.key, findings) for e, findings in told])


async def _park(connection: Connection, rows: Sequence[StatusRow]) -> None:
    await _PARK.run(
        connection,
        [
            (
                row.event.number_id, row.event.message_key, row.status, row.event.key, row.event.at_ms,
                row.event.problem, row.problem_details, row.notify, further_column(row.further), row.event.body,
            )
            for row in rows
        ],
    )  # fmt: skip
