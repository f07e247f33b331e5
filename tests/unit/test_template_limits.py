"""How often templates may be written, and how long a deleted name is blocked: to the millisecond."""

from datetime import timedelta

import pytest

from waypost.errors import Fault
from waypost.errors.templates import TEMPLATE_BEING_DELETED, TEMPLATE_CALLS, TEMPLATE_LIMIT, TEMPLATE_NOT_EDITABLE
from waypost.lib.durations import to_ms
from waypost.model import Template
from waypost.rules.template_limits import (
    Ledger,
    create_fault,
    edit_fault,
    name_fault,
    status_fault,
    with_creation,
    with_deletion,
)

NOW_MS = 1_800_000_000_000
HOUR_MS, DAY_MS, MONTH_MS = (to_ms(timedelta(hours=hours)) for hours in (1, 24, 30 * 24))


def template(status: str = "APPROVED", *, language: str = "en_US", edits_ms: tuple[int, ...] = ()) -> Template:
    return Template(1, 77, "order", language, "UTILITY", status, b"[]", edits_ms=edits_ms)


def problem_of(fault: Fault | None) -> object:
    return fault and fault.problem


def test_the_hundredth_template_of_an_hour_is_taken_and_the_next_waits_for_the_first_to_be_an_hour_old() -> None:
    first_ms = NOW_MS - HOUR_MS + 1_999
    ninety_nine, hundred = Ledger([first_ms] * 99), Ledger([first_ms] * 100)

    found = [create_fault(each, 0, NOW_MS) for each in (ninety_nine, hundred)]

    details = "The account has created 100 templates within an hour."
    assert found == [None, Fault(TEMPLATE_CALLS, details, retry_after_seconds=2)]
    assert create_fault(hundred, 0, NOW_MS + 1_999) is None


def test_an_account_has_250_templates() -> None:
    assert [problem_of(create_fault(Ledger(), there, NOW_MS)) for there in (249, 250)] == [None, TEMPLATE_LIMIT]


@pytest.mark.parametrize("status", ["APPROVED", "PAUSED", "FLAGGED", "DISABLED", "ARCHIVED"])
def test_what_was_approved_blocks_its_name_for_thirty_days(status: str) -> None:
    ledger = with_deletion(Ledger(), [template(status)], [], NOW_MS)

    found = [name_fault(ledger, "order", "de", NOW_MS + later_ms) for later_ms in (MONTH_MS - 1, MONTH_MS)]

    assert [problem_of(each) for each in found] == [TEMPLATE_BEING_DELETED, None]


def test_a_name_that_stays_in_another_language_is_blocked_in_the_deleted_one_only() -> None:
    ledger = with_deletion(Ledger(), [template()], [template(language="de")], NOW_MS)

    found = [name_fault(ledger, "order", language, NOW_MS) for language in ("en_US", "fr")]

    assert [problem_of(each) for each in found] == [TEMPLATE_BEING_DELETED, None]


@pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
def test_what_was_not_approved_blocks_nothing(status: str) -> None:
    assert with_deletion(Ledger(), [template(status)], [], NOW_MS) == Ledger()


def test_the_ledger_forgets_what_is_over() -> None:
    ledger = Ledger([NOW_MS - HOUR_MS, NOW_MS - 1], {"old": NOW_MS, "new": NOW_MS + 1})

    assert with_creation(ledger, NOW_MS) == Ledger([NOW_MS - 1, NOW_MS], {"new": NOW_MS + 1})


@pytest.mark.parametrize(
    ("edits_ms", "problem"),
    [
        ((NOW_MS - DAY_MS,), None),
        ((NOW_MS - DAY_MS + 1,), TEMPLATE_NOT_EDITABLE),
        (tuple(NOW_MS - days * DAY_MS for days in range(10, 0, -1)), TEMPLATE_NOT_EDITABLE),
        ((NOW_MS - MONTH_MS, *(NOW_MS - days * DAY_MS for days in range(9, 0, -1))), None),
    ],
    ids=["a day ago", "today", "ten in a month", "the tenth is over"],
)
def test_an_approved_template_is_edited_once_a_day_and_ten_times_a_month(
    edits_ms: tuple[int, ...], problem: object
) -> None:
    assert problem_of(edit_fault(template(edits_ms=edits_ms), NOW_MS)) == problem


def test_edits_of_a_rejected_template_are_not_counted() -> None:
    assert edit_fault(template("REJECTED", edits_ms=(NOW_MS,) * 20), NOW_MS) is None


def test_a_template_in_review_is_not_edited() -> None:
    assert [problem_of(status_fault(template(each))) for each in ("PENDING", "PAUSED")] == [TEMPLATE_NOT_EDITABLE, None]
