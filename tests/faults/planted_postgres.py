"""The same bugs as in `planted`, in stores over PostgreSQL."""

import asyncio
from collections.abc import Mapping, Sequence

from waypost.model import Outbound
from waypost.ports import Carried, StatusRow
from waypost.storage.postgres import PostgresStore, hot, statuses
from waypost.storage.postgres.link import Connection


class AckBeforeCommit(PostgresStore):
    """Says accepted when the row is only on its way."""

    async def accept(self, message: Outbound) -> None:
        self._background = asyncio.ensure_future(super().accept(message))


class JobAfterCommit(PostgresStore):
    """Stores the message in one transaction and its job in the next."""

    async def accept(self, message: Outbound) -> None:
        async def without_job(connection: Connection) -> None:
            await hot._accept(connection, [message])
            await connection.execute("DELETE FROM outbox WHERE key = $1", message.key)

        await self._run(without_job)
        await self._save(
            "INSERT INTO outbox (number_id, key, due_ms, attempt, begun) VALUES ($1, $2, $3, 0, FALSE)",
            message.number_id, message.key, message.due_ms,
        )  # fmt: skip


class DeliveryAfterCommit(PostgresStore):
    """Stores the event in one transaction and its delivery in the next."""

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        quiet = [StatusRow(row.event, row.status, False, row.problem_details) for row in rows]
        fresh = await super().record_statuses(quiet)
        told = [row.event for row, is_new in zip(rows, fresh, strict=True) if is_new]
        waiting = [(event.number_id, event.key, event.at_ms, None, None) for event in told]
        await self._run(lambda connection: statuses._DELIVERIES.run(connection, waiting))
        return fresh


class ShownTwice(PostgresStore):
    """Takes a message as often as it is handed over."""

    async def take(self, carried: Carried) -> bool:
        await super().take(carried)
        return True


class StatusTwice(PostgresStore):
    """Forgets which statuses a message has had."""

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        keys = [row.event.message_key for row in rows]
        await self._save("UPDATE messages SET seen = 1 WHERE key = ANY($1::bigint[])", keys)
        return await super().record_statuses(rows)


STORES: Mapping[str, type[PostgresStore]] = {
    "none": PostgresStore,
    "ack-before-commit": AckBeforeCommit,
    "job-after-commit": JobAfterCommit,
    "delivery-after-commit": DeliveryAfterCommit,
    "shown-twice": ShownTwice,
    "status-twice": StatusTwice,
}
