"""What every store promises about throwing away: see `ports.Housekeeping`."""

import pytest
from msgspec.structs import replace
from tests.support.store_rows import NUMBER, earlier, medium, once, outbound

from waypost.model import MediaKey, NumberId, Token
from waypost.storage.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

KEY = Token(b"k" * 32, NUMBER, "key")
LOGINS = [Token(bytes([n]) * 32, NumberId(n), "login", expires_ms=1_000 * n) for n in (1, 2, 3)]


async def test_tokens_whose_time_is_over_are_forgotten_and_named(opened: SqliteStore) -> None:
    for token in (KEY, *LOGINS):
        await opened.save_token(token)

    dropped = await opened.drop_expired_tokens(2_000, 10)

    assert sorted(dropped) == [LOGINS[0].hash, LOGINS[1].hash]
    assert sorted(await opened.load_tokens(), key=lambda token: token.hash) == [LOGINS[2], KEY]


async def test_no_more_tokens_are_forgotten_than_asked_for(opened: SqliteStore) -> None:
    for token in LOGINS:
        await opened.save_token(token)

    rounds = [len(await opened.drop_expired_tokens(9_000, 2)) for _ in range(3)]

    assert rounds == [2, 1, 0]


async def test_keys_are_forgotten_the_oldest_first_and_no_more_than_asked_for(opened: SqliteStore) -> None:
    for key in (10, 11, 12, 13):
        await opened.accept_once(outbound(key, accepted_ms=key), once(f"order-{key}"))

    dropped = [await opened.drop_old_keys(13, 2) for _ in range(3)]

    assert dropped == [2, 1, 0]
    assert await opened.earlier(NUMBER, once("order-12")) is None
    assert await opened.earlier(NUMBER, once("order-13")) == earlier(outbound(13))


async def test_a_message_outlives_its_key(opened: SqliteStore) -> None:
    await opened.accept_once(outbound(10), once())

    await opened.drop_old_keys(9_000, 10)

    assert await opened.message(outbound(10).key) is not None


async def test_expired_media_are_found_the_oldest_first_and_stay_until_they_are_deleted(opened: SqliteStore) -> None:
    media = [replace(medium(key), expires_ms=9_000 - key) for key in (5, 6, 7)]
    for each in media:
        await opened.save_medium(each)

    assert await opened.expired_media(8_995, 10) == [media[2], media[1]]
    assert await opened.expired_media(9_000, 1) == [media[2]]
    await opened.delete_medium(MediaKey(7))
    assert await opened.expired_media(8_995, 10) == [media[1]]


async def test_a_medium_that_is_given_more_time_has_not_expired(opened: SqliteStore) -> None:
    await opened.save_medium(replace(medium(5), expires_ms=1_000))

    await opened.renew_medium(MediaKey(5), 9_000)

    assert await opened.expired_media(9_000, 10) == []
    assert await opened.expired_media(9_001, 10) == [replace(medium(5), expires_ms=9_000)]


async def test_blobs_that_no_medium_has_are_told(opened: SqliteStore) -> None:
    await opened.save_medium(medium(5, b"b" * 32))

    assert await opened.blobs_without_rows([b"a" * 32, b"b" * 32, b"c" * 32]) == [b"a" * 32, b"c" * 32]
