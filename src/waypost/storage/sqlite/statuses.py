"""Writing statuses: what is new, what the message becomes by the table in `model`, its event and its delivery."""

from collections.abc import Iterable, Sequence

import apsw

from waypost.model import Event
from waypost.ports import Further, StatusRow
from waypost.storage.columns import findings_column
from waypost.storage.ladder import Climb, State, climb, further_column, parked_row
from waypost.storage.sqlite.engine import Rows

# What each message is and has seen, all in one text: `key,status,seen;...`.
_STATES = Rows(
    "SELECT group_concat(key || ',' || status || ',' || seen, ';') FROM messages WHERE key IN (VALUES {rows})", width=1
)
# Let messages climb.
_CLIMB = Rows(
    "UPDATE messages SET status = new.column2, seen = new.column3 FROM (VALUES {rows}) AS new"
    " WHERE messages.key = new.column1",
    width=3,
)
# Say why messages failed.
_BLAME = Rows(
    "UPDATE messages SET problem = new.column2, problem_details = new.column3 FROM (VALUES {rows}) AS new"
    " WHERE messages.key = new.column1",
    width=3,
)
# Keep what was found out about messages, with a status or in an attempt, which a crash may have hidden.
EVIDENCE = Rows("INSERT OR REPLACE INTO evidence (message_key, key, findings) VALUES {rows}", width=3)
# Keep events.
_EVENTS = Rows(
    "INSERT INTO events (key, number_id, message_key, kind, status, at_ms, problem, body) VALUES {rows}", width=8
)
# Make events wait for their subscriber.
_DELIVERIES = Rows("INSERT INTO deliveries (key, state, first_ms, due_ms, attempt) VALUES {rows}", width=5)
# Make events wait for their further subscribers.
_FURTHER = Rows(
    "INSERT INTO deliveries (key, state, first_ms, due_ms, attempt, event_key, endpoint) VALUES {rows}", width=7
)
# Park statuses of messages that are not stored yet; of two equal ones the first stays.
_PARK = Rows(
    "INSERT INTO orphans (message_key, status, key, number_id, at_ms, problem, problem_details, notify, further, body)"
    " VALUES {rows} ON CONFLICT DO NOTHING",
    width=10,
)
# Find the parked statuses of messages, in the order in which they came.
_PARKED = Rows(
    "SELECT message_key, status, key, number_id, at_ms, problem, problem_details, notify, further, body FROM orphans"
    " WHERE message_key IN (VALUES {rows}) ORDER BY key",
    width=1,
)
# Forget the parked statuses of messages.
_UNPARK = Rows("DELETE FROM orphans WHERE message_key IN (VALUES {rows})", width=1)
_ANY_PARKED = "SELECT EXISTS (SELECT 1 FROM orphans)"


def write_events(connection: apsw.Connection, events: Sequence[tuple[Event, bool, Further]]) -> None:
    """Store events, a waiting delivery for each that is marked, and one for each further endpoint."""
    _EVENTS.run(
        connection,
        [
            (e.key, e.number_id, e.message_key, e.kind, e.status, e.at_ms, e.problem, e.body)
            for e, _, _ in events
        ],
    )  # fmt: skip
    _DELIVERIES.run(connection, [(event.key, 0, event.at_ms, event.at_ms, 0) for event, notify, _ in events if notify])
    rows = [(key, 0, e.at_ms, e.at_ms, 0, e.key, name) for e, _, further in events for key, name in further]
    _FURTHER.run(connection, rows)


class Statuses:
    """Applies statuses; lives in the writer thread."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        # Only ever too careful: True costs a look-up per accept until the next start, False is never wrong.
        self._any_parked = bool(connection.execute(_ANY_PARKED).get)

    def apply(self, rows: Sequence[StatusRow]) -> list[bool]:
        """Apply statuses in order; True for each that is new to a stored message."""
        became = climb(rows, self._states({row.event.message_key for row in rows}))
        self._write(became)
        self._park(became.parked)
        return became.answers

    def join_parked(self, keys: Iterable[int]) -> list[Event]:
        """Apply what was parked for messages that are stored now; return the events that wait for delivery."""
        if not self._any_parked:
            return []
        wanted = [(key,) for key in keys]
        rows = [parked_row(row) for row in _PARKED.read(self._connection, wanted)]
        if not rows:
            return []
        _UNPARK.run(self._connection, wanted)
        applied = self.apply(rows)
        return [row.event for row, is_new in zip(rows, applied, strict=True) if is_new and row.notify]

    def _states(self, keys: Iterable[int]) -> dict[int, State]:
        """Return (status, seen) of each stored message among the keys."""
        states: dict[int, State] = {}
        for (text,) in _STATES.read(self._connection, [(key,) for key in keys]):
            for state in str(text).split(";") if text else ():
                key, status, seen = map(int, state.split(","))
                states[key] = (status, seen)
        return states

    def _write(self, became: Climb) -> None:
        _CLIMB.run(self._connection, [(key, status, seen) for key, (status, seen) in became.climbed.items()])
        write_events(self._connection, [(row.event, row.notify, row.further) for row in became.fresh])
        _BLAME.run(self._connection, [(key, problem, details) for _, key, problem, details in became.blames])
        EVIDENCE.run(
            self._connection,
            [(row.event.message_key, row.event.key, findings_column(row.findings)) for row in became.told],
        )

    def _park(self, rows: Sequence[StatusRow]) -> None:
        if not rows:
            return
        self._any_parked = True
        _PARK.run(
            self._connection,
            [
                (
                    row.event.message_key, row.status, row.event.key, row.event.number_id, row.event.at_ms,
                    row.event.problem, row.problem_details, row.notify,
                    further_column(row.further), row.event.body,
                )
                for row in rows
            ],
        )  # fmt: skip
