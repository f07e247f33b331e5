"""The port Store, as far as one text serves both databases; the steps of a message are in `steps`."""

from waypost.model import Earlier, NumberId, Once, WindowFacts
from waypost.storage import columns
from waypost.storage.columns import EARLIER
from waypost.storage.part import Part
from waypost.storage.steps import Steps
from waypost.storage.whole import HIGHEST_KEY

# Find what a user's windows depend on.
_TALK = "SELECT last_inbound_ms, ad_ms, free_until_ms FROM windows WHERE number_id = $1 AND wa_id = $2"
# Note that a user from an advertisement was answered.
_OPEN_ENTRY = "UPDATE windows SET free_until_ms = $1, ad_ms = NULL WHERE number_id = $2 AND wa_id = $3"


class SharedStore(Part, Steps):
    """See `ports.Store` for what each operation promises."""

    async def earlier(self, number_id: NumberId, once: Once) -> Earlier | None:
        """Return the number's message under a key."""
        row = await self._row(EARLIER, number_id, once.key, once.since_ms)
        return columns.earlier(row) if row else None

    async def window_facts(self, number_id: NumberId, wa_id: str) -> WindowFacts:
        """Return what a user's windows depend on."""
        pair = (number_id, wa_id)
        facts = self._windows.get(pair)
        if facts is None:
            changes = self._windows.changes
            row = await self._row(_TALK, *pair)
            facts = WindowFacts(*row) if row else WindowFacts()
            if self._windows.changes == changes:  # else it may be that very row that changed while it was read
                self._windows.keep(pair, facts)
        return facts

    async def open_entry(self, number_id: NumberId, wa_id: str, until_ms: int) -> None:
        """Note the free entry point that an answer opens."""
        await self._save(_OPEN_ENTRY, until_ms, number_id, wa_id)
        self._windows.answer((number_id, wa_id), until_ms)

    async def last_inbound_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when the user last wrote to the number."""
        return (await self.window_facts(number_id, wa_id)).last_inbound_ms

    async def highest_key(self) -> int:
        """Return the highest key in any table."""
        (highest,) = await self._row(HIGHEST_KEY)
        return highest or 0
