"""Write an event as a callback of the On-Premises dialect: the bare value, in its own words and ids.

# spec: migration.md#7, migration.md#7.1, on-premises-api.md#11
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from waypost.errors import Problem, all_problems
from waypost.errors.outcomes import SOMETHING_WENT_WRONG
from waypost.wire.client_notices import HREF
from waypost.wire.events import messages as stored
from waypost.wire.facts import EventFacts, NumberFacts, StatusWord
from waypost.wire.onprem.inbound import message_id, pseudo, render_message
from waypost.wire.onprem_settings import OnPremSettings

OURS = "client."
"""How the kinds of events that only this dialect has begin; their bodies are sent as they are."""

_encoder = msgspec.json.Encoder()
_problems = all_problems()


class _Recipient(Struct):
    recipient_id: str


class _Pricing(Struct):
    billable: bool
    pricing_model: str
    category: str


class _Error(Struct):
    code: int
    title: str
    details: str
    href: str = HREF


class _Status(Struct, omit_defaults=True, kw_only=True):
    errors: list[_Error] | None = None
    id: str
    recipient_id: str
    status: str
    timestamp: str
    type: str
    message: _Recipient
    conversation: stored.Conversation | None = None
    pricing: _Pricing | None = None


class _StoredStatuses(Struct):
    statuses: list[stored.Status]


class _StoredErrors(Struct):
    errors: list[stored.Error] = []


_statuses_decoder = msgspec.json.Decoder(_StoredStatuses)
_errors_decoder = msgspec.json.Decoder(_StoredErrors)


def render_event(event: EventFacts, number: NumberFacts) -> bytes | None:
    """Return the body of the callback, or None if this number is not to be told.

    Of the notices this dialect knows its own, and errors that belong to no message.
    """
    if event.kind == "message":
        return render_message(event.body, number)
    if event.kind.startswith(OURS):
        return event.body
    if event.kind == "messages":
        return _errors(event.body)
    if event.status is None or not is_told(number.onprem, event.status):
        return None
    status = _statuses_decoder.decode(event.body).statuses[0]
    wa_id = status.recipient_id or pseudo(status.id, number)
    return None if wa_id is None else b'{"statuses":[%b]}' % _encoder.encode(_status(status, wa_id, event.problem))


def join_bodies(bodies: Sequence[bytes]) -> bytes:
    """Return one body that tells what several tell: each array holds what theirs held, a contact once.

    # spec: on-premises-api.md#11.3
    """
    joined: dict[str, list[Any]] = {}  # Any: JSON that Waypost has written itself
    for body in bodies:
        for name, items in msgspec.json.decode(body).items():
            known = joined.setdefault(name, [])
            known.extend(item for item in items if name != "contacts" or item not in known)
    return _encoder.encode(joined)


def is_told(settings: OnPremSettings, status: StatusWord) -> bool:
    """Return whether a number with these settings is told of a status.

    `sent`, `delivered` and `read` if they are switched on, `failed` always, `played` never: it is unknown here.
    """
    match status.word:
        case "sent":
            return settings.sent
        case "delivered":
            return settings.delivered
        case "read":
            return settings.read
        case word:
            return word == "failed"


def _errors(body: bytes) -> bytes | None:
    """Return errors that belong to no message.

    # spec: on-premises-api.md#11.8, migration.md#7.5
    """
    found = _errors_decoder.decode(body).errors
    return _encoder.encode({"errors": [_error(error, _problem_of(error.code)) for error in found]}) if found else None


def _problem_of(code: int) -> Problem | None:
    return next((problem for problem in _problems.values() if problem.code == code), None)


def _status(status: stored.Status, wa_id: str, problem_name: str | None) -> _Status:
    # spec: on-premises-api.md#11.7, migration.md#7.4: the recipient twice, no biz_opaque_callback_data
    problem = _problems.get(problem_name or "")
    return _Status(
        id=message_id(status.id, wa_id),
        recipient_id=wa_id,
        status=status.status,
        timestamp=status.timestamp,
        type="message",
        message=_Recipient(wa_id),
        conversation=status.conversation,
        pricing=_pricing(status.pricing),
        errors=None if status.errors is None else [_error(error, problem) for error in status.errors],
    )


def _pricing(pricing: stored.Pricing | None) -> _Pricing | None:
    return None if pricing is None else _Pricing(pricing.billable, pricing.pricing_model, pricing.category)


def _error(error: stored.Error, problem: Problem | None) -> _Error:
    details = error.error_data.details
    if problem is None:
        # spec: migration.md#8.3: a code without a counterpart
        return _Error(*SOMETHING_WENT_WRONG.callback, f"cloud {error.code}: {details}")
    return _Error(*problem.callback, problem.onprem_details(details))
