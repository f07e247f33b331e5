"""What every store promises about the facts that rules are computed from."""

import pytest
from msgspec import structs
from tests.support.store_rows import NUMBER, USER, carried, inbound_row, outbound, stored, waiting_messages

from waypost.errors import Fault
from waypost.errors.outcomes import UNDELIVERABLE
from waypost.model import MessageKey, NumberId, Phone, Status, WindowFacts
from waypost.ports import FullStore

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("asked_before", [True, False])
async def test_an_advertisement_is_remembered_until_the_user_is_answered(
    opened: FullStore, *, asked_before: bool
) -> None:
    if asked_before:
        assert await opened.window_facts(NUMBER, USER) == WindowFacts()
    await opened.record_inbound(inbound_row(11, 10, at_ms=3_000, from_ad=True))
    await opened.record_inbound(inbound_row(13, 12, at_ms=4_000))
    from_ad = await opened.window_facts(NUMBER, USER)

    await opened.open_entry(NUMBER, USER, 9_000)

    assert (from_ad, await opened.window_facts(NUMBER, USER)) == (
        WindowFacts(4_000, 3_000),
        WindowFacts(4_000, None, 9_000),
    )


async def test_whom_numbers_wrote_to_outside_the_window_is_known_with_the_last_time(opened: FullStore) -> None:
    outside = structs.replace(carried(1), in_window=False)
    refused = Fault(UNDELIVERABLE, "x")
    for message, taken in (
        (outbound(1, accepted_ms=1_000), outside),
        (outbound(2, accepted_ms=2_000), structs.replace(outside, token=MessageKey(2))),
        (outbound(3, accepted_ms=3_000), carried(3)),
        (outbound(4, accepted_ms=4_000), structs.replace(outside, token=MessageKey(4), wa_id="49", fault=refused)),
        (outbound(5, accepted_ms=5_000), structs.replace(outside, token=MessageKey(5), number_id=NumberId(7))),
    ):
        await opened.accept(message)
        await opened.take(taken)

    assert await opened.initiated([NUMBER], 0) == [(USER, 2_000)]
    assert await opened.initiated([NUMBER], 2_000) == []
    assert await opened.initiated([NUMBER, NumberId(7)], 0) == [(USER, 5_000)]


async def test_who_was_sent_marketing_outside_the_window_is_known_unless_it_failed(opened: FullStore) -> None:
    offer = structs.replace(carried(1), category="marketing", in_window=False, progress=Status.SENT)
    for key, change in (
        (1, {}),
        (2, {"in_window": True}),
        (3, {"category": "utility"}),
        (4, {"fault": Fault(UNDELIVERABLE, "x")}),
        (5, {"progress": Status.FAILED}),
        (6, {"wa_id": "49", "progress": Status.READ}),
    ):
        await opened.accept(outbound(key, accepted_ms=1_000 * key))
        await opened.take(structs.replace(offer, token=MessageKey(key), **change))

    assert sorted(await opened.marketed(0)) == [("49", 6, 6_000), (USER, 1, 1_000)]
    assert await opened.marketed(1_000) == [("49", 6, 6_000)]


async def test_life_and_address_of_a_message_outlast_a_restart(opened: FullStore) -> None:
    message = outbound(10, expires_ms=77_000, user_id="DE.1")
    await opened.accept(message)

    found = await opened.message(MessageKey(10))

    assert await waiting_messages(opened) == [message]
    assert found is not None
    assert found.user_id == "DE.1"


async def test_what_the_network_has_taken_keeps_its_price_and_its_end(opened: FullStore) -> None:
    taken = structs.replace(carried(10), free_until_ms=5_000, expires_ms=6_000, tells_expiry=True)

    await opened.take(taken)

    assert await opened.unfinished(MessageKey(0), 10) == [taken]


async def test_a_phone_keeps_its_username_and_keys(opened: FullStore) -> None:
    phone = Phone(USER, "Ada", marketing=False, username="ada", identity=2, stopped=(7, 300), former=("15550009999",))

    await opened.save_phone(phone)

    assert await opened.load_phones() == [phone]


async def test_who_wrote_before_a_number_was_hidden_knows_it(opened: FullStore) -> None:
    await opened.accept(outbound(10, accepted_ms=4_000))
    await opened.accept(outbound(11, accepted_ms=5_000, user_id="DE.1", number_id=NumberId(7)))

    await opened.hide_phone(USER)

    assert (await opened.known_ms(NUMBER, USER), await opened.known_ms(NumberId(7), USER)) == (4_000, None)


async def test_knowing_a_number_is_renewed_but_never_put_back(opened: FullStore) -> None:
    for at_ms in (5_000, 6_000, 4_000):
        await opened.get_to_know(NUMBER, USER, at_ms)

    assert await opened.known_ms(NUMBER, USER) == 6_000
    assert stored(outbound(1)).user_id is None
