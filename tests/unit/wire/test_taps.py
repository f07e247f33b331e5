"""Taps: the answer that each button, row and form makes, and the reason where there is none."""

import json
from typing import Any

import msgspec
import pytest
from tests.support import interactive
from tests.support.clients import Body

from waypost.errors import Fault
from waypost.wire.definitions import Component
from waypost.wire.inbound import PhoneMessage
from waypost.wire.inbound_bodies import inbound_body
from waypost.wire.messages import TYPES
from waypost.wire.taps import Owner, Tap, answer_to

ADA = Owner("15550001111", "Ada")
ITEM = {"product_retailer_id": "p1", "quantity": 2, "item_price": 14.5, "currency": "USD"}


def tapped(kind: str, body: Any, tap: Body, definition: list[Body] | None = None) -> PhoneMessage | Fault:
    content = TYPES[kind].decode(msgspec.json.encode(body))
    components = msgspec.convert(definition or [], list[Component])
    return answer_to(content, components, msgspec.convert({"message_id": "m", **tap}, Tap), ADA)


def told(answer: PhoneMessage | Fault) -> Body:
    assert isinstance(answer, PhoneMessage), answer
    return {"type": answer.type, **json.loads(inbound_body(answer, {}, animated=False))}


def details(answer: PhoneMessage | Fault) -> str:
    assert isinstance(answer, Fault), answer
    return answer.details


def reply(kind: str, member: Body) -> Body:
    return {"type": "interactive", "interactive": {"type": kind, kind: member}}


def form(name: str, body: str, filled: Body) -> Body:
    return reply("nfm_reply", {"name": name, "response_json": msgspec.json.encode(filled).decode(), "body": body})


def order(catalog_id: str, **more: str) -> Body:
    return {"type": "order", "order": {"catalog_id": catalog_id, "product_items": [ITEM], **more}}


SECOND = reply("button_reply", {"id": "b2", "title": "Button 2"})
ROW = reply("list_reply", {"id": "r7", "title": "Row 7", "description": "About 45 minutes"})
CARD = {
    "name": {"formatted_name": "Ada", "first_name": "Ada"},
    "phones": [{"phone": "+15550001111", "type": "CELL", "wa_id": "15550001111"}],
}
ANSWERS: list[tuple[str, Body, Body]] = [
    ("button", {"button": "b2"}, SECOND),
    ("button", {"button": "Button 2"}, SECOND),
    ("list", {"row": "r7"}, ROW),
    ("list", {"row": "Row 7"}, ROW),
    ("flow", {"flow": {"problem": "brakes"}}, form("flow", "Sent", {"flow_token": "intake-8841", "problem": "brakes"})),
    (
        "address_message",
        {"address": {"name": "Asha", "city": "Pune"}},
        form("address_message", "Asha\nPune", {"values": {"name": "Asha", "city": "Pune"}}),
    ),
    (
        "location_request_message",
        {"location": {"latitude": 1.5, "longitude": 2}},
        {"type": "location", "location": {"latitude": 1.5, "longitude": 2.0}},
    ),
    (
        "call_permission_request",
        {"call_permission": "accept"},
        reply("call_permission_reply", {"response": "accept", "response_source": "user_action"}),
    ),
    ("contact_request", {"contact": True}, {"type": "contacts", "contacts": [CARD]}),
    ("product_list", {"order": {"product_items": [ITEM], "text": "Both"}}, order("700000000000021", text="Both")),
    ("catalog_message", {"order": {"product_items": [ITEM], "catalog_id": "7"}}, order("7")),
]


@pytest.mark.parametrize(("kind", "tap", "expected"), ANSWERS)
def test_a_tap_makes_the_answer_of_the_message(kind: str, tap: Body, expected: Body) -> None:
    answer = tapped("interactive", interactive.whole(kind), tap)

    assert told(answer) == expected


def test_a_tap_on_a_card_answers_with_its_button() -> None:
    body = interactive.whole("carousel")
    for number, card in enumerate(body["action"]["cards"]):
        card["action"] = interactive.quick(f"Yes {number}", f"No {number}")

    answer = tapped("interactive", body, {"button": "No 1"})

    assert told(answer) == reply("button_reply", {"id": "No 1", "title": "No 1"})


NO_ANSWER: list[tuple[str, Body, str]] = [
    ("button", {"button": "Button 9"}, 'has no "Button 9"; there are "Button 1", "Button 2", "Button 3"'),
    ("button", {"row": "b2"}, "has no row; give 'button'"),
    ("button", {}, "exactly one of"),
    ("button", {"button": "b1", "row": "b1"}, "it has 2"),
    ("list", {"row": "r99"}, 'has no "r99"'),
    ("cta_url", {"button": "View"}, "sends nothing"),
    ("voice_call", {"button": "Call"}, "sends nothing"),
    ("product", {"order": {"product_items": [ITEM]}}, "does not show p1; it shows pads-res"),
    ("product_list", {"order": {"product_items": [ITEM], "catalog_id": "8"}}, "shows the catalog 700000000000021"),
    ("catalog_message", {"order": {"product_items": [ITEM]}}, "order.catalog_id"),
]


@pytest.mark.parametrize(("kind", "tap", "words"), NO_ANSWER)
def test_a_tap_on_what_is_not_there_is_refused_with_what_is(kind: str, tap: Body, words: str) -> None:
    answer = tapped("interactive", interactive.whole(kind), tap)

    assert words in details(answer)


def test_a_message_without_buttons_has_nothing_to_tap() -> None:
    assert "nothing to tap" in details(tapped("text", {"body": "Hello"}, {"button": "Hello"}))


# -- Templates ----------------------------------------------------------------------------------------------------

QUICK = {"type": "QUICK_REPLY", "text": "Confirm"}
SHARE = {"type": "REQUEST_CONTACT_INFO", "text": "Share"}
BUTTONS: list[Body] = [
    {"type": "URL", "text": "Open", "url": "https://a.example"},
    QUICK,
    {"type": "FLOW", "text": "F"},
]
PARTS: list[Body] = [
    {"type": "BODY", "text": "Hi"},
    {"type": "BUTTONS", "buttons": [*BUTTONS, {"type": "CATALOG"}, SHARE]},
]


def sent(*components: Body) -> Body:
    return {"name": "n", "language": {"code": "en"}, "components": list(components)}


def given(sub_type: str, index: int, parameter: Body) -> Body:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}


PAYLOAD = sent(given("quick_reply", 1, {"type": "payload", "payload": "confirm-8841"}))
FLOW = sent(given("flow", 2, {"type": "action", "action": {"flow_token": "t-1"}}))
TEMPLATES: list[tuple[Body, Body, Body]] = [
    (PAYLOAD, {"button": "Confirm"}, {"type": "button", "button": {"text": "Confirm", "payload": "confirm-8841"}}),
    (PAYLOAD, {"button": "confirm-8841"}, {"type": "button", "button": {"text": "Confirm", "payload": "confirm-8841"}}),
    (sent(), {"button": "Confirm"}, {"type": "button", "button": {"text": "Confirm", "payload": "Confirm"}}),
    (FLOW, {"flow": {"a": 1}}, form("flow", "Sent", {"flow_token": "t-1", "a": 1})),
    (sent(), {"flow": {"a": 1}}, form("flow", "Sent", {"flow_token": "unused", "a": 1})),
    (sent(), {"order": {"product_items": [ITEM], "catalog_id": "7"}}, order("7")),
    (sent(), {"contact": True}, {"type": "contacts", "contacts": [CARD]}),
]


@pytest.mark.parametrize(("body", "tap", "expected"), TEMPLATES)
def test_a_tap_on_a_template_answers_with_the_payload_that_was_sent(body: Body, tap: Body, expected: Body) -> None:
    assert told(tapped("template", body, tap, PARTS)) == expected


def test_a_tap_on_a_card_of_a_template_answers_with_the_payload_of_that_card() -> None:
    button = {"type": "BUTTONS", "buttons": [QUICK]}
    parts: list[Body] = [{"type": "CAROUSEL", "cards": [{"components": [button]}, {"components": [button]}]}]
    cards = [
        {"card_index": number, "components": [given("quick_reply", 0, {"type": "payload", "payload": f"p{number}"})]}
        for number in range(2)
    ]

    answer = tapped("template", sent({"type": "carousel", "cards": cards}), {"button": "p1"}, parts)

    assert told(answer) == {"type": "button", "button": {"text": "Confirm", "payload": "p1"}}


NO_TEMPLATE_ANSWER: list[tuple[Body, list[Body], str]] = [
    ({"button": "Open"}, PARTS, 'has no "Open"; there are "Confirm"'),
    ({"row": "1"}, PARTS, "has no row"),
    ({"flow": {}}, PARTS[:1], "no button of type FLOW"),
    ({"order": {"product_items": [ITEM]}}, PARTS[:1], "no button of type CATALOG"),
    ({"contact": True}, PARTS[:1], "no button of type REQUEST_CONTACT_INFO"),
    ({"button": "Confirm"}, [{"type": "BUTTONS", "buttons": [QUICK, QUICK]}], "2 are called"),
]


@pytest.mark.parametrize(("tap", "definition", "words"), NO_TEMPLATE_ANSWER)
def test_a_template_without_that_button_refuses_the_tap(tap: Body, definition: list[Body], words: str) -> None:
    assert words in details(tapped("template", sent(), tap, definition))
