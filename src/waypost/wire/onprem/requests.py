"""Read the bodies of the On-Premises dialect that have to do with messages."""

import re

import msgspec

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER, TWO_SOURCES, UNEXPECTED_PARAMETER
from waypost.wire.complaints import mandatory, shown
from waypost.wire.envelope import Envelope, body_of, check_recipient_type, content_of, quoted, reader, recipient
from waypost.wire.messages import BY_NAME, TYPES, Content, MessageType
from waypost.wire.messages.text import Text
from waypost.wire.onprem import hsm
from waypost.wire.onprem.ttl import milliseconds
from waypost.wire.parts import MediaObject, ProviderRef
from waypost.wire.reading import read
from waypost.wire.requests import Addressee, SendRequest

_WITH_PROVIDER = re.compile(r"([A-Za-z0-9_-]{1,200})/([A-Za-z][A-Za-z0-9+.-]*://.*)", re.DOTALL)
_ABSENT = msgspec.Raw(b"")


class _OnPremEnvelope(Envelope):
    """`messaging_product` and `biz_opaque_callback_data` belong to the other dialect: they are ignored."""

    preview_url: bool | None = None
    ttl: str | int | None = None
    """How long a template may take to be delivered."""
    hsm: msgspec.Raw = _ABSENT


class _MarkRead(msgspec.Struct):
    status: str | None = None


class ContactsCheck(msgspec.Struct, frozen=True):
    """Asks which numbers are on WhatsApp. Unless `blocking` is `wait`, what is not known at once is told later.

    # spec: on-premises-api.md#6.1
    """

    contacts: list[str]
    blocking: str | None = None
    force_check: bool | None = None


_reader = reader(_OnPremEnvelope)
_mark_read_decoder = msgspec.json.Decoder(_MarkRead)
_contacts_decoder = msgspec.json.Decoder(ContactsCheck)


def parse_send(raw: bytes, home: str = "") -> SendRequest:
    """Read a body of `POST /v1/messages`; raises Refusal.

    `home` is the calling code of digits that come without a plus; if it is empty, they are an international number.

    # spec: on-premises-api.md#3
    """
    envelope: _OnPremEnvelope = read(_reader, raw)
    check_recipient_type(envelope)
    message_type, body = _body_of(envelope)
    to, wa_id = recipient(envelope, home)
    content = _content(message_type, body)
    if envelope.preview_url is not None:
        _move_preview(content, preview_url=envelope.preview_url)
    return SendRequest(
        to=to,
        wa_id=wa_id,
        kind=message_type.kind,
        content=content,
        context_id=quoted(envelope, message_type),
        ttl_ms=_ttl_ms(envelope.ttl, message_type),
    )


def addressee_of(raw: bytes, home: str = "") -> Addressee | None:
    """Return whom a body is for that was refused; None if what is looked at before the recipient is wrong already."""
    try:
        envelope: _OnPremEnvelope = read(_reader, raw)
        check_recipient_type(envelope)
        _body_of(envelope)
        return Addressee(*recipient(envelope, home))
    except Refusal:
        return None


def parse_mark_read(raw: bytes) -> None:
    """Check a body of `PUT /v1/messages/{id}`, which can only say `read`; raises Refusal.

    # spec: on-premises-api.md#4
    """
    status = read(_mark_read_decoder, raw).status
    if status is None:
        raise Refusal(MISSING_PARAMETER, mandatory("status"))
    if status != "read":
        raise Refusal(INVALID_VALUE, f"Parameter 'status' must be \"read\"; it is {shown(status)}.")


def parse_contacts_check(raw: bytes) -> ContactsCheck:
    """Read a body of `POST /v1/contacts`; raises Refusal."""
    asked: ContactsCheck = read(_contacts_decoder, raw)
    if asked.blocking not in {None, "", "wait", "no_wait"}:
        raise Refusal(
            INVALID_VALUE, f'Parameter \'blocking\' must be "wait" or "no_wait"; it is {shown(asked.blocking)}.'
        )
    return asked


def _body_of(envelope: _OnPremEnvelope) -> tuple[MessageType, msgspec.Raw]:
    """Return the type and its object; the first form of a template is turned into the present one."""
    if envelope.hsm in (_ABSENT, msgspec.Raw(b"null")):
        if envelope.type == hsm.NAME:
            raise Refusal(MISSING_PARAMETER, mandatory(hsm.NAME))
        return body_of(envelope)
    if envelope.type != hsm.NAME:
        named = envelope.type or "text"
        raise Refusal(UNEXPECTED_PARAMETER, f"Unexpected key 'hsm': the message is of type '{named}'.")
    stranger = next((name for name in BY_NAME if getattr(envelope, name) != _ABSENT), None)
    if stranger is not None:
        raise Refusal(UNEXPECTED_PARAMETER, f"Unexpected key '{stranger}': the message is of type 'hsm'.")
    return TYPES["template"], hsm.template_of(envelope.hsm)


def _content(message_type: MessageType, body: msgspec.Raw) -> Content:
    try:
        content = content_of(message_type, body)
    except Refusal as refusal:
        if refusal.fault.problem is TWO_SOURCES:
            # spec: samples/onprem/035-error-id-and-link.json
            raise Refusal(TWO_SOURCES, "Parameters 'id' and 'link' cannot be used together") from None
        raise
    if fault := content.only_cloud():  # spec: migration.md#3.8, migration.md#11
        raise Refusal.of(fault)
    for medium in content.media():
        _split_link(medium)
    return content


def _ttl_ms(ttl: str | int | None, message_type: MessageType) -> int | None:
    # spec: on-premises-api.md#3.1
    if ttl is None:
        return None
    if message_type.kind != "template":
        raise Refusal(
            UNEXPECTED_PARAMETER,
            f"Unexpected key 'ttl' ({shown(ttl)}): only templates have one; leave it out for type "
            f"'{message_type.kind}'.",
        )
    return milliseconds(ttl)


def _split_link(medium: MediaObject) -> None:
    """Take the provider's name off a link of the old form `provider-name/https://...`.

    A provider that is named beside the link wins, as the host's own example prints both.

    # spec: on-premises-api.md#3.4, seed-media-messages.txt
    """
    if medium.link is None or not (match := _WITH_PROVIDER.fullmatch(medium.link)):
        return
    medium.link = match[2]
    if medium.provider is None:
        medium.provider = ProviderRef(match[1])


def _move_preview(content: Content, *, preview_url: bool) -> None:
    # spec: migration.md#3.1: `preview_url` stands at the top level here; other types than text do not know it
    if isinstance(content, Text):
        content.preview_url = preview_url
