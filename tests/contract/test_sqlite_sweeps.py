"""How the embedded store drops old messages: nothing is left of them, no step is long, and the file does not grow."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.support.store_rows import sent

from waypost.model import MessageKey
from waypost.storage.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

START = MessageKey(0)
LATER_MS = 9_000
"""After all that `sent` stores."""
TABLES = ("messages", "contents", "outbox", "sends", "evidence", "events", "deliveries", "attempts", "carried")


@pytest.fixture
def store_scheme() -> str:
    return "sqlite"


@pytest.fixture
def rows_left(tmp_path: Path) -> Iterator[Any]:
    """Count what is in each table."""
    connection = apsw.Connection(str(tmp_path / "waypost.db"))

    def count() -> dict[str, int]:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").get for table in TABLES}

    yield count
    connection.close()


async def test_an_old_message_leaves_no_row_behind(opened: SqliteStore, rows_left: Any) -> None:
    await sent(opened, 10)
    full = rows_left()

    await opened.drop_messages(START, LATER_MS, 10)

    assert full == dict.fromkeys(TABLES, 1) | {"outbox": 0, "deliveries": 2, "attempts": 2}
    assert rows_left() == dict.fromkeys(TABLES, 0)


async def test_the_room_of_what_went_is_used_again(opened: SqliteStore, tmp_path: Path) -> None:
    async def fill(first: int) -> int:
        await asyncio.gather(*(sent(opened, key) for key in range(first, first + 3_000, 10)))
        connection = apsw.Connection(str(tmp_path / "waypost.db"))
        try:
            return int(connection.pragma("page_count"))
        finally:
            connection.close()

    pages_once = await fill(10)
    await opened.drop_messages(START, LATER_MS, 300)

    assert await fill(10_000) <= pages_once + 8
