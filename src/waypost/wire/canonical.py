"""The canonical body: the one form in which a message is stored, whichever face it came from.

It is the Cloud body of a send, compact, with the recipient as digits.
"""

import msgspec

from waypost.wire.envelope import Envelope, reader
from waypost.wire.messages import TYPES, Content
from waypost.wire.requests import SendRequest

_encoder = msgspec.json.Encoder()
_reader = reader(Envelope)


def canonical_body(request: SendRequest) -> bytes:
    """Return the request as compact Cloud JSON: what is stored, once, whichever dialect it came in.

    The recipient is its digits. `biz_opaque_callback_data` is left out: it is stored beside, and an upstream is sent a
    token of ours in its place.
    """
    context = b""
    if request.context_id is not None:
        context = b'"context":{"message_id":%b},' % _encoder.encode(request.context_id)
    kind = request.kind.encode("ascii")
    return b'{"messaging_product":"whatsapp","recipient_type":"individual","to":"%b",%b"type":"%b","%b":%b}' % (
        request.wa_id.encode("ascii"),
        context,
        kind,
        kind,
        _encoder.encode(request.content.wire()),
    )


def stored_content(kind: str, body: bytes) -> Content:
    """Return the content that a canonical body holds; raises ValueError if it is not a body of `kind`."""
    envelope = _reader.decode(body)
    return TYPES[kind].decode(getattr(envelope, kind))
