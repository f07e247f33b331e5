"""The port Records over SQLite: what changes rarely, and what is only looked at."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import apsw
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
from waypost.storage.sealing import NUMBERS, answering_later, refusing_to_start
from waypost.storage.sqlite.attempts import with_attempts
from waypost.storage.sqlite.documents import replaced
from waypost.storage.sqlite.part import Part
from waypost.storage.whole import BACKLOG, RESET

_SAVE_MEDIUM = f"INSERT INTO media ({MEDIUM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_MEDIUM = f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key = ?"  # noqa: S608 - constants
# Delete a medium and return its blob.
_DELETE_MEDIUM = "DELETE FROM media WHERE key = ? RETURNING sha256"
_BLOB_HAS_ROWS = "SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = ?)"
_NUMBER = "SELECT id, number FROM numbers WHERE id = ?"
_SAVE_NUMBER = "INSERT OR REPLACE INTO numbers (id, number) VALUES (?, ?)"
_TOKENS = f"SELECT {TOKEN_COLUMNS} FROM tokens"  # noqa: S608 - constants
_SAVE_TOKEN = f"INSERT OR REPLACE INTO tokens ({TOKEN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_DELETE_TOKEN = "DELETE FROM tokens WHERE hash = ?"  # noqa: S105 - a statement
_PROVIDERS = "SELECT number_id, name, provider FROM providers WHERE number_id = ? ORDER BY name"
_SAVE_PROVIDER = "INSERT OR REPLACE INTO providers (number_id, name, provider) VALUES (?, ?, ?)"
_DELETE_PROVIDER = "DELETE FROM providers WHERE number_id = ? AND name = ? RETURNING name"
_TEMPLATES = "SELECT template FROM templates ORDER BY id"
_TEMPLATE = "SELECT template FROM templates WHERE id = ?"
_SAVE_TEMPLATE = "INSERT OR REPLACE INTO templates (id, template) VALUES (?, ?)"
_DELETE_TEMPLATE = "DELETE FROM templates WHERE id = ?"
_MESSAGE = f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key) WHERE messages.key = ?"  # noqa: S608 - constants
# Find the newest messages; without an index on purpose: one more per accepted message costs more than a rare search.
_MESSAGES = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages CROSS JOIN contents USING (key)"  # noqa: S608 - constants
    " WHERE (?1 IS NULL OR number_id = ?1) AND (?2 IS NULL OR wa_id = ?2) ORDER BY messages.key DESC LIMIT ?3"
)
# Note how far the business has read; that never goes back.
_MARK_READ = (
    "INSERT INTO read_marks (number_id, wa_id, up_to) VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET up_to = max(up_to, excluded.up_to)"
)
_EVENTS_OF = f"SELECT {EVENT_COLUMNS} FROM events WHERE message_key = ? ORDER BY key"  # noqa: S608 - constants
_FAILED_SENDS = "SELECT number, at_ms, outcome, why FROM sends WHERE message_key = ? ORDER BY number"
_FINDINGS = "SELECT findings FROM evidence WHERE message_key = ?1 ORDER BY key"
# Find when a user wrote last before a message; among so many, since the user has no index.
_LAST_INBOUND = (
    "SELECT at_ms FROM (SELECT key, number_id, wa_id, received, kind, at_ms FROM messages WHERE key < ?3"
    " ORDER BY key DESC LIMIT 5000) AS before WHERE received AND number_id = ?1 AND wa_id = ?2"
    " AND kind <> 'system' ORDER BY key DESC LIMIT 1"
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
_GET_STATE = "SELECT value FROM state WHERE name = ?"
_PUT_STATE = "INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)"


class RecordsPart(Part):
    """See `ports.Records` for what each operation promises."""

    async def save_medium(self, medium: Medium) -> None:
        """Store the row of a file."""
        await self._save(_SAVE_MEDIUM, columns.medium_values(medium))
        self._watch.tell("media")

    async def medium(self, key: MediaKey) -> Medium | None:
        """Return a medium."""
        row = self._reader.row(_MEDIUM, (key,))
        return columns.medium(row) if row else None

    async def delete_medium(self, key: MediaKey) -> bool:
        """Delete a medium; return whether its blob has no other row and may go."""

        def run(connection: apsw.Connection) -> bool:
            deleted = connection.execute(_DELETE_MEDIUM, (key,)).fetchall()
            return bool(deleted) and not connection.execute(_BLOB_HAS_ROWS, deleted[0]).get

        is_last = await self._run(run)
        self._watch.tell("media")
        return is_last

    async def load_numbers(self) -> list[Number]:
        """Return every number."""
        with refusing_to_start():
            return [self._sealing.number(row) for row in self._reader.rows(NUMBERS.read)]

    async def save_number(self, number: Number) -> None:
        """Insert or replace a number."""
        await self._save(_SAVE_NUMBER, self._sealing.number_values(number))
        self._watch.tell("numbers")

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        """Change a number as it is stored."""

        def run(connection: apsw.Connection) -> Number:
            row = connection.execute(_NUMBER, (number.id,)).fetchone()
            changed = change(number if row is None else self._sealing.number(row))
            connection.execute(_SAVE_NUMBER, self._sealing.number_values(changed))
            return changed

        with answering_later():
            changed = await self._run(run)
        self._watch.tell("numbers")
        return changed

    async def load_tokens(self) -> list[Token]:
        """Return every token."""
        return [columns.token(row) for row in self._reader.rows(_TOKENS)]

    async def save_token(self, token: Token) -> None:
        """Insert or replace a token."""
        values = token.hash, token.number_id, token.kind, token.expires_ms, token.scope, token.reach
        await self._save(_SAVE_TOKEN, values)
        self._watch.tell("numbers")

    async def delete_token(self, token_hash: bytes) -> None:
        """Forget a token."""
        await self._save(_DELETE_TOKEN, (token_hash,))
        self._watch.tell("numbers")

    async def load_providers(self, number_id: NumberId) -> list[Provider]:
        """Return the media providers of a number."""
        with answering_later():
            return [self._sealing.provider(row) for row in self._reader.rows(_PROVIDERS, (number_id,))]

    async def save_provider(self, number_id: NumberId, provider: Provider) -> None:
        """Insert or replace a provider."""
        await self._save(_SAVE_PROVIDER, self._sealing.provider_values(number_id, provider))
        self._watch.tell("providers")

    async def delete_provider(self, number_id: NumberId, name: str) -> bool:
        """Delete a provider."""
        deleted = await self._save(_DELETE_PROVIDER, (number_id, name))
        self._watch.tell("providers")
        return bool(deleted)

    async def load_templates(self) -> list[Template]:
        """Return every template."""
        rows: Any = self._reader.rows(_TEMPLATES)  # Any: the table's types
        return [msgspec.json.decode(template, type=Template) for (template,) in rows]

    async def save_template(self, template: Template) -> None:
        """Insert or replace a template."""
        await self._save(_SAVE_TEMPLATE, (template.id, msgspec.json.encode(template)))
        self._watch.tell("templates")

    async def add_template(self, template: Template, ledger: Replacement) -> bool:
        """Insert a template with what its account has done."""

        def run(connection: apsw.Connection) -> bool:
            done = replaced(connection, ledger)
            if done:
                connection.execute(_SAVE_TEMPLATE, (template.id, msgspec.json.encode(template)))
            return done

        return await self._run_on_templates(run)

    async def replace_template(self, before: Template, after: Template) -> bool:
        """Replace a template if it is still as it was read."""

        def run(connection: apsw.Connection) -> bool:
            row: Any = connection.execute(_TEMPLATE, (before.id,)).get  # Any: the table's types
            if row is None or msgspec.json.decode(row, type=Template) != before:
                return False
            connection.execute(_SAVE_TEMPLATE, (after.id, msgspec.json.encode(after)))
            return True

        return await self._run_on_templates(run)

    async def _run_on_templates(self, run: Callable[[apsw.Connection], bool]) -> bool:
        done = await self._run(run)
        if done:
            self._watch.tell("templates")
        return done

    async def delete_template(self, template_id: int) -> None:
        """Delete a template."""
        await self._save(_DELETE_TEMPLATE, (template_id,))
        self._watch.tell("templates")

    async def message(self, key: MessageKey) -> StoredMessage | None:
        """Return a message of either direction."""
        row = self._reader.row(_MESSAGE, (key,))
        return columns.message(row) if row else None

    async def messages(self, *, number_id: NumberId | None, wa_id: str | None, limit: int) -> list[StoredMessage]:
        """Return the newest messages first."""

        def look(connection: apsw.Connection) -> list[StoredMessage]:
            return [columns.message(row) for row in connection.execute(_MESSAGES, (number_id, wa_id, limit))]

        return await self._search(look)

    async def mark_read(self, number_id: NumberId, wa_id: str, up_to: MessageKey) -> None:
        """Note that the business has read a user's messages up to this one."""
        await self._save(_MARK_READ, (number_id, wa_id, up_to))
        self._watch.tell(phone=wa_id)

    async def events_of(self, key: MessageKey) -> list[Event]:
        """Return the events of a message, oldest first."""
        return [columns.event(row) for row in self._reader.rows(_EVENTS_OF, (key,))]

    async def failed_sends(self, key: MessageKey) -> list[FailedSend]:
        """Return the attempts at a message that did not succeed."""
        rows: Any = self._reader.rows(_FAILED_SENDS, (key,))  # Any: the table's types
        return [FailedSend(*row) for row in rows]

    async def findings_of(self, key: MessageKey) -> list[Finding]:
        """Return what was found out about a message."""
        return columns.findings(self._reader.rows(_FINDINGS, (key,)))

    async def last_inbound_before(self, number_id: NumberId, wa_id: str, key: MessageKey) -> int | None:
        """Return when a user last wrote before a message."""
        search = (number_id, wa_id, key)
        found: Any = await self._reader.search(lambda connection: connection.execute(_LAST_INBOUND, search).fetchone())
        return found[0] if found else None

    async def delivery(self, key: EventKey) -> StoredDelivery | None:
        """Return one delivery with its attempts."""

        def look(connection: apsw.Connection) -> StoredDelivery | None:
            row = connection.execute(_DELIVERY, (key,)).fetchone()
            return with_attempts(connection, row) if row else None

        return await self._search(look)

    async def told(self, keys: Sequence[EventKey]) -> list[tuple[EventKey, Event]]:
        """Return deliveries with their events."""
        rows: Any = self._reader.rows(TOLD, (json.dumps(keys),))  # Any: the columns' types are the tables'
        return [(key, columns.event(tuple(row))) for key, *row in rows]

    async def backlog(self) -> Backlog:
        """Return what is stored and not done."""
        found: Any = await self._reader.search(lambda connection: connection.execute(BACKLOG).fetchone())
        messages, message_ms, deliveries, delivery_ms, dead = found
        return Backlog(Waiting(messages, message_ms), Waiting(deliveries, delivery_ms), dead)

    async def get_state(self, name: str) -> bytes | None:
        """Return a small named value."""
        row: Any = self._reader.row(_GET_STATE, (name,))  # Any: the table's types
        with answering_later():
            return self._sealing.state(name, row[0]) if row else None

    async def put_state(self, name: str, value: bytes) -> None:
        """Set a small named value."""
        await self._save(_PUT_STATE, (name, self._sealing.state_value(name, value)))

    async def reset(self) -> None:
        """Delete everything but numbers, tokens and named values."""
        await self._run_alone(lambda connection: connection.execute(RESET).fetchall())
        self._windows.clear()
        self._watch.tell("reset")
