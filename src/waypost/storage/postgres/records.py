"""The port Records over PostgreSQL: what changes rarely, and what is only looked at."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from waypost.model import (
    Event,
    EventKey,
    FailedSend,
    Finding,
    MediaKey,
    Medium,
    MessageKey,
    Number,
    NumberId,
    Provider,
    Template,
    Token,
)
from waypost.ports import Backlog, Replacement, StoredDelivery, StoredMessage, Waiting
from waypost.storage import columns
from waypost.storage.columns import (
    DELIVERED,
    DELIVERY_COLUMNS,
    EVENT_COLUMNS,
    MEDIUM_COLUMNS,
    MESSAGE_COLUMNS,
    TOKEN_COLUMNS,
)
from waypost.storage.postgres.attempts import with_attempts
from waypost.storage.postgres.documents import replaced
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part
from waypost.storage.sealing import NUMBERS, answering_later, refusing_to_start
from waypost.storage.whole import BACKLOG, RESET

_SAVE_MEDIUM = f"INSERT INTO media ({MEDIUM_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"  # noqa: S608 - constants
_MEDIUM = f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key = $1"  # noqa: S608 - constants
# Delete a medium and return its blob.
_DELETE_MEDIUM = "DELETE FROM media WHERE key = $1 RETURNING sha256"
_BLOB_HAS_ROWS = "SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = $1)"
# Have a number to ourselves, whether it was there or not: a row that is missing cannot be locked.
_ADD_NUMBER = "INSERT INTO numbers (id, number) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_NUMBER_TO_CHANGE = "SELECT id, number FROM numbers WHERE id = $1 FOR UPDATE"
_SAVE_NUMBER = (
    "INSERT INTO numbers (id, number) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET number = excluded.number"
)
_TOKENS = f"SELECT {TOKEN_COLUMNS} FROM tokens"  # noqa: S608 - constants
_SAVE_TOKEN = (
    f"INSERT INTO tokens ({TOKEN_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO UPDATE"  # noqa: S608 - constants
    " SET number_id = excluded.number_id, kind = excluded.kind, expires_ms = excluded.expires_ms,"
    " scope = excluded.scope, reach = excluded.reach"
)
_DELETE_TOKEN = "DELETE FROM tokens WHERE hash = $1"  # noqa: S105 - a statement
_PROVIDERS = "SELECT number_id, name, provider FROM providers WHERE number_id = $1 ORDER BY name"
_SAVE_PROVIDER = (
    "INSERT INTO providers (number_id, name, provider) VALUES ($1, $2, $3)"
    " ON CONFLICT (number_id, name) DO UPDATE SET provider = excluded.provider"
)
_DELETE_PROVIDER = "DELETE FROM providers WHERE number_id = $1 AND name = $2 RETURNING name"
_TEMPLATES = "SELECT template FROM templates ORDER BY id"
_TEMPLATE_TO_CHANGE = "SELECT template FROM templates WHERE id = $1 FOR UPDATE"
_SAVE_TEMPLATE = (
    "INSERT INTO templates (id, template) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET template = excluded.template"
)
_DELETE_TEMPLATE = "DELETE FROM templates WHERE id = $1"
_MESSAGES_OF = f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
_MESSAGE = _MESSAGES_OF + " WHERE messages.key = $1"
# Find the newest messages; the user has no index, as with SQLite.
_MESSAGES = (
    _MESSAGES_OF + " WHERE ($1::bigint IS NULL OR number_id = $1) AND ($2::text IS NULL OR wa_id = $2)"
    " ORDER BY messages.key DESC LIMIT $3"
)
# Note how far the business has read; that never goes back.
_MARK_READ = (
    "INSERT INTO read_marks AS known (number_id, wa_id, up_to) VALUES ($1, $2, $3)"
    " ON CONFLICT (number_id, wa_id) DO UPDATE SET up_to = greatest(known.up_to, excluded.up_to)"
)
_EVENTS_OF = f"SELECT {EVENT_COLUMNS} FROM events WHERE message_key = $1 ORDER BY key"  # noqa: S608 - constants
_FAILED_SENDS = "SELECT number, at_ms, outcome, why FROM sends WHERE message_key = $1 ORDER BY number"
_FINDINGS = "SELECT findings FROM evidence WHERE message_key = $1 ORDER BY key"
# Find when a user wrote last before a message; among so many, since the user has no index.
_LAST_INBOUND = (
    "SELECT at_ms FROM (SELECT key, number_id, wa_id, received, kind, at_ms FROM messages WHERE key < $3"
    " ORDER BY key DESC LIMIT 5000) AS before WHERE received AND number_id = $1 AND wa_id = $2"
    " AND kind <> 'system' ORDER BY key DESC LIMIT 1"
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
_GET_STATE = "SELECT value FROM state WHERE name = $1"
_PUT_STATE = "INSERT INTO state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_RESET_SECONDS = 600.0


class RecordsPart(Part):
    """See `ports.Records` for what each operation promises."""

    async def save_medium(self, medium: Medium) -> None:
        """Store the row of a file."""
        await self._save(_SAVE_MEDIUM, *columns.medium_values(medium))
        self._watch.tell("media")

    async def medium(self, key: MediaKey) -> Medium | None:
        """Return a medium."""
        row = await self._row(_MEDIUM, key)
        return columns.medium(row) if row else None

    async def delete_medium(self, key: MediaKey) -> bool:
        """Delete a medium; return whether its blob has no other row and may go."""

        async def run(connection: Connection) -> bool:
            deleted = await connection.fetchval(_DELETE_MEDIUM, key)
            return deleted is not None and not await connection.fetchval(_BLOB_HAS_ROWS, deleted)

        is_last = await self._run(run)
        self._watch.tell("media")
        return is_last

    async def load_numbers(self) -> list[Number]:
        """Return every number."""
        with refusing_to_start():
            return [self._sealing.number(row) for row in await self._rows(NUMBERS.read)]

    async def save_number(self, number: Number) -> None:
        """Insert or replace a number."""
        await self._save(_SAVE_NUMBER, *self._sealing.number_values(number))
        await self._changed()
        self._watch.tell("numbers")

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        """Change a number as it is stored."""

        async def run(connection: Connection) -> Number:
            await connection.execute(_ADD_NUMBER, *self._sealing.number_values(number))
            changed = change(self._sealing.number(await connection.fetchrow(_NUMBER_TO_CHANGE, number.id)))
            await connection.execute(_SAVE_NUMBER, *self._sealing.number_values(changed))
            return changed

        with answering_later():
            changed = await self._run(run)
        await self._changed()
        self._watch.tell("numbers")
        return changed

    async def load_tokens(self) -> list[Token]:
        """Return every token."""
        return [columns.token(row) for row in await self._rows(_TOKENS)]

    async def save_token(self, token: Token) -> None:
        """Insert or replace a token."""
        values = token.hash, token.number_id, token.kind, token.expires_ms, token.scope, token.reach
        await self._save(_SAVE_TOKEN, *values)
        await self._changed()
        self._watch.tell("numbers")

    async def delete_token(self, token_hash: bytes) -> None:
        """Forget a token."""
        await self._save(_DELETE_TOKEN, token_hash)
        await self._changed()
        self._watch.tell("numbers")

    async def load_providers(self, number_id: NumberId) -> list[Provider]:
        """Return the media providers of a number."""
        with answering_later():
            return [self._sealing.provider(row) for row in await self._rows(_PROVIDERS, number_id)]

    async def save_provider(self, number_id: NumberId, provider: Provider) -> None:
        """Insert or replace a provider."""
        await self._save(_SAVE_PROVIDER, *self._sealing.provider_values(number_id, provider))
        self._watch.tell("providers")

    async def delete_provider(self, number_id: NumberId, name: str) -> bool:
        """Delete a provider."""
        deleted = await self._save(_DELETE_PROVIDER, number_id, name)
        self._watch.tell("providers")
        return bool(deleted)

    async def load_templates(self) -> list[Template]:
        """Return every template."""
        return [msgspec.json.decode(template, type=Template) for (template,) in await self._rows(_TEMPLATES)]

    async def save_template(self, template: Template) -> None:
        """Insert or replace a template."""
        await self._save(_SAVE_TEMPLATE, template.id, msgspec.json.encode(template))
        await self._changed()
        self._watch.tell("templates")

    async def add_template(self, template: Template, ledger: Replacement) -> bool:
        """Insert a template with what its account has done."""

        async def run(connection: Connection) -> bool:
            done = await replaced(connection, ledger)
            if done:
                await connection.execute(_SAVE_TEMPLATE, template.id, msgspec.json.encode(template))
            return done

        return await self._run_on_templates(run)

    async def replace_template(self, before: Template, after: Template) -> bool:
        """Replace a template if it is still as it was read."""

        async def run(connection: Connection) -> bool:
            row = await connection.fetchval(_TEMPLATE_TO_CHANGE, before.id)
            if row is None or msgspec.json.decode(row, type=Template) != before:
                return False
            await connection.execute(_SAVE_TEMPLATE, after.id, msgspec.json.encode(after))
            return True

        return await self._run_on_templates(run)

    async def _run_on_templates(self, run: Callable[[Connection], Awaitable[bool]]) -> bool:
        done = await self._run(run)
        if done:
            await self._changed()
            self._watch.tell("templates")
        return done

    async def delete_template(self, template_id: int) -> None:
        """Delete a template."""
        await self._save(_DELETE_TEMPLATE, template_id)
        await self._changed()
        self._watch.tell("templates")

    async def message(self, key: MessageKey) -> StoredMessage | None:
        """Return a message of either direction."""
        row = await self._row(_MESSAGE, key)
        return columns.message(row) if row else None

    async def messages(self, *, number_id: NumberId | None, wa_id: str | None, limit: int) -> list[StoredMessage]:
        """Return the newest messages first."""
        return [columns.message(row) for row in await self._search(_MESSAGES, number_id, wa_id, limit)]

    async def mark_read(self, number_id: NumberId, wa_id: str, up_to: MessageKey) -> None:
        """Note that the business has read a user's messages up to this one."""
        await self._save(_MARK_READ, number_id, wa_id, up_to)
        self._watch.tell(phone=wa_id)

    async def events_of(self, key: MessageKey) -> list[Event]:
        """Return the events of a message, oldest first."""
        return [columns.event(row) for row in await self._rows(_EVENTS_OF, key)]

    async def failed_sends(self, key: MessageKey) -> list[FailedSend]:
        """Return the attempts at a message that did not succeed."""
        return [FailedSend(*row) for row in await self._rows(_FAILED_SENDS, key)]

    async def findings_of(self, key: MessageKey) -> list[Finding]:
        """Return what was found out about a message."""
        return columns.findings(await self._rows(_FINDINGS, key))

    async def last_inbound_before(self, number_id: NumberId, wa_id: str, key: MessageKey) -> int | None:
        """Return when a user last wrote before a message."""
        found = await self._search(_LAST_INBOUND, number_id, wa_id, key)
        return found[0][0] if found else None

    async def delivery(self, key: EventKey) -> StoredDelivery | None:
        """Return one delivery with its attempts."""
        async with self._one_moment() as connection:
            found = await with_attempts(connection, await connection.fetch(_DELIVERY, key))
        return found[0] if found else None

    async def told(self, keys: Sequence[EventKey]) -> list[tuple[EventKey, Event]]:
        """Return deliveries with their events."""
        return [(EventKey(key), columns.event(tuple(row))) for key, *row in await self._rows(_TOLD, list(keys))]

    async def backlog(self) -> Backlog:
        """Return what is stored and not done."""
        messages, message_ms, deliveries, delivery_ms, dead = await self._row(BACKLOG)
        return Backlog(Waiting(messages, message_ms), Waiting(deliveries, delivery_ms), dead)

    async def get_state(self, name: str) -> bytes | None:
        """Return a small named value."""
        row = await self._row(_GET_STATE, name)
        with answering_later():
            return self._sealing.state(name, row[0]) if row else None

    async def put_state(self, name: str, value: bytes) -> None:
        """Set a small named value."""
        await self._save(_PUT_STATE, name, self._sealing.state_value(name, value))
        await self._changed()

    async def reset(self) -> None:
        """Delete everything but numbers, tokens and named values."""
        await self._run_alone(_delete_all)
        self._windows.clear()
        self._watch.tell("reset")


async def _delete_all(connection: Connection) -> None:
    await connection.execute("SET LOCAL statement_timeout = 0")
    await connection.execute(RESET, timeout=_RESET_SECONDS)
