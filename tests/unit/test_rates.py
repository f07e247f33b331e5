"""Rates: how many messages go at once, how many in the long run, and what a moved clock does to them."""

import pytest

from waypost.rules.rates import ONPREM_MESSAGES, ONPREM_OTHERS, PAIR, Meter, Rate, throughput

DAY_MS = 86_400_000
NOON_MS = 1_800_000_000_000
RATES = [throughput(80), PAIR, ONPREM_MESSAGES, ONPREM_OTHERS]


def exhausted(rate: Rate, now_ms: int) -> Meter:
    """Return a meter that has let a whole burst through at one moment."""
    meter = Meter(rate)
    assert {meter.admit("subject", now_ms) for _ in range(rate.burst)} == {0}
    return meter


@pytest.mark.parametrize("rate", RATES)
def test_a_burst_goes_at_once_and_the_next_message_waits_its_interval(rate: Rate) -> None:
    meter = exhausted(rate, NOON_MS)

    wait_ms = meter.admit("subject", NOON_MS)

    assert wait_ms == rate.interval_us // 1000
    assert meter.admit("another", NOON_MS) == 0
    assert meter.admit("subject", NOON_MS + wait_ms + 1) == 0


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("back_ms", [600_000, DAY_MS, 30 * DAY_MS])
def test_after_the_clock_was_set_back_a_subject_begins_anew(rate: Rate, back_ms: int) -> None:
    meter = exhausted(rate, NOON_MS)

    answers = [meter.admit("subject", NOON_MS - back_ms) for _ in range(rate.burst + 1)]

    assert answers == [0] * rate.burst + [rate.interval_us // 1000]


@pytest.mark.parametrize("rate", RATES)
def test_after_the_clock_was_set_back_a_little_nobody_waits_longer_than_a_burst(rate: Rate) -> None:
    meter = exhausted(rate, NOON_MS)
    burst_ms = rate.burst * rate.interval_us // 1000

    assert max(meter.admit("subject", NOON_MS - back_ms) for back_ms in range(0, burst_ms, 10)) <= burst_ms


def test_a_full_meter_forgets_who_has_nothing_to_wait_for() -> None:
    meter = Meter(PAIR, max_subjects=2)
    meter.admit("first", NOON_MS)
    meter.admit("second", NOON_MS)

    meter.admit("third", NOON_MS + DAY_MS)

    assert meter.admit("first", NOON_MS + DAY_MS) == 0
