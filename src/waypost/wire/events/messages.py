"""The field `messages`: what is stored of a status or an inbound message, for every dialect to render from.

It is the `value` of the Cloud webhook without `messaging_product` and `metadata`. That of an inbound message ends with
a member of our own, `_waypost`: what another dialect needs and the Cloud one does not show. Being last, it is cut off
without reading the rest.

# spec: cloud-api.md#7.4, cloud-api.md#8, cloud-api.md#9
"""

import base64
import hashlib
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from waypost.errors import Fault
from waypost.lib import ids
from waypost.wire.facts import InboundFacts, MediumFacts, NumberFacts, PersonFacts, PricingFacts, StatusFacts

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

_OURS = b',"_waypost":'
_SHOWN_AS = {"ephemeral": "unsupported"}
"""Types that the Cloud does not show by their names.

# spec: migration.md#7.3
"""
_BEFORE = ("context", "referral")  # what the platform writes before who wrote
_PRICED = frozenset({"sent", "delivered", "read"})
_DAY_SECONDS = 86_400
_FIRST_WITHOUT_CONVERSATION = 24

_encoder = msgspec.json.Encoder()


class Shape(Struct, frozen=True, gc=False):
    """What a number's subscriber is shown, by the version and the year of its callbacks."""

    conversation: bool = False
    """Whether every status has `conversation`, and not only those in a free entry point."""
    users: bool = True
    """Whether there are `user_id`, hidden phone numbers, `contacts` in statuses, and the `url` of media."""
    identity: bool = False
    """Whether `identity_key_hash` is told."""


LATEST = Shape()


def shape_of(number: NumberFacts) -> Shape:
    """Return what this number's subscriber is shown.

    # spec: cloud-api.md#14, cloud-api.md#15 (9, 15: what may be missing)
    """
    return _shape(number.graph_version, number.webhook_shape, number.identity_check)


@lru_cache(maxsize=100)
def _shape(graph_version: str, webhook_shape: str, identity: bool) -> Shape:  # noqa: FBT001 - a key of the cache
    return Shape(not is_since_v24(graph_version), webhook_shape != "2025", identity)


def is_since_v24(graph_version: str) -> bool:
    """Return whether callbacks of this version have no conversation any more, and limits of a whole business.

    # spec: cloud-api.md#9, cloud-api.md#10, cloud-api.md#14
    """
    return int(graph_version.lstrip("v").partition(".")[0]) >= _FIRST_WITHOUT_CONVERSATION


class Profile(Struct, omit_defaults=True):
    """What a user shows of themselves."""

    name: str
    username: str | None = None


class Contact(Struct, omit_defaults=True):
    """A user. Without `wa_id` the phone number is hidden; `user_id` belongs to the shape of 2026."""

    profile: Profile
    wa_id: str | None = None
    user_id: str | None = None
    identity_key_hash: str | None = None


class Addressee(Struct, omit_defaults=True):
    """Whom a message did not reach, by what it was addressed to: not a word of their profile."""

    wa_id: str | None = None
    user_id: str | None = None


class Origin(Struct):
    """What began a conversation: the words of the price categories."""

    type: str


class Conversation(Struct, omit_defaults=True, kw_only=True):
    """What used to be charged as a whole. `expiration_timestamp` comes with `sent` only."""

    id: str
    expiration_timestamp: str | None = None
    origin: Origin


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
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_identity_key_hash: str | None = None
    biz_opaque_callback_data: str | None = None
    conversation: Conversation | None = None
    pricing: Pricing | None = None
    errors: list[Error] | None = None


class Identity(Struct):
    """Who a user is by their keys, and whether the business has said that it made sure of it; milliseconds."""

    acknowledged: bool
    created_timestamp: int
    hash: str


class Ours(Struct, omit_defaults=True):
    """What is stored beside an inbound message for our own use."""

    media_uuid: str | None = None
    kind: str | None = None
    """The type of a message that the Cloud shows under another."""
    identity: Identity | None = None
    moved_to: str | None = None
    """The wa_id that a user has now, where the message itself hides it."""


class Echo(Struct, frozen=True, gc=False):
    """What a status repeats of the message it is about."""

    number_id: int
    wamid: str
    wa_id: str
    callback_data: str | None = None
    user_id: str | None = None
    """The business-scoped id that the message was addressed to."""


def status_value(update: StatusFacts, echo: Echo, shape: Shape = LATEST) -> bytes:
    """Compose what is stored of a status.

    Only `sent` and the first of `delivered` and `read` come with a price. One without a person has no `contacts`.
    That a `played` one has them is (unconfirmed): its sample is older than they are, and a library that reads the
    shape of 2026 (pywa) drops a status without. For the same reason a `failed` one has them, though the reference says
    that it has none; it names its addressee as the message did, by number or by id, and never says more of them: see
    docs/decisions/0013-contacts-of-failed.md.

    # spec: cloud-api.md#9, samples/cloud/hook_status_with_contacts_2026.json
    """
    person = None if update.fault is not None else update.person
    word = update.status.word
    is_hidden = shape.users and (echo.user_id is not None if person is None else not person.shows_number)
    pricing = update.pricing if word in _PRICED else None
    status = Status(
        echo.wamid,
        word,
        str(update.at_ms // 1000),
        None if is_hidden else echo.wa_id,
        (echo.user_id if person is None else person.user_id) if shape.users else None,
        person.identity_hash if shape.identity and person is not None else None,
        echo.callback_data,
        _conversation(update, pricing, echo.wamid) if pricing and (shape.conversation or pricing.entry) else None,
        _pricing(pricing),
        None if update.fault is None else [_error(update.fault)],
    )
    encoded = _encoder.encode(status)
    addressee: Contact | Addressee | None = None
    if shape.users and update.fault is not None:
        addressee = Addressee(status.recipient_id, status.recipient_user_id)
    elif shape.users and person is not None:
        addressee = contact_of(person, shape)
    if addressee is None:
        return b'{"statuses":[%b]}' % encoded
    return b'{"contacts":[%b],"statuses":[%b]}' % (_encoder.encode(addressee), encoded)


def inbound_value(
    message: InboundFacts,
    shape: Shape = LATEST,
    *,
    medium: MediumFacts | None = None,
    url: str | None = None,
    identity: Identity | None = None,
) -> bytes:
    """Compose what is stored of a user's message; `medium` is the file it carries and `url` where to fetch that.

    `identity` is for a number that wants to know who its users are.

    Raises msgspec.DecodeError if `message.body` is no JSON object.

    # spec: cloud-api.md#8
    """
    written = msgspec.json.decode(message.body, type=dict[str, Any])  # Any: the type's object is passed on
    person = message.person
    kind = _SHOWN_AS.get(message.kind, message.kind)
    common = {
        "from": person.wa_id,
        "from_user_id": person.user_id,
        "id": ids.wamid(message.key, message.tag, person.wa_id, received=True),
        "timestamp": str(message.at_ms // 1000),
        "type": kind,
    }
    first = {name: written[name] for name in _BEFORE if name in written}
    fields = first | common | written | common  # the first two give the order, the last the values
    if not shape.users:
        del fields["from_user_id"]
    elif not person.shows_number:
        del fields["from"]
        if "context" in fields:
            fields["context"] = {name: m for name, m in fields["context"].items() if m != person.wa_id}
    moved_to: str | None = None
    if "system" in fields:
        told = _system(fields["system"], person, shape)
        moved_to = None if "wa_id" in told else fields["system"].get("wa_id")
        fields["system"] = told
    if medium is not None:
        media_fields = _media_fields(medium, url if shape.users else None)
        fields[message.kind] = written.get(message.kind, {}) | media_fields
    ours = Ours(
        None if medium is None else ids.media_uuid(medium.key, medium.tag),
        message.kind if message.kind != kind else None,
        identity,
        moved_to,
    )
    # spec: cloud-api.md#7.4 - what the platform itself says of a user names no contact. That a changed identity does is
    # (unconfirmed): a library (pywa) reads the user from there.
    is_nameless = message.kind == "system" and "identity" not in written
    contacts = b"" if is_nameless else b'"contacts":[%b],' % _encoder.encode(contact_of(person, shape))
    return b'{%b"messages":[%b]%b%b}' % (
        contacts,
        _encoder.encode(fields),
        _OURS,
        _encoder.encode(ours),
    )


def public_value(body: bytes) -> bytes:
    """Return what `inbound_value` composed without the member that is ours."""
    return body.rpartition(_OURS)[0] + b"}"


def has_referral(body: bytes) -> bool:
    """Return whether an advertisement or a post brought the user who wrote this object of `messages[]`.

    # spec: cloud-api.md#12.2
    """
    return b'"referral"' in body and "referral" in msgspec.json.decode(body, type=dict[str, Any])


def contact_of(person: PersonFacts, shape: Shape) -> Contact:
    """Return what a subscriber of this shape is shown of a user."""
    identity_hash = person.identity_hash if shape.identity else None
    if not shape.users:
        return Contact(Profile(person.name), person.wa_id, None, identity_hash)
    wa_id = person.wa_id if person.shows_number else None
    return Contact(Profile(person.name, person.username), wa_id, person.user_id, identity_hash)


def _system(told: dict[str, Any], person: PersonFacts, shape: Shape) -> dict[str, Any]:  # Any: a JSON object
    """Return what the platform tells of a user; of a hidden one's other number it tells the other id only.

    That this has a type of its own is (unconfirmed), as the ids are.
    """
    if not shape.users:
        return {name: member for name, member in told.items() if not name.endswith("user_id")}
    if person.shows_number or "wa_id" not in told or "user_id" not in told:
        return told
    body = f"User {person.name} changed from {person.user_id} to {told['user_id']}"
    return {
        "body": body,
        "user_id": told["user_id"],
        "previous_user_id": person.user_id,
        "type": "user_changed_user_id",
    }


def _conversation(update: StatusFacts, pricing: PricingFacts, wamid: str) -> Conversation:
    """Return a conversation of its own for each message, or that of the free entry point.

    # spec: cloud-api.md#9
    """
    seconds = update.at_ms // 1000 + _DAY_SECONDS
    if pricing.entry is not None:
        conversation_id, seconds = pricing.entry.id, pricing.entry.until_ms // 1000
    else:
        conversation_id = hashlib.blake2b(wamid.encode("ascii"), digest_size=16).hexdigest()
    return Conversation(
        id=conversation_id,
        expiration_timestamp=str(seconds) if update.status.word == "sent" else None,
        origin=Origin(pricing.category.replace("-", "_")),
    )


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
