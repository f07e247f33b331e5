"""Templates that no honest program sends: every definition and every message is taken or refused, and nothing else."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.errors import Fault, Refusal
from waypost.model import Template
from waypost.rules import template as template_rules
from waypost.rules import template_form, template_review
from waypost.wire import cloud
from waypost.wire.definitions import NewTemplate, handles, with_platform_texts, written_components
from waypost.wire.messages.template import Template as Sent
from waypost.wire.reading import parse

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.sampled_from(["", " ", "{{1}}", "{{", "{{a}}{{b}}", "a{{1}} b", "\n\t", "0", "x" * 2100, "\u202e\ufffd"]),
)
KINDS = st.sampled_from(
    [
        "HEADER",
        "body",
        "FOOTER",
        "BUTTONS",
        "button",
        "CAROUSEL",
        "LIMITED_TIME_OFFER",
        "url",
        "OTP",
        "text",
        "image",
        "",
    ]
)
NAMES = st.sampled_from(
    [
        "text", "format", "example", "buttons", "cards", "limited_time_offer", "parameters", "index", "sub_type",
        "otp_type", "url", "phone_number", "header_text", "body_text", "header_handle", "components", "card_index",
        "image", "action", "payload", "coupon_code", "currency", "code_expiration_minutes", "has_expiration",
    ]
)  # fmt: skip


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    typed = st.fixed_dictionaries({"type": st.one_of(KINDS, JUNK)})
    return st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(typed, st.dictionaries(NAMES, inner, max_size=6)).map(lambda pair: {**pair[0], **pair[1]}),
    )


ANYTHING = st.recursive(JUNK, objects, max_leaves=25)
WORDS = st.sampled_from(
    ["", " ", "{{1}}", "Hi {{1}} {{2}}, come", "{{a}}{{b}}", "a{{1}} b", "a\tb", "x" * 70, "\u202e"]
)
SOME = {"text": WORDS, "url": WORDS, "phone_number": WORDS, "example": st.lists(WORDS, max_size=2), "otp_type": KINDS}
BUTTONS = st.lists(st.fixed_dictionaries({"type": KINDS}, optional=SOME), max_size=4)
PARAMETERS = st.lists(
    st.fixed_dictionaries({"type": KINDS}, optional={"text": WORDS, "parameter_name": WORDS, "image": ANYTHING}),
    max_size=3,
)
MEMBERS = {
    "text": WORDS,
    "format": KINDS,
    "buttons": BUTTONS,
    "example": st.fixed_dictionaries({}, optional={"body_text": st.lists(st.lists(WORDS, max_size=2), max_size=2)}),
    "code_expiration_minutes": st.integers(-1, 100),
    "limited_time_offer": st.fixed_dictionaries({"text": WORDS}),
    "parameters": PARAMETERS,
    "index": st.integers(-1, 11),
    "sub_type": KINDS,
}
LIKELY = st.recursive(
    st.lists(st.fixed_dictionaries({"type": KINDS}, optional=MEMBERS), max_size=4),
    lambda inner: st.lists(
        st.fixed_dictionaries(
            {"type": KINDS},
            optional={
                **MEMBERS,
                "cards": st.lists(
                    st.fixed_dictionaries({"components": inner}, optional={"card_index": st.integers(-1, 3)}),
                    max_size=3,
                ),
            },
        ),
        max_size=4,
    ),
    max_leaves=4,
)
COMPONENTS = st.one_of(ANYTHING, LIKELY)
CALMLY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def created(components: object, category: object, parameter_format: object) -> NewTemplate | Refusal:
    body = {
        "name": "a",
        "language": "en",
        "category": category,
        "components": components,
        "parameter_format": parameter_format,
    }
    try:
        return parse(NewTemplate, json.dumps(body).encode())
    except Refusal as refusal:
        return refusal


@CALMLY
@given(
    COMPONENTS, st.sampled_from(["UTILITY", "MARKETING", "AUTHENTICATION"]), st.sampled_from(["POSITIONAL", "NAMED"])
)
def test_any_definition_is_taken_or_refused(components: object, category: str, parameter_format: str) -> None:
    wish = created(components, category, parameter_format)

    if isinstance(wish, NewTemplate):
        assert isinstance(template_form.check(wish), Fault | None)
        assert isinstance(list(handles(wish.components)), list)
        verdict = template_review.decide(wish.components, category, may_change_category=False)
        assert isinstance(verdict, template_review.Approved | template_review.Rejected)
        assert written_components(with_platform_texts(wish.components))


DEFINITIONS: list[list[dict[str, Any]]] = [
    [{"type": "BODY", "text": "Hi {{1}}, come."}],
    [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Come."}],
    [
        {"type": "BODY", "text": "*{{1}}* is your code."},
        {"type": "BUTTONS", "buttons": [{"type": "OTP"}, {"type": "URL", "url": "https://a.example/{{1}}"}]},
    ],
    [
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "a", "has_expiration": True}},
        {"type": "CAROUSEL", "cards": [{"components": [{"type": "BODY", "text": "Hi {{1}}, come."}]}] * 2},
    ],
]


@CALMLY
@given(COMPONENTS, st.sampled_from(DEFINITIONS), st.booleans())
def test_any_message_is_taken_or_refused(components: object, definition: list[dict[str, Any]], named: bool) -> None:
    template = Template(1, 1, "a", "en", "UTILITY", "APPROVED", json.dumps(definition).encode(), named=named)
    body = {"name": "a", "language": {"code": "en"}, "components": components}
    raw = json.dumps({"messaging_product": "whatsapp", "to": "15550001111", "type": "template", "template": body})

    try:
        request = cloud.parse_send(raw.encode())
    except Refusal:
        return

    assert isinstance(request, cloud.SendRequest)
    assert isinstance(request.content, Sent)
    assert isinstance(template_rules.check(template, request.content, 0), Template | Fault)
    assert isinstance(template_rules.filled_in(template, request.content), str)
    assert isinstance(request.content.only_cloud(), Fault | None)
