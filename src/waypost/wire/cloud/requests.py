"""Read a send request, or a mark-as-read, of the Cloud dialect."""

import re
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from waypost.errors import Refusal
from waypost.errors.requests import (
    INVALID_PARAMETER,
    INVALID_VALUE,
    MISSING_PARAMETER,
    UNEXPECTED_PARAMETER,
)
from waypost.wire.complaints import mandatory, shown
from waypost.wire.envelope import Envelope, body_of, check_recipient_type, content_of, quoted, reader, recipient
from waypost.wire.messages import Content
from waypost.wire.reading import read, refuse_unsafe
from waypost.wire.requests import Addressee, MarkRead, SendRequest, TemplateName

MAX_CALLBACK_DATA_CHARACTERS = 512
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


class _Typing(msgspec.Struct):
    type: str = "text"


class _Language(msgspec.Struct):
    code: str


class _Named(msgspec.Struct):
    name: str
    language: _Language


class _CloudEnvelope(Envelope):
    messaging_product: str | None = None
    recipient: str | None = None
    recipient_identity_key_hash: str | None = None
    biz_opaque_callback_data: Annotated[str, Meta(max_length=MAX_CALLBACK_DATA_CHARACTERS)] | None = None
    status: str | None = None
    message_id: str | None = None
    typing_indicator: _Typing | None = None


_reader = reader(_CloudEnvelope)


def parse_send(raw: bytes, home: str = "") -> SendRequest | MarkRead:
    """Read a body of `POST .../messages`; raises Refusal, checking in the order that clients expect.

    `home` is the calling code of digits that come without a plus; if it is empty, they are an international number.

    # spec: cloud-api.md#2, cloud-api.md#4, cloud-api.md#5
    """
    envelope = _opened(raw)
    if envelope.status is not None:
        return _mark_read(envelope)
    check_recipient_type(envelope)
    message_type, body = body_of(envelope)
    to, wa_id, user_id = _recipient(envelope, home)
    content = content_of(message_type, _unquoted(body))
    _refuse_providers(content)
    return SendRequest(
        to=to,
        wa_id=wa_id,
        kind=message_type.kind,
        content=content,
        context_id=quoted(envelope, message_type),
        callback_data=envelope.biz_opaque_callback_data,
        user_id=user_id,
        identity_hash=envelope.recipient_identity_key_hash,
    )


def addressee_of(raw: bytes, home: str = "") -> Addressee | None:
    """Return whom a body is for that was refused; None if what is looked at before the recipient is wrong already.

    # spec: cloud-api.md#4
    """
    try:
        envelope = _opened(raw)
        check_recipient_type(envelope)
        message_type, body = body_of(envelope)
        if envelope.status is not None:
            return None
        named = _named_template(body) if message_type.kind == "template" else None
        return Addressee(*_recipient(envelope, home), named)
    except Refusal:
        return None


def _named_template(body: Raw) -> TemplateName | None:
    """Return the template that an object names, whatever is wrong with the rest of it."""
    try:
        named = msgspec.json.decode(_unquoted(body), type=_Named)
    except (Refusal, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return TemplateName(named.name, named.language.code)


def _opened(raw: bytes) -> _CloudEnvelope:
    envelope: _CloudEnvelope = read(_reader, raw)
    if envelope.messaging_product != "whatsapp":
        raise Refusal(
            INVALID_PARAMETER,
            "Parameter 'messaging_product' must be \"whatsapp\"; it is "
            f"{'missing' if envelope.messaging_product is None else shown(envelope.messaging_product)}.",
        )
    return envelope


def _mark_read(envelope: _CloudEnvelope) -> MarkRead:
    if envelope.status != "read":
        raise Refusal(INVALID_PARAMETER, f"Parameter 'status' must be \"read\"; it is {shown(envelope.status)}.")
    if not envelope.message_id:
        raise Refusal(MISSING_PARAMETER, mandatory("message_id"))
    typing = envelope.typing_indicator
    if typing is not None and typing.type != "text":
        raise Refusal(
            INVALID_PARAMETER, f"Parameter 'typing_indicator.type' must be \"text\"; it is {shown(typing.type)}."
        )
    return MarkRead(envelope.message_id, typing=typing is not None)


def _recipient(envelope: _CloudEnvelope, home: str) -> tuple[str, str, str | None]:
    """Return the recipient as written, its wa_id, and the user id that stands in its place; `to` wins.

    # spec: cloud-api.md#2
    """
    if envelope.to is not None or envelope.recipient is None:
        return *recipient(envelope, home), None
    if not _USER_ID.fullmatch(envelope.recipient):
        raise Refusal(
            INVALID_VALUE,
            f"Parameter 'recipient' is {shown(envelope.recipient)}; it must be a business-scoped user id, two letters, "
            "a point and up to 128 letters and digits, as callbacks have it; a phone number belongs in 'to'.",
        )
    return envelope.recipient, "", envelope.recipient


def _unquoted(body: Raw) -> Raw:
    """Return a type's object; written as a text that holds JSON, it is what the text holds.

    The graph takes such a parameter, and whatsapp-api-js sends its contacts so; the reference is silent.
    """
    if not bytes(body).startswith(b'"'):
        return body
    text = msgspec.json.decode(body, type=str).strip()
    if not text.startswith(("{", "[")):
        return body
    refuse_unsafe(text.encode())
    return Raw(text.encode())


def _refuse_providers(content: Content) -> None:
    # spec: cloud-api.md#3 ("provider"): the key belongs to the On-Premises dialect
    for medium in content.media():
        if medium.provider is not None:
            raise Refusal(
                UNEXPECTED_PARAMETER,
                f"Unexpected key 'provider' ({shown(medium.provider.name)}): only the On-Premises API knows it; give "
                "a link that needs no credentials, or upload the file and send its id.",
            )
