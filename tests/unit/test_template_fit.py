"""The checks of a template's parameters: every kind of component, at its limit and beyond it."""

from typing import Any

import msgspec
import pytest

from waypost.errors import Fault, Problem
from waypost.errors.templates import (
    TEMPLATE_CHARACTERS,
    TEMPLATE_COMPONENT,
    TEMPLATE_DISABLED,
    TEMPLATE_MISSING,
    TEMPLATE_PARAM_COUNT,
    TEMPLATE_PARAM_FORMAT,
    TEMPLATE_PAUSED,
    TEMPLATE_TEXT_TOO_LONG,
)
from waypost.model import Template
from waypost.rules import template as template_rules
from waypost.wire.messages.template import Template as Sent

Body = dict[str, Any]
NOW_MS = 1_000

DEFINITIONS: dict[str, list[Body]] = {
    "text": [{"type": "BODY", "text": "Hi {{1}}, ticket {{2}} is ready."}],
    "twice": [{"type": "BODY", "text": "{{1}} is ready: come for {{1}}."}, {"type": "FOOTER", "text": "Tidewater"}],
    "plain": [{"type": "BODY", "text": "Ready."}, {"type": "FOOTER", "text": "Tidewater"}],
    "named": [{"type": "BODY", "text": "Hi {{name}}, ticket {{ticket}} is ready."}],
    "titled": [{"type": "HEADER", "format": "TEXT", "text": "Ticket {{1}}"}, {"type": "BODY", "text": "Ready."}],
    **{
        kind: [{"type": "HEADER", "format": kind.upper()}, {"type": "BODY", "text": "Ready."}]
        for kind in ("image", "video", "gif", "document", "location", "product")
    },
    "buttons": [
        {"type": "BODY", "text": "Ready."},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Stop"},
                {"type": "URL", "text": "Open", "url": "https://a.example/{{1}}"},
                {"type": "URL", "text": "Home", "url": "https://a.example/"},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "1"},
            ],
        },
    ],
    **{
        kind: [
            {"type": "BODY", "text": "Ready."},
            {"type": "BUTTONS", "buttons": [{"type": kind.upper(), "text": "a"}]},
        ]
        for kind in ("copy_code", "flow", "catalog", "mpm", "voice_call")
    },
    "login": [
        {"type": "BODY", "text": "*{{1}}* is your verification code."},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}]},
    ],
    "offer": [
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon", "has_expiration": True}},
        {"type": "BODY", "text": "Ready."},
    ],
    "carousel": [
        {"type": "BODY", "text": "Hi {{1}}, look."},
        {
            "type": "CAROUSEL",
            "cards": [
                {
                    "components": [
                        {"type": "HEADER", "format": "IMAGE"},
                        {"type": "BODY", "text": "Only {{1}} today."},
                        {
                            "type": "BUTTONS",
                            "buttons": [{"type": "URL", "text": "a", "url": "https://a.example/{{1}}"}],
                        },
                    ]
                }
            ]
            * 2,
        },
    ],
}

IMAGE: Body = {"type": "image", "image": {"id": "1"}}


def text(words: str, **more: Any) -> Body:
    return {"type": "text", "text": words, **more}


def part(kind: str, *parameters: Body) -> Body:
    return {"type": kind, "parameters": list(parameters)}


def button(index: int, sub_type: str, *parameters: Body) -> Body:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": list(parameters)}


def card(index: int, *components: Body) -> Body:
    return {"card_index": index, "components": list(components)}


def cards(*given: Body) -> list[Body]:
    return [part("body", text("Jo")), {"type": "carousel", "cards": list(given)}]


def action(**members: Any) -> Body:
    return {"type": "action", "action": members}


def offer(ends_ms: int) -> Body:
    return part(
        "limited_time_offer",
        {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": ends_ms}},
    )


def in_named(*names: str) -> list[Body]:
    return [part("body", *(text("x", parameter_name=name) for name in names))]


FULL_CARD = [part("header", IMAGE), part("body", text("5 €")), button(0, "url", text("x"))]
SUFFIX = button(1, "url", text("x"))
LOGIN_BUTTON = button(0, "url", text("123"))
COUPON: Body = {"type": "coupon_code", "coupon_code": "A" * 15}
LONG_COUPON: Body = {"type": "coupon_code", "coupon_code": "A" * 16}

FITTING: list[tuple[str, list[Body]]] = [
    ("text", [part("body", text("Jo"), text("8841"))]),
    ("text", [part("body", text("    "), text("a    b"))]),
    ("text", [part("body", text("x" * (32_768 - 24)), text("y" * 2))]),
    ("plain", []),
    ("named", in_named("ticket", "name")),
    ("titled", [part("header", text("x" * 53))]),
    ("image", [part("header", IMAGE)]),
    ("video", [part("header", {"type": "video", "video": {"id": "1"}})]),
    ("gif", [part("header", {"type": "video", "video": {"id": "1"}})]),
    ("document", [part("header", {"type": "document", "document": {"id": "1"}})]),
    ("location", [part("header", {"type": "location", "location": {"latitude": 1, "longitude": 2}})]),
    ("product", [part("header", {"type": "product", "product": {"product_retailer_id": "a"}})]),
    ("buttons", [SUFFIX]),
    ("buttons", [SUFFIX, button(0, "quick_reply", {"type": "payload", "payload": "stop"})]),
    ("buttons", [button(1, "url", text("x" * (2000 - 18)))]),
    ("copy_code", [button(0, "copy_code", COUPON)]),
    ("flow", []),
    ("flow", [button(0, "flow", action(flow_token="t"))]),
    ("catalog", []),
    ("catalog", [button(0, "CATALOG", action(thumbnail_product_retailer_id="a"))]),
    ("mpm", [button(0, "mpm", action(thumbnail_product_retailer_id="a", sections=[{}]))]),
    ("voice_call", [button(0, "voice_call")]),
    ("voice_call", [button(0, "voice_call", {"type": "ttl_minutes", "ttl_minutes": 5})]),
    ("voice_call", [button(0, "voice_call", {"type": "ttl_minutes", "ttl_minutes": "5"})]),
    ("voice_call", [button(0, "voice_call", {"type": "payload", "payload": "a"})]),
    ("login", [part("body", text("123")), LOGIN_BUTTON]),
    ("offer", [offer(NOW_MS + 1)]),
    ("carousel", cards(card(1, *FULL_CARD), card(0, *FULL_CARD))),
]

MISFITS: list[tuple[str, list[Body], Problem, str]] = [
    ("text", [], TEMPLATE_PARAM_COUNT, "body: number of localizable_params (0) does not match the expected"),
    (
        "text",
        [part("body", text("Jo"))],
        TEMPLATE_PARAM_COUNT,
        "params (1) does not match the expected number of params (2)",
    ),
    ("text", [part("body", text("a"), text("b"), text("c"))], TEMPLATE_PARAM_COUNT, "(3)"),
    ("text", [part("body", text("a"), IMAGE)], TEMPLATE_PARAM_FORMAT, "body: parameter 2 is of type image"),
    ("text", [part("body", text("a"), text("b", parameter_name="n"))], TEMPLATE_PARAM_FORMAT, "positional"),
    ("text", [part("body", text("a\nb"), text("c"))], TEMPLATE_CHARACTERS, "body: parameter 1 has a line break"),
    ("text", [part("body", text("a"), text("b\t"))], TEMPLATE_CHARACTERS, "body: parameter 2 has a tab"),
    ("text", [part("body", text("a"), text("b     c"))], TEMPLATE_CHARACTERS, "more than four spaces"),
    ("text", [part("body", text("x" * (32_768 - 23)), text("y" * 2))], TEMPLATE_TEXT_TOO_LONG, "32769 characters"),
    (
        "twice",
        [part("body", text("x" * 503))],
        TEMPLATE_TEXT_TOO_LONG,
        "the text with its parameters has 1027 characters",
    ),
    ("text", [part("body", text("a"), text("b")), part("header", IMAGE)], TEMPLATE_PARAM_COUNT, "header: "),
    ("text", [part("body", text("a"), text("b")), part("body")], TEMPLATE_COMPONENT, "body: the component is there 2"),
    ("text", [part("body", text("a"), text("b")), SUFFIX], TEMPLATE_PARAM_COUNT, "button: "),
    ("plain", [part("body", text("a"))], TEMPLATE_PARAM_COUNT, "(1) does not match the expected number of params (0)"),
    ("plain", [part("footer", text("a"))], TEMPLATE_PARAM_COUNT, "footer: "),
    ("plain", cards(card(0))[1:], TEMPLATE_PARAM_COUNT, "carousel: "),
    ("named", in_named("ticket"), TEMPLATE_PARAM_COUNT, "(1)"),
    ("named", in_named("ticket", "other"), TEMPLATE_PARAM_FORMAT, "Parameter name is missing or empty: name"),
    ("named", [part("body", text("a"), text("b"))], TEMPLATE_PARAM_FORMAT, "missing or empty: name"),
    ("titled", [part("header", text("x" * 54))], TEMPLATE_TEXT_TOO_LONG, "header: the text with its parameters has 61"),
    ("titled", [part("header", IMAGE)], TEMPLATE_PARAM_FORMAT, "header: parameter 1 is of type image"),
    ("image", [], TEMPLATE_PARAM_FORMAT, "header: Format mismatch, expected IMAGE, received UNKNOWN"),
    ("image", [part("header", text("a"))], TEMPLATE_PARAM_FORMAT, "expected IMAGE, received TEXT"),
    ("image", [part("header", IMAGE, IMAGE)], TEMPLATE_PARAM_COUNT, "header: number of localizable_params (2)"),
    ("location", [part("header", IMAGE)], TEMPLATE_PARAM_FORMAT, "expected LOCATION, received IMAGE"),
    ("product", [part("header", IMAGE)], TEMPLATE_PARAM_FORMAT, "expected PRODUCT, received IMAGE"),
    ("buttons", [], TEMPLATE_PARAM_COUNT, "button at index 1 of type Url: number of localizable_params (0)"),
    ("buttons", [button(1, "url")], TEMPLATE_PARAM_COUNT, "button at index 1"),
    ("buttons", [button(1, "url", text("a"), text("b"))], TEMPLATE_PARAM_COUNT, "(2)"),
    ("buttons", [SUFFIX, button(2, "url", text("a"))], TEMPLATE_PARAM_COUNT, "button at index 2"),
    ("buttons", [button(1, "quick_reply", text("a"))], TEMPLATE_COMPONENT, "sub_type is 'quick_reply', expected 'url'"),
    ("buttons", [button(1, "url", {"type": "payload", "payload": "a"})], TEMPLATE_PARAM_FORMAT, "expected text"),
    ("buttons", [SUFFIX, button(0, "quick_reply", text("a"))], TEMPLATE_PARAM_FORMAT, "expected payload"),
    ("buttons", [SUFFIX, button(4, "url", text("a"))], TEMPLATE_COMPONENT, "button at index 4: the template has 4"),
    ("buttons", [SUFFIX, SUFFIX], TEMPLATE_COMPONENT, "button at index 1: the component is there 2 times"),
    ("buttons", [button(1, "url", text("a\nb"))], TEMPLATE_CHARACTERS, "has a line break"),
    ("buttons", [button(1, "url", text("x" * (2001 - 18)))], TEMPLATE_TEXT_TOO_LONG, "has 2001 characters"),
    ("copy_code", [], TEMPLATE_PARAM_COUNT, "button at index 0"),
    ("copy_code", [button(0, "copy_code", text("a"))], TEMPLATE_PARAM_FORMAT, "expected coupon_code"),
    ("copy_code", [button(0, "copy_code", LONG_COUPON)], TEMPLATE_TEXT_TOO_LONG, "coupon code has 16"),
    ("flow", [button(0, "flow", text("a"))], TEMPLATE_PARAM_FORMAT, "expected action"),
    ("mpm", [], TEMPLATE_PARAM_COUNT, "button at index 0 of type Mpm"),
    ("mpm", [button(0, "mpm", action(thumbnail_product_retailer_id="a"))], TEMPLATE_COMPONENT, "'action.sections'"),
    ("login", [part("body", text("123"))], TEMPLATE_PARAM_COUNT, "button at index 0 of type Otp"),
    ("login", [part("body", text("124")), LOGIN_BUTTON], TEMPLATE_COMPONENT, "the code differs"),
    ("offer", [], TEMPLATE_PARAM_COUNT, "limited_time_offer: "),
    ("offer", [offer(NOW_MS)], TEMPLATE_COMPONENT, "not in the future"),
    ("offer", [part("limited_time_offer", text("a"))], TEMPLATE_PARAM_FORMAT, "expected limited_time_offer"),
    ("carousel", [part("body", text("Jo"))], TEMPLATE_COMPONENT, "carousel: the template has 2 cards"),
    ("carousel", cards(card(0, *FULL_CARD)), TEMPLATE_COMPONENT, "it is [0]"),
    ("carousel", cards(card(0, *FULL_CARD), card(0, *FULL_CARD)), TEMPLATE_COMPONENT, "it is [0, 0]"),
    ("carousel", cards(card(0, *FULL_CARD), card(2, *FULL_CARD)), TEMPLATE_COMPONENT, "it is [0, 2]"),
    (
        "carousel",
        cards(card(0, *FULL_CARD), card(1, *FULL_CARD[1:])),
        TEMPLATE_PARAM_FORMAT,
        "carousel, card 1, header: Format mismatch, expected IMAGE",
    ),
    (
        "carousel",
        cards(card(0, FULL_CARD[0], FULL_CARD[2]), card(1, *FULL_CARD)),
        TEMPLATE_PARAM_COUNT,
        "carousel, card 0, body: ",
    ),
    (
        "carousel",
        cards(card(0, *FULL_CARD), card(1, *FULL_CARD[:2])),
        TEMPLATE_PARAM_COUNT,
        "carousel, card 1, button at index 0 of type Url",
    ),
]


def template(name: str, status: str = "APPROVED") -> Template:
    components = msgspec.json.encode(DEFINITIONS[name])
    return Template(7, 1, name, "en_US", "UTILITY", status, components, named=name == "named")


def sent(name: str, components: list[Body]) -> Sent:
    return msgspec.convert({"name": name, "language": {"code": "en_US"}, "components": components}, Sent)


@pytest.mark.parametrize(("name", "components"), FITTING)
def test_what_fits_is_taken(name: str, components: list[Body]) -> None:
    message = sent(name, components)

    assert message.fault() is None
    assert template_rules.check(template(name), message, NOW_MS) == template(name)


@pytest.mark.parametrize(("name", "components", "problem", "said"), MISFITS)
def test_what_does_not_fit_is_refused_and_the_details_say_where(
    name: str, components: list[Body], problem: Problem, said: str
) -> None:
    message = sent(name, components)

    fault = template_rules.check(template(name), message, NOW_MS)

    assert message.fault() is None
    assert isinstance(fault, Fault)
    assert (fault.problem, said in fault.details) == (problem, True), fault


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("PAUSED", TEMPLATE_PAUSED),
        ("DISABLED", TEMPLATE_DISABLED),
        ("PENDING", TEMPLATE_MISSING),
        ("REJECTED", TEMPLATE_MISSING),
        ("ARCHIVED", TEMPLATE_MISSING),
    ],
)
def test_a_template_that_is_not_approved_is_refused(status: str, problem: Problem) -> None:
    fault = template_rules.check(template("plain", status), sent("plain", []), NOW_MS)

    assert isinstance(fault, Fault)
    assert fault.problem == problem


def test_a_text_of_a_template_with_more_than_a_body_is_shorter() -> None:
    parts = [*DEFINITIONS["text"], {"type": "FOOTER", "text": "Tidewater"}]
    known = Template(7, 1, "text", "en_US", "UTILITY", "APPROVED", msgspec.json.encode(parts))
    fits, over = (sent("text", [part("body", text("x" * count), text("y"))]) for count in (1024 - 23, 1024 - 22))

    assert template_rules.check(known, fits, NOW_MS) == known
    assert isinstance(template_rules.check(known, over, NOW_MS), Fault)


def test_the_files_of_cards_are_files_of_the_message() -> None:
    message = sent(
        "carousel", cards(card(0, *FULL_CARD), card(1, part("header", {"type": "image", "image": {"id": "2"}})))
    )

    assert [medium.id for medium in message.media()] == ["1", "2"]


@pytest.mark.parametrize(
    ("components", "said"),
    [
        (in_named("a"), "template.components[0].parameters[0]"),
        (cards(card(0, *FULL_CARD)), "template.components[1].type"),
        ([offer(1)], "limited_time_offer"),
        ([button(0, "copy_code", COUPON)], "coupon_code"),
        ([button(0, "flow", action(flow_token="t"))], "action"),
    ],
)
def test_what_on_premises_does_not_have_is_named(components: list[Body], said: str) -> None:
    fault = sent("text", components).only_cloud()

    assert fault is not None
    assert said in fault.details


def test_what_both_dialects_have_is_not_only_of_one() -> None:
    plain = [part("header", IMAGE), part("body", text("a")), SUFFIX, button(0, "quick_reply")]

    assert sent("text", plain).only_cloud() is None
