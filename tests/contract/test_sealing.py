"""What every store promises about secrets: sealed with the newest key, opened by all, never readable in a row."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import pytest
from tests.support.store_rows import NUMBER

from waypost.lib.keyring import Keyring
from waypost.model import FormerSecret, Number, NumberId, Provider, Webhook
from waypost.ports import BadDump, FullStore, StoreDown, StoreRefused
from waypost.registry import STORES, load

pytestmark = pytest.mark.anyio

OLD, NEW = b"o" * 32, b"n" * 32
CANARY = "canary"
SHOP = Number(
    NUMBER, 7, "Shop", "canary-secret",
    webhook=Webhook("https://shop.example/hook", headers=(("x-key", "canary-header"),)),
    former_secret=FormerSecret("canary-former", 5_000),
)  # fmt: skip
OTHER = Number(NumberId(NUMBER + 1), 7, "Other", "canary-other")
BASIC = Provider("bucket", username="canary-user", password="canary-password")
ROWS = 4
"""How many secrets `fill` leaves."""

Open = Callable[..., Any]
Ask = Callable[..., Awaitable[list[tuple[Any, ...]]]]


@pytest.fixture
def with_keys(store_scheme: str, store_place: str) -> Open:
    """Opens the store with keys, for as long as a block."""

    @asynccontextmanager
    async def opened(*keys: bytes) -> AsyncIterator[FullStore]:
        store: FullStore = await load(STORES[store_scheme]).open(store_place, keyring=Keyring(keys))
        try:
            yield store
        finally:
            await store.close()

    return opened


@pytest.fixture
def ask(store_scheme: str, store_place: str) -> Ask:
    """Runs a statement beside the store, as somebody does who has got at the database."""

    async def in_file(statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = apsw.Connection(str(Path(store_place)))
        try:
            return list(connection.execute(statement, values))
        finally:
            connection.close()

    async def in_database(statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(store_place, server_settings={"search_path": "waypost"})
        try:
            return [tuple(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()

    return in_file if store_scheme == "sqlite" else in_database


async def fill(store: FullStore) -> None:
    await store.save_number(SHOP)
    await store.save_number(OTHER)
    await store.save_provider(NUMBER, BASIC)
    await store.put_state("url_secret", b"canary-urls")


async def everything(store: FullStore) -> list[object]:
    return [
        await store.load_numbers(),
        await store.load_providers(NUMBER),
        await store.get_state("url_secret"),
    ]


FILLED = [[SHOP, OTHER], [BASIC], b"canary-urls"]


async def stored(ask: Ask) -> bytes:
    """Return every value that holds a secret, as the database has it."""
    found = [
        *await ask("SELECT number FROM numbers"),
        *await ask("SELECT provider FROM providers"),
        *await ask("SELECT value FROM state WHERE name = 'url_secret'"),
    ]
    assert len(found) == ROWS
    return b"|".join(value for (value,) in found)


async def test_with_a_key_no_row_shows_a_secret(with_keys: Open, ask: Ask) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
        await store.change_number(SHOP, lambda now: now)

        shown = await stored(ask)

        assert CANARY.encode() not in shown
        assert await everything(store) == FILLED


async def test_secrets_in_clear_are_sealed_by_the_first_start_with_a_key(with_keys: Open, ask: Ask) -> None:
    async with with_keys() as store:
        await fill(store)
        assert CANARY.encode() in await stored(ask)

    async with with_keys(OLD) as store:
        assert (store.sealed_anew, await everything(store)) == (ROWS, FILLED)
        assert CANARY.encode() not in await stored(ask)


async def test_a_new_first_key_takes_everything_over_and_the_old_one_may_go(with_keys: Open, ask: Ask) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
    before = await stored(ask)

    counts = []
    for keys in ((OLD, NEW), (NEW, OLD), (NEW,)):
        async with with_keys(*keys) as store:
            counts.append(store.sealed_anew)
            assert await everything(store) == FILLED

    assert counts == [0, ROWS, 0]
    assert before != await stored(ask)


@pytest.mark.parametrize(
    ("keys", "said"), [((), "no secrets_key is given"), ((NEW,), "not among those of secrets_key")]
)
async def test_a_store_whose_key_is_missing_is_not_opened_and_its_key_is_named(
    with_keys: Open, ask: Ask, keys: tuple[bytes, ...], said: str
) -> None:
    [name] = Keyring([OLD]).names
    async with with_keys(OLD) as store:
        await fill(store)
    before = await stored(ask)

    with pytest.raises(StoreRefused, match=rf"the key {name}, .*{said}.*\. Give that key in WAYPOST_SECRETS_KEY"):
        async with with_keys(*keys):
            pass

    assert await stored(ask) == before
    async with with_keys(OLD) as store:
        assert await everything(store) == FILLED


async def test_rows_that_were_swapped_are_refused(with_keys: Open, ask: Ask) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
    [(sealed,)] = await ask("SELECT number FROM numbers WHERE id = $1", OTHER.id)
    await ask("UPDATE numbers SET number = $1 WHERE id = $2", sealed, SHOP.id)

    with pytest.raises(StoreRefused, match=f"numbers/{NUMBER} in the store does not open"):
        async with with_keys(OLD):
            pass


async def test_a_value_that_was_changed_is_refused(with_keys: Open, ask: Ask) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
    [(sealed,)] = await ask("SELECT provider FROM providers")
    await ask("UPDATE providers SET provider = $1", sealed[:-1] + bytes([sealed[-1] ^ 1]))

    with pytest.raises(StoreRefused, match=f"providers/{NUMBER}/bucket in the store does not open"):
        async with with_keys(OLD):
            pass


async def test_what_another_process_sealed_with_a_key_that_is_not_known_here_waits(with_keys: Open, ask: Ask) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
        strange = Keyring([NEW]).seal(b"{}", f"numbers/{NUMBER}")
        await ask("UPDATE numbers SET number = $1 WHERE id = $2", strange, SHOP.id)
        await ask("UPDATE providers SET provider = $1", strange)

        with pytest.raises(StoreDown):
            await store.change_number(SHOP, lambda now: now)
        with pytest.raises(StoreDown):
            await store.load_providers(NUMBER)
        with pytest.raises(StoreRefused):
            await store.load_numbers()


async def test_a_dump_is_sealed_and_opens_where_its_key_is(with_keys: Open) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
        taken = await store.dump()
        await store.reset()

        await store.check_dump(taken)
        await store.restore(taken)

        assert CANARY not in str(taken)
        assert await everything(store) == FILLED


async def test_a_dump_is_put_back_under_the_newest_key(with_keys: Open, ask: Ask) -> None:
    async with with_keys() as store:
        await fill(store)
        taken = await store.dump()

    async with with_keys(OLD) as store:
        await store.check_dump(taken)
        await store.restore(taken)
        assert await everything(store) == FILLED
        assert CANARY.encode() not in await stored(ask)


async def test_a_dump_without_its_key_is_bad(with_keys: Open) -> None:
    async with with_keys(OLD) as store:
        await fill(store)
        taken = await store.dump()

    async with with_keys(NEW, OLD) as store:
        pass
    async with with_keys(NEW) as store:
        with pytest.raises(BadDump, match="not among those of secrets_key"):
            await store.check_dump(taken)
