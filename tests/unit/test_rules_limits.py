"""Throughput, messaging limits, lifetimes and hidden numbers, as tables."""

import pytest

from waypost.lib import phone
from waypost.model import NumberId
from waypost.rules import lifetime, rates
from waypost.rules.hidden import shows_number
from waypost.rules.media_limits import block_ms, fail
from waypost.rules.registration import MAX_CALLS, Trials
from waypost.rules.tiers import Reached, limit_of
from waypost.upstreams.simulated.phones import phone_of, user_id

NOW = 1_790_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NUMBER = NumberId(15550100200)


@pytest.mark.parametrize("per_second", [20, 80, 1_000])
def test_a_number_sends_as_many_messages_a_second_as_its_throughput_says(per_second: int) -> None:
    meter = rates.Meter(rates.throughput(per_second))

    waits = [meter.admit(NUMBER, NOW) for _ in range(per_second + 1)]

    assert [wait > 0 for wait in waits] == [False] * per_second + [True]
    assert meter.admit(NUMBER, NOW + 1_000) == 0


@pytest.mark.parametrize(
    ("tier", "limit"),
    [("TIER_250", 250), ("TIER_1K", 1_000), ("TIER_2K", 2_000), ("TIER_10K", 10_000), ("TIER_100K", 100_000),
     ("TIER_UNLIMITED", None)],
)  # fmt: skip
def test_a_tier_says_how_many_users_there_may_be(tier: str, limit: int | None) -> None:
    assert limit_of(tier) == limit


@pytest.mark.parametrize(
    ("before", "wa_id", "is_let_through"),
    [
        ([], "1", True),
        ([("1", NOW)], "1", True),
        ([("1", NOW), ("2", NOW)], "2", True),
        ([("1", NOW), ("2", NOW)], "3", False),
        ([("1", NOW - DAY + 1), ("2", NOW)], "3", False),
        ([("1", NOW - DAY), ("2", NOW)], "3", True),
        ([("1", NOW + 1), ("2", NOW)], "3", True),
    ],
)
def test_two_users_are_two_users_for_24_hours(before: list[tuple[str, int]], wa_id: str, is_let_through: bool) -> None:
    assert Reached(before).admit(wa_id, 2, NOW) is is_let_through


@pytest.mark.parametrize(
    ("then_ms", "is_let_through"),
    [(NOW + 1, False), (NOW + DAY - 1, False), (NOW + DAY, True), (NOW - 1, True)],
)
def test_whoever_was_refused_gets_through_once_somebody_counts_no_more(then_ms: int, is_let_through: bool) -> None:
    reached = Reached([("1", NOW), ("2", NOW)])
    assert not reached.admit("3", 2, NOW)

    assert reached.admit("3", 2, then_ms) is is_let_through


def test_a_user_written_to_before_the_clock_was_set_back_counts_no_more() -> None:
    reached = Reached([("1", NOW), ("2", NOW)])
    assert not reached.admit("3", 2, NOW)
    assert reached.admit("1", 2, NOW + HOUR)

    assert reached.admit("3", 2, NOW + MINUTE)


def test_what_is_learnt_of_other_processes_may_end_first() -> None:
    reached = Reached([("1", NOW), ("2", NOW)])
    assert not reached.admit("3", 2, NOW)

    reached.learn([("4", NOW - DAY + HOUR)])

    assert [reached.admit("3", 3, NOW + HOUR - 1), reached.admit("3", 3, NOW + HOUR)] == [False, True]


@pytest.mark.parametrize(
    ("category", "asked", "of_template", "life_ms"),
    [
        ("utility", None, None, None),
        ("service", None, None, None),
        ("authentication", None, None, 10 * MINUTE),
        ("authentication", None, 60, MINUTE),
        ("utility", None, 3_600, HOUR),
        ("utility", DAY, 3_600, DAY),
        ("utility", None, -1, None),
        ("authentication", None, -1, 10 * MINUTE),
    ],
)
def test_a_message_lives_as_long_as_request_template_and_category_say(
    category: str, asked: int | None, of_template: int | None, life_ms: int | None
) -> None:
    ends_ms = lifetime.end_of_life(NOW, category, asked_ms=asked, template_seconds=of_template)

    assert ends_ms == (None if life_ms is None else NOW + life_ms)


@pytest.mark.parametrize(("expires_ms", "is_over"), [(None, False), (NOW + 1, False), (NOW, True), (NOW - 1, True)])
def test_a_life_is_over_at_its_end(expires_ms: int | None, is_over: bool) -> None:
    assert (lifetime.expired(expires_ms, NOW) is not None) is is_over


@pytest.mark.parametrize(
    ("username", "known_ms", "is_shown"),
    [
        (None, None, True),
        ("jopark", None, False),
        ("jopark", NOW, True),
        ("jopark", NOW - 30 * DAY + 1, True),
        ("jopark", NOW - 30 * DAY, False),
    ],
)
def test_a_number_behind_a_username_is_shown_for_30_days(
    username: str | None, known_ms: int | None, is_shown: bool
) -> None:
    assert shows_number(username, known_ms, NOW) is is_shown


@pytest.mark.parametrize("wa_id", ["15550103344", "1234567", "123456789012345", "000000000000000", "5511999887766"])
def test_a_user_id_leads_back_to_its_phone_for_its_business_only(wa_id: str) -> None:
    scoped = user_id(NUMBER, wa_id)

    assert phone_of(NUMBER, scoped) == wa_id
    assert phone_of(NumberId(15550100201), scoped) is None
    assert user_id(NumberId(15550100201), wa_id) != scoped


@pytest.mark.parametrize("unknown", ["US.90817263544536271809", "US.1", "DE.ABC", "us.00000000000000000001", ""])
def test_a_user_id_of_nobody_leads_nowhere(unknown: str) -> None:
    assert phone_of(NUMBER, unknown) is None


@pytest.mark.parametrize("wa_id", ["15550103344", "4915550002222", "5511999887766"])
def test_a_pseudo_number_is_no_number_and_leads_back(wa_id: str) -> None:
    digits = phone.pseudo(NUMBER, wa_id)

    assert phone.is_pseudo(digits)
    assert not phone.is_pseudo(wa_id)
    assert phone.normalise(digits) == digits
    assert phone.real(NUMBER, digits) == wa_id


def test_the_twentieth_failed_look_up_within_an_hour_blocks_for_30_minutes() -> None:
    failed = list[int]()
    for second in range(19):
        fail(failed, NOW + 1_000 * second)
    assert block_ms(failed, NOW + 19_000) == 0

    fail(failed, NOW + 20_000)

    at = [20_000, 20_000 + 30 * MINUTE - 1, 20_000 + 30 * MINUTE]
    assert [block_ms(failed, NOW + passed) for passed in at] == [30 * MINUTE, 1, 0]


def test_twenty_failed_look_ups_over_more_than_an_hour_block_nothing() -> None:
    failed = list[int]()

    for tenth in range(20):
        fail(failed, NOW + tenth * (HOUR // 19 + 1))

    assert block_ms(failed, NOW + HOUR) == 0


def test_a_look_up_that_fails_while_they_are_blocked_is_not_counted() -> None:
    failed = [NOW] * 20

    fail(failed, NOW + MINUTE)
    fail(failed, NOW + 30 * MINUTE)

    assert failed == [NOW + 30 * MINUTE]


@pytest.mark.parametrize(
    ("then_ms", "is_refused"),
    [(NOW, True), (NOW + 3 * DAY - 1, True), (NOW + 3 * DAY, False), (NOW - 4 * DAY, False)],
)
def test_the_eleventh_registration_holds_a_number_for_72_hours(then_ms: int, is_refused: bool) -> None:
    trials = Trials(calls=[NOW - 3 * DAY + 1] * MAX_CALLS)
    assert trials.call(NOW) is not None

    assert (trials.call(then_ms) is not None) is is_refused


@pytest.mark.parametrize(("now_ms", "is_refused"), [(NOW, True), (NOW + 5 * MINUTE, False), (NOW - MINUTE, False)])
def test_a_deleted_number_cannot_be_registered_for_five_minutes(now_ms: int, is_refused: bool) -> None:
    trials = Trials(deleted_until_ms=NOW + 5 * MINUTE)

    assert (trials.deletion(now_ms) is not None) is is_refused


def test_a_wrong_code_is_quoted_in_brief() -> None:
    trials = Trials(code="123456", code_until_ms=NOW + 1)

    fault = trials.take_code("9" * 1_000_000, NOW)

    assert fault is not None
    assert len(fault.details) < 100
