"""The port Holds over SQLite: messages that wait for a decision, and not for a time."""

import apsw

from waypost.model import MessageKey, Outbound
from waypost.storage import columns
from waypost.storage.columns import HELD_COLUMNS
from waypost.storage.sqlite.paces import let_out, pace_no_more
from waypost.storage.sqlite.part import Part

# Read what a template holds back, in order.
_HELD = (
    f"SELECT {HELD_COLUMNS} FROM held CROSS JOIN messages USING (key) CROSS JOIN contents USING (key)"  # noqa: S608 - constants
    " WHERE held.template_id = ? AND held.key > ? ORDER BY held.key LIMIT ?"
)
# Make the first of it, up to a key, wait for the upstream.
_MAKE_JOBS = (
    "INSERT INTO outbox (key, due_ms, attempt, begun, expires_ms) SELECT key, 0, 0, 0, expires_ms FROM held"
    " WHERE template_id = ? AND key <= ?"
)
# Hold it back no longer.
_LET_GO = "DELETE FROM held WHERE template_id = ? AND key <= ?"


class HoldsPart(Part):
    """See `ports.Holds` for what each operation promises."""

    async def let_out(self, template_id: int) -> int | None:
        """Count one more message that goes out."""
        return await self._run(lambda connection: let_out(connection, template_id))

    async def held(self, template_id: int, after: MessageKey, limit: int) -> list[Outbound]:
        """Read held messages above a key."""
        return await self._search_by(lambda connection: _held(connection, template_id, after, limit))

    async def let_go(self, template_id: int, limit: int) -> list[Outbound]:
        """Give the first held messages their jobs."""

        def run(connection: apsw.Connection) -> list[Outbound]:
            found = _held(connection, template_id, MessageKey(0), limit)
            if found:
                connection.execute(_MAKE_JOBS, (template_id, found[-1].key))
                connection.execute(_LET_GO, (template_id, found[-1].key))
            for message in found:
                message.held_by = None
            if len(found) < limit:
                pace_no_more(connection, template_id)
            return found

        return await self._run_alone(run)


def _held(connection: apsw.Connection, template_id: int, after: MessageKey, limit: int) -> list[Outbound]:
    found = [columns.outbound(row) for row in connection.execute(_HELD, (template_id, after, limit))]
    for message in found:
        message.held_by = template_id
    return found
