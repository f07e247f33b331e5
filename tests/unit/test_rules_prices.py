"""Windows, free entry points and prices, as tables."""

import pytest

from waypost.model import NumberId, Pricing, WindowFacts
from waypost.rules import entry
from waypost.rules.pricing import price

HOUR = 3_600_000
NOW = 1_790_000_000_000
NUMBER = NumberId(15550100200)
OPEN = entry.entry_point(NUMBER, "15550103344", NOW)


@pytest.mark.parametrize(
    ("facts", "until_ms"),
    [
        (WindowFacts(), None),
        (WindowFacts(last_inbound_ms=NOW), None),
        (WindowFacts(last_inbound_ms=NOW, ad_ms=NOW), NOW + 72 * HOUR),
        (WindowFacts(last_inbound_ms=NOW, ad_ms=NOW - 24 * HOUR + 1), NOW + 72 * HOUR),
        (WindowFacts(last_inbound_ms=NOW, ad_ms=NOW - 24 * HOUR), None),
        (WindowFacts(last_inbound_ms=NOW, free_until_ms=NOW + HOUR), None),
    ],
)
def test_an_answer_within_24_hours_opens_72_free_hours(facts: WindowFacts, until_ms: int | None) -> None:
    assert entry.opened_by_answer(facts, NOW) == until_ms


@pytest.mark.parametrize(
    ("free_until_ms", "open_until"), [(None, None), (NOW - 1, None), (NOW, None), (NOW + 1, NOW + 1)]
)
def test_a_free_entry_point_ends_at_its_moment(free_until_ms: int | None, open_until: int | None) -> None:
    assert entry.open_until(WindowFacts(free_until_ms=free_until_ms), NOW) == open_until


@pytest.mark.parametrize(
    "other",
    [
        entry.entry_point(NumberId(1), "15550103344", NOW),
        entry.entry_point(NUMBER, "15550103345", NOW),
        entry.entry_point(NUMBER, "15550103344", NOW + 1),
    ],
)
def test_every_free_entry_point_is_a_conversation_of_its_own(other: object) -> None:
    assert other != OPEN
    assert entry.entry_point(NUMBER, "15550103344", NOW) == OPEN


@pytest.mark.parametrize(
    ("kind", "category", "window_open", "pricing"),
    [
        ("text", "service", True, Pricing(False, "free_customer_service", "service")),
        ("template", "utility", True, Pricing(False, "free_customer_service", "utility")),
        ("template", "utility", False, Pricing(True, "regular", "utility")),
        ("template", "marketing", True, Pricing(True, "regular", "marketing")),
        ("template", "marketing", False, Pricing(True, "regular", "marketing")),
        ("template", "authentication", True, Pricing(True, "regular", "authentication")),
        ("template", "authentication", False, Pricing(True, "regular", "authentication")),
    ],
)
def test_a_message_costs_what_its_kind_and_window_say(
    kind: str, category: str, window_open: bool, pricing: Pricing
) -> None:
    assert price(kind, category, window_open=window_open) == pricing


@pytest.mark.parametrize(
    ("kind", "category", "window_open"),
    [("text", "service", True), ("template", "marketing", False), ("template", "authentication", True)],
)
def test_in_a_free_entry_point_everything_is_free(kind: str, category: str, window_open: bool) -> None:
    told = price(kind, category, window_open=window_open, entry=OPEN)

    assert told == Pricing(False, "free_entry_point", "referral_conversion", entry=OPEN)
