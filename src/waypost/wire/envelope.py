"""The outside of a send request, which the dialects share: whose message, which type, and where its object stands."""

from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw, Struct

from waypost.errors import Refusal
from waypost.errors.requests import (
    BAD_REQUEST,
    INVALID_RECIPIENT_TYPE,
    INVALID_VALUE,
    MISSING_PARAMETER,
    UNEXPECTED_PARAMETER,
    UNSUPPORTED_TYPE,
)
from waypost.lib import phone
from waypost.wire.complaints import mandatory, shown
from waypost.wire.leniency import mended
from waypost.wire.messages import BY_NAME, TYPES, Content, MessageType

_NAMES = tuple(BY_NAME)
_ABSENT = Raw(b"")
_NULL = Raw(b"null")
_MAX_MENDS = 4
_objects = attrgetter(*_NAMES)


class Context(Struct):
    """Which message is quoted."""

    message_id: str | None = None


class Envelope(Struct):
    """The members that every dialect has; the object of each type is kept undecoded beside them."""

    to: str | None = None
    type: str | None = None
    recipient_type: str | None = None
    context: Context | None = None


def reader(envelope: type[Struct]) -> msgspec.json.Decoder[Any]:
    """Return a decoder of `envelope` with one undecoded member per name of a message type (Any: made at run time)."""
    members = [(name, Raw, msgspec.field(default=_ABSENT)) for name in _NAMES]
    return msgspec.json.Decoder(msgspec.defstruct(envelope.__name__, members, bases=(envelope,)))


def body_of(envelope: Envelope) -> tuple[MessageType, Raw]:
    """Return the message's type and its undecoded object; raises Refusal unless exactly that object is there.

    # spec: cloud-api.md#2, on-premises-api.md#3.1
    """
    named = "text" if envelope.type is None else envelope.type
    message_type = BY_NAME.get(named)
    if message_type is None:
        raise Refusal(UNSUPPORTED_TYPE, f"Parameter 'type' is {shown(named)}; it must be one of {', '.join(TYPES)}.")
    objects: tuple[Raw, ...] = _objects(envelope)
    raw: Raw = getattr(envelope, named)
    if raw is not _ABSENT and raw != _NULL and objects.count(_ABSENT) == len(_NAMES) - 1:
        return message_type, raw
    return message_type, _only_object(message_type, named, objects)


def check_recipient_type(envelope: Envelope) -> None:
    """Raise Refusal for anything but `individual`, the default."""
    if envelope.recipient_type not in {None, "individual"}:
        raise Refusal(
            INVALID_RECIPIENT_TYPE,
            f"Parameter 'recipient_type' is {shown(envelope.recipient_type)}; it must be \"individual\".",
        )


def recipient(envelope: Envelope, home: str = "") -> tuple[str, str]:
    """Return `to` as written and its wa_id; raises Refusal if it is missing or no phone number.

    `home` is the calling code of digits that come without a plus; if it is empty, they are an international number.

    # spec: cloud-api.md#2.2
    """
    if envelope.to is None:
        raise Refusal(MISSING_PARAMETER, mandatory("to"))
    try:
        return envelope.to, phone.normalise(envelope.to, home=home)
    except ValueError as error:
        raise Refusal(INVALID_VALUE, f"Parameter 'to': {error}.") from None


def quoted(envelope: Envelope, message_type: MessageType) -> str | None:
    """Return the message to quote, in the form that the caller wrote its id; raises Refusal if the type cannot quote.

    # spec: cloud-api.md#2.1: a template is sent without its quote, a reaction cannot have one
    """
    message_id = envelope.context.message_id if envelope.context else None
    if message_id is None or message_type.quoting == "dropped":
        return None
    if message_type.quoting == "refused":
        raise Refusal(
            UNEXPECTED_PARAMETER,
            f"Unexpected key 'context' ({shown(message_id)}): a message of type '{message_type.kind}' cannot quote.",
        )
    return message_id


def content_of(message_type: MessageType, raw: Raw) -> Content:
    """Decode and check a type's object; raises Refusal."""
    try:
        content = _decoded(message_type, raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(BAD_REQUEST, f"The body is not valid JSON: {error}.") from None
    if (fault := content.fault()) is not None:
        raise Refusal.of(fault)
    return content


def _decoded(message_type: MessageType, raw: Raw, mends: int = _MAX_MENDS) -> Content:
    """Decode a type's object, mended up to `mends` times; raises Refusal, and DecodeError for what is no JSON."""
    try:
        return message_type.decode(raw)
    except msgspec.ValidationError as error:
        better = mended(raw, error) if mends else None
        if better is None:
            raise Refusal.of(message_type.complaint(error, raw)) from None
    return _decoded(message_type, better, mends - 1)


def _only_object(message_type: MessageType, named: str, objects: tuple[Raw, ...]) -> Raw:
    """Sort out a request that holds several types' objects, or not the one it names."""
    present = {name: raw for name, raw in zip(_NAMES, objects, strict=True) if raw not in (_ABSENT, _NULL)}
    strangers = [name for name in present if BY_NAME[name] is not message_type]
    if strangers:
        raise Refusal(
            UNEXPECTED_PARAMETER,
            f"Unexpected key '{strangers[0]}': the message is of type '{named}' and holds nothing but '{named}'.",
        )
    if not present:
        raise Refusal(MISSING_PARAMETER, f"Parameter '{named}' is mandatory for type '{named}'")
    return present.get(named) or next(iter(present.values()))
