"""What every store promises the flows: see `ports.Store`."""

import asyncio
from collections.abc import Sequence
from typing import Literal

import msgspec
import pytest
from msgspec import structs
from tests.support.store_rows import (
    HOP,
    NUMBER,
    USER,
    attempt,
    earlier,
    failed_send,
    finding,
    inbound_row,
    once,
    outbound,
    status_row,
    stored,
    waiting,
    waiting_deliveries,
    waiting_messages,
)

from waypost.model import TRANSITIONS, Delivery, Event, EventKey, MediaKey, MessageKey, NumberId, Status
from waypost.ports import DeliverySearch, FullStore, Lists, Records, Store, StoredDelivery, Window

pytestmark = pytest.mark.anyio

START = MessageKey(0)


@pytest.fixture
def store(opened: FullStore) -> Store:
    return opened


@pytest.fixture
def records(opened: FullStore) -> Records:
    return opened


@pytest.fixture
def lists(opened: FullStore) -> Lists:
    return opened


async def told_of(lists: Lists, search: DeliverySearch) -> list[StoredDelivery]:
    return (await lists.search_deliveries(search, Window(None, 10, 100))).rows


class TestJobs:
    async def test_an_accepted_message_is_stored_and_waits_for_the_upstream(
        self, store: Store, records: Records
    ) -> None:
        message = outbound(10, callback_data="mine", category="marketing", media_key=MediaKey(3), dialect="onprem")

        await store.accept(message)

        assert await waiting_messages(store) == [message]
        assert await records.message(message.key) == stored(message)

    async def test_a_begun_attempt_without_outcome_is_seen_when_jobs_are_read(self, store: Store) -> None:
        message = outbound(10)
        await store.accept(message)
        message.attempt = 1

        await store.begin(message)

        assert await waiting_messages(store) == [outbound(10, attempt=1, begun=True)]

    async def test_a_sent_message_is_no_job_any_more(self, store: Store, records: Records) -> None:
        message = outbound(10)
        await store.accept(message)

        await store.settle_sent(message, "wamid.upstream")

        assert await waiting_messages(store) == []
        assert await records.message(message.key) == stored(message)

    async def test_a_put_off_message_waits_with_its_attempt_and_the_medium_that_was_fetched(self, store: Store) -> None:
        message = outbound(10)
        await store.accept(message)
        await store.begin(message)
        message.attempt, message.due_ms, message.media_key = 2, 9_000, MediaKey(3)

        await store.settle_later(message, failed_send(2))

        assert await waiting_messages(store) == [
            outbound(10, attempt=2, due_ms=9_000, media_key=MediaKey(3), begun=False)
        ]

    async def test_attempts_that_fail_are_kept_in_order_and_the_last_one_with_its_message(
        self, store: Store, records: Records
    ) -> None:
        message = outbound(10)
        await store.accept(message)

        await store.settle_later(message, failed_send(1))
        await store.settle_later(message, failed_send(2))
        await store.settle_failed(message, status_row(11, 10, Status.FAILED), failed_send(3))

        assert await records.failed_sends(message.key) == [failed_send(1), failed_send(2), failed_send(3)]
        assert await records.failed_sends(MessageKey(12)) == []

    async def test_what_was_found_out_is_kept_with_each_attempt_and_with_the_status(
        self, store: Store, records: Records
    ) -> None:
        await store.accept(outbound(10))
        await store.accept(outbound(12))

        await store.settle_later(outbound(10, attempt=1, findings=(finding("waited"),)), failed_send(1))
        await store.settle_sent(outbound(10, attempt=2, findings=(finding("passed", HOP), finding("passed"))), "up")
        told = structs.replace(status_row(11, 10, Status.FAILED), findings=(finding("failed"),))
        await store.record_statuses([told])

        assert await records.findings_of(MessageKey(10)) == [
            finding("waited"), finding("passed", HOP), finding("passed"), finding("failed"),
        ]  # fmt: skip
        assert await records.findings_of(MessageKey(12)) == []

    async def test_what_was_found_out_about_a_message_that_fails_is_kept_once(
        self, store: Store, records: Records
    ) -> None:
        await store.accept(outbound(10))
        row = structs.replace(status_row(11, 10, Status.FAILED), findings=(finding("failed"),))

        await store.settle_failed(outbound(10), row)
        await store.settle_failed(outbound(10), row)

        assert await records.findings_of(MessageKey(10)) == [finding("failed")]

    async def test_a_user_is_found_to_have_written_last_before_a_message(self, store: Store, records: Records) -> None:
        for key in (10, 20, 30):
            await store.record_inbound(inbound_row(key + 1, key))
        wrote = inbound_row(21, 20).message

        found = await records.last_inbound_before(wrote.number_id, wrote.person.wa_id, MessageKey(25))

        assert found == wrote.at_ms
        assert await records.last_inbound_before(wrote.number_id, wrote.person.wa_id, MessageKey(10)) is None
        assert await records.last_inbound_before(wrote.number_id, "4915550002222", MessageKey(25)) is None

    async def test_a_message_that_was_never_tried_fails_without_an_attempt(
        self, store: Store, records: Records
    ) -> None:
        await store.accept(outbound(10))

        await store.settle_failed(outbound(10), status_row(11, 10, Status.FAILED))

        assert await records.failed_sends(MessageKey(10)) == []

    async def test_a_message_with_several_media_keeps_them_in_order(self, store: Store, records: Records) -> None:
        first, second = outbound(10, more_media=(MediaKey(4), MediaKey(0))), outbound(11, more_media=(MediaKey(0),))
        for message in (first, second):
            await store.accept(message)
        assert await waiting_messages(store) == [first, second]
        first.media_key, first.more_media = MediaKey(3), (MediaKey(4), MediaKey(5))
        second.attempt, second.due_ms, second.more_media = 1, 9_000, (MediaKey(6),)

        await store.settle_sent(first, "wamid.upstream")
        await store.settle_later(second, failed_send(1))

        assert await waiting_messages(store) == [second]
        assert await records.message(first.key) == stored(first)

    async def test_jobs_are_read_in_order_above_a_key_and_no_more_than_asked_for(self, store: Store) -> None:
        for key in (10, 11, 12, 13):
            await store.accept(outbound(key))

        page = await store.queued_messages(MessageKey(10), 2)

        assert page == [(11, NUMBER), (12, NUMBER)]

    async def test_the_jobs_that_wait_are_read_in_the_order_given(self, store: Store) -> None:
        for key in (10, 11, 12):
            await store.accept(outbound(key))
        await store.settle_sent(outbound(11), "upstream")

        page = await store.waiting_messages([MessageKey(key) for key in (12, 11, 10, 9)])

        assert page == [outbound(12), outbound(10)]

    async def test_a_key_that_is_taken_is_refused_and_changes_nothing(self, store: Store) -> None:
        await store.accept(outbound(10))

        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            await store.accept(outbound(10, body=b"other"))

        assert await waiting_messages(store) == [outbound(10)]


class TestKeys:
    async def test_a_message_under_a_new_key_is_stored_like_any_other(self, store: Store, records: Records) -> None:
        known = await store.accept_once(outbound(10), once())

        assert known is None
        assert await waiting_messages(store) == [outbound(10)]
        assert await records.message(MessageKey(10)) == stored(outbound(10))

    async def test_a_key_that_has_a_message_returns_it_and_stores_nothing(self, store: Store) -> None:
        await store.accept_once(outbound(10), once())

        known = await store.accept_once(outbound(11), once())

        assert known == earlier(outbound(10))
        assert await waiting_messages(store) == [outbound(10)]

    async def test_a_key_with_another_body_returns_the_first_with_its_own_hash(self, store: Store) -> None:
        await store.accept_once(outbound(10), once(body=b"1"))

        assert await store.accept_once(outbound(11), once(body=b"2")) == earlier(outbound(10), b"1")

    async def test_of_many_at_once_one_is_stored_and_all_know_it(self, store: Store) -> None:
        answers = await asyncio.gather(*(store.accept_once(outbound(key), once()) for key in range(10, 60)))

        assert answers == [None, *[earlier(outbound(10))] * 49]
        assert await waiting_messages(store) == [outbound(10)]

    async def test_a_key_is_found_without_storing_anything(self, store: Store) -> None:
        await store.accept_once(outbound(10), once())

        assert await store.earlier(NUMBER, once()) == earlier(outbound(10))
        assert await store.earlier(NUMBER, once("order-2")) is None

    async def test_a_key_belongs_to_its_number(self, store: Store) -> None:
        await store.accept_once(outbound(10), once())

        assert await store.accept_once(outbound(11, number_id=NumberId(1)), once()) is None
        assert await store.earlier(NumberId(2), once()) is None

    async def test_a_key_that_is_too_old_stands_for_the_next_message(self, store: Store) -> None:
        await store.accept_once(outbound(10, accepted_ms=1_000), once())
        await store.accept_once(outbound(11, accepted_ms=2_000), once(since_ms=1_001))

        assert await store.earlier(NUMBER, once(since_ms=2_000)) == earlier(outbound(11))
        assert await store.earlier(NUMBER, once(since_ms=2_001)) is None

    async def test_a_message_that_cannot_be_stored_leaves_its_key_unused(self, store: Store) -> None:
        await store.accept(outbound(10))

        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            await store.accept_once(outbound(10), once())

        assert await store.earlier(NUMBER, once()) is None

    async def test_statuses_that_came_before_their_message_wait_for_one_with_a_key_too(
        self, store: Store, records: Records
    ) -> None:
        await store.record_statuses([status_row(11, 10, Status.SENT)])

        await store.accept_once(outbound(10), once())

        assert await records.message(MessageKey(10)) == stored(outbound(10), Status.SENT)

    async def test_after_a_reset_no_key_stands_for_anything(self, store: Store, records: Records) -> None:
        await store.accept_once(outbound(10), once())

        await records.reset()

        assert await store.accept_once(outbound(11), once()) is None


class TestStatuses:
    async def test_a_status_is_stored_with_its_event_and_its_delivery(self, store: Store, records: Records) -> None:
        await store.accept(outbound(10))
        row = status_row(11, 10, Status.SENT)

        answers = await store.record_statuses([row])

        assert answers == [True]
        assert await records.message(MessageKey(10)) == stored(outbound(10), Status.SENT)
        assert await records.events_of(MessageKey(10)) == [row.event]
        assert await waiting_deliveries(store) == [waiting(row.event)]

    async def test_a_status_nobody_is_told_of_is_history_without_a_delivery(
        self, store: Store, records: Records
    ) -> None:
        await store.accept(outbound(10))
        row = status_row(11, 10, Status.SENT, notify=False)

        answers = await store.record_statuses([row])

        assert answers == [True]
        assert await records.events_of(MessageKey(10)) == [row.event]
        assert await waiting_deliveries(store) == []

    async def test_a_repeated_status_stores_nothing(self, store: Store, records: Records) -> None:
        await store.accept(outbound(10))
        first = status_row(11, 10, Status.SENT)

        answers = await store.record_statuses([first, status_row(12, 10, Status.SENT)])
        later = await store.record_statuses([status_row(13, 10, Status.SENT)])

        assert (answers, later) == ([True, False], [False])
        assert await records.events_of(MessageKey(10)) == [first.event]

    async def test_accepted_is_a_status_that_every_message_has_had(self, store: Store) -> None:
        await store.accept(outbound(10))

        assert await store.record_statuses([status_row(11, 10, Status.ACCEPTED)]) == [False]

    async def test_a_late_status_is_told_but_the_message_does_not_fall(self, store: Store, records: Records) -> None:
        await store.accept(outbound(10))
        rows = [status_row(11, 10, Status.READ), status_row(12, 10, Status.DELIVERED)]

        answers = await store.record_statuses(rows)

        assert answers == [True, True]
        assert await records.message(MessageKey(10)) == stored(outbound(10), Status.READ)
        assert await records.events_of(MessageKey(10)) == [row.event for row in rows]

    @pytest.mark.parametrize(
        ("was", "came", "after"),
        [(was, came, after) for (was, came), after in TRANSITIONS.items() if was is not came],
    )
    async def test_every_change_goes_by_the_table(
        self, store: Store, records: Records, was: Status, came: Status, after: Status
    ) -> None:
        await store.accept(outbound(10))
        await store.record_statuses([status_row(11, 10, was)])

        await store.record_statuses([status_row(12, 10, came)])

        message = await records.message(MessageKey(10))
        assert message is not None
        assert message.status is after

    async def test_statuses_of_many_messages_in_one_call_are_answered_in_order(self, store: Store) -> None:
        await store.accept(outbound(10))
        await store.accept(outbound(20))
        rows = [status_row(31, 10, Status.SENT), status_row(32, 20, Status.SENT), status_row(33, 10, Status.SENT)]

        assert await store.record_statuses(rows) == [True, True, False]

    async def test_no_statuses_are_fine(self, store: Store) -> None:
        assert await store.record_statuses([]) == []

    async def test_a_status_that_comes_before_its_message_is_parked_and_applied_when_it_appears(
        self, store: Store, records: Records
    ) -> None:
        row = status_row(9, 10, Status.DELIVERED)

        answers = await store.record_statuses([row, status_row(11, 10, Status.DELIVERED)])
        before = (await records.events_of(MessageKey(10)), await waiting_deliveries(store))
        await store.accept(outbound(10))

        assert answers == [False, False]
        assert before == ([], [])
        assert await records.message(MessageKey(10)) == stored(outbound(10), Status.DELIVERED)
        assert await waiting_deliveries(store) == [waiting(row.event)]

    async def test_failing_ends_the_job_and_tells_why(self, store: Store, records: Records) -> None:
        message = outbound(10)
        await store.accept(message)
        row = status_row(11, 10, Status.FAILED)

        is_new = await store.settle_failed(message, row)

        assert is_new
        assert await waiting_messages(store) == []
        assert await records.message(MessageKey(10)) == stored(message, Status.FAILED, "undeliverable")
        assert await waiting_deliveries(store) == [waiting(row.event)]

    async def test_failing_twice_is_told_once(self, store: Store) -> None:
        message = outbound(10)
        await store.accept(message)
        row = status_row(11, 10, Status.FAILED)
        await store.settle_failed(message, row)

        assert not await store.settle_failed(message, status_row(12, 10, Status.FAILED))
        assert await waiting_deliveries(store) == [waiting(row.event)]

    async def test_a_late_failure_does_not_blame_a_delivered_message(self, store: Store, records: Records) -> None:
        await store.accept(outbound(10))
        await store.record_statuses([status_row(11, 10, Status.DELIVERED)])

        await store.record_statuses([status_row(12, 10, Status.FAILED)])

        assert await records.message(MessageKey(10)) == stored(outbound(10), Status.DELIVERED)


class TestInbound:
    async def test_a_message_that_came_in_is_told_once_and_opens_the_window(
        self, store: Store, records: Records
    ) -> None:
        row = inbound_row(11, 10, at_ms=3_000)

        answers = (await store.record_inbound(row), await store.record_inbound(inbound_row(12, 10, at_ms=4_000)))

        assert answers == (True, False)
        assert await waiting_deliveries(store) == [waiting(row.event)]
        assert await records.events_of(MessageKey(10)) == [row.event]
        assert await store.last_inbound_ms(NUMBER, USER) == 3_000

    async def test_the_window_is_renewed_but_never_put_back(self, store: Store) -> None:
        assert await store.last_inbound_ms(NUMBER, USER) is None
        await store.record_inbound(inbound_row(11, 10, at_ms=3_000))
        first = await store.last_inbound_ms(NUMBER, USER)
        await store.record_inbound(inbound_row(13, 12, at_ms=5_000))
        await store.record_inbound(inbound_row(15, 14, at_ms=4_000))

        assert (first, await store.last_inbound_ms(NUMBER, USER)) == (3_000, 5_000)

    async def test_a_window_nobody_has_asked_for_yet_is_not_put_back_either(self, store: Store) -> None:
        await store.record_inbound(inbound_row(11, 10, at_ms=5_000))
        await store.record_inbound(inbound_row(13, 12, at_ms=4_000))

        assert await store.last_inbound_ms(NUMBER, USER) == 5_000

    async def test_a_message_that_opens_no_window_leaves_it_closed(self, store: Store) -> None:
        await store.record_inbound(inbound_row(11, 10, opens_window=False))

        assert await store.last_inbound_ms(NUMBER, USER) is None

    async def test_what_its_user_deletes_is_marked_and_nothing_else(self, store: Store, records: Records) -> None:
        await store.accept(outbound(8))
        rows = inbound_row(11, 10), inbound_row(13, 12), inbound_row(15, 14, deletes=10), inbound_row(17, 16, deletes=8)

        await asyncio.gather(*[store.record_inbound(row) for row in rows])

        found = [await records.message(MessageKey(key)) for key in (8, 10, 12, 14)]
        assert [message and message.deleted for message in found] == [False, True, False, False]

    async def test_without_a_subscriber_nothing_waits(self, store: Store) -> None:
        await store.record_inbound(inbound_row(11, 10, notify=False))

        assert await waiting_deliveries(store) == []


class TestDeliveries:
    @pytest.fixture
    async def event_key(self, store: Store) -> EventKey:
        await store.record_inbound(inbound_row(11, 10))
        return EventKey(11)

    async def test_a_done_delivery_waits_no_more(self, store: Store, records: Records, event_key: EventKey) -> None:
        event = inbound_row(11, 10).event

        await store.delivery_done(waiting(event), attempt(1))

        assert await waiting_deliveries(store) == []
        assert await records.delivery(event_key) == StoredDelivery(event, "done", 3_000, 3_000, (attempt(1),))

    async def test_a_delivery_with_nothing_to_tell_is_done_without_an_attempt_and_can_be_redelivered(
        self, store: Store, records: Records, event_key: EventKey
    ) -> None:
        event = inbound_row(11, 10).event

        await store.delivery_done(waiting(event), None)
        done = await records.delivery(event_key)
        await store.redeliver(event_key, 9_000)

        assert done == StoredDelivery(event, "done", 3_000, 3_000, ())
        assert await records.delivery(event_key) == StoredDelivery(event, "waiting", 9_000, 9_000, ())

    async def test_a_failed_attempt_is_kept_and_the_delivery_waits_until_due(
        self, store: Store, records: Records, event_key: EventKey
    ) -> None:
        event = inbound_row(11, 10).event
        delivery = Delivery(event, first_ms=3_000, attempt=1, due_ms=8_000)

        await store.delivery_retry(delivery, attempt(1, 500))

        assert await waiting_deliveries(store) == [delivery]
        assert await records.delivery(event_key) == StoredDelivery(event, "waiting", 3_000, 8_000, (attempt(1, 500),))

    async def test_success_after_failures_keeps_every_attempt(
        self, store: Store, records: Records, event_key: EventKey
    ) -> None:
        event = inbound_row(11, 10).event
        await store.delivery_retry(Delivery(event, 3_000, attempt=1, due_ms=8_000), attempt(1, None))

        await store.delivery_done(waiting(event), attempt(2))

        assert await records.delivery(event_key) == StoredDelivery(
            event, "done", 3_000, 8_000, (attempt(1, None), attempt(2))
        )

    @pytest.mark.parametrize("last", [(), (attempt(1, 500),)])
    async def test_a_dead_delivery_stays_to_be_looked_at(
        self, store: Store, records: Records, event_key: EventKey, last: Sequence[object]
    ) -> None:
        event = inbound_row(11, 10).event

        await store.delivery_dead(waiting(event), attempt(1, 500) if last else None)

        assert await waiting_deliveries(store) == []
        assert await records.delivery(event_key) == StoredDelivery(event, "dead", 3_000, 3_000, tuple(last))  # type: ignore[arg-type]

    async def test_a_redelivery_starts_anew_and_forgets_no_attempt(
        self, store: Store, records: Records, event_key: EventKey
    ) -> None:
        event = inbound_row(11, 10).event
        await store.delivery_done(waiting(event), attempt(1))

        delivery = await store.redeliver(event_key, 9_000)

        assert delivery == Delivery(event, first_ms=9_000, attempt=0, due_ms=9_000)
        assert await waiting_deliveries(store) == [delivery]
        assert await records.delivery(event_key) == StoredDelivery(event, "waiting", 9_000, 9_000, (attempt(1),))

    async def test_what_is_not_there_cannot_be_redelivered(self, store: Store) -> None:
        assert await store.redeliver(EventKey(5), 9_000) is None

    async def test_what_went_in_a_batch_keeps_with_whom_and_does_so_after_a_redelivery(
        self, store: Store, records: Records
    ) -> None:
        events = []
        for key in (11, 21):
            await store.record_inbound(inbound_row(key, key - 1))
            events.append(inbound_row(key, key - 1).event)
        failed = structs.replace(attempt(1, 500), batch=(EventKey(11), EventKey(21)))
        taken = structs.replace(attempt(2), batch=(EventKey(11), EventKey(21)))
        await store.delivery_retry(Delivery(events[0], 3_000, attempt=1, due_ms=8_000), failed)

        await store.delivery_done(waiting(events[0]), taken)
        await store.delivery_done(waiting(events[1]), structs.replace(attempt(2), batch=(EventKey(11),)))

        done = StoredDelivery(events[0], "done", 3_000, 8_000, (failed, taken))
        assert await records.delivery(EventKey(11)) == done
        other = await records.delivery(EventKey(21))
        assert (other and other.attempts) == (structs.replace(attempt(2), batch=(EventKey(11),)),)
        await store.redeliver(EventKey(11), 9_000)
        again = await records.delivery(EventKey(11))
        assert (again and again.attempts) == (failed, taken)
        assert await records.told([EventKey(key) for key in (21, 5, 11)]) == [(21, events[1]), (11, events[0])]

    async def test_many_of_a_state_are_redelivered_in_one_step_and_forget_no_attempt(
        self, store: Store, records: Records
    ) -> None:
        events = []
        for key in (11, 21, 31):
            await store.record_inbound(inbound_row(key, key - 1))
            events.append(inbound_row(key, key - 1).event)
        await store.delivery_done(waiting(events[0]), attempt(1))
        await store.delivery_dead(waiting(events[1]), attempt(1, 500))
        await store.delivery_done(waiting(events[2]), attempt(1))

        found = await store.redeliver_all([EventKey(key) for key in (31, 21, 11, 5)], "done", 9_000)

        assert found == [Delivery(events[place], first_ms=9_000, attempt=0, due_ms=9_000) for place in (2, 0)]
        assert await records.delivery(EventKey(11)) == StoredDelivery(events[0], "waiting", 9_000, 9_000, (attempt(1),))
        dead = await records.delivery(EventKey(21))
        assert (dead and dead.state) == "dead"
        assert await store.redeliver_all([EventKey(11)], "done", 9_000) == []

    async def test_deliveries_are_read_in_order_above_a_key(self, store: Store) -> None:
        rows = [inbound_row(key, key - 1) for key in (11, 21, 31, 41)]
        for row in rows:
            await store.record_inbound(row)

        page = await store.queued_deliveries(EventKey(11), 2)

        assert page == [(21, NUMBER, ""), (31, NUMBER, "")]

    async def test_the_deliveries_that_wait_are_read_in_the_order_given(self, store: Store) -> None:
        rows = [inbound_row(key, key - 1) for key in (11, 21, 31)]
        for row in rows:
            await store.record_inbound(row)
        await store.delivery_done(waiting(rows[1].event), attempt(1))

        page = await store.waiting_deliveries([EventKey(key) for key in (31, 21, 11, 9)])

        assert page == [waiting(rows[2].event), waiting(rows[0].event)]


class TestHighestKey:
    async def test_an_empty_store_starts_at_zero(self, store: Store) -> None:
        assert await store.highest_key() == 0

    async def test_events_count_too(self, store: Store) -> None:
        await store.record_inbound(inbound_row(11, 10))

        assert await store.highest_key() == 11

    async def test_parked_statuses_count_too(self, store: Store) -> None:
        await store.record_statuses([status_row(12, 10, Status.SENT)])

        assert await store.highest_key() == 12


async def test_a_notice_waits_for_its_subscriber_like_any_event(opened: FullStore) -> None:
    notice = Event(EventKey(9), NUMBER, MessageKey(9), "account_update", 5, b'{"event":"ACCOUNT_DELETED"}')
    unheard = Event(EventKey(10), NUMBER, MessageKey(10), "account_update", 5, b"{}")

    await opened.record_notice(notice, notify=True)
    await opened.record_notice(unheard, notify=False)

    assert [delivery.event for delivery in await waiting_deliveries(opened)] == [notice]
    assert await opened.events_of(MessageKey(10)) == [unheard]


class TestFurtherDeliveries:
    """An event goes to several endpoints, each of which has a delivery of its own."""

    FURTHER = ((EventKey(12), "ep_1"), (EventKey(13), "ep_2"))

    def deliveries(self, event: Event) -> list[Delivery]:
        first = waiting(event)
        return [first, *(Delivery(event, 3_000, 0, 3_000, name, key) for key, name in self.FURTHER)]

    @pytest.fixture
    async def event(self, store: Store) -> Event:
        row = msgspec.structs.replace(inbound_row(11, 10), further=self.FURTHER)
        await store.record_inbound(row)
        return row.event

    async def test_each_waits_for_itself_in_the_order_of_its_own_key(self, store: Store, event: Event) -> None:
        assert await waiting_deliveries(store) == self.deliveries(event)
        assert await store.queued_deliveries(EventKey(11), 10) == [(12, NUMBER, "ep_1"), (13, NUMBER, "ep_2")]
        assert await store.highest_key() == 13

    async def test_one_can_be_done_while_others_wait_or_are_dead(
        self, store: Store, records: Records, lists: Lists, event: Event
    ) -> None:
        first, second, third = self.deliveries(event)

        await store.delivery_done(second, attempt(1))
        await store.delivery_dead(third, attempt(1, 500))

        assert await waiting_deliveries(store) == [first]
        assert await told_of(lists, DeliverySearch(message_key=event.message_key)) == [
            StoredDelivery(event, "dead", 3_000, 3_000, (attempt(1, 500),), "ep_2", EventKey(13)),
            StoredDelivery(event, "done", 3_000, 3_000, (attempt(1),), "ep_1", EventKey(12)),
            StoredDelivery(event, "waiting", 3_000, 3_000, ()),
        ]
        assert await records.delivery(EventKey(13)) == StoredDelivery(
            event, "dead", 3_000, 3_000, (attempt(1, 500),), "ep_2", EventKey(13)
        )

    async def test_one_is_retried_and_delivered_again_alone(self, store: Store, records: Records, event: Event) -> None:
        _, second, _ = self.deliveries(event)
        second.attempt, second.due_ms = 1, 8_000
        await store.delivery_retry(second, attempt(1, 503))
        await store.delivery_done(second, attempt(2))

        again = await store.redeliver(EventKey(12), 9_000)

        assert again == Delivery(event, 9_000, 0, 9_000, "ep_1", EventKey(12))
        assert await records.delivery(EventKey(12)) == StoredDelivery(
            event, "waiting", 9_000, 9_000, (attempt(1, 503), attempt(2)), "ep_1", EventKey(12)
        )

    @pytest.mark.parametrize("state", ["cancelled", "dropped"])
    async def test_one_that_is_ended_waits_no_more_and_is_found_by_its_state(
        self, store: Store, lists: Lists, event: Event, state: Literal["cancelled", "dropped"]
    ) -> None:
        first, second, third = self.deliveries(event)

        await store.delivery_ended(second, state)

        assert await waiting_deliveries(store) == [first, third]
        found = await told_of(lists, DeliverySearch(state=state))
        assert [(one.key, one.state) for one in found] == [(12, state)]

    async def test_statuses_and_notices_go_to_further_endpoints_alone_if_the_first_is_not_told(
        self, store: Store
    ) -> None:
        await store.accept(outbound(10))
        row = msgspec.structs.replace(status_row(11, 10, Status.SENT, notify=False), further=((EventKey(12), "ep_1"),))
        await store.record_statuses([row])
        notice = Event(EventKey(20), NUMBER, MessageKey(20), "account_update", 3_000, b"{}")

        await store.record_notice(notice, notify=False, further=((EventKey(21), "ep_1"),))

        assert await waiting_deliveries(store) == [
            Delivery(row.event, 2_000, 0, 2_000, "ep_1", EventKey(12)),
            Delivery(notice, 3_000, 0, 3_000, "ep_1", EventKey(21)),
        ]

    async def test_a_parked_status_keeps_whom_it_is_for(self, store: Store) -> None:
        row = msgspec.structs.replace(status_row(11, 10, Status.SENT), further=((EventKey(12), "ep_1"),))
        await store.record_statuses([row])

        await store.accept(outbound(10))

        assert await waiting_deliveries(store) == [
            waiting(row.event),
            Delivery(row.event, 2_000, 0, 2_000, "ep_1", EventKey(12)),
        ]
