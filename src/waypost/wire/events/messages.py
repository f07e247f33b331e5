"""The field `messages`: what is stored of a status or an inbound message, for every dialect to render from.

It is the `value` of the Cloud webhook without `messaging_product` and `metadata`. That of an inbound message ends with
a member of our own, `_waypost`: what another dialect needs and the Cloud one does not show. Being last, it is cut off
without reading the rest.

# spec: cloud-api.md#7.4, cloud-api.md#8, cloud-api.md#9
"""

import base64
from typing import Any

import msgspec
from msgspec import Struct

from waypost.errors import Fault
from waypost.lib import ids
from waypost.wire.facts import InboundFacts, MediumFacts, PersonFacts, PricingFacts, StatusFacts

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

_OURS = b',"_waypost":'
_PRICED = frozenset({"sent", "delivered"})

_encoder = msgspec.json.Encoder()


class Profile(Struct):
    """What a user shows of themselves."""

    name: str


class Contact(Struct):
    """A user. `user_id` belongs to the shape of 2026."""

    profile: Profile
    wa_id: str
    user_id: str


class Pricing(Struct):
    """The price."""

    billable: bool
    pricing_model: str
    type: str
    category: str


class ErrorData(Struct):
    """The part of an error that speaks of this case."""

    details: str


class Error(Struct):
    """An error inside a webhook; `title` and `message` are the same."""

    code: int
    title: str
    message: str
    error_data: ErrorData
    href: str


class Status(Struct, omit_defaults=True):
    """An entry of `statuses[]`. `recipient_user_id` belongs to the shape of 2026."""

    id: str
    status: str
    timestamp: str
    recipient_id: str
    recipient_user_id: str | None = None
    biz_opaque_callback_data: str | None = None
    pricing: Pricing | None = None
    errors: list[Error] | None = None


class Ours(Struct, omit_defaults=True):
    """What is stored beside an inbound message for our own use."""

    media_uuid: str | None = None


def status_value(update: StatusFacts, *, wamid: str, wa_id: str, callback_data: str | None = None) -> bytes:
    """Compose what is stored of a status of the message `wamid` to `wa_id`.

    Only `sent` and `delivered` speak of the price; a `failed` one, or one without a person, has no `contacts`.

    # spec: cloud-api.md#9, samples/cloud/hook_status_with_contacts_2026.json
    """
    person = update.person
    word = update.status.word
    status = Status(
        wamid,
        word,
        str(update.at_ms // 1000),
        wa_id,
        None if person is None else person.user_id,
        callback_data,
        _pricing(update.pricing) if word in _PRICED else None,
        None if update.fault is None else [_error(update.fault)],
    )
    encoded = _encoder.encode(status)
    if person is None or update.fault is not None:
        return b'{"statuses":[%b]}' % encoded
    return b'{"contacts":[%b],"statuses":[%b]}' % (_encoder.encode(_contact(person)), encoded)


def inbound_value(message: InboundFacts, *, medium: MediumFacts | None = None, url: str | None = None) -> bytes:
    """Compose what is stored of a user's message; `medium` is the file it carries and `url` where to fetch that.

    Raises msgspec.DecodeError if `message.body` is no JSON object.

    # spec: cloud-api.md#8
    """
    written = msgspec.json.decode(message.body, type=dict[str, Any])  # Any: the type's object is passed on
    common = {
        "from": message.person.wa_id,
        "from_user_id": message.person.user_id,
        "id": ids.wamid(message.key, message.tag, message.person.wa_id, received=True),
        "timestamp": str(message.at_ms // 1000),
        "type": message.kind,
    }
    fields = common | written | common  # the first gives the order, the last the values
    if medium is not None:
        fields[message.kind] = written.get(message.kind, {}) | _media_fields(medium, url)
    ours = Ours(None if medium is None else ids.media_uuid(medium.key, medium.tag))
    return b'{"contacts":[%b],"messages":[%b]%b%b}' % (
        _encoder.encode(_contact(message.person)),
        _encoder.encode(fields),
        _OURS,
        _encoder.encode(ours),
    )


def public_value(body: bytes) -> bytes:
    """Return what `inbound_value` composed without the member that is ours."""
    return body.rpartition(_OURS)[0] + b"}"


def _contact(person: PersonFacts) -> Contact:
    return Contact(Profile(person.name), person.wa_id, person.user_id)


def _pricing(pricing: PricingFacts | None) -> Pricing | None:
    if pricing is None:
        return None
    return Pricing(pricing.billable, pricing.model, pricing.type, pricing.category)


def _error(fault: Fault) -> Error:
    problem = fault.problem
    return Error(problem.code, problem.title, problem.title, ErrorData(fault.details), HREF)


def _media_fields(medium: MediumFacts, url: str | None) -> dict[str, Any]:  # Any: a JSON object
    fields: dict[str, Any] = {
        "mime_type": medium.mime,
        "sha256": base64.b64encode(medium.sha256).decode("ascii"),
        "id": str(medium.key),
    }
    if url is not None:
        fields["url"] = url
    return fields
