"""What every store promises about what changes rarely: see `ports.Records`."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.support.store_rows import (
    NUMBER,
    USER,
    attempt,
    carried,
    inbound_row,
    medium,
    outbound,
    status_row,
    stored,
    waiting,
)

from waypost.model import (
    EventKey,
    FormerSecret,
    MediaKey,
    MessageKey,
    Number,
    NumberId,
    OnPremSettings,
    Phone,
    Provider,
    Standing,
    Status,
    Template,
    Token,
    Webhook,
)
from waypost.ports import Backlog, FullStore, Replacement, Waiting

pytestmark = pytest.mark.anyio

FULL_NUMBER = Number(
    id=NUMBER,
    waba_id=77,
    name="Shop",
    app_secret="hush",
    callback_dialect="onprem",
    webhook=Webhook("https://example.com/hook", headers=(("x-key", "1"),), trusted=True, disabled=True),
    onprem=OnPremSettings(sent=True, other=b'{"a":1}'),
    standing=Standing(quality="RED", throughput=1000, tier="TIER_2K", registered=False, pin="123456"),
    graph_version="v23.0",
    webhook_shape="2025",
    former_secret=FormerSecret("hushed", 5_000),
)


class TestMedia:
    async def test_a_medium_is_found_by_its_key(self, opened: FullStore) -> None:
        await opened.save_medium(medium(5))

        assert await opened.medium(MediaKey(5)) == medium(5)
        assert await opened.medium(MediaKey(6)) is None

    async def test_the_blob_may_go_with_its_last_row(self, opened: FullStore) -> None:
        await opened.save_medium(medium(5))
        await opened.save_medium(medium(6))

        answers = [await opened.delete_medium(MediaKey(key)) for key in (5, 6, 6)]

        assert answers == [False, True, False]
        assert await opened.medium(MediaKey(5)) is None


class TestBacklog:
    async def test_nothing_waits_in_an_empty_store(self, opened: FullStore) -> None:
        assert await opened.backlog() == Backlog(Waiting(0), Waiting(0), dead=0)

    async def test_what_waits_is_counted_from_the_moment_of_its_first(self, opened: FullStore) -> None:
        for key in (10, 20, 30):
            await opened.accept(outbound(key, accepted_ms=1_000 * key))
        rows = [status_row(31, 10, Status.SENT), status_row(32, 20, Status.SENT), status_row(33, 30, Status.SENT)]
        await opened.record_statuses(rows)
        await opened.settle_sent(outbound(10), "upstream")
        await opened.delivery_done(waiting(rows[0].event), attempt(1))
        await opened.delivery_dead(waiting(rows[2].event), attempt(1, 500))

        backlog = await opened.backlog()

        assert backlog == Backlog(Waiting(2, 20_000), Waiting(1, rows[1].event.at_ms), dead=1)


class TestConfiguration:
    async def test_numbers_come_back_as_they_were_saved(self, opened: FullStore) -> None:
        plain = Number(NumberId(1), 2, "Other", "secret")
        await opened.save_number(replace(FULL_NUMBER, name="Old"))
        await opened.save_number(FULL_NUMBER)
        await opened.save_number(plain)

        assert await opened.load_numbers() == [plain, FULL_NUMBER]

    async def test_tokens_are_replaced_and_forgotten(self, opened: FullStore) -> None:
        kept = Token(b"b" * 32, NUMBER, "login", 5_000, "read", "account")
        await opened.save_token(Token(b"a" * 32, NUMBER, "key"))
        await opened.save_token(Token(b"b" * 32, NUMBER, "key"))
        await opened.save_token(kept)

        await opened.delete_token(b"a" * 32)
        await opened.delete_token(b"unknown")

        assert await opened.load_tokens() == [kept]

    async def test_changes_of_a_number_are_made_one_after_the_other(self, opened: FullStore) -> None:
        number = Number(NUMBER, 7, "Shop", "hush")
        changes = [lambda now: replace(now, name="Bazaar"), lambda now: replace(now, app_secret="new")]

        changed = await asyncio.gather(*(opened.change_number(number, change) for change in changes))

        assert changed == [replace(number, name="Bazaar"), replace(number, name="Bazaar", app_secret="new")]
        assert await opened.load_numbers() == [changed[1]]

    async def test_providers_belong_to_their_number(self, opened: FullStore) -> None:
        first, second = Provider("a", bearer="t"), Provider("b", username="u", password="p")
        await opened.save_provider(NUMBER, second)
        await opened.save_provider(NUMBER, first)
        await opened.save_provider(NumberId(1), first)

        answers = [await opened.delete_provider(NumberId(1), "a"), await opened.delete_provider(NumberId(1), "a")]

        assert answers == [True, False]
        assert await opened.load_providers(NUMBER) == [first, second]
        assert await opened.load_providers(NumberId(1)) == []

    async def test_templates_come_back_as_they_were_saved(self, opened: FullStore) -> None:
        template = Template(
            9, 77, "hello", "en_US", "UTILITY", "APPROVED", b"[]", named=True, edits_ms=(1, 2), quality="RED"
        )
        await opened.save_template(replace(template, status="PENDING"))
        await opened.save_template(template)

        assert await opened.load_templates() == [template]

    async def test_a_template_is_replaced_only_while_it_is_as_it_was_read(self, opened: FullStore) -> None:
        first = Template(9, 77, "hello", "en_US", "UTILITY", "PENDING", b"[]", edits_ms=(1,))
        second, third = replace(first, status="APPROVED"), replace(first, status="REJECTED")
        await opened.save_template(first)

        pairs = [(second, third), (first, second), (first, third), (replace(first, id=10), third)]
        answers = [await opened.replace_template(*pair) for pair in pairs]

        assert (answers, await opened.load_templates()) == ([False, True, False, False], [second])

    async def test_a_template_is_added_only_with_its_accounts_ledger(self, opened: FullStore) -> None:
        template = Template(9, 77, "hello", "en_US", "UTILITY", "PENDING", b"[]")
        ledgers = [Replacement("template_ledger", 77, "", before, b"2") for before in (b"1", None, None)]

        answers = [await opened.add_template(replace(template, id=each), ledgers[each]) for each in range(3)]

        assert (answers, await opened.load_templates()) == ([False, True, False], [replace(template, id=1)])
        assert await opened.document("template_ledger", 77, "") == b"2"

    async def test_a_deleted_template_is_gone(self, opened: FullStore) -> None:
        await opened.save_template(Template(9, 77, "hello", "en_US", "UTILITY", "APPROVED", b"[]"))

        await opened.delete_template(9)

        assert await opened.load_templates() == []

    async def test_named_values_are_replaced(self, opened: FullStore) -> None:
        await opened.put_state("clock", b"1")
        await opened.put_state("clock", b"2")

        assert (await opened.get_state("clock"), await opened.get_state("other")) == (b"2", None)


class TestMessages:
    async def test_the_newest_messages_of_both_directions_come_first(self, opened: FullStore) -> None:
        await opened.accept(outbound(10))
        await opened.record_inbound(inbound_row(12, 11))
        await opened.accept(outbound(20, wa_id="1999"))

        every = await opened.messages(number_id=None, wa_id=None, limit=10)
        of_user = await opened.messages(number_id=NUMBER, wa_id=USER, limit=1)

        assert [message.key for message in every] == [20, 11, 10]
        assert [(message.key, message.received, message.status) for message in of_user] == [(11, True, None)]

    async def test_received_messages_are_read_up_to_the_one_that_was_marked(self, opened: FullStore) -> None:
        for key in (10, 20, 30):
            await opened.record_inbound(inbound_row(key + 1, key))

        await opened.mark_read(NUMBER, USER, MessageKey(20))
        await opened.mark_read(NUMBER, USER, MessageKey(10))

        messages = await opened.messages(number_id=NUMBER, wa_id=USER, limit=10)
        assert [message.status for message in messages] == [None, Status.READ, Status.READ]

    async def test_a_message_that_is_not_there_is_none(self, opened: FullStore) -> None:
        assert await opened.message(MessageKey(10)) is None


class TestDeliveries:
    async def test_a_delivery_that_is_not_there_is_none(self, opened: FullStore) -> None:
        assert await opened.delivery(EventKey(1)) is None


class TestReset:
    async def test_a_reset_keeps_numbers_tokens_and_named_values_only(self, opened: FullStore) -> None:
        token = Token(b"a" * 32, NUMBER, "key")
        await opened.save_number(FULL_NUMBER)
        await opened.save_token(token)
        await opened.put_state("clock", b"1")
        await opened.accept(outbound(10))
        await opened.record_inbound(inbound_row(12, 11))
        await opened.record_statuses([status_row(13, 99, Status.SENT)])
        await opened.save_medium(medium(14))
        await opened.save_phone(Phone(USER, "Ada"))
        await opened.take(carried(10))
        await opened.save_template(Template(9, 77, "hello", "en_US", "UTILITY", "APPROVED", b"[]"))
        await opened.last_inbound_ms(NUMBER, USER)

        await opened.reset()

        assert await opened.highest_key() == 0
        assert await opened.last_inbound_ms(NUMBER, USER) is None
        assert await opened.messages(number_id=None, wa_id=None, limit=10) == []
        assert (await opened.load_templates(), await opened.load_phones()) == ([], [])
        assert (await opened.load_numbers(), await opened.load_tokens()) == ([FULL_NUMBER], [token])
        assert await opened.get_state("clock") == b"1"

    async def test_a_message_accepted_after_a_reset_is_like_new(self, opened: FullStore) -> None:
        await opened.accept(outbound(10))
        await opened.reset()

        await opened.accept(outbound(10))

        assert await opened.message(MessageKey(10)) == stored(outbound(10))
