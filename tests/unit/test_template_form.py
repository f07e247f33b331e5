"""The create rules of templates: each at its limit and one beyond it."""

from typing import Any

import msgspec
import pytest

from waypost.errors.templates import (
    TEMPLATE_BODY,
    TEMPLATE_BUTTONS,
    TEMPLATE_DEFINITION,
    TEMPLATE_FOOTER,
    TEMPLATE_HEADER,
    TEMPLATE_NAME,
    TEMPLATE_TOO_LONG,
    TEMPLATE_TOO_MANY_VARIABLES,
    TEMPLATE_VARIABLE_AT_EDGE,
)
from waypost.rules import template_form, template_review
from waypost.wire.definitions import NewTemplate, with_platform_texts

Body = dict[str, Any]

TEXT: Body = {"type": "BODY", "text": "Your bike is ready."}
HANDLE: Body = {"example": {"header_handle": ["4::aW1hZ2UvcG5n:AR"]}}
QUICK: Body = {"type": "QUICK_REPLY", "text": "Stop"}
LINK: Body = {"type": "URL", "text": "Open", "url": "https://tidewater.example/t"}
CALL: Body = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100200"}
CODE: Body = {"type": "OTP", "otp_type": "COPY_CODE"}
APP: Body = {"supported_apps": [{"package_name": "example.tidewater", "signature_hash": "abc"}]}
COUPON: Body = {"type": "COPY_CODE", "example": "A" * 15}


def wish(*components: Body, **more: Any) -> NewTemplate:
    body = {"name": "repair_ready", "language": "en_US", "category": "UTILITY", "components": list(components), **more}
    return msgspec.convert(body, NewTemplate)


def body_text(text: str, *examples: str) -> Body:
    return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}


def named_body(text: str, *names: str) -> Body:
    examples = [{"param_name": name, "example": "x"} for name in names]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": examples}}


def header(text: str, *examples: str) -> Body:
    return {"type": "HEADER", "format": "TEXT", "text": text, "example": {"header_text": list(examples)}}


def buttons(*kinds: Body) -> Body:
    return {"type": "BUTTONS", "buttons": list(kinds)}


def card(*more: Body, kind: str = "IMAGE") -> Body:
    return {"components": [{"type": "HEADER", "format": kind, **HANDLE}, *more]}


def carousel(*cards: Body) -> Body:
    return {"type": "CAROUSEL", "cards": list(cards)}


def offer(text: str = "Ends soon") -> Body:
    return {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": text, "has_expiration": True}}


def login(*kinds: Body, **footer: Any) -> NewTemplate:
    parts = [{"type": "BODY"}, *([{"type": "FOOTER", **footer}] if footer else []), buttons(*kinds)]
    return wish(*parts, category="AUTHENTICATION")


KEPT = {
    "only a body": wish(TEXT),
    "any case of the words": wish({"type": "body", "text": "a."}, category="utility", parameter_format="named"),
    "a name of 512": wish(TEXT, name="a" * 512),
    "a language without a country": wish(TEXT, language="fil"),
    "a body of 1024": wish(body_text("x" * 1024)),
    "variables with examples": wish(body_text("Hi {{1}}, ticket {{2}} is ready.", "Jo", "8841")),
    "a variable that comes twice": wish(body_text("Hi {{1}}, yes {{1}}, come.", "Jo")),
    "named variables": wish(named_body("Hi {{first_name}}, come.", "first_name"), parameter_format="NAMED"),
    "a header of 60": wish(header("x" * 60), TEXT),
    "a header with a variable": wish(header("Ticket {{1}}", "8841"), TEXT),
    "a header with a file": wish({"type": "HEADER", "format": "image", **HANDLE}, TEXT),
    "a header with a place": wish({"type": "HEADER", "format": "LOCATION"}, TEXT),
    "a footer of 60": wish(TEXT, {"type": "FOOTER", "text": "x" * 60}),
    "ten quick replies": wish(TEXT, buttons(*[QUICK] * 10)),
    "quick replies after links": wish(TEXT, buttons(LINK, LINK, CALL, QUICK, QUICK)),
    "a button text of 25": wish(TEXT, buttons({**QUICK, "text": "x" * 25})),
    "a URL of 2000": wish(TEXT, buttons({**LINK, "url": "https://a.example/" + "x" * 1982})),
    "a URL with a suffix": wish(TEXT, buttons({**LINK, "url": "https://a.example/{{1}}", "example": ["https://a"]})),
    "a phone number of 20": wish(TEXT, buttons({**CALL, "phone_number": "1" * 20})),
    "a coupon code of 15": wish(TEXT, buttons(COUPON)),
    "a flow": wish(TEXT, buttons({"type": "FLOW", "text": "Book", "flow_id": "1"})),
    "a code to copy": login(CODE),
    "a code that expires": login(CODE, code_expiration_minutes=90),
    "a code for an app": login({**CODE, "otp_type": "one_tap", **APP}),
    "a code without a tap": login({**CODE, "otp_type": "ZERO_TAP", "zero_tap_terms_accepted": True, **APP}),
    "several products": wish(TEXT, buttons({"type": "MPM", "text": "View items"}), category="MARKETING"),
    "a product": wish({"type": "HEADER", "format": "PRODUCT"}, TEXT, buttons({"type": "SPM"}), category="MARKETING"),
    "cards with products": wish(
        TEXT,
        carousel({"components": [{"type": "HEADER", "format": "PRODUCT"}, buttons({"type": "SPM", "text": "View"})]}),
        category="MARKETING",
    ),
    "ten cards": wish(TEXT, carousel(*[card()] * 10), category="MARKETING"),
    "cards with a text of 160": wish(TEXT, carousel(card(body_text("x" * 160), buttons(QUICK, LINK)))),
    "an offer": wish(offer("x" * 16), body_text("x" * 600), buttons(LINK), category="MARKETING"),
    "a time to live": wish(TEXT, message_send_ttl_seconds=30),
    "the longest time to live": wish(TEXT, message_send_ttl_seconds=-1),
}  # fmt: skip

BROKEN = {
    "no name": (wish(TEXT, name=""), TEMPLATE_NAME),
    "a name with a capital": (wish(TEXT, name="Repair"), TEMPLATE_NAME),
    "a name with a blank": (wish(TEXT, name="repair ready"), TEMPLATE_NAME),
    "a name with a line feed": (wish(TEXT, name="repair\n"), TEMPLATE_NAME),
    "a name of 513": (wish(TEXT, name="a" * 513), TEMPLATE_TOO_LONG),
    "a language that is none": (wish(TEXT, language="english"), TEMPLATE_DEFINITION),
    "an old category": (wish(TEXT, category="TRANSACTIONAL"), TEMPLATE_DEFINITION),
    "another parameter format": (wish(TEXT, parameter_format="MIXED"), TEMPLATE_DEFINITION),
    "a time to live of 29": (wish(TEXT, message_send_ttl_seconds=29), TEMPLATE_DEFINITION),
    "no components": (wish(), TEMPLATE_BODY),
    "no body": (wish(header("Hello")), TEMPLATE_BODY),
    "two bodies": (wish(TEXT, TEXT), TEMPLATE_DEFINITION),
    "a component that is none": (wish(TEXT, {"type": "SIDEBAR"}), TEMPLATE_DEFINITION),
    "an empty body": (wish(body_text(" ")), TEMPLATE_BODY),
    "a body of 1025": (wish(body_text("x" * 1025)), TEMPLATE_TOO_LONG),
    "a variable at the start": (wish(body_text("{{1}}, come.", "Jo")), TEMPLATE_VARIABLE_AT_EDGE),
    "a variable at the end": (wish(body_text("Come, {{1}}", "Jo")), TEMPLATE_VARIABLE_AT_EDGE),
    "nothing but a variable": (wish(body_text("{{1}}", "Jo")), TEMPLATE_VARIABLE_AT_EDGE),
    "variables side by side": (wish(body_text("Hi {{1}}{{2}} there, come.", "Jo", "Al")), TEMPLATE_BODY),
    "more variables than words": (wish(body_text("Hi {{1}}, {{2}}.", "a", "b")), TEMPLATE_TOO_MANY_VARIABLES),
    "a gap in the numbers": (wish(body_text("Hi {{2}}, come.", "Jo")), TEMPLATE_BODY),
    "a name among numbers": (wish(body_text("Hi {{name}}, come.", "Jo")), TEMPLATE_BODY),
    "a number among names": (wish(named_body("Hi {{1}}, come.", "1"), parameter_format="NAMED"), TEMPLATE_BODY),
    "braces that are no variable": (wish(body_text("Hi {{first name}}, come.")), TEMPLATE_BODY),
    "no example": (wish(body_text("Hi {{1}}, come.")), TEMPLATE_BODY),
    "too few examples": (wish(body_text("Hi {{1}}, ticket {{2}} is ready.", "Jo")), TEMPLATE_BODY),
    "no example for a name": (wish(named_body("Hi {{a}}, come.", "b"), parameter_format="NAMED"), TEMPLATE_BODY),
    "a header of 61": (wish(header("x" * 61), TEXT), TEMPLATE_TOO_LONG),
    "a header with two variables": (wish(header("{{1}} and {{2}}", "a", "b"), TEXT), TEMPLATE_HEADER),
    "a header without an example": (wish(header("Ticket {{1}}"), TEXT), TEMPLATE_HEADER),
    "a header of two lines": (wish(header("a\nb"), TEXT), TEMPLATE_HEADER),
    "a header without a format": (wish({"type": "HEADER"}, TEXT), TEMPLATE_HEADER),
    "a header with an audio": (wish({"type": "HEADER", "format": "AUDIO"}, TEXT), TEMPLATE_HEADER),
    "a place with a text": (wish({"type": "HEADER", "format": "LOCATION", "text": "a"}, TEXT), TEMPLATE_HEADER),
    "a file header without a handle": (wish({"type": "HEADER", "format": "VIDEO"}, TEXT), TEMPLATE_HEADER),
    "a footer of 61": (wish(TEXT, {"type": "FOOTER", "text": "x" * 61}), TEMPLATE_TOO_LONG),
    "a footer with a variable": (wish(TEXT, {"type": "FOOTER", "text": "Hi {{1}} there"}), TEMPLATE_FOOTER),
    "an empty footer": (wish(TEXT, {"type": "FOOTER"}), TEMPLATE_FOOTER),
    "no buttons": (wish(TEXT, buttons()), TEMPLATE_BUTTONS),
    "eleven buttons": (wish(TEXT, buttons(*[QUICK] * 10, LINK)), TEMPLATE_BUTTONS),
    "three links": (wish(TEXT, buttons(LINK, LINK, LINK)), TEMPLATE_BUTTONS),
    "two phone numbers": (wish(TEXT, buttons(CALL, CALL)), TEMPLATE_BUTTONS),
    "two coupon codes": (wish(TEXT, buttons(COUPON, COUPON)), TEMPLATE_BUTTONS),
    "scattered quick replies": (wish(TEXT, buttons(QUICK, LINK, QUICK)), TEMPLATE_BUTTONS),
    "links around quick replies": (wish(TEXT, buttons(LINK, QUICK, LINK)), TEMPLATE_BUTTONS),
    "a button that is none": (wish(TEXT, buttons({"type": "LEVER", "text": "a"})), TEMPLATE_BUTTONS),
    "a button without a text": (wish(TEXT, buttons({"type": "QUICK_REPLY"})), TEMPLATE_BUTTONS),
    "a button with a variable": (wish(TEXT, buttons({**QUICK, "text": "Hi {{1}}"})), TEMPLATE_BUTTONS),
    "a button text of 26": (wish(TEXT, buttons({**QUICK, "text": "x" * 26})), TEMPLATE_TOO_LONG),
    "a URL of 2001": (wish(TEXT, buttons({**LINK, "url": "https://a.example/" + "x" * 1983})), TEMPLATE_TOO_LONG),
    "a URL that is none": (wish(TEXT, buttons({**LINK, "url": "tidewater.example"})), TEMPLATE_BUTTONS),
    "a URL with a variable inside": (
        wish(TEXT, buttons({**LINK, "url": "https://a.example/{{1}}/x", "example": ["a"]})), TEMPLATE_BUTTONS,
    ),
    "a URL without an example": (wish(TEXT, buttons({**LINK, "url": "https://a.example/{{1}}"})), TEMPLATE_BUTTONS),
    "a phone number of 21": (wish(TEXT, buttons({**CALL, "phone_number": "1" * 21})), TEMPLATE_TOO_LONG),
    "a phone number that is none": (wish(TEXT, buttons({**CALL, "phone_number": "home"})), TEMPLATE_BUTTONS),
    "a coupon code of 16": (wish(TEXT, buttons({**COUPON, "example": "A" * 16})), TEMPLATE_TOO_LONG),
    "a coupon without an example": (wish(TEXT, buttons({"type": "COPY_CODE"})), TEMPLATE_BUTTONS),
    "a flow that is none": (wish(TEXT, buttons({"type": "FLOW", "text": "Book"})), TEMPLATE_BUTTONS),
    "a flow twice": (
        wish(TEXT, buttons({"type": "FLOW", "text": "a", "flow_id": 1, "flow_name": "b"})), TEMPLATE_BUTTONS,
    ),
    "a code in a utility template": (wish(TEXT, buttons(CODE)), TEMPLATE_BUTTONS),
    "a code beside a text": (wish(TEXT, buttons(CODE), category="AUTHENTICATION"), TEMPLATE_BODY),
    "a code without a button": (wish({"type": "BODY"}, category="AUTHENTICATION"), TEMPLATE_BUTTONS),
    "a code and a link": (login(CODE, LINK), TEMPLATE_BUTTONS),
    "a code under a header": (wish(header("Hi"), {"type": "BODY"}, category="AUTHENTICATION"), TEMPLATE_DEFINITION),
    "a code that expires at once": (login(CODE, code_expiration_minutes=0), TEMPLATE_FOOTER),
    "a code that expires after 91": (login(CODE, code_expiration_minutes=91), TEMPLATE_FOOTER),
    "a code with a footer": (login(CODE, text="Tidewater"), TEMPLATE_FOOTER),
    "a code of no kind": (login({"type": "OTP"}), TEMPLATE_BUTTONS),
    "a code for no app": (login({**CODE, "otp_type": "ONE_TAP"}), TEMPLATE_BUTTONS),
    "a code for an app without a name": (
        login({**CODE, "otp_type": "ONE_TAP", "supported_apps": [{"package_name": "", "signature_hash": "abc"}]}),
        TEMPLATE_BUTTONS,
    ),
    "a code for an app without a hash": (
        login({**CODE, "otp_type": "ONE_TAP", "supported_apps": [{"package_name": "a.b", "signature_hash": ""}]}),
        TEMPLATE_BUTTONS,
    ),
    "a code without terms": (login({**CODE, "otp_type": "ZERO_TAP", **APP}), TEMPLATE_BUTTONS),
    "no cards": (wish(TEXT, carousel()), TEMPLATE_DEFINITION),
    "eleven cards": (wish(TEXT, carousel(*[card()] * 11)), TEMPLATE_DEFINITION),
    "a card without a header": (wish(TEXT, carousel({"components": [TEXT]})), TEMPLATE_HEADER),
    "a card with a document": (wish(TEXT, carousel(card(kind="DOCUMENT"))), TEMPLATE_HEADER),
    "a card with a text of 161": (wish(TEXT, carousel(card(body_text("x" * 161)))), TEMPLATE_TOO_LONG),
    "a card with three buttons": (wish(TEXT, carousel(card(buttons(QUICK, QUICK, QUICK)))), TEMPLATE_DEFINITION),
    "cards that differ": (wish(TEXT, carousel(card(), card(kind="VIDEO"))), TEMPLATE_DEFINITION),
    "a carousel in a card": (wish(TEXT, carousel(card(carousel(card())))), TEMPLATE_DEFINITION),
    "a carousel under a header": (wish(header("Hi"), TEXT, carousel(card())), TEMPLATE_DEFINITION),
    "an offer of 17": (wish(offer("x" * 17), TEXT, category="MARKETING"), TEMPLATE_TOO_LONG),
    "an offer with a text of 601": (wish(offer(), body_text("x" * 601), category="MARKETING"), TEMPLATE_TOO_LONG),
    "an offer with a footer": (
        wish(offer(), TEXT, {"type": "FOOTER", "text": "a"}, category="MARKETING"), TEMPLATE_FOOTER,
    ),
    "an offer that is no marketing": (wish(offer(), TEXT), TEMPLATE_DEFINITION),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_definition_at_its_limits_is_taken(name: str) -> None:
    assert template_form.check(KEPT[name]) is None


@pytest.mark.parametrize("name", BROKEN)
def test_a_definition_beyond_a_limit_is_refused_with_the_code_of_its_place(name: str) -> None:
    definition, problem = BROKEN[name]

    fault = template_form.check(definition)

    assert fault is not None
    assert fault.problem == problem, fault.details
    assert fault.details.endswith(".")


@pytest.mark.parametrize(
    ("text", "category", "may_change", "verdict"),
    [
        ("Hi {{1}}, come.", "UTILITY", False, template_review.Approved("UTILITY")),
        ("Everything is 20 % off.", "MARKETING", False, template_review.Approved("MARKETING")),
        ("Everything is 20 % off.", "UTILITY", True, template_review.Approved("MARKETING")),
        ("Everything is 20% off.", "UTILITY", False, template_review.Rejected("INCORRECT_CATEGORY")),
        (
            "Hi {{1}} {{2}}, come.",
            "UTILITY",
            False,
            template_review.Rejected(
                "INVALID_FORMAT", "Two parameters touch each other.", "Put words between the parameters."
            ),
        ),
    ],
)
def test_a_review_decides_by_the_words(
    text: str, category: str, may_change: bool, verdict: template_review.Approved | template_review.Rejected
) -> None:
    parts = wish({"type": "BODY", "text": text}).components

    assert template_review.decide(parts, category, may_change_category=may_change) == verdict


def test_an_authentication_template_gets_the_texts_of_the_platform() -> None:
    parts = login(CODE, code_expiration_minutes=10).components
    parts[0].add_security_recommendation = True

    written = with_platform_texts(parts)

    assert [part.text for part in written[:2]] == [
        "*{{1}}* is your verification code. For your security, do not share this code.",
        "This code expires in 10 minutes.",
    ]
    assert [button.text for button in written[2].buttons or ()] == ["Copy code"]
