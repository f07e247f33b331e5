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
    sent,
    status_row,
    waiting,
    waiting_messages,
)

from waypost.model import Event, EventKey, MediaKey, MessageKey, NumberId, Status, Token
from waypost.ports import FullStore, Sweep
from waypost.ports.holds import PACES

pytestmark = pytest.mark.anyio

KEY = Token(b"k" * 32, NUMBER, "key")
START = MessageKey(0)
OLD_MS = 1_500
"""Before it `outbound` rows are accepted, and after it nothing else of `store_rows` happens."""
LATER_MS = 9_000
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


async def test_an_old_message_goes_with_all_that_hangs_on_it(opened: FullStore) -> None:
    await sent(opened, 10)
    await sent(opened, 20, accepted_ms=LATER_MS)

    sweep = await opened.drop_messages(START, OLD_MS, 10)

    assert sweep == Sweep(gone(10), MessageKey(20))
    assert await opened.message(MessageKey(10)) is None
    assert await opened.events_of(MessageKey(10)) == []
    assert [await opened.delivery(EventKey(key)) for key in (11, 12)] == [None, None]
    assert await opened.has_taken(MessageKey(10)) is False
    assert await opened.message(MessageKey(20)) is not None
    assert [event.key for event in await opened.events_of(MessageKey(20))] == [21]


async def test_only_the_old_messages_of_a_number_go_where_it_is_named(opened: FullStore) -> None:
    for key in (10, 20, 30):
        await sent(opened, key)
    other = outbound(15, number_id=NumberId(7))
    await opened.accept(other)
    await opened.settle_sent(other, "upstream")

    step = await opened.drop_messages(START, OLD_MS, 3, number_id=NUMBER)
    rest = await opened.drop_messages(START, OLD_MS, 9, number_id=NumberId(7))

    assert [step, rest] == [Sweep(gone(10, 20), MessageKey(20)), Sweep(gone(15), MessageKey(30))]


def gone(*keys: int) -> tuple[tuple[MessageKey, str], ...]:
    return tuple((MessageKey(key), USER) for key in keys)


async def test_an_old_message_of_a_user_goes_and_their_window_stays(opened: FullStore) -> None:
    await opened.record_inbound(inbound_row(11, 10, notify=False))

    sweep = await opened.drop_messages(START, LATER_MS, 10)

    assert sweep.dropped == gone(10)
    assert await opened.last_inbound_ms(NUMBER, USER) == 3_000


async def test_a_young_message_stays(opened: FullStore) -> None:
    await sent(opened, 10, accepted_ms=OLD_MS)

    assert await opened.drop_messages(START, OLD_MS, 10) == Sweep((), None)
    assert await opened.delivery(EventKey(11)) is not None


async def test_a_message_that_waits_for_the_upstream_stays(opened: FullStore) -> None:
    await opened.accept(outbound(10))

    assert (await opened.drop_messages(START, LATER_MS, 10)).dropped == ()
    assert await waiting_messages(opened) == [outbound(10)]


async def test_a_message_that_its_template_holds_back_stays(opened: FullStore) -> None:
    await opened.save_document(*PACES, "7", b'{"left":0}')
    await opened.accept(outbound(10, held_by=7))

    assert (await opened.drop_messages(START, LATER_MS, 10)).dropped == ()


@pytest.mark.parametrize(
    ("progress", "dropped"),
    [
        pytest.param(Status.ACCEPTED, (), id="on its way"),
        pytest.param(Status.SENT, (), id="waits for its phone"),
        pytest.param(Status.DELIVERED, (10,), id="not read yet"),
        pytest.param(Status.FAILED, (10,), id="failed"),
    ],
)
async def test_a_message_stays_until_its_phone_has_it(
    opened: FullStore, progress: Status, dropped: tuple[int, ...]
) -> None:
    await opened.accept(outbound(10))
    await opened.take(carried(10))
    await opened.settle_sent(outbound(10), "upstream")
    await opened.progressed([(MessageKey(10), progress, 0)])

    assert (await opened.drop_messages(START, LATER_MS, 10)).dropped == gone(*dropped)


@pytest.mark.parametrize("endpoint", ["", "b"])
async def test_a_message_with_a_webhook_that_waits_or_is_dead_stays_until_that_ends(
    opened: FullStore, endpoint: str
) -> None:
    row = await sent(opened, 10)
    key = EventKey(12 if endpoint else 11)
    delivery = replace(waiting(row.event), endpoint=endpoint, further_key=EventKey(12) if endpoint else None)

    await opened.redeliver(key, LATER_MS)
    while_it_waits = await opened.drop_messages(START, LATER_MS, 10)
    await opened.delivery_dead(delivery, attempt(1, 500))
    while_it_is_dead = await opened.drop_messages(START, LATER_MS, 10)
    await opened.delivery_ended(delivery, "cancelled")
    once_it_has_ended = await opened.drop_messages(START, LATER_MS, 10)

    assert [while_it_waits.dropped, while_it_is_dead.dropped, once_it_has_ended.dropped] == [(), (), gone(10)]


async def test_messages_are_walked_through_in_steps_past_what_stays(opened: FullStore) -> None:
    for key in (10, 20, 40, 50):
        await sent(opened, key)
    await opened.accept(outbound(30))
    await sent(opened, 60, accepted_ms=LATER_MS)

    first = await opened.drop_messages(START, OLD_MS, 2)
    second = await opened.drop_messages(MessageKey(20), OLD_MS, 2)
    third = await opened.drop_messages(MessageKey(40), OLD_MS, 2)
    fourth = await opened.drop_messages(MessageKey(60), OLD_MS, 2)

    assert [first, second] == [Sweep(gone(10, 20), MessageKey(20)), Sweep(gone(40), MessageKey(40))]
    assert [third, fourth] == [Sweep(gone(50), MessageKey(60)), Sweep((), None)]


async def test_the_walk_ends_at_a_step_of_young_messages(opened: FullStore) -> None:
    for key, accepted_ms in ((10, LATER_MS), (20, LATER_MS), (30, 1_000)):
        await sent(opened, key, accepted_ms=accepted_ms)

    assert await opened.drop_messages(START, OLD_MS, 2) == Sweep((), None)


async def test_a_status_that_waits_for_its_message_stays(opened: FullStore) -> None:
    await opened.record_statuses([status_row(11, 10, Status.SENT)])

    await opened.drop_messages(START, LATER_MS, 10)
    await opened.drop_notices(EventKey(0), LATER_MS, 10)
    await opened.accept(outbound(10))

    assert [event.key for event in await opened.events_of(MessageKey(10))] == [11]


async def test_a_medium_stays_when_its_message_goes(opened: FullStore) -> None:
    await opened.save_medium(medium(5))
    await opened.accept(outbound(10, media_key=MediaKey(5)))
    await opened.settle_sent(outbound(10, media_key=MediaKey(5)), "upstream")

    assert (await opened.drop_messages(START, LATER_MS, 10)).dropped == gone(10)
    assert await opened.medium(MediaKey(5)) == medium(5)


async def test_old_notices_go_and_events_of_messages_do_not(opened: FullStore) -> None:
    await sent(opened, 10)
    old, dead, young = (
        Event(EventKey(key), NUMBER, MessageKey(key), "account_update", at_ms, b"{}")
        for key, at_ms in ((20, 1_000), (30, 1_000), (40, LATER_MS))
    )
    for notice in (old, dead, young):
        await opened.record_notice(notice, notify=True, further=((EventKey(notice.key + 1), "b"),))
        await opened.delivery_done(waiting(notice), attempt(1))
        await opened.delivery_done(replace(waiting(notice), endpoint="b", further_key=EventKey(notice.key + 1)), None)
    await opened.delivery_dead(waiting(dead), attempt(1, 500))

    next_after = await opened.drop_notices(EventKey(0), LATER_MS, 10)

    assert next_after == 40
    assert await opened.delivery(EventKey(20)) is None
    assert await opened.delivery(EventKey(21)) is None
    assert [bool(await opened.events_of(MessageKey(key))) for key in (10, 20, 30, 40)] == [True, False, True, True]
