"""The port Holds over PostgreSQL: messages that wait for a decision, and not for a time."""

from collections.abc import Iterable

from waypost.model import MessageKey, Outbound
from waypost.storage import columns
from waypost.storage.columns import HELD_COLUMNS, Values
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.paces import PACE_NO_MORE, STOP_HOLDING
from waypost.storage.postgres.part import Part

# Read what a template holds back, in order.
_HELD = (
    f"SELECT {HELD_COLUMNS} FROM held JOIN messages USING (key, number_id) JOIN contents USING (key, number_id)"  # noqa: S608 - constants
    " WHERE held.template_id = $1 AND held.key > $2 ORDER BY held.key LIMIT $3"
)
# Make the first of it, up to a key, wait for the upstream, and hold it back no longer.
_LET_GO = (
    "WITH gone AS (DELETE FROM held WHERE template_id = $1 AND key <= $2 RETURNING number_id, key, expires_ms)"
    " INSERT INTO outbox (number_id, key, due_ms, attempt, begun, expires_ms)"
    " SELECT number_id, key, 0, 0, FALSE, expires_ms FROM gone"
)


class HoldsPart(Part):
    """See `ports.Holds` for what each operation promises."""

    async def let_out(self, template_id: int) -> int | None:
        """Count one more message that goes out."""
        return await self._paces.ask(template_id)

    async def held(self, template_id: int, after: MessageKey, limit: int) -> list[Outbound]:
        """Read held messages above a key."""
        return _held(await self._search(_HELD, template_id, after, limit), template_id)

    async def let_go(self, template_id: int, limit: int) -> list[Outbound]:
        """Give the first held messages their jobs."""

        async def run(connection: Connection) -> tuple[list[Outbound], bool]:
            name = str(template_id)
            await connection.fetch(STOP_HOLDING, name)
            found = _held(await connection.fetch(_HELD, template_id, 0, limit), None)
            if found:
                await connection.execute(_LET_GO, template_id, found[-1].key)
            is_last = len(found) < limit and bool(await connection.fetch(PACE_NO_MORE, name))
            return found, is_last

        found, is_last = await self._run_alone(run)
        if is_last:
            await self._changed()
        return found


def _held(rows: Iterable[Values], held_by: int | None) -> list[Outbound]:
    found = [columns.outbound(row) for row in rows]
    for message in found:
        message.held_by = held_by
    return found
