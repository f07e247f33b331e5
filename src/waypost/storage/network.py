"""The port NetworkStore, as far as one text serves both databases."""

import msgspec

from waypost.model import MessageKey, NumberId, Phone
from waypost.storage import columns
from waypost.storage.columns import PHONE_COLUMNS
from waypost.storage.part import Part, upsert

_PHONES = f"SELECT {PHONE_COLUMNS} FROM phones ORDER BY wa_id"  # noqa: S608 - constants
_SAVE_PHONE = upsert("phones", "wa_id", PHONE_COLUMNS)
_UNLESS_LATER = " WHERE acquaintances.known_ms < excluded.known_ms"
# Note who has had to do with a phone so far; a rare search.
_HIDE_PHONE = (
    "INSERT INTO acquaintances (number_id, wa_id, known_ms)"  # noqa: S608 - constants
    " SELECT number_id, $1, max(at_ms) FROM messages WHERE wa_id = $1 AND user_id IS NULL GROUP BY number_id"
    f" ON CONFLICT (number_id, wa_id) DO UPDATE SET known_ms = excluded.known_ms{_UNLESS_LATER}"
)
_KNOWN = "SELECT known_ms FROM acquaintances WHERE number_id = $1 AND wa_id = $2"
_GET_TO_KNOW = upsert("acquaintances", "number_id, wa_id", "number_id, wa_id, known_ms") + _UNLESS_LATER
_HAS_TAKEN = "SELECT EXISTS (SELECT 1 FROM carried WHERE token = $1)"


class SharedNetwork(Part):
    """See `ports.NetworkStore` for what each operation promises; to take and to go on are `Steps`."""

    async def load_phones(self) -> list[Phone]:
        """Return every phone."""
        return [columns.phone(row) for row in await self._rows(_PHONES)]

    async def save_phone(self, phone: Phone) -> None:
        """Insert or replace a phone."""
        p = phone
        switches = p.online, p.blocked, p.reads, p.on_whatsapp, p.marketing
        lists = [msgspec.json.encode(each).decode("ascii") for each in (p.stopped, p.former)]
        others = p.username, p.identity, p.read_receipts, p.chat_open, *lists
        await self._save(_SAVE_PHONE, p.wa_id, p.name, *switches, *others)
        self._watch.tell(phone=p.wa_id)

    async def hide_phone(self, wa_id: str) -> None:
        """Note which numbers have exchanged messages with a phone until now."""
        await self._save(_HIDE_PHONE, wa_id)

    async def known_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when a number and a phone number last exchanged a message."""
        row = await self._row(_KNOWN, number_id, wa_id)
        return row[0] if row else None

    async def get_to_know(self, number_id: NumberId, wa_id: str, at_ms: int) -> None:
        """Note that a number and a phone number have exchanged a message."""
        await self._save(_GET_TO_KNOW, number_id, wa_id, at_ms)

    async def has_taken(self, token: MessageKey) -> bool:
        """Say whether a message was taken."""
        (has_taken,) = await self._row(_HAS_TAKEN, token)
        return bool(has_taken)
