"""The port Records over PostgreSQL: what the stores do not share."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from waypost.model import Event, EventKey, MediaKey, MessageKey, Number, NumberId, Template
from waypost.ports import Replacement, StoredDelivery, StoredMessage
from waypost.storage import columns
from waypost.storage.columns import DELIVERED, DELIVERY_COLUMNS, EVENT_COLUMNS, MESSAGE_COLUMNS
from waypost.storage.documents import replacing
from waypost.storage.postgres.attempts import with_attempts
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part
from waypost.storage.records import BLOB_HAS_ROWS, DELETE_MEDIUM, SAVE_NUMBER, SAVE_TEMPLATE, SharedRecords
from waypost.storage.sealing import answering_later
from waypost.storage.whole import RESET

# Have a number to ourselves, whether it was there or not: a row that is missing cannot be locked.
_ADD_NUMBER = "INSERT INTO numbers (id, number) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_NUMBER_TO_CHANGE = "SELECT id, number FROM numbers WHERE id = $1 FOR UPDATE"
_TEMPLATE_TO_CHANGE = "SELECT template FROM templates WHERE id = $1 FOR UPDATE"
_MESSAGES_OF = f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
_MESSAGE = _MESSAGES_OF + " WHERE messages.key = $1"
# Find the newest messages; the user has no index, as with SQLite.
_MESSAGES = (
    _MESSAGES_OF + " WHERE ($1::bigint IS NULL OR number_id = $1) AND ($2::text IS NULL OR wa_id = $2)"
    " ORDER BY messages.key DESC LIMIT $3"
)
_DELIVERY = (
    f"SELECT {DELIVERY_COLUMNS} FROM deliveries JOIN events ON {DELIVERED}"  # noqa: S608 - constants
    " WHERE deliveries.key = $1"
)
# Find the events of deliveries.
_TOLD = (
    f"SELECT deliveries.key, {EVENT_COLUMNS} FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (wanted_key, place)"  # noqa: S608 - constants
    f" JOIN deliveries ON deliveries.key = wanted_key JOIN events ON {DELIVERED} ORDER BY place"
)
_RESET_SECONDS = 600.0


class RecordsPart(Part, SharedRecords):
    """See `ports.Records` for what each operation promises."""

    async def delete_medium(self, key: MediaKey) -> bool:
        """Delete a medium; return whether its blob has no other row and may go."""

        async def run(connection: Connection) -> bool:
            deleted = await connection.fetchval(DELETE_MEDIUM, key)
            return deleted is not None and not await connection.fetchval(BLOB_HAS_ROWS, deleted)

        is_last = await self._run(run)
        self._watch.tell("media")
        return is_last

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        """Change a number as it is stored."""

        async def run(connection: Connection) -> Number:
            await connection.execute(_ADD_NUMBER, *self._sealing.number_values(number))
            changed = change(self._sealing.number(await connection.fetchrow(_NUMBER_TO_CHANGE, number.id)))
            await connection.execute(SAVE_NUMBER, *self._sealing.number_values(changed))
            return changed

        with answering_later():
            changed = await self._run(run)
        await self._changed()
        self._watch.tell("numbers")
        return changed

    async def add_template(self, template: Template, ledger: Replacement) -> bool:
        """Insert a template with what its account has done."""

        async def run(connection: Connection) -> bool:
            statement, values = replacing(ledger)
            done = bool(await connection.fetch(statement, *values))
            if done:
                await connection.execute(SAVE_TEMPLATE, template.id, msgspec.json.encode(template))
            return done

        return await self._run_on_templates(run)

    async def replace_template(self, before: Template, after: Template) -> bool:
        """Replace a template if it is still as it was read."""

        async def run(connection: Connection) -> bool:
            row = await connection.fetchval(_TEMPLATE_TO_CHANGE, before.id)
            if row is None or msgspec.json.decode(row, type=Template) != before:
                return False
            await connection.execute(SAVE_TEMPLATE, after.id, msgspec.json.encode(after))
            return True

        return await self._run_on_templates(run)

    async def _run_on_templates(self, run: Callable[[Connection], Awaitable[bool]]) -> bool:
        done = await self._run(run)
        if done:
            await self._changed()
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
        async with self._one_moment() as connection:
            found = await with_attempts(connection, await connection.fetch(_DELIVERY, key))
        return found[0] if found else None

    async def told(self, keys: Sequence[EventKey]) -> list[tuple[EventKey, Event]]:
        """Return deliveries with their events."""
        return [(EventKey(key), columns.event(tuple(row))) for key, *row in await self._rows(_TOLD, list(keys))]

    async def reset(self) -> None:
        """Delete everything but numbers, tokens and named values."""
        await self._run_alone(_delete_all)
        self._windows.clear()
        self._watch.tell("reset")


async def _delete_all(connection: Connection) -> None:
    await connection.execute("SET LOCAL statement_timeout = 0")
    await connection.execute(RESET, timeout=_RESET_SECONDS)
