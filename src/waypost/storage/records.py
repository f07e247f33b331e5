"""The port Records, as far as one text serves both databases."""

import msgspec

from waypost.model import (
    Event,
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
from waypost.ports import Backlog, Waiting
from waypost.storage import columns
from waypost.storage.columns import EVENT_COLUMNS, MEDIUM_COLUMNS, TOKEN_COLUMNS
from waypost.storage.part import Part, insert, upsert
from waypost.storage.sealing import NUMBERS, answering_later, refusing_to_start
from waypost.storage.whole import BACKLOG

SAVE_NUMBER = upsert("numbers", "id", "id, number")
SAVE_TEMPLATE = upsert("templates", "id", "id, template")
# Delete a medium and return its blob.
DELETE_MEDIUM = "DELETE FROM media WHERE key = $1 RETURNING sha256"
BLOB_HAS_ROWS = "SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = $1)"
_SAVE_MEDIUM = insert("media", MEDIUM_COLUMNS)
_MEDIUM = f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key = $1"  # noqa: S608 - constants
_TOKENS = f"SELECT {TOKEN_COLUMNS} FROM tokens"  # noqa: S608 - constants
_SAVE_TOKEN = upsert("tokens", "hash", TOKEN_COLUMNS)
_DELETE_TOKEN = "DELETE FROM tokens WHERE hash = $1"  # noqa: S105 - a statement
_PROVIDERS = "SELECT number_id, name, provider FROM providers WHERE number_id = $1 ORDER BY name"
_SAVE_PROVIDER = upsert("providers", "number_id, name", "number_id, name, provider")
_DELETE_PROVIDER = "DELETE FROM providers WHERE number_id = $1 AND name = $2 RETURNING name"
_TEMPLATES = "SELECT template FROM templates ORDER BY id"
_DELETE_TEMPLATE = "DELETE FROM templates WHERE id = $1"
# Note how far the business has read; that never goes back.
_MARK_READ = upsert("read_marks", "number_id, wa_id", "number_id, wa_id, up_to") + (
    " WHERE read_marks.up_to < excluded.up_to"
)
_EVENTS_OF = f"SELECT {EVENT_COLUMNS} FROM events WHERE message_key = $1 ORDER BY key"  # noqa: S608 - constants
_FAILED_SENDS = "SELECT number, at_ms, outcome, why FROM sends WHERE message_key = $1 ORDER BY number"
_FINDINGS = "SELECT findings FROM evidence WHERE message_key = $1 ORDER BY key"
# Find when a user wrote last before a message; among so many, since the user has no index.
_LAST_INBOUND = (
    "SELECT at_ms FROM (SELECT key, number_id, wa_id, received, kind, at_ms FROM messages WHERE key < $1"
    " ORDER BY key DESC LIMIT 5000) AS before WHERE received AND number_id = $2 AND wa_id = $3"
    " AND kind <> 'system' ORDER BY key DESC LIMIT 1"
)
_GET_STATE = "SELECT value FROM state WHERE name = $1"
_PUT_STATE = upsert("state", "name", "name, value")


class SharedRecords(Part):
    """See `ports.Records` for what each operation promises."""

    async def save_medium(self, medium: Medium) -> None:
        """Store the row of a file."""
        await self._save(_SAVE_MEDIUM, *columns.medium_values(medium))
        self._watch.tell("media")

    async def medium(self, key: MediaKey) -> Medium | None:
        """Return a medium."""
        row = await self._row(_MEDIUM, key)
        return columns.medium(row) if row else None

    async def load_numbers(self) -> list[Number]:
        """Return every number."""
        with refusing_to_start():
            return [self._sealing.number(row) for row in await self._rows(NUMBERS.read)]

    async def save_number(self, number: Number) -> None:
        """Insert or replace a number."""
        await self._save(SAVE_NUMBER, *self._sealing.number_values(number))
        await self._changed()
        self._watch.tell("numbers")

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
        await self._save(SAVE_TEMPLATE, template.id, msgspec.json.encode(template))
        await self._changed()
        self._watch.tell("templates")

    async def delete_template(self, template_id: int) -> None:
        """Delete a template."""
        await self._save(_DELETE_TEMPLATE, template_id)
        await self._changed()
        self._watch.tell("templates")

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
        found = await self._search(_LAST_INBOUND, key, number_id, wa_id)
        return found[0][0] if found else None

    async def backlog(self) -> Backlog:
        """Return what is stored and not done."""
        ((messages, message_ms, deliveries, delivery_ms, dead),) = await self._scan(BACKLOG)
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
