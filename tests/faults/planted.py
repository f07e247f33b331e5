"""Stores with a bug each: a harness that does not find them proves nothing."""

import asyncio
from collections.abc import Mapping, Sequence

import apsw

from waypost.model import Event, Outbound
from waypost.ports import Carried, StatusRow
from waypost.storage.sqlite import SqliteStore, statuses


class AckBeforeCommit(SqliteStore):
    """Says accepted when the row is only on its way."""

    async def accept(self, message: Outbound) -> None:
        self._background = asyncio.ensure_future(super().accept(message))


class JobAfterCommit(SqliteStore):
    """Stores the message in one transaction and its job in the next."""

    async def accept(self, message: Outbound) -> None:
        def without_job(connection: apsw.Connection) -> None:
            self._writes._accept([message])
            connection.execute("DELETE FROM outbox WHERE key = ?", (message.key,))

        def job(connection: apsw.Connection) -> None:
            connection.execute(
                "INSERT INTO outbox (key, due_ms, attempt, begun) VALUES (?, ?, 0, 0)", (message.key, message.due_ms)
            )

        await self._run(without_job)
        await self._run(job)


class DeliveryAfterCommit(SqliteStore):
    """Stores the event in one transaction and its delivery in the next."""

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        quiet = [StatusRow(row.event, row.status, False, row.problem_details) for row in rows]
        fresh = await super().record_statuses(quiet)
        told = [(row.event, True) for row, is_new in zip(rows, fresh, strict=True) if is_new]
        await self._run(lambda connection: _deliveries(connection, [event for event, _ in told]))
        return fresh


def _deliveries(connection: apsw.Connection, events: Sequence[Event]) -> None:
    statuses._DELIVERIES.run(connection, [(event.key, 0, event.at_ms, event.at_ms, 0) for event in events])


class ShownTwice(SqliteStore):
    """Takes a message as often as it is handed over."""

    async def take(self, carried: Carried) -> bool:
        await super().take(carried)
        return True


class StatusTwice(SqliteStore):
    """Forgets which statuses a message has had."""

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        keys = [(row.event.message_key,) for row in rows]
        await self._run(lambda connection: connection.executemany("UPDATE messages SET seen = 1 WHERE key = ?", keys))
        return await super().record_statuses(rows)


STORES: Mapping[str, type[SqliteStore]] = {
    "none": SqliteStore,
    "ack-before-commit": AckBeforeCommit,
    "job-after-commit": JobAfterCommit,
    "delivery-after-commit": DeliveryAfterCommit,
    "shown-twice": ShownTwice,
    "status-twice": StatusTwice,
}
