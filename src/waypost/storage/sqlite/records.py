"""The port Records over SQLite: what the stores do not share."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import apsw
import msgspec

from waypost.model import Event, EventKey, MediaKey, MessageKey, Number, NumberId, Template
from waypost.ports import Replacement, StoredDelivery, StoredMessage
from waypost.storage import columns
from waypost.storage.columns import DELIVERED, DELIVERY_COLUMNS, EVENT_COLUMNS, MESSAGE_COLUMNS
from waypost.storage.documents import replacing
from waypost.storage.records import BLOB_HAS_ROWS, DELETE_MEDIUM, SAVE_NUMBER, SAVE_TEMPLATE, SharedRecords
from waypost.storage.sealing import answering_later
from waypost.storage.sqlite.attempts import with_attempts
from waypost.storage.sqlite.part import Part
from waypost.storage.whole import RESET

_NUMBER = "SELECT id, number FROM numbers WHERE id = ?"
_TEMPLATE = "SELECT template FROM templates WHERE id = ?"
_MESSAGE = f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key) WHERE messages.key = ?"  # noqa: S608 - constants
# Find the newest messages; without an index on purpose: one more per accepted message costs more than a rare search.
_MESSAGES = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages CROSS JOIN contents USING (key)"  # noqa: S608 - constants
    " WHERE (?1 IS NULL OR number_id = ?1) AND (?2 IS NULL OR wa_id = ?2) ORDER BY messages.key DESC LIMIT ?3"
)
_DELIVERY = (
    f"SELECT {DELIVERY_COLUMNS} FROM deliveries CROSS JOIN events ON {DELIVERED}"  # noqa: S608 - constants
    " WHERE deliveries.key = ?"
)
# Find the events of deliveries; the keys are a JSON array.
TOLD = (
    f"SELECT deliveries.key, {EVENT_COLUMNS} FROM json_each(?) AS wanted"  # noqa: S608 - constants
    f" CROSS JOIN deliveries ON deliveries.key = wanted.value CROSS JOIN events ON {DELIVERED}"
)


class RecordsPart(Part, SharedRecords):
    """See `ports.Records` for what each operation promises."""

    async def delete_medium(self, key: MediaKey) -> bool:
        """Delete a medium; return whether its blob has no other row and may go."""

        def run(connection: apsw.Connection) -> bool:
            deleted = connection.execute(DELETE_MEDIUM, (key,)).fetchall()
            return bool(deleted) and not connection.execute(BLOB_HAS_ROWS, deleted[0]).get

        is_last = await self._run(run)
        self._watch.tell("media")
        return is_last

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        """Change a number as it is stored."""

        def run(connection: apsw.Connection) -> Number:
            row = connection.execute(_NUMBER, (number.id,)).fetchone()
            changed = change(number if row is None else self._sealing.number(row))
            connection.execute(SAVE_NUMBER, self._sealing.number_values(changed))
            return changed

        with answering_later():
            changed = await self._run(run)
        self._watch.tell("numbers")
        return changed

    async def add_template(self, template: Template, ledger: Replacement) -> bool:
        """Insert a template with what its account has done."""

        def run(connection: apsw.Connection) -> bool:
            done = connection.execute(*replacing(ledger)).fetchone() is not None
            if done:
                connection.execute(SAVE_TEMPLATE, (template.id, msgspec.json.encode(template)))
            return done

        return await self._run_on_templates(run)

    async def replace_template(self, before: Template, after: Template) -> bool:
        """Replace a template if it is still as it was read."""

        def run(connection: apsw.Connection) -> bool:
            row: Any = connection.execute(_TEMPLATE, (before.id,)).get  # Any: the table's types
            if row is None or msgspec.json.decode(row, type=Template) != before:
                return False
            connection.execute(SAVE_TEMPLATE, (after.id, msgspec.json.encode(after)))
            return True

        return await self._run_on_templates(run)

    async def _run_on_templates(self, run: Callable[[apsw.Connection], bool]) -> bool:
        done = await self._run(run)
        if done:
            self._watch.tell("templates")
        return done

    async def message(self, key: MessageKey) -> StoredMessage | None:
        """Return a message of either direction."""
        row = await self._row(_MESSAGE, key)
        return columns.message(row) if row else None

    async def messages(self, *, number_id: NumberId | None, wa_id: str | None, limit: int) -> list[StoredMessage]:
        """Return the newest messages first."""
        return [columns.message(row) for row in await self._search(_MESSAGES, number_id, wa_id, limit)]

    async def delivery(self, key: EventKey) -> StoredDelivery | None:
        """Return one delivery with its attempts."""

        def look(connection: apsw.Connection) -> StoredDelivery | None:
            row = connection.execute(_DELIVERY, (key,)).fetchone()
            return with_attempts(connection, row) if row else None

        return await self._search_by(look)

    async def told(self, keys: Sequence[EventKey]) -> list[tuple[EventKey, Event]]:
        """Return deliveries with their events."""
        return [(key, columns.event(tuple(row))) for key, *row in await self._rows(TOLD, json.dumps(keys))]

    async def reset(self) -> None:
        """Delete everything but numbers, tokens and named values."""
        await self._run_alone(lambda connection: connection.execute(RESET).fetchall())
        self._windows.clear()
        self._watch.tell("reset")
