"""A connection to PostgreSQL takes arrays without asking the server what they are."""

from typing import Any

import pytest

from waypost.storage.postgres.link import connect, open_pool

pytestmark = pytest.mark.anyio

TAKEN = "SELECT $1::bool[], $2::bytea[], $3::smallint[], $4::integer[], $5::bigint[], $6::float8[], $7::text[]"
ROWS: tuple[Any, ...] = (
    [True, None], [b"\0,", b""], [-(2**15), 7], [2**31 - 1], [-(2**63), None, 2**63 - 1], [0.5, -1e300],
    ["a,b", None, ""],
)  # fmt: skip
ASKED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'WITH RECURSIVE typeinfo%'"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_writers_arrays_come_back_as_they_went_and_are_not_asked_about(database: str) -> None:
    connection: Any = await connect(database, "test")  # Any: `Connection` does not promise how it is closed

    read = await connection.fetchrow(TAKEN, *ROWS)
    asked = await connection.fetchval(ASKED)
    await connection.close()

    assert (tuple(read), asked) == (ROWS, 0)


async def test_a_readers_arrays_come_back_as_they_went_and_are_not_asked_about(database: str) -> None:
    pool = await open_pool(database)

    async with pool.acquire() as connection:
        read = await connection.fetchrow(TAKEN, *ROWS)
        asked = await connection.fetchval(ASKED)
    await pool.close()

    assert (tuple(read), asked) == (ROWS, 0)
