"""What a user has written, as a callback of the On-Premises dialect: its own words, types and ids.

# spec: migration.md#7.3, on-premises-api.md#11.5, on-premises-api.md#11.6
"""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from waypost.lib import ids, phone
from waypost.wire.events import messages as stored
from waypost.wire.facts import NumberFacts
from waypost.wire.onprem_settings import OnPremSettings

_JSON = dict[str, Any]  # Any: the objects of the types are passed on

_NOT_SUPPORTED = [{"code": 501, "details": "Message type is not currently supported", "title": "Unknown message type"}]
_NOT_DOWNLOADED = [
    {"code": 400, "details": "Failed to download the media from the sender.", "title": "Media download error"}
]
_UNKNOWN = frozenset({"unsupported", "unknown", "edit"})
_SILENT = frozenset({"request_welcome"})
_MEDIA = frozenset({"image", "audio", "video", "document", "sticker"})
_MEDIA_ORDER = ("id", "mime_type", "sha256", "filename", "caption", "status")
"""What the samples do not show comes last.

# spec: samples/onprem/102-cb-image.json, samples/onprem/104-cb-document-undownloaded.json
"""
_ORDERS = {"button": ("button",), "interactive": ("context", "from", "id", "interactive")}
"""What comes first in a message; the others are as the Cloud writes them.

# spec: samples/onprem/108-cb-template-button.json, samples/onprem/109-cb-interactive-button-reply.json
"""
_CARD: _JSON = {"name": {}, "phones": [], "emails": [], "urls": [], "addresses": [], "ims": [], "org": {}}
"""What every card has, in this order, if only empty."""
_NO_CARD = frozenset({"vcard", "origin"})
_CARD_NAME = ("formatted_name",)
_CARD_PHONE = ("phone", "type", "wa_id")
_REPLIES = frozenset({"button_reply", "list_reply", "nfm_reply"})
_REFERRAL = ("headline", "body", "source_type", "source_id", "source_url")
_NUMBER_CHANGES = ("user_changed_number", "customer_changed_number")
_IDENTITY_CHANGES = ("user_identity_changed", "customer_identity_changed")

_encoder = msgspec.json.Encoder()


class _Stored(Struct):
    messages: list[_JSON]
    contacts: list[stored.Contact] = []
    ours: stored.Ours = msgspec.field(name="_waypost", default_factory=stored.Ours)


_decoder = msgspec.json.Decoder(_Stored)


def render_message(body: bytes, number: NumberFacts) -> bytes | None:
    """Return the callback for a stored inbound message; None if this dialect or this number does not want it.

    This dialect knows no groups. It knows no users without a phone number either, unless `number` wants digits that
    stand for them.
    """
    value, settings = _decoder.decode(body), number.onprem
    message = value.messages[0]
    message["type"] = value.ours.kind or message["type"]
    if "from" not in message and (digits := pseudo(message["id"], number)) is not None:
        message = {"from": digits} | message
    if "from" not in message or "group_id" in message or message["type"] in _SILENT:
        return None
    if message["type"] == "revoke":
        return _deleted(message)
    if message["type"] == "system":
        if value.ours.moved_to is not None:
            _name_digits(message, phone.pseudo(number.id, value.ours.moved_to))
        system = _system(message, settings)
        return None if system is None else _encoder.encode({"messages": [system]})
    contacts = [
        {"profile": {"name": contact.profile.name}, "wa_id": contact.wa_id or message["from"]}
        for contact in value.contacts
    ]
    told = _message(message, value.ours.media_uuid, settings)
    if value.ours.identity is not None and settings.security_notifications:
        told["identity"] = value.ours.identity  # spec: on-premises-api.md#11.5
    return _encoder.encode({"contacts": contacts, "messages": [told]})


def pseudo(wamid: str, number: NumberFacts) -> str | None:
    """Return what stands for the hidden user of a message: digits that are no number; None if this number wants none.

    # spec: migration.md#7.3
    """
    wa_id = ids.wa_id_of(wamid) if number.pseudo_numbers else None
    return None if wa_id is None else phone.pseudo(number.id, wa_id)


def message_id(wamid: str, wa_id: str) -> str:
    """Return the On-Premises id of a message; an id that Waypost did not make is passed on as it is."""
    ref = ids.parse_message_id(wamid)
    if ref is None:
        return wamid
    wa_id = ids.wa_id_of(wamid) or wa_id  # another than `wa_id`, if that is digits that stand for somebody
    received = ids.wamid(ref.key, ref.tag, wa_id, received=True) == wamid
    return ids.onprem_message_id(ref.key, ref.tag, wa_id, received=received)


def _message(message: _JSON, media_uuid: str | None, settings: OnPremSettings) -> _JSON:
    wa_id: str = message["from"]
    for name in ("from_user_id", "from_parent_user_id"):
        message.pop(name, None)
    message["id"] = message_id(message["id"], wa_id)
    if "id" in (context := message.get("context") or {}):
        context["id"] = message_id(context["id"], wa_id)
    if "referral" in message:
        message["referral"] = {name: message["referral"][name] for name in _REFERRAL if name in message["referral"]}
    kind = message["type"]
    if kind == "ephemeral":
        return _common(message) | {"type": "ephemeral", "errors": _NOT_SUPPORTED}
    if kind in _UNKNOWN or (kind == "interactive" and message[kind].get("type") not in _REPLIES):
        return {"errors": _NOT_SUPPORTED} | _common(message) | {"type": "unknown"}
    if kind in _MEDIA:
        return _with_medium(message, media_uuid, settings)
    if change := _CHANGES.get(kind):
        change(message, wa_id)
    return _in_order(message, _ORDERS.get(kind, ()))


def _common(message: _JSON) -> _JSON:
    """Return what is left of a message whose content cannot be shown.

    # spec: samples/onprem/111-cb-unknown.json, samples/onprem/117-cb-ephemeral.json
    """
    return {name: message[name] for name in ("context", "from", "id", "timestamp") if name in message}


def _in_order(value: _JSON, first: Sequence[str]) -> _JSON:
    """Return an object with these members before its others."""
    return {name: value[name] for name in first if name in value} | value


def _with_medium(message: _JSON, media_uuid: str | None, settings: OnPremSettings) -> _JSON:
    """Change the object of a file: our own id, the digest in hex, nothing that only the other dialect knows.

    A type that is not downloaded by itself has no id, and neither has what could not be downloaded.

    # spec: on-premises-api.md#5.5
    """
    kind = message["type"]
    body: _JSON = message.pop(kind, None) or {}
    kind = "voice" if body.pop("voice", False) else kind
    for name in ("url", "animated", "id"):
        body.pop(name, None)
    if "sha256" in body:
        body["sha256"] = base64.b64decode(body["sha256"]).hex()
    if media_uuid is not None and kind in settings.auto_download:
        body["id"] = media_uuid
    else:
        body["status"] = "undownloaded"
    body = _in_order(body, _MEDIA_ORDER)
    if "errors" in message:
        message["errors"] = _NOT_DOWNLOADED
    return message | {"type": kind, kind: body}


def _reaction(message: _JSON, wa_id: str) -> None:
    reaction = message["reaction"]
    reaction["message_id"] = message_id(reaction["message_id"], wa_id)
    reaction.setdefault("emoji", "")


def _contacts(message: _JSON, _wa_id: str) -> None:
    """Change cards: what the dialect does not know goes, and what nobody gave is there, empty.

    # spec: samples/onprem/107-cb-contacts.json
    """
    message["contacts"] = [_card(card) for card in message["contacts"]]


def _card(card: _JSON) -> _JSON:
    told = {name: card.pop(name, None) or empty for name, empty in _CARD.items()}
    told["name"] = _in_order(told["name"], _CARD_NAME)
    told["phones"] = [_in_order(phone, _CARD_PHONE) for phone in told["phones"]]
    return told | {name: member for name, member in card.items() if name not in _NO_CARD}


def _button(message: _JSON, _wa_id: str) -> None:
    # spec: migration.md#7.3: no payload is told as the text again
    button = message["button"]
    if button.get("payload") is None:
        message["button"] = button | {"payload": button.get("text", "")}
    message["button"] = _in_order(message["button"], ("payload",))


_CHANGES: dict[str, Callable[[_JSON, str], None]] = {"reaction": _reaction, "contacts": _contacts, "button": _button}


def _name_digits(message: _JSON, new_wa_id: str) -> None:
    """Let what tells of a hidden user's new id tell of new digits that stand for them."""
    system: _JSON = message["system"]
    names = {system["previous_user_id"]: message["from"], system["user_id"]: new_wa_id}
    body: str = system["body"]
    for user_id, digits in names.items():
        body = body.replace(user_id, digits)
    message["system"] = {"body": body, "new_wa_id": new_wa_id, "type": "user_changed_number"}


def _system(message: _JSON, settings: OnPremSettings) -> _JSON | None:
    """Return a system message; None if the number did not ask for this kind.

    # spec: samples/onprem/113-cb-system-number-change.json, samples/onprem/114-cb-system-identity-changed.json
    """
    system: _JSON = message.get("system") or {}
    wa_id: str = message["from"]
    told: _JSON = {"from": wa_id, "id": message_id(message["id"], wa_id)}
    if system.get("type") in _NUMBER_CHANGES and settings.notify_number_change:
        new = {"new_wa_id": system.get("new_wa_id", system.get("wa_id"))}
        told["system"] = {"body": system.get("body", ""), **new, "type": "user_changed_number"}
    elif system.get("type") in _IDENTITY_CHANGES and settings.security_notifications:
        told["system"] = {"identity": _hash(system), "type": "user_identity_changed", "user": wa_id}
    else:
        return None
    return {**told, "timestamp": message["timestamp"], "type": "system"}


def _hash(system: _JSON) -> str:
    identity = system.get("identity", "")
    return str(identity.get("hash", "")) if isinstance(identity, dict) else str(identity)


def _deleted(message: _JSON) -> bytes:
    """Return the status that tells of a message that its user has deleted.

    # spec: samples/onprem/135-cb-status-deleted.json
    """
    wa_id: str = message["from"]
    original: _JSON = message.get("revoke") or {}
    status = {
        "id": message_id(str(original.get("original_message_id", "")), wa_id),
        "recipient_id": wa_id,
        "status": "deleted",
        "timestamp": message["timestamp"],
        "type": "message",
        "message": {"recipient_id": wa_id},
    }
    return _encoder.encode({"statuses": [status]})
