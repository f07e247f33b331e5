"""Interactive messages: one whole body of each kind, and a way to change a place in it."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.support.clients import Body

TEXT: Body = {"text": "Which one?"}
LINK: Body = {"name": "cta_url", "parameters": {"display_text": "View", "url": "https://tidewater.example/b/1"}}

_ABSENT = object()


def button(number: int) -> Body:
    return {"type": "reply", "reply": {"id": f"b{number}", "title": f"Button {number}"}}


def row(number: int) -> Body:
    return {"id": f"r{number}", "title": f"Row {number}", "description": "About 45 minutes"}


def product(number: int) -> Body:
    return {"product_retailer_id": f"p{number}"}


def card(number: int, **media: Any) -> Body:
    image = media or {"image": {"link": f"https://127.0.0.1/{number}.jpg"}}
    header = {"type": next(iter(image)), **image}
    return {
        "card_index": number,
        "type": "cta_url",
        "header": header,
        "body": {"text": "54 cm"},
        "action": copy.deepcopy(LINK),
    }


def quick(*titles: str) -> Body:
    buttons = [{"type": "quick_reply", "quick_reply": {"id": title, "title": title}} for title in titles]
    return {"buttons": buttons}


def sections(*sizes: int) -> list[Body]:
    """Return sections with so many rows each, numbered through."""
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    return [
        {"title": f"Section {n}", "rows": [row(start + i) for i in range(size)]}
        for n, (start, size) in enumerate(zip(starts, sizes, strict=True))
    ]


def shelves(*sizes: int) -> list[Body]:
    """Return sections with so many products each."""
    return [{"title": f"Shelf {n}", "product_items": [product(i) for i in range(size)]} for n, size in enumerate(sizes)]


KINDS: dict[str, Body] = {
    "button": {
        "header": {"type": "text", "text": "Delivery"},
        "body": TEXT,
        "footer": {"text": "Parcel 8841"},
        "action": {"buttons": [button(1), button(2), button(3)]},
    },
    "list": {
        "header": {"type": "text", "text": "Slots"},
        "body": TEXT,
        "footer": {"text": "Local time"},
        "action": {"button": "See slots", "sections": sections(6, 4)},
    },
    "cta_url": {
        "header": {"type": "text", "text": "Track"},
        "body": TEXT,
        "footer": {"text": "7 days"},
        "action": LINK,
    },
    "flow": {
        "header": {"type": "text", "text": "Intake"},
        "body": TEXT,
        "footer": {"text": "One minute"},
        "action": {
            "name": "flow",
            "parameters": {
                "flow_message_version": "3",
                "flow_cta": "Start",
                "flow_id": "600000000000077",
                "flow_token": "intake-8841",
                "mode": "draft",
                "flow_action": "navigate",
                "flow_action_payload": {"screen": "INTAKE", "data": {"ticket": 8841, "lines": [{"a": None}]}},
            },
        },
    },
    "product": {
        "body": TEXT,
        "footer": {"text": "In stock"},
        "action": {"catalog_id": "700000000000021", "product_retailer_id": "pads-res"},
    },
    "product_list": {
        "header": {"type": "text", "text": "Parts"},
        "body": TEXT,
        "footer": {"text": "With tax"},
        "action": {"catalog_id": "700000000000021", "sections": shelves(20, 10)},
    },
    "catalog_message": {
        "body": TEXT,
        "footer": {"text": "Tidewater Bikes"},
        "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "pads-res"}},
    },
    "location_request_message": {"body": TEXT, "action": {"name": "send_location"}},
    "address_message": {
        "body": TEXT,
        "action": {
            "name": "address_message",
            "parameters": {
                "country": "IN",
                "values": {"name": "Asha Rao", "in_pin_code": "400063"},
                "saved_addresses": [{"id": "home", "value": {"city": "Mumbai"}}],
                "validation_errors": {"in_pin_code": "We do not deliver there."},
            },
        },
    },
    "carousel": {"body": TEXT, "action": {"cards": [card(0), card(1)]}},
    "voice_call": {
        "body": TEXT,
        "action": {"name": "voice_call", "parameters": {"display_text": "Call us", "ttl_minutes": 100}},
    },
    "call_permission_request": {"body": TEXT, "action": {"name": "call_permission_request"}},
    "request_contact_info": {"body": TEXT, "action": {"name": "request_contact_info"}},
    "contact_request": {"body": TEXT, "action": {"name": "request_contact_info"}},
}
"""A body of each kind with everything that it may have, without its `type`."""

CLOUD_ONLY = ("cta_url", "carousel", "voice_call", "call_permission_request", "request_contact_info", "contact_request")
"""The kinds that the On-Premises API does not have."""


def whole(kind: str) -> Body:
    """Return a body of the kind."""
    return {"type": kind, **copy.deepcopy(KINDS[kind])}


def changed(body: Body, path: str, value: Any) -> Body:
    """Return the body with another value at a path, as `action.buttons.0.type`."""
    *steps, last = _steps(path)
    result = copy.deepcopy(body)
    place: Any = result
    for step in steps:
        place = place[step]
    if value is _ABSENT:
        del place[last]
    else:
        place[last] = value
    return result


def without(body: Body, path: str) -> Body:
    """Return the body without the member at a path."""
    return changed(body, path, _ABSENT)


def places(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Return the path of everything in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in inner:
        here = (*path, str(step))
        yield ".".join(here)
        yield from places(member, here)


def _steps(path: str) -> list[Any]:  # Any: keys and indexes
    return [int(step) if step.isdigit() else step for step in path.split(".")]
