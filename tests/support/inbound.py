"""What users send: the plays that make each of the platform's sample webhooks, and how shapes are compared.

In a play `$sent` and `$written` stand for the id of a message of the business, and of one of the user.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support import media
from tests.support.clients import Body

FOLDER = Path(__file__).parents[1] / "golden" / "inbound"


def _file(sample: media.Sample, **more: Any) -> Body:
    return {"data": base64.b64encode(sample.data).decode(), "mime_type": sample.mime, **more}


def _tapped(kind: str, reply: Body) -> Body:
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}, "context": {"id": "$sent"}}


_TEXT: Body = {"type": "text", "text": {"body": "Hello"}}
_PLACE = {
    "latitude": 36.8511,
    "longitude": -76.2901,
    "name": "Dock",
    "address": "1 Water St",
    "url": "https://a.example",
}
_NAME = {"first_name": "Sam", "last_name": "Ito", "formatted_name": "Sam Ito"}
_PHONES = [{"phone": "+1 555-010-7788", "wa_id": "15550107788", "type": "CELL"}]
_PRODUCTS = [{"product_retailer_id": "pads-res", "quantity": 2, "item_price": 14.5, "currency": "USD"}]
_AD = {
    "source_url": "https://fb.me/EXAMPLE1", "source_id": "120200000000000001", "source_type": "ad", "body": "Winter",
    "headline": "Chat with us", "media_type": "image", "image_url": "https://a.example/ad.jpg", "ctwa_clid": "AR",
    "welcome_message": {"text": "Hi!"},
}  # fmt: skip
_PRODUCT = {"catalog_id": "700000000000021", "product_retailer_id": "pads-res"}

PLAYS: Mapping[str, Body] = {
    "text": _TEXT,
    "text_reply": {**_TEXT, "context": {"id": "$sent"}},
    "text_forwarded": {**_TEXT, "context": {"forwarded": True}},
    "text_frequently_forwarded": {**_TEXT, "context": {"frequently_forwarded": True}},
    "text_product_enquiry": {**_TEXT, "context": {"id": "$sent", "referred_product": _PRODUCT}},
    "text_ctwa_referral": {**_TEXT, "referral": _AD},
    "image": {"type": "image", "image": _file(media.jpeg(), caption="This noise")},
    "video": {"type": "video", "video": _file(media.mp4(), caption="Gear slips")},
    "document": {"type": "document", "document": _file(media.pdf(), caption="Here", filename="receipt.pdf")},
    "voice": {"type": "audio", "audio": _file(media.ogg_opus(), voice=True)},
    "sticker": {"type": "sticker", "sticker": _file(media.sticker())},
    "location": {"type": "location", "location": _PLACE},
    "contacts": {"type": "contacts", "contacts": [{"name": _NAME, "phones": _PHONES}]},
    "reaction": {"type": "reaction", "reaction": {"message_id": "$sent", "emoji": "❤️"}},
    "reaction_removed": {"type": "reaction", "reaction": {"message_id": "$sent"}},
    "button_reply": _tapped("button_reply", {"id": "appt-move", "title": "Move it"}),
    "list_reply": _tapped("list_reply", {"id": "fri-10", "title": "Fri 10:00", "description": "45 minutes"}),
    "nfm_reply": _tapped("nfm_reply", {"name": "flow", "response_json": '{"flow_token": "x", "problem": "brakes"}'}),
    "template_quick_reply": {
        "type": "button", "button": {"payload": "stop-8841", "text": "Stop"}, "context": {"id": "$sent"},
    },
    "order": {
        "type": "order", "order": {"catalog_id": "7", "text": "Please pack both", "product_items": _PRODUCTS},
    },
    "revoke": {"type": "revoke", "revoke": {"original_message_id": "$written"}},
    "edit": {
        "type": "edit",
        "edit": {"original_message_id": "$written", "message": {"type": "text", "text": {"body": "Ready yet?"}}},
    },
    "unsupported": {"type": "unsupported", "unsupported": {"type": "poll_creation"}},
    "system_number_changed": {
        "type": "system",
        "system": {"type": "user_changed_number", "body": "User changed from 1 to 2", "wa_id": "15550109911"},
    },
}  # fmt: skip


def named(value: Any, ids: Mapping[str, str]) -> Any:
    """Return a play with the ids of its messages filled in."""
    if isinstance(value, dict):
        return {name: named(member, ids) for name, member in value.items()}
    if isinstance(value, list):
        return [named(member, ids) for member in value]
    return ids.get(value, value) if isinstance(value, str) else value


def sample(dialect: str, name: str) -> Body:
    """Return what a sample webhook tells: the value of its one change, or the whole of an On-Premises body."""
    body = dict(json.loads((FOLDER / dialect / f"{name}.json").read_bytes()))
    return dict(body["entry"][0]["changes"][0]["value"]) if "entry" in body else body


def samples(dialect: str, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Return the names of a dialect's samples."""
    return sorted(path.stem for path in (FOLDER / dialect).glob("*.json") if path.stem not in but)


def shape(value: Any) -> Any:
    """Return a value with every leaf replaced by the name of its JSON type; of an array, the first entry's."""
    match value:
        case dict():
            return {name: shape(member) for name, member in sorted(value.items())}
        case list():
            return [shape(member) for member in value[:1]]
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case _:
            return "string"


def order(value: Any, like: Any) -> Any:
    """Return the names of members in the order in which they are written, but for those that `like` does not have.

    Of an array it looks at the first entry.
    """
    match value, like:
        case dict(), dict():
            return [(name, order(member, like[name])) for name, member in value.items() if name in like]
        case [first, *_], [sample, *_]:
            return [order(first, sample)]
    return None
