"""Template limits: how often an account may create and edit templates, and how long deleted ones block their names.

Pure: the caller says what time it is, and brings what the account has done.

# spec: cloud-api.md#12.4, cloud-api.md#13.1
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.templates import (
    TEMPLATE_BEING_DELETED,
    TEMPLATE_CALLS,
    TEMPLATE_LIMIT,
    TEMPLATE_NOT_EDITABLE,
)
from waypost.lib.durations import seconds_to_wait, to_ms
from waypost.model import Template

MAX_TEMPLATES = 250
MAX_CREATES_PER_HOUR = 100
MAX_EDITS_PER_DAY = 1
MAX_EDITS_PER_MONTH = 10

_HOUR_MS = to_ms(timedelta(hours=1))
_DAY_MS = 24 * _HOUR_MS
_MONTH_MS = 30 * _DAY_MS
_EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_WAS_APPROVED = ("APPROVED", "PAUSED", "FLAGGED", "DISABLED", "ARCHIVED")


class Ledger(Struct):
    """What an account has done: when it created templates in the last hour, and which names are blocked until when."""

    created_ms: list[int] = []
    blocked_ms: dict[str, int] = {}
    """Of names, and of `name/language` where a name has other languages left."""


def name_fault(ledger: Ledger, name: str, language: str, now_ms: int) -> Fault | None:
    """Return why a name cannot be used yet because a template of it was deleted, or None."""
    until_ms = max(ledger.blocked_ms.get(each, 0) for each in (name, _in_language(name, language)))
    if until_ms <= now_ms:
        return None
    days = 1 + (until_ms - now_ms) // _DAY_MS
    details = f"The template '{name[:100]}' was deleted; its name can be used again in {days} days."
    return Fault(TEMPLATE_BEING_DELETED, details)


def create_fault(ledger: Ledger, there: int, now_ms: int) -> Fault | None:
    """Return which limit one template more would break in an account that has so many, or None."""
    if there >= MAX_TEMPLATES:
        return Fault(TEMPLATE_LIMIT, f"The account has {MAX_TEMPLATES} templates, which is all that it may have.")
    created_ms = _since(ledger.created_ms, now_ms - _HOUR_MS)
    if len(created_ms) < MAX_CREATES_PER_HOUR:
        return None
    details = f"The account has created {MAX_CREATES_PER_HOUR} templates within an hour."
    wait_seconds = seconds_to_wait(created_ms[0] + _HOUR_MS - now_ms)
    return Fault(TEMPLATE_CALLS, details, retry_after_seconds=wait_seconds)


def status_fault(template: Template) -> Fault | None:
    """Return why a template cannot be edited as things stand with it, or None."""
    if template.status in _EDITABLE:
        return None
    details = f"The template is {template.status}; only an approved, rejected or paused one can be edited."
    return Fault(TEMPLATE_NOT_EDITABLE, details)


def edit_fault(template: Template, now_ms: int) -> Fault | None:
    """Return why a template cannot be edited once more now, or None; only edits of approved ones are counted."""
    if template.status != "APPROVED":
        return None
    this_month, today = edits_of_month(template, now_ms), _since(template.edits_ms, now_ms - _DAY_MS)
    if len(today) < MAX_EDITS_PER_DAY and len(this_month) < MAX_EDITS_PER_MONTH:
        return None
    return Fault(
        TEMPLATE_NOT_EDITABLE,
        f"The template was edited {len(today)} times in 24 hours and {len(this_month)} times in 30 days; an "
        f"approved one at most {MAX_EDITS_PER_DAY} time a day and {MAX_EDITS_PER_MONTH} times in 30 days.",
    )


def edits_of_month(template: Template, now_ms: int) -> tuple[int, ...]:
    """Return when a template was edited, as far as it counts."""
    return tuple(_since(template.edits_ms, now_ms - _MONTH_MS))


def with_creation(ledger: Ledger, now_ms: int) -> Ledger:
    """Return the ledger after a template was created, without what is over."""
    kept = _current(ledger, now_ms)
    return Ledger([*kept.created_ms, now_ms], kept.blocked_ms)


def with_deletion(ledger: Ledger, gone: Sequence[Template], left: Iterable[Template], now_ms: int) -> Ledger:
    """Return the ledger after templates were deleted, without what is over; `left` are those that stay.

    What was approved blocks its name, or while others of the name stay, its language.

    # spec: error-codes.tsv (2388023 speaks of a language), cloud-api.md#13.1
    """
    names_left = {each.name for each in left}
    approved = [each for each in gone if each.status in _WAS_APPROVED]
    blocked = [_in_language(each.name, each.language) if each.name in names_left else each.name for each in approved]
    kept = _current(ledger, now_ms)
    return Ledger(kept.created_ms, kept.blocked_ms | dict.fromkeys(blocked, now_ms + _MONTH_MS))


def _current(ledger: Ledger, now_ms: int) -> Ledger:
    return Ledger(
        _since(ledger.created_ms, now_ms - _HOUR_MS),
        {name: until_ms for name, until_ms in ledger.blocked_ms.items() if until_ms > now_ms},
    )


def _since(moments: Iterable[int], start_ms: int) -> list[int]:
    return [moment for moment in moments if moment > start_ms]


def _in_language(name: str, language: str) -> str:
    return f"{name}/{language}"  # no name has a slash
