"""Write an event as a callback of the On-Premises dialect: the bare value, in its own words and ids.

# spec: migration.md#7, on-premises-api.md#11
"""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from waypost.errors import all_problems
from waypost.errors.outcomes import SOMETHING_WENT_WRONG
from waypost.lib import ids
from waypost.wire.events import messages as stored
from waypost.wire.facts import CallbackSettings, EventFacts, NumberFacts, StatusWord

HREF = "https://developers.facebook.com/docs/whatsapp/api/errors/"

_encoder = msgspec.json.Encoder()
_problems = all_problems()


class _Recipient(Struct):
    recipient_id: str


class _Pricing(Struct):
    billable: bool
    category: str
    pricing_model: str = "CBP"


class _Error(Struct):
    code: int
    title: str
    details: str
    href: str = HREF


class _Status(Struct, omit_defaults=True):
    id: str
    recipient_id: str
    status: str
    timestamp: str
    message: _Recipient
    type: str
    pricing: _Pricing | None = None
    errors: list[_Error] | None = None


class _StoredStatuses(Struct):
    statuses: list[stored.Status]


class _StoredMessages(Struct):
    contacts: list[stored.Contact]
    messages: list[dict[str, Any]]  # Any: the objects of the types are passed on
    ours: stored.Ours = msgspec.field(name="_waypost")


_statuses_decoder = msgspec.json.Decoder(_StoredStatuses)
_messages_decoder = msgspec.json.Decoder(_StoredMessages)


def render_event(event: EventFacts, number: NumberFacts) -> bytes | None:
    """Return the body of the callback, or None if this number is not to be told; notices are unknown here."""
    if event.kind == "message":
        return _render_message(event.body)
    if event.status is None or not is_told(number.onprem, event.status):
        return None
    status = _statuses_decoder.decode(event.body).statuses[0]
    return b'{"statuses":[%b]}' % _encoder.encode(_status(status, event.problem))


def join_bodies(bodies: Sequence[bytes]) -> bytes:
    """Return one body that tells what several tell: each array holds what theirs held.

    # spec: on-premises-api.md#11.3
    """
    joined: dict[str, list[Any]] = {}  # Any: JSON that Waypost has written itself
    for body in bodies:
        for name, items in msgspec.json.decode(body).items():
            known = joined.setdefault(name, [])
            known.extend(item for item in items if item not in known)
    return _encoder.encode(joined)


def is_told(settings: CallbackSettings, status: StatusWord) -> bool:
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


def _status(status: stored.Status, problem: str | None) -> _Status:
    # spec: on-premises-api.md#11.7: the recipient twice, no conversation, no biz_opaque_callback_data
    wa_id = status.recipient_id
    return _Status(
        id=_message_id(status.id, wa_id),
        recipient_id=wa_id,
        status=status.status,
        timestamp=status.timestamp,
        type="message",
        message=_Recipient(wa_id),
        pricing=None if status.pricing is None else _Pricing(status.pricing.billable, status.pricing.category),
        errors=None if status.errors is None else [_error(error, problem) for error in status.errors],
    )


def _error(error: stored.Error, problem_name: str | None) -> _Error:
    problem = _problems.get(problem_name or "")
    details = error.error_data.details
    if problem is None:
        # spec: migration.md#8.3: a code without a counterpart
        problem = SOMETHING_WENT_WRONG
        details = f"cloud {error.code}: {details}"
    return _Error(problem.onprem_callback_code or problem.onprem_code, problem.onprem_title, details)


def _render_message(body: bytes) -> bytes | None:
    value = _messages_decoder.decode(body)
    message = value.messages[0]
    if "from" not in message:
        return None  # a user known by a business-scoped id only: digits are all that this dialect has
    contacts = [{"profile": {"name": contact.profile.name}, "wa_id": contact.wa_id} for contact in value.contacts]
    return _encoder.encode({"contacts": contacts, "messages": [_message(message, value.ours.media_uuid)]})


def _message(message: dict[str, Any], media_uuid: str | None) -> dict[str, Any]:
    wa_id: str = message["from"]
    message.pop("from_user_id", None)
    message["id"] = _message_id(message["id"], wa_id)
    if "id" in (context := message.get("context") or {}):
        context["id"] = _message_id(context["id"], wa_id)
    kind = message["type"]
    body = message.get(kind)
    if not isinstance(body, dict):
        return message
    if "message_id" in body:
        body["message_id"] = _message_id(body["message_id"], wa_id)
    if "sha256" in body:
        del message[kind]
        kind = "voice" if body.pop("voice", False) else kind
        message |= {"type": kind, kind: _medium(body, media_uuid)}
    return message


def _medium(body: dict[str, Any], media_uuid: str | None) -> dict[str, Any]:
    """Change a media object in place: our own id, the digest in hex, nothing that only the Cloud knows."""
    body.pop("url", None)
    body.pop("animated", None)
    body["sha256"] = base64.b64decode(body["sha256"]).hex()
    if media_uuid is not None:
        body["id"] = media_uuid
    else:
        body.pop("id", None)
        body["status"] = "undownloaded"
    return body


def _message_id(wamid: str, wa_id: str) -> str:
    """Return our id of the same message; an id that is not of Waypost's making is passed on as it is."""
    ref = ids.parse_message_id(wamid)
    if ref is None:
        return wamid
    received = ids.wamid(ref.key, ref.tag, wa_id, received=True) == wamid
    return ids.onprem_message_id(ref.key, ref.tag, wa_id, received=received)
