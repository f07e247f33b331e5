"""What every store promises the embedded network: see `ports.NetworkStore`."""

import pytest
from tests.support.store_rows import NUMBER, USER, carried, inbound_row, outbound, status_row, stored

from waypost.model import MessageKey, Phone, Status
from waypost.ports import FullStore

pytestmark = pytest.mark.anyio


async def test_phones_are_replaced(opened: FullStore) -> None:
    phone = Phone(
        USER, "Ada", online=False, blocked=True, reads=False, on_whatsapp=False, read_receipts=False, chat_open=NUMBER
    )
    await opened.save_phone(Phone(USER, "Old"))
    await opened.save_phone(phone)

    assert await opened.load_phones() == [phone]


async def test_windows_go_along_to_another_number(opened: FullStore) -> None:
    await opened.record_inbound(inbound_row(11, 10, at_ms=3_000))
    before = (await opened.last_inbound_ms(NUMBER, USER), await opened.last_inbound_ms(NUMBER, "1999"))

    await opened.move_windows(USER, "1999")

    after = (await opened.last_inbound_ms(NUMBER, USER), await opened.last_inbound_ms(NUMBER, "1999"))
    assert (before, after) == ((3_000, None), (None, 3_000))


async def test_a_message_is_taken_once(opened: FullStore) -> None:
    answers = [await opened.take(carried(10)), await opened.take(carried(10))]

    assert answers == [True, False]
    assert await opened.unfinished(MessageKey(0), 10) == [carried(10)]


async def test_progress_is_noted_until_the_last_status(opened: FullStore) -> None:
    for token in (10, 11, 12):
        await opened.take(carried(token))

    await opened.progressed(
        [
            (MessageKey(10), Status.SENT, 2_000),
            (MessageKey(11), Status.READ, 0),
            (MessageKey(12), Status.FAILED, 0),
            (MessageKey(10), Status.DELIVERED, 1_000),
        ]
    )

    assert await opened.unfinished(MessageKey(0), 10) == [carried(10, Status.DELIVERED)]


async def test_unfinished_messages_are_read_in_order_above_a_token(opened: FullStore) -> None:
    for token in (10, 11, 12, 13):
        await opened.take(carried(token))

    assert await opened.unfinished(MessageKey(10), 2) == [carried(11), carried(12)]


async def test_a_phone_shows_the_newest_of_what_it_received_oldest_first(opened: FullStore) -> None:
    for token in (10, 11, 12, 13, 14):
        await opened.accept(outbound(token))
        await opened.take(carried(token, wa_id=USER if token < 14 else "1999"))
    await opened.progressed([(MessageKey(token), Status.DELIVERED, 1_000) for token in (10, 11, 12, 14)])

    shown = await opened.received_by(USER, 2)

    assert shown == [
        (carried(11, Status.DELIVERED), stored(outbound(11))),
        (carried(12, Status.DELIVERED), stored(outbound(12))),
    ]


async def test_what_the_business_was_told_is_delivered_is_on_the_phone(opened: FullStore) -> None:
    await opened.accept(outbound(10))
    await opened.take(carried(10))

    await opened.record_statuses([status_row(11, 10, Status.DELIVERED)])

    assert await opened.received_by(USER, 10) == [(carried(10), stored(outbound(10), Status.DELIVERED))]
