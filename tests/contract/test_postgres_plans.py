"""What PostgreSQL's lists look at is found by an index, whatever they are narrowed down by, in tables that are full."""

import re
from collections.abc import AsyncIterator

import pytest
from tests.support.store_rows import NUMBER, USER

from waypost.storage import lists
from waypost.storage.postgres import documents
from waypost.storage.postgres.link import Connection, connect, open_pool
from waypost.storage.postgres.lists import DELIVERIES_OF, STATEMENTS

pytestmark = pytest.mark.anyio

ROWS = 20_000
END = ROWS - 5_000
"""The lowest key of a look at the newest."""
NEWEST = 1 << 62
LIMIT = 101
FILL = f"""
    INSERT INTO messages (number_id, key, wa_id, tag, received, kind, status, seen, at_ms, media_key, category,
      dialect)
      SELECT {NUMBER} + n % 3, n, 491700000000 + n % 500, 1, n % 4 = 0,
        CASE WHEN n % 9 = 0 THEN 'image' ELSE 'text' END, n % 5, 1, n,
        CASE WHEN n % 9 = 0 THEN n END, 'service', 'cloud' FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO contents SELECT {NUMBER} + n % 3, n, 'body', 'raw' FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO events (number_id, key, message_key, kind, at_ms, body)
      SELECT {NUMBER} + n % 3, n, n / 3, CASE WHEN n % 4 = 0 THEN 'message' ELSE 'status' END, n, 'body'
      FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO deliveries (number_id, key, state, first_ms, due_ms, attempt)
      SELECT {NUMBER} + n % 3, n, CASE WHEN n % 50 < 5 THEN n % 5 ELSE 1 END, n, n, 1
      FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO media (number_id, key, tag, sha256, mime, size, created_ms, expires_ms, source, animated)
      SELECT {NUMBER} + n % 3, n, 1, '', 'image/jpeg', 1, n, n, 'upload', FALSE FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO documents (owner, kind, name, body)
      SELECT n % 100, CASE WHEN n % 9 = 0 THEN 'blocked' ELSE 'code' END, n::text, '' FROM generate_series(1, {ROWS}) n;
    ANALYZE messages, contents, events, deliveries, media, documents
"""

ANYTHING = (None,) * 6
OF_MESSAGES = [
    ANYTHING,
    (NUMBER, None, None, None, None, None),
    (None, USER, None, None, None, None),
    (None, None, "image", None, None, None),
    (None, None, None, True, None, None),
    (None, None, None, None, 4, None),
    (None, None, None, None, None, ["undeliverable"]),
    (NUMBER, USER, "image", False, 4, ["undeliverable"]),
]
OF_DELIVERIES = [(None, None), (NUMBER, None), (None, "message"), (NUMBER, "message")]
OF_ENDED = [(None,) * 4, (NUMBER, "message", ROWS // 2, ROWS), (None, None, None, 5)]
LOOKS: list[tuple[str, tuple[object, ...]]] = [
    (lists.END_OF_MESSAGES, (NEWEST, 5_000)),
    (lists.END_OF_MEDIA, (NEWEST, 5_000)),
    (lists.END_OF_CARRIERS, (END, 5_000)),
    *((text, (NEWEST, 5_000)) for text in lists.END_OF_DELIVERIES.values()),
    *((STATEMENTS.messages, (END, NEWEST, LIMIT, *values)) for values in OF_MESSAGES),
    *((STATEMENTS.messages_of_keys, ([7, 8, 9], *values)) for values in OF_MESSAGES),
    *((text, (END, NEWEST, LIMIT, *values)) for text in STATEMENTS.deliveries.values() for values in OF_DELIVERIES),
    (DELIVERIES_OF, (7,)),
    *((end, (0, 5_000)) for end in lists.END_OF_ENDED.values()),
    *((text, (0, 5_000, 501, *values)) for text in STATEMENTS.ended.values() for values in OF_ENDED),
    (STATEMENTS.carriers, (END, NEWEST, 21, 9)),
    *((STATEMENTS.media, (END, NEWEST, LIMIT, number)) for number in (None, NUMBER)),
    (documents.OF_OWNERS, ("blocked", [7, 8, 9])),
    (STATEMENTS.envelopes, ([7, 8, 9],)),
    (lists.MESSAGE_KEYS, (ROWS - 100, 200)),
    (lists.EVENT_KEYS, (ROWS - 100, 200)),
]


@pytest.fixture
async def full(database: str) -> AsyncIterator[Connection]:
    connection = await connect(database, "a test")
    await connection.execute(FILL)
    yield connection
    await connection.close()


async def plan_for(connection: Connection, text: str, values: tuple[object, ...]) -> str:
    """Return how a statement is done with these values."""
    return "\n".join(line for (line,) in await connection.fetch(f"EXPLAIN (COSTS OFF) {text}", *values))


async def plan_for_any(connection: Connection, text: str) -> str:
    """Return how it is done with whatever values, as the server may choose once it has been asked often."""
    places = max(map(int, re.findall(r"\$(\d+)", text)))
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE look AS {text}")
    rows = await connection.fetch(f"EXPLAIN (COSTS OFF) EXECUTE look({', '.join(['NULL'] * places)})")
    await connection.execute("DEALLOCATE look; RESET plan_cache_mode")
    return "\n".join(line for (line,) in rows)


async def test_no_list_reads_a_table_through(full: Connection) -> None:
    plans = [(text, values, await plan_for(full, text, values)) for text, values in LOOKS]
    plans += [(text, (), await plan_for_any(full, text)) for text in dict.fromkeys(text for text, _ in LOOKS)]

    assert [each for each in plans if "Seq Scan" in each[-1]] == []
    assert [each for each in plans if "Index" not in each[-1]] == []


async def test_a_plan_that_is_made_while_tables_are_small_is_good_for_full_ones(database: str) -> None:
    """A connection keeps it until the server has analysed the tables again."""
    filling = await connect(database, "a test")
    await filling.execute(FILL.replace(str(ROWS), "50"))
    await filling.close()
    pool = await open_pool(database)
    async with pool.acquire() as reader:
        plans = [(text, await plan_for_any(reader, text)) for text in dict.fromkeys(text for text, _ in LOOKS)]
    await pool.close()

    assert [each for each in plans if "Seq Scan" in each[-1]] == []
