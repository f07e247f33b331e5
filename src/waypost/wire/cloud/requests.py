"""Read a send request of the Cloud dialect, and write the canonical body that every message is stored as."""

from typing import Annotated

import msgspec
from msgspec import Meta

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER, INVALID_VALUE, MISSING_PARAMETER, UNEXPECTED_PARAMETER
from waypost.wire.complaints import mandatory, shown
from waypost.wire.envelope import Envelope, body_of, check_recipient_type, content_of, quoted, reader, recipient
from waypost.wire.messages import Content
from waypost.wire.reading import read
from waypost.wire.requests import MarkRead, SendRequest

MAX_CALLBACK_DATA_CHARACTERS = 512


class _Typing(msgspec.Struct):
    type: str = "text"


class _CloudEnvelope(Envelope):
    messaging_product: str | None = None
    recipient: str | None = None
    biz_opaque_callback_data: Annotated[str, Meta(max_length=MAX_CALLBACK_DATA_CHARACTERS)] | None = None
    status: str | None = None
    message_id: str | None = None
    typing_indicator: _Typing | None = None


_reader = reader(_CloudEnvelope)


def parse_send(raw: bytes) -> SendRequest | MarkRead:
    """Read a body of `POST .../messages`; raises Refusal, checking in the order that clients expect.

    # spec: cloud-api.md#2, cloud-api.md#4, cloud-api.md#5
    """
    envelope: _CloudEnvelope = read(_reader, raw)
    if envelope.messaging_product != "whatsapp":
        raise Refusal(
            INVALID_PARAMETER,
            "Parameter 'messaging_product' must be \"whatsapp\"; it is "
            f"{'missing' if envelope.messaging_product is None else shown(envelope.messaging_product)}.",
        )
    if envelope.status is not None:
        return _mark_read(envelope)
    check_recipient_type(envelope)
    message_type, body = body_of(envelope)
    to, wa_id = _recipient(envelope)
    content = content_of(message_type, body)
    _refuse_providers(content)
    return SendRequest(
        to=to,
        wa_id=wa_id,
        kind=message_type.kind,
        content=content,
        context_id=quoted(envelope, message_type),
        callback_data=envelope.biz_opaque_callback_data,
    )


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


def _recipient(envelope: _CloudEnvelope) -> tuple[str, str]:
    """Return `to`; it wins over `recipient`, which alone is not offered."""
    if envelope.to is None and envelope.recipient is not None:
        raise Refusal(
            INVALID_VALUE,
            f"Parameter 'recipient' is {shown(envelope.recipient)}: recipients by business-scoped user id are not "
            "offered yet; give the phone number as 'to'.",
        )
    return recipient(envelope)


def _refuse_providers(content: Content) -> None:
    # spec: cloud-api.md#3 ("provider"): the key belongs to the On-Premises dialect
    for medium in content.media():
        if medium.provider is not None:
            raise Refusal(
                UNEXPECTED_PARAMETER,
                f"Unexpected key 'provider' ({shown(medium.provider.name)}): only the On-Premises API knows it; give "
                "a link that needs no credentials, or upload the file and send its id.",
            )
