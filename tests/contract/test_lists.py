"""What every store promises about what is listed page by page, and about telling of changes: see `ports.Lists`."""

import pytest
from tests.support.store_rows import NUMBER, USER, attempt, inbound_row, medium, outbound, status_row, waiting

from waypost.model import EventKey, MediaKey, MessageKey, Number, NumberId, Phone, Status
from waypost.ports import (
    Changes,
    DeliverySearch,
    EndedDelivery,
    EndedSearch,
    Envelope,
    FullStore,
    MessageSearch,
    Stretch,
    Window,
)

pytestmark = pytest.mark.anyio

OTHER = NumberId(15550008888)
EVERYTHING = Window(None, 100, 1_000)


@pytest.fixture
async def six(opened: FullStore) -> FullStore:
    """Messages 10 to 50 to the user, one of another number, one to another user, one failed; 60 from the user."""
    await opened.accept(outbound(10))
    await opened.accept(outbound(20, number_id=OTHER))
    await opened.accept(outbound(30, wa_id="15550002222", kind="image"))
    await opened.accept(outbound(40))
    await opened.accept(outbound(50))
    await opened.record_inbound(inbound_row(61, 60))
    await opened.record_statuses([status_row(41, 40, Status.SENT)])
    await opened.settle_failed(outbound(50), status_row(51, 50, Status.FAILED))
    return opened


@pytest.mark.parametrize(
    ("search", "keys"),
    [
        (MessageSearch(), [60, 50, 40, 30, 20, 10]),
        (MessageSearch(number_id=OTHER), [20]),
        (MessageSearch(wa_id="15550002222"), [30]),
        (MessageSearch(kind="image"), [30]),
        (MessageSearch(received=True), [60]),
        (MessageSearch(received=False, number_id=NUMBER), [50, 40, 30, 10]),
        (MessageSearch(status=Status.SENT), [40]),
        (MessageSearch(status=Status.ACCEPTED), [30, 20, 10]),
        (MessageSearch(problems=("no_template", "undeliverable")), [50]),
        (MessageSearch(problems=()), []),
        (MessageSearch(keys=(MessageKey(60), MessageKey(10), MessageKey(11))), [60, 10]),
        (MessageSearch(keys=(MessageKey(60), MessageKey(10)), received=False), [10]),
    ],
)
async def test_messages_are_found_by_what_they_are(six: FullStore, search: MessageSearch, keys: list[int]) -> None:
    page = await six.search_messages(search, EVERYTHING)

    assert ([message.key for message in page.rows], page.next_before) == (keys, None)


async def test_pages_of_messages_follow_each_other_to_the_end(six: FullStore) -> None:
    first = await six.search_messages(MessageSearch(), Window(None, 4, 1_000))
    second = await six.search_messages(MessageSearch(), Window(first.next_before, 2, 1_000))

    assert ([message.key for message in first.rows], first.next_before) == ([60, 50, 40, 30], 30)
    assert ([message.key for message in second.rows], second.next_before) == ([20, 10], None)


async def test_a_search_that_may_look_no_further_says_where_to_go_on(six: FullStore) -> None:
    first = await six.search_messages(MessageSearch(number_id=OTHER), Window(None, 10, 3))
    second = await six.search_messages(MessageSearch(number_id=OTHER), Window(first.next_before, 10, 3))

    assert (first.rows, first.next_before) == ([], 40)
    assert [message.key for message in second.rows] == [20]


async def test_deliveries_are_found_by_number_state_and_kind(six: FullStore) -> None:
    await six.delivery_dead(waiting(status_row(41, 40, Status.SENT).event), attempt(1, 500))
    await six.delivery_done(waiting(status_row(51, 50, Status.FAILED).event), attempt(1))

    async def keys(**search: object) -> list[int]:
        page = await six.search_deliveries(DeliverySearch(**search), EVERYTHING)  # type: ignore[arg-type]  # its fields
        return [each.key for each in page.rows]

    arrived = EventKey(61)
    assert await keys() == sorted([arrived, 51, 41], reverse=True)
    assert await keys(state="dead") == [41]
    assert await keys(state="done") == [51]
    assert await keys(state="waiting") == [arrived]
    assert await keys(kind="message") == [arrived]
    assert await keys(number_id=OTHER) == []
    assert await keys(message_key=MessageKey(40)) == [41]
    assert await keys(message_key=MessageKey(40), state="done") == []


async def test_what_has_ended_is_found_the_oldest_first_in_stretches(opened: FullStore) -> None:
    for key in (11, 21, 31, 41, 51):
        await opened.record_inbound(inbound_row(key, key - 1, at_ms=key * 1_000))
    for key in (11, 31, 41, 51):
        await opened.delivery_dead(waiting(inbound_row(key, key - 1, at_ms=key * 1_000).event), None)

    async def stretch(after: int, limit: int = 9, most: int = 100, **search: object) -> tuple[list[int], int | None]:
        found = await opened.ended_deliveries(EndedSearch("dead", **search), after, limit=limit, most=most)  # type: ignore[arg-type]  # its fields
        return [each.key for each in found.rows], found.next_after

    assert await stretch(0, limit=3) == ([11, 31, 41], 41)
    assert await stretch(41, limit=3) == ([51], None)
    assert await stretch(0, most=2) == ([11, 31], 31)
    assert await stretch(0, from_ms=31_000, to_ms=51_000) == ([31, 41], None)
    assert await stretch(0, number_id=NUMBER, kind="message") == ([11, 31, 41, 51], None)
    assert await stretch(0, number_id=OTHER) == ([], None)
    assert await stretch(0, kind="status") == ([], None)
    assert (await opened.ended_deliveries(EndedSearch("done"), 0, limit=9, most=3)) == Stretch([], 31)
    (first, *_) = (await opened.ended_deliveries(EndedSearch("dead"), 0, limit=1, most=9)).rows
    assert first == EndedDelivery(EventKey(11), NUMBER, "message", "")


async def test_a_delivery_of_a_list_has_its_attempts(six: FullStore) -> None:
    await six.delivery_dead(waiting(status_row(41, 40, Status.SENT).event), attempt(1, 500))

    page = await six.search_deliveries(DeliverySearch(state="dead"), EVERYTHING)

    assert [each.attempts for each in page.rows] == [(attempt(1, 500),)]


async def test_media_are_listed_by_number_the_newest_first(opened: FullStore) -> None:
    for key in (5, 6, 7):
        await opened.save_medium(medium(key))

    page = await opened.search_media(NUMBER, Window(None, 2, 1_000))

    assert ([each.key for each in page.rows], page.next_before) == ([MediaKey(7), MediaKey(6)], 6)
    assert (await opened.search_media(OTHER, EVERYTHING)).rows == []


async def test_the_messages_of_a_file_are_found_around_it_and_then_behind_it(opened: FullStore) -> None:
    file, other = MediaKey(35), MediaKey(36)
    for key in (10, 20, 30, 40, 50, 60):
        await opened.accept(outbound(key, media_key=file if key in (10, 30, 50) else other))
    await opened.accept(outbound(70, media_key=other, more_media=(MediaKey(3), file)))

    async def found(after: int | None, limit: int, most: int) -> tuple[list[int], int | None]:
        stretch = await opened.messages_of_medium(file, after, limit=limit, most=most)
        return [each.key for each in stretch.rows], stretch.next_after

    assert await found(None, 20, 100) == ([10, 30, 50, 70], None)
    assert await found(None, 2, 100) == ([10, 30], 30)
    assert await found(30, 2, 100) == ([50, 70], None)
    assert await found(None, 20, 4) == ([30, 50], 50)
    assert await found(50, 20, 4) == ([70], None)
    assert (await opened.messages_of_medium(MediaKey(99), None, limit=20, most=4)).rows == []


async def test_envelopes_are_those_of_the_keys_that_are_messages(six: FullStore) -> None:
    await six.accept(outbound(5, callback_data="order 7", user_id="US.1"))

    envelopes = await six.envelopes([MessageKey(5), MessageKey(10), MessageKey(60), MessageKey(99)])

    assert sorted(envelopes, key=lambda one: one.key) == [
        Envelope(MessageKey(5), 4711, NUMBER, USER, received=False, callback_data="order 7", user_id="US.1"),
        Envelope(MessageKey(10), 4711, NUMBER, USER, received=False),
        Envelope(MessageKey(60), inbound_row(61, 60).message.tag, NUMBER, USER, received=True),
    ]


async def test_what_is_above_a_key_is_found_with_what_it_is_about(six: FullStore) -> None:
    found = await six.keys_above(40, 100)

    arrived = EventKey(61)
    assert found == Changes({MessageKey(40), MessageKey(50), MessageKey(60)}, {EventKey(41), EventKey(51), arrived})


async def test_every_change_is_told_once_it_is_committed(opened: FullStore) -> None:
    told = Changes()

    def tell(changes: Changes) -> None:
        told.messages |= changes.messages
        told.deliveries |= changes.deliveries
        told.phones |= changes.phones
        told.world |= changes.world

    opened.watch(tell)
    row = status_row(11, 10, Status.SENT)
    await opened.accept(outbound(10))
    await opened.record_statuses([row])
    await opened.delivery_done(waiting(row.event), attempt(1))
    await opened.save_phone(Phone("15550002222", "Ann"))
    await opened.save_number(Number(OTHER, 2, "Other", "secret"))
    await opened.save_medium(medium(5))
    await opened.save_document("account", 2, "", b"{}")

    assert told == Changes({MessageKey(10)}, {EventKey(11)}, set(), {"15550002222"}, {"numbers", "media", "accounts"})


async def test_nothing_is_told_to_nobody(opened: FullStore) -> None:
    told: list[Changes] = []

    opened.watch(told.append)
    opened.watch(None)
    await opened.accept(outbound(10))
    await opened.save_phone(Phone("15550002222", "Ann"))

    assert told == []
