"""Processes that share a database show each other their keys, so that none seals what another could not open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.contract.test_postgres_session import hang_up, until_back
from tests.support.postgres import PostgresServer
from tests.support.store_rows import NUMBER

from waypost.lib.keyring import Keyring
from waypost.model import Number
from waypost.ports import StoreRefused
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.secrets import count_by_key

pytestmark = pytest.mark.anyio

OLD, NEW = b"o" * 32, b"n" * 32
[OLD_NAME, NEW_NAME] = Keyring([OLD, NEW]).names
SHOP = Number(NUMBER, 7, "Shop", "hush")


@asynccontextmanager
async def sharing(database: str, *keys: bytes) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database, role="api", keyring=Keyring(keys))
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.parametrize(("theirs", "before"), [((OLD,), OLD_NAME), ((), None)])
async def test_nothing_is_sealed_with_a_key_that_another_process_does_not_have(
    database: str, theirs: tuple[bytes, ...], before: str | None
) -> None:
    async with sharing(database, *theirs) as other:
        await other.save_number(SHOP)

        with pytest.raises(StoreRefused, match=rf"processes at this database \(1\) do not have the key {NEW_NAME}"):
            async with sharing(database, NEW, *theirs):
                pass

        assert await other.load_numbers() == [SHOP]
        assert await count_by_key(database) == {before: 1}


async def test_a_key_that_every_process_has_takes_over_beside_them(database: str) -> None:
    async with sharing(database, OLD, NEW) as other:
        await other.save_number(SHOP)

        async with sharing(database, NEW, OLD) as store:
            assert (store.sealed_anew, await other.load_numbers()) == (1, [SHOP])
            assert await count_by_key(database) == {NEW_NAME: 1}


async def test_a_process_that_is_gone_is_not_waited_for(database: str) -> None:
    async with sharing(database, OLD) as gone:
        await gone.save_number(SHOP)

    async with sharing(database, NEW, OLD) as store:
        assert store.sealed_anew == 1


async def test_a_process_whose_session_was_lost_shows_its_keys_again(
    database: str, postgres_server: PostgresServer
) -> None:
    async with sharing(database, OLD, NEW) as other:
        await other.save_number(SHOP)
        await asyncio.to_thread(hang_up, postgres_server, database)
        await until_back(other)

        async with sharing(database, NEW, OLD) as store:
            assert store.sealed_anew == 1
