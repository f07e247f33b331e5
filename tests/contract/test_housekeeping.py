"""What every store promises about throwing away: see `ports.Housekeeping`."""

import pytest
from msgspec.structs import replace
from tests.support.store_rows import (
    NUMBER,
    USER,
    attempt,
    carried,
    earlier,
    inbound_row,
    medium,
    once,
    outbound,
    status_row,
    waiting,
)

from waypost.app.ground import FullStore
from waypost.model import EventKey, MediaKey, MessageKey, NumberId, Status, Token
from waypost.ports import Further

pytestmark = pytest.mark.anyio

KEY = Token(b"k" * 32, NUMBER, "key")
LOGINS = [Token(bytes([n]) * 32, NumberId(n), "login", expires_ms=1_000 * n) for n in (1, 2, 3)]


async def test_tokens_whose_time_is_over_are_forgotten_and_named(opened: FullStore) -> None:
    for token in (KEY, *LOGINS):
        await opened.save_token(token)

    dropped = await opened.drop_expired_tokens(2_000, 10)

    assert sorted(dropped) == [LOGINS[0].hash, LOGINS[1].hash]
    assert sorted(await opened.load_tokens(), key=lambda token: token.hash) == [LOGINS[2], KEY]


async def test_no_more_tokens_are_forgotten_than_asked_for(opened: FullStore) -> None:
    for token in LOGINS:
        await opened.save_token(token)

    rounds = [len(await opened.drop_expired_tokens(9_000, 2)) for _ in range(3)]

    assert rounds == [2, 1, 0]


async def test_keys_are_forgotten_the_oldest_first_and_no_more_than_asked_for(opened: FullStore) -> None:
    for key in (10, 11, 12, 13):
        await opened.accept_once(outbound(key, accepted_ms=key), once(f"order-{key}"))

    dropped = [await opened.drop_old_keys(13, 2) for _ in range(3)]

    assert dropped == [2, 1, 0]
    assert await opened.earlier(NUMBER, once("order-12")) is None
    assert await opened.earlier(NUMBER, once("order-13")) == earlier(outbound(13))


async def test_a_message_outlives_its_key(opened: FullStore) -> None:
    await opened.accept_once(outbound(10), once())

    await opened.drop_old_keys(9_000, 10)

    assert await opened.message(outbound(10).key) is not None


async def test_expired_media_are_found_the_oldest_first_and_stay_until_they_are_deleted(opened: FullStore) -> None:
    media = [replace(medium(key), expires_ms=9_000 - key) for key in (5, 6, 7)]
    for each in media:
        await opened.save_medium(each)

    assert await opened.expired_media(8_995, 10) == [media[2], media[1]]
    assert await opened.expired_media(9_000, 1) == [media[2]]
    await opened.delete_medium(MediaKey(7))
    assert await opened.expired_media(8_995, 10) == [media[1]]


async def test_a_medium_that_is_given_more_time_has_not_expired(opened: FullStore) -> None:
    await opened.save_medium(replace(medium(5), expires_ms=1_000))

    await opened.renew_medium(MediaKey(5), 9_000)

    assert await opened.expired_media(9_000, 10) == []
    assert await opened.expired_media(9_001, 10) == [replace(medium(5), expires_ms=9_000)]


async def test_blobs_that_no_medium_has_are_told(opened: FullStore) -> None:
    await opened.save_medium(medium(5, b"b" * 32))

    assert await opened.blobs_without_rows([b"a" * 32, b"b" * 32, b"c" * 32]) == [b"a" * 32, b"c" * 32]


# -- Old messages ---------------------------------------------------------------------------------------------------


async def test_the_old_messages_of_a_number_are_found_in_order_with_their_users(opened: FullStore) -> None:
    for key in (10, 11, 12, 13):
        await opened.accept(outbound(key, accepted_ms=key))
    await opened.accept(outbound(14, accepted_ms=1, number_id=NumberId(7)))

    assert await opened.old_messages(NUMBER, 13, MessageKey(10), 9) == [(11, USER), (12, USER)]
    assert await opened.old_messages(NUMBER, 13, MessageKey(0), 1) == [(10, USER)]


async def test_a_message_that_has_ended_goes_with_all_that_is_known_of_it(opened: FullStore) -> None:
    await told(opened, 10, 11)
    await told(opened, 20, 21)

    assert await opened.drop_messages([MessageKey(10)]) == [10]

    assert await opened.message(MessageKey(10)) is None
    assert await opened.events_of(MessageKey(10)) == []
    assert await opened.delivery(EventKey(11)) is None
    assert await opened.has_taken(MessageKey(10)) is False
    assert await opened.message(MessageKey(20)) is not None
    assert [event.key for event in await opened.events_of(MessageKey(20))] == [21]


async def told(store: FullStore, key: int, event: int) -> None:
    """Store a message that was delivered, and its webhook taken."""
    message, row = outbound(key), status_row(event, key, Status.DELIVERED)
    await store.accept(message)
    await store.take(carried(key))
    await store.settle_sent(message, "up")
    await store.record_statuses([row])
    await store.progressed([(MessageKey(key), Status.DELIVERED, 0)])
    await store.delivery_done(waiting(row.event), attempt(1))


@pytest.mark.parametrize("template", [None, 700])
async def test_a_message_that_still_waits_to_be_sent_or_is_held_stays(opened: FullStore, template: int | None) -> None:
    await opened.accept(outbound(10, held_by=template))

    assert await opened.drop_messages([MessageKey(10)]) == []
    assert await opened.message(MessageKey(10)) is not None


async def test_a_message_that_has_not_reached_its_phone_stays(opened: FullStore) -> None:
    await opened.accept(outbound(10))
    await opened.take(carried(10, Status.SENT))
    await opened.settle_sent(outbound(10), "up")

    assert await opened.drop_messages([MessageKey(10)]) == []


@pytest.mark.parametrize("further", [(), ((EventKey(30), "crm"),)])
async def test_a_message_with_a_webhook_that_waits_stays(opened: FullStore, further: Further) -> None:
    row = replace(inbound_row(11, 10, notify=not further), further=further)
    await opened.record_inbound(row)

    assert await opened.drop_messages([MessageKey(10)]) == []
