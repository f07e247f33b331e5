"""The retry ladders: pure functions of what has happened and when."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.lib.backoff import (
    CLOUD_WEBHOOKS,
    UPSTREAM,
    Exponential,
    Ladder,
    Linear,
    Policy,
    next_attempt,
    onprem_webhooks,
    parse_retry_after,
    random_jitter,
)

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
START = 1_790_000_000_000
WALL = 1_792_567_680  # Wed, 21 Oct 2026 07:28:00 GMT


def no_jitter(_: int) -> int:
    return 0


def most_jitter(most_ms: int) -> int:
    return most_ms


STEADY = Ladder(steps_ms=(0, 10 * SECOND, HOUR), horizon_ms=7 * DAY, jitter=no_jitter)
POLICIES = pytest.mark.parametrize(
    "policy",
    [CLOUD_WEBHOOKS, onprem_webhooks(), UPSTREAM],
    ids=["cloud", "onprem", "upstream"],
)


def attempts_made(policy: Policy) -> list[int]:
    """Return when each attempt runs if every one fails at once."""
    made = [START]
    while (due := next_attempt(policy, len(made), first_ms=START, now_ms=made[-1])) is not None:
        made.append(due)
    return made


def test_the_first_cloud_retry_is_at_once() -> None:
    assert next_attempt(CLOUD_WEBHOOKS, 1, first_ms=START, now_ms=START) == START


def test_the_cloud_ladder_falls_in_frequency() -> None:
    assert list(CLOUD_WEBHOOKS.steps_ms) == sorted(CLOUD_WEBHOOKS.steps_ms)


def test_the_cloud_ladder_tries_at_least_24_times_and_into_the_seventh_day() -> None:
    made = attempts_made(CLOUD_WEBHOOKS)

    assert len(made) >= 24
    assert 6 * DAY < made[-1] - START <= 7 * DAY


def test_the_onprem_delay_grows_by_a_step_up_to_a_cap() -> None:
    policy = Linear(step_ms=3 * SECOND, max_ms=15 * MINUTE, horizon_ms=7 * DAY, jitter=no_jitter)

    due = [next_attempt(policy, attempt, first_ms=START, now_ms=START) for attempt in (1, 2, 3, 299, 300, 301, 5000)]

    assert due == [START + delay * SECOND for delay in (3, 6, 9, 897, 900, 900, 900)]


def test_the_onprem_ladder_goes_on_into_the_seventh_day() -> None:
    made = attempts_made(onprem_webhooks())

    assert 7 * DAY - HOUR < made[-1] - START <= 7 * DAY


def test_the_pair_rate_delay_is_a_power_of_four() -> None:
    policy = Exponential(first_ms=SECOND, factor=4, max_ms=HOUR, horizon_ms=DAY, jitter=no_jitter)

    due = [next_attempt(policy, attempt, first_ms=START, now_ms=START) for attempt in (1, 2, 3, 4, 6, 7, 10**9)]

    assert due == [START + delay * SECOND for delay in (1, 4, 16, 64, 1024, 3600, 3600)]


def test_a_retry_that_would_be_due_after_the_horizon_is_a_dead_letter() -> None:
    on_time = next_attempt(STEADY, 9, first_ms=START, now_ms=START + 7 * DAY - HOUR)
    late = next_attempt(STEADY, 9, first_ms=START, now_ms=START + 7 * DAY - HOUR + 1)

    assert (on_time, late) == (START + 7 * DAY, None)


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="attempt 0 is not 1 or more"):
        next_attempt(STEADY, 0, first_ms=START, now_ms=START)


@POLICIES
@given(attempt=st.integers(1, 10_000))
def test_jitter_is_only_added_and_at_most_a_tenth(policy: Policy, attempt: int) -> None:
    base = policy.delay_ms(attempt)

    due = next_attempt(policy, attempt, first_ms=START, now_ms=START)

    assert due is not None
    assert START + base <= due <= START + base + base // 10


def test_jitter_covers_its_whole_range() -> None:
    assert {random_jitter(3) for _ in range(1000)} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("asked", "delay_ms"),
    [
        (None, 10 * SECOND),
        (timedelta(0), 10 * SECOND),
        (timedelta(seconds=-5), 10 * SECOND),
        (timedelta(seconds=9), 10 * SECOND),
        (timedelta(seconds=120), 120 * SECOND),
        (timedelta(hours=24), DAY),
        (timedelta(days=300_000), DAY),
    ],
)
def test_retry_after_can_only_lengthen_the_delay_to_a_day_at_most(asked: timedelta | None, delay_ms: int) -> None:
    due = next_attempt(STEADY, 2, first_ms=START, now_ms=START, retry_after=asked)

    assert due == START + delay_ms


def test_retry_after_with_jitter_is_never_early_and_never_over_a_day() -> None:
    policy = Ladder(steps_ms=(0,), horizon_ms=7 * DAY, jitter=most_jitter)

    short = next_attempt(policy, 1, first_ms=START, now_ms=START, retry_after=timedelta(seconds=100))
    long = next_attempt(policy, 1, first_ms=START, now_ms=START, retry_after=timedelta(hours=23))

    assert (short, long) == (START + 110 * SECOND, START + DAY)


def test_a_delay_of_more_than_a_day_is_not_cut_by_retry_after() -> None:
    policy = Linear(step_ms=2 * DAY, max_ms=2 * DAY, horizon_ms=7 * DAY, jitter=no_jitter)

    due = next_attempt(policy, 1, first_ms=START, now_ms=START, retry_after=timedelta(seconds=1))

    assert due == START + 2 * DAY


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("86401", 86_400),
        ("1000000000", 86_400),
        ("9" * 5000, 86_400),
        ("Wed, 21 Oct 2026 07:30:00 GMT", 120),
        ("Wednesday, 21-Oct-26 07:30:00 GMT", 120),
        ("Wed Oct 21 07:30:00 2026", 120),
        ("Wed, 21 Oct 2026 07:30:00 -0000", 120),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 86_400),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: int) -> None:
    assert parse_retry_after(value, wall_seconds=WALL) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "-1", "1e9", "1.5", "+5", "NaN", "inf", "garbage", "१२", "5, 5", "Wed, 99 Oct 2026 07:28:00 GMT"],
)
def test_garbage_in_retry_after_is_ignored(value: str | None) -> None:
    assert parse_retry_after(value, wall_seconds=WALL) is None


@given(st.text())
def test_no_retry_after_raises(value: str) -> None:
    parsed = parse_retry_after(value, wall_seconds=WALL)

    assert parsed is None or timedelta(0) <= parsed <= timedelta(hours=24)
