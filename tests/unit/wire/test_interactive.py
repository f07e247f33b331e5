"""Interactive messages: every limit of every kind, one that is kept and one that is not, and what each dialect has."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.clients import Body
from tests.support.interactive import (
    CLOUD_ONLY,
    KINDS,
    LINK,
    TEXT,
    button,
    card,
    changed,
    places,
    product,
    quick,
    sections,
    shelves,
    whole,
    without,
)

from waypost.errors import Fault, Problem, Refusal
from waypost.errors.interactive import (
    CHARACTER_POLICY,
    HEADER_STRUCTURE,
    PRODUCT_COUNT,
    ROW_COUNT,
    SECTION_COUNT,
)
from waypost.errors.requests import (
    INVALID_PARAMETER,
    INVALID_VALUE,
    MISSING_PARAMETER,
    NO_SOURCE,
    TWO_SOURCES,
    UNEXPECTED_PARAMETER,
)
from waypost.wire import cloud, onprem
from waypost.wire.canonical import canonical_body
from waypost.wire.interactive import NAMES


def raw(interactive: object) -> bytes:
    members = {"messaging_product": "whatsapp", "to": "15550103344", "type": "interactive"}
    return msgspec.json.encode(members | {"interactive": interactive})


def fault_of(interactive: object) -> Fault | None:
    """Return why a Cloud request is refused, None if it is not."""
    try:
        cloud.parse_send(raw(interactive))
    except Refusal as refusal:
        return refusal.fault
    return None


def onprem_fault_of(interactive: object) -> Fault | None:
    try:
        onprem.parse_send(raw(interactive))
    except Refusal as refusal:
        return refusal.fault
    return None


def test_there_is_a_body_of_every_kind() -> None:
    assert sorted(KINDS) == sorted(NAMES)


@pytest.mark.parametrize("kind", NAMES)
def test_a_whole_message_of_each_kind_comes_through_unchanged(kind: str) -> None:
    request = cloud.parse_send(raw(whole(kind)))

    assert isinstance(request, cloud.SendRequest)
    assert msgspec.json.decode(canonical_body(request))["interactive"] == whole(kind)
    assert request.content.preview() == "Which one?"


@pytest.mark.parametrize("kind", NAMES)
def test_on_premises_takes_the_kinds_that_it_has_and_names_the_others(kind: str) -> None:
    fault = onprem_fault_of(whole(kind))

    expected = (
        (
            INVALID_VALUE,
            f"Parameter 'interactive.type' is \"{kind}\", which the On-Premises API does not have; send the message "
            "through the Cloud API, or as another type.",
        )
        if kind in CLOUD_ONLY
        else None
    )
    assert (fault and (fault.problem, fault.details)) == expected


def words(characters: int) -> str:
    return "ü" * characters


TEXT_LIMITS = [
    *((kind, "body.text", 4096 if kind == "list" else 1024) for kind in KINDS),
    *((kind, "footer.text", 60) for kind, body in KINDS.items() if "footer" in body),
    *((kind, "header.text", 60) for kind, body in KINDS.items() if "header" in body),
    ("button", "action.buttons.2.reply.id", 256),
    ("button", "action.buttons.2.reply.title", 20),
    ("list", "action.button", 20),
    ("list", "action.sections.1.title", 24),
    ("list", "action.sections.1.rows.3.id", 200),
    ("list", "action.sections.1.rows.3.title", 24),
    ("list", "action.sections.1.rows.3.description", 72),
    ("cta_url", "action.parameters.display_text", 20),
    ("flow", "action.parameters.flow_cta", 30),
    ("product_list", "action.sections.1.title", 24),
    ("carousel", "action.cards.1.body.text", 160),
    ("carousel", "action.cards.1.action.parameters.display_text", 20),
]


@pytest.mark.parametrize(("kind", "path", "most"), TEXT_LIMITS)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(kind: str, path: str, most: int) -> None:
    kept, broken = (fault_of(changed(whole(kind), path, words(count))) for count in (most, most + 1))

    assert kept is None
    assert broken == Fault(
        INVALID_VALUE,
        f"Parameter 'interactive.{_written(path)}' has {most + 1} characters; at most {most} are allowed.",
    )


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, path) for kind, path, _ in TEXT_LIMITS if not path.endswith(("description", "sections.1.title"))],
)
def test_a_text_that_is_there_is_not_empty(kind: str, path: str) -> None:
    fault = fault_of(changed(whole(kind), path, ""))

    assert fault == Fault(INVALID_VALUE, f"Parameter 'interactive.{_written(path)}' must not be empty.")


def _written(path: str) -> str:
    """Return a path as it is told: with indexes in brackets."""
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in path.split(".")).removeprefix(".")


def cards(count: int) -> list[Body]:
    return [card(number) for number in range(count)]


COUNTS: list[tuple[str, str, Any, Any, Problem, str]] = [
    (
        "button", "action.buttons", [button(n) for n in range(3)], [button(n) for n in range(4)], INVALID_VALUE,
        "Parameter 'interactive.action.buttons' has 4 entries; from 1 to 3 must be there.",
    ),
    (
        "button", "action.buttons", [button(1)], [], INVALID_VALUE,
        "Parameter 'interactive.action.buttons' has 0 entries; from 1 to 3 must be there.",
    ),
    (
        "list", "action.sections", sections(*[1] * 10), sections(*[1] * 11), SECTION_COUNT,
        "Parameter 'interactive.action.sections' has 11 entries; from 1 to 10 must be there.",
    ),
    (
        "list", "action.sections", sections(1), [], SECTION_COUNT,
        "Parameter 'interactive.action.sections' has 0 entries; from 1 to 10 must be there.",
    ),
    (
        "list", "action.sections", sections(3, 7), sections(4, 7), ROW_COUNT,
        "Parameter 'interactive.action.sections' has 11 rows; all sections together may have at most 10.",
    ),
    (
        "list", "action.sections.1.rows", [{"id": "x", "title": "X"}], [], ROW_COUNT,
        "Parameter 'interactive.action.sections[1].rows' has 0 entries; give it at least 1 row.",
    ),
    (
        "product_list", "action.sections", shelves(*[3] * 10), shelves(*[1] * 11), SECTION_COUNT,
        "Parameter 'interactive.action.sections' has 11 entries; from 1 to 10 must be there.",
    ),
    (
        "product_list", "action.sections", shelves(1, 29), shelves(1, 30), PRODUCT_COUNT,
        "Parameter 'interactive.action.sections' has 31 products; all sections together may have at most 30.",
    ),
    (
        "product_list", "action.sections.1.product_items", [product(1)], [], PRODUCT_COUNT,
        "Parameter 'interactive.action.sections[1].product_items' has 0 entries; give it at least 1 product.",
    ),
    (
        "carousel", "action.cards", cards(10), cards(11), INVALID_VALUE,
        "Parameter 'interactive.action.cards' has 11 entries; from 2 to 10 must be there.",
    ),
    (
        "carousel", "action.cards", cards(2), cards(1), INVALID_VALUE,
        "Parameter 'interactive.action.cards' has 1 entries; from 2 to 10 must be there.",
    ),
    (
        "carousel", "action.cards.0.body.text", "a\nb\nc", "a\nb\nc\nd", INVALID_VALUE,
        "Parameter 'interactive.action.cards[0].body.text' has 3 line breaks; at most 2 are allowed.",
    ),
    (
        "voice_call", "action.parameters.ttl_minutes", 43_200, 43_201, INVALID_VALUE,
        "Parameter 'interactive.action.parameters.ttl_minutes' is 43201; it must be from 1 to 43200.",
    ),
    (
        "voice_call", "action.parameters.ttl_minutes", 1, 0, INVALID_VALUE,
        "Parameter 'interactive.action.parameters.ttl_minutes' is 0; it must be from 1 to 43200.",
    ),
    (
        "address_message", "action.parameters.values.in_pin_code", "400063", "4000630", INVALID_VALUE,
        "Parameter 'interactive.action.parameters.values.in_pin_code' is \"4000630\"; at most 6 "
        "characters are allowed.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "path", "kept", "broken", "problem", "details"), COUNTS)
def test_a_count_is_kept_or_named(kind: str, path: str, kept: Any, broken: Any, problem: Problem, details: str) -> None:
    faults = [fault_of(changed(whole(kind), path, value)) for value in (kept, broken)]

    assert faults == [None, Fault(problem, details)]


VALUES: list[tuple[str, str, Any, Any, Problem, str]] = [
    (
        "button", "action.buttons.1.reply.title", "Button 4", "Button 1", INVALID_VALUE,
        "Parameter 'interactive.action.buttons[1].reply.title' is \"Button 1\", as is "
        "'interactive.action.buttons[0].reply.title'; give each its own.",
    ),
    (
        "button", "action.buttons.1.reply.id", "a b", " a", INVALID_VALUE,
        "Parameter 'interactive.action.buttons[1].reply.id' is \" a\"; it must not begin or end with a space.",
    ),
    (
        "button", "action.buttons.1.type", "reply", "url", INVALID_VALUE,
        "Parameter 'interactive.action.buttons[1].type' must be \"reply\"; it is \"url\".",
    ),
    (
        "list", "action.sections.1.rows.0.id", "r99", "r0", INVALID_VALUE,
        "Parameter 'interactive.action.sections[1].rows[0].id' is \"r0\", as is "
        "'interactive.action.sections[0].rows[0].id'; give each its own.",
    ),
    (
        "list", "action.sections.1.title", "B", "", MISSING_PARAMETER,
        "Parameter 'interactive.action.sections[1].title' is mandatory where there is more than one section.",
    ),
    (
        "product_list", "action.sections.0.title", "B", None, MISSING_PARAMETER,
        "Parameter 'interactive.action.sections[0].title' is mandatory where there is more than one section.",
    ),
    (
        "cta_url", "action.parameters.url", "HTTPS://a.example", "ftp://a.example", INVALID_VALUE,
        "Parameter 'interactive.action.parameters.url' is \"ftp://a.example\"; it must begin with http:// or https://.",
    ),
    (
        "flow", "action.parameters.flow_message_version", "3", "2", INVALID_VALUE,
        "Parameter 'interactive.action.parameters.flow_message_version' must be \"3\"; it is \"2\".",
    ),
    (
        "flow", "action.parameters.flow_name", None, "intake", INVALID_VALUE,
        "Exactly one of interactive.action.parameters.flow_id and interactive.action.parameters.flow_name must be "
        "present; both were given.",
    ),
    (
        "flow", "action.parameters.flow_cta", "Start ✓", "Start 🚲", CHARACTER_POLICY,
        "Parameter 'interactive.action.parameters.flow_cta' is \"Start 🚲\"; it must not hold an emoji.",
    ),
    (
        "flow", "action.parameters.mode", "published", "live", INVALID_VALUE,
        "Parameter 'interactive.action.parameters.mode' must be one of published, draft; it is \"live\".",
    ),
    (
        "flow", "action.parameters.flow_action", "data_exchange", "jump", INVALID_VALUE,
        "Parameter 'interactive.action.parameters.flow_action' must be one of navigate, data_exchange; it is \"jump\".",
    ),
    (
        "flow", "action.parameters.flow_action_payload.data", None, {}, INVALID_VALUE,
        "Parameter 'interactive.action.parameters.flow_action_payload.data' is {}; give it a member, or leave it out.",
    ),
    (
        "carousel", "action.cards.1.card_index", 1, 2, INVALID_VALUE,
        "Parameter 'interactive.action.cards[1].card_index' is 2; cards are numbered in order from 0.",
    ),
    (
        "carousel", "action.cards.1.action", LINK, quick("Yes"), INVALID_VALUE,
        "Parameter 'interactive.action.cards[1].action' has quick replies: 1, but that of the first card a link; all "
        "cards must have the same kind and number of buttons.",
    ),
    (
        "carousel", "action.cards.1.action", LINK, {**LINK, **quick("Yes")}, INVALID_VALUE,
        "Parameter 'interactive.action.cards[1].action' has buttons beside a link; give one of the two.",
    ),
    (
        "carousel", "action.cards.1.type", "cta_url", "button", INVALID_VALUE,
        "Parameter 'interactive.action.cards[1].type' must be \"cta_url\"; it is \"button\".",
    ),
    (
        "carousel", "action.cards.1.header", card(1, video={"id": "5"})["header"], {"type": "text", "text": "Hi"},
        HEADER_STRUCTURE,
        "Parameter 'interactive.action.cards[1].header.type' is \"text\"; it must be image or video here.",
    ),
    (
        "list", "header", None, {"type": "image", "image": {"id": "5"}}, HEADER_STRUCTURE,
        "Parameter 'interactive.header.type' is \"image\"; it must be text here.",
    ),
    (
        "button", "header", {"type": "video", "video": {"id": "5"}}, {"type": "gif", "gif": {}}, HEADER_STRUCTURE,
        "Parameter 'interactive.header.type' is \"gif\"; it must be one of text, image, video, document.",
    ),
    (
        "button", "header", {"type": "document", "document": {"id": "5", "filename": "a.pdf"}},
        {"type": "document", "document": {}}, NO_SOURCE,
        "Exactly one of interactive.header.document.id and interactive.header.document.link must be present; both "
        "are missing.",
    ),
    (
        "carousel", "action.cards.0.header.image", {"id": "5"}, {"id": "5", "link": "https://a.example"}, TWO_SOURCES,
        "Exactly one of interactive.action.cards[0].header.image.id and "
        "interactive.action.cards[0].header.image.link must be present; both were given.",
    ),
    (
        "button", "header", {"type": "image", "image": {"id": "5"}},
        {"type": "image", "image": {"id": "5", "caption": "Hi"}}, UNEXPECTED_PARAMETER,
        "Unexpected key 'caption' in 'interactive.header.image'; leave it out.",
    ),
    (
        "button", "body", TEXT, "Which one?", INVALID_PARAMETER,
        "Parameter 'interactive.body' must be an object; it is \"Which one?\".",
    ),
    (
        "button", "type", "button", "hologram", INVALID_VALUE,
        f"Parameter 'interactive.type' is \"hologram\"; it must be one of {', '.join(NAMES)}.",
    ),
    (
        "button", "type", "button", "order_details", INVALID_VALUE,
        "Parameter 'interactive.type' is \"order_details\": payments are not offered; send the order as text or as a "
        "template.",
    ),
    ("button", "type", "button", 5, INVALID_PARAMETER, "Parameter 'interactive.type' must be a string; it is 5."),
    (
        "button", "type", "button", None, MISSING_PARAMETER,
        "Parameter 'type' is mandatory for type 'interactive'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "path", "kept", "broken", "problem", "details"), VALUES)
def test_a_value_is_taken_or_named(
    kind: str, path: str, kept: Any, broken: Any, problem: Problem, details: str
) -> None:
    faults = [fault_of(changed(whole(kind), path, value)) for value in (kept, broken)]

    assert faults == [None, Fault(problem, details)]


NAMED = [
    ("cta_url", "cta_url"),
    ("flow", "flow"),
    ("catalog_message", "catalog_message"),
    ("location_request_message", "send_location"),
    ("address_message", "address_message"),
    ("voice_call", "voice_call"),
    ("call_permission_request", "call_permission_request"),
    ("contact_request", "request_contact_info"),
]


@pytest.mark.parametrize(("kind", "name"), NAMED)
def test_an_action_has_its_name_and_no_other(kind: str, name: str) -> None:
    fault = fault_of(changed(whole(kind), "action.name", "open"))

    assert fault == Fault(INVALID_VALUE, f'Parameter \'interactive.action.name\' must be "{name}"; it is "open".')


MANDATORY = [
    *((kind, "action") for kind in KINDS),
    *((kind, "body") for kind in KINDS if kind not in {"product", "call_permission_request"}),
    *((kind, "action.name") for kind, _ in NAMED),
    ("button", "type"),
    ("button", "action.buttons"),
    ("button", "action.buttons.0.type"),
    ("button", "action.buttons.0.reply"),
    ("button", "action.buttons.0.reply.id"),
    ("button", "action.buttons.0.reply.title"),
    ("list", "action.button"),
    ("list", "action.sections"),
    ("list", "action.sections.0.rows.0.id"),
    ("list", "action.sections.0.rows.0.title"),
    ("cta_url", "action.parameters"),
    ("cta_url", "action.parameters.display_text"),
    ("cta_url", "action.parameters.url"),
    ("flow", "action.parameters.flow_message_version"),
    ("flow", "action.parameters.flow_cta"),
    ("product", "action.catalog_id"),
    ("product", "action.product_retailer_id"),
    ("product_list", "header"),
    ("product_list", "action.catalog_id"),
    ("address_message", "action.parameters.country"),
    ("carousel", "action.cards.0.header"),
    ("carousel", "action.cards.0.card_index"),
    ("carousel", "action.cards.0.action"),
    ("carousel", "action.cards.0.action.name"),
    ("carousel", "action.cards.0.action.parameters"),
]


@pytest.mark.parametrize(("kind", "path"), MANDATORY)
def test_what_is_mandatory_is_missed(kind: str, path: str) -> None:
    fault = fault_of(without(whole(kind), path))

    assert fault == Fault(MISSING_PARAMETER, f"Parameter '{_written(path)}' is mandatory for type 'interactive'")


def test_a_flow_without_id_and_name_is_missed() -> None:
    fault = fault_of(without(whole("flow"), "action.parameters.flow_id"))

    assert fault is not None
    assert (fault.problem, fault.details[-17:]) == (MISSING_PARAMETER, "both are missing.")


OPTIONAL = [
    *((kind, "header") for kind, body in KINDS.items() if "header" in body and kind != "product_list"),
    *((kind, "footer") for kind, body in KINDS.items() if "footer" in body),
    ("product", "body"),
    ("call_permission_request", "body"),
    ("catalog_message", "action.parameters"),
    ("voice_call", "action.parameters"),
    ("flow", "action.parameters.flow_token"),
    ("flow", "action.parameters.mode"),
    ("flow", "action.parameters.flow_action_payload"),
    ("list", "action.sections.0.rows.0.description"),
    ("address_message", "action.parameters.values"),
    ("carousel", "action.cards.0.body"),
]


@pytest.mark.parametrize(("kind", "path"), OPTIONAL)
def test_what_is_optional_is_not_missed(kind: str, path: str) -> None:
    assert fault_of(without(whole(kind), path)) is None


@pytest.mark.parametrize(
    "kind",
    [
        "product",
        "catalog_message",
        "location_request_message",
        "carousel",
        "call_permission_request",
        "contact_request",
    ],
)
def test_a_kind_without_a_header_takes_none(kind: str) -> None:
    fault = fault_of(changed(whole(kind), "header", {"type": "text", "text": "Hi"}))

    assert fault == Fault(HEADER_STRUCTURE, "Parameter 'interactive.header' is not allowed here; leave it out.")


@pytest.mark.parametrize("kind", ["location_request_message", "carousel", "call_permission_request", "contact_request"])
def test_a_kind_without_a_footer_takes_none(kind: str) -> None:
    fault = fault_of(changed(whole(kind), "footer", {"text": "Hi"}))

    assert fault == Fault(
        INVALID_VALUE, f"Parameter 'interactive.footer' is not allowed for type '{kind}'; leave it out."
    )


def test_one_section_needs_no_title() -> None:
    one = changed(whole("list"), "action.sections", [{"rows": [{"id": "a", "title": "A"}]}])

    assert fault_of(one) is None


@pytest.mark.parametrize("title", ["Yes 👍", "*Yes*", "_Yes_", "~No~", "Yes ✔️"])
def test_a_title_with_emoji_or_markup_is_for_the_cloud_only(title: str) -> None:
    body = changed(whole("button"), "action.buttons.1.reply.title", title)

    fault = onprem_fault_of(body)

    assert fault_of(body) is None
    assert fault is not None
    assert (fault.problem.onprem_code, fault.problem.code) == (2017, 131009)
    assert "'interactive.action.buttons[1].reply.title'" in fault.details


def test_the_text_of_a_list_may_be_longer_on_the_cloud() -> None:
    fits, longer = (changed(whole("list"), "body.text", "a" * count) for count in (1024, 1025))

    fault = onprem_fault_of(longer)

    assert (fault_of(fits), fault_of(longer), onprem_fault_of(fits)) == (None, None, None)
    assert fault is not None
    assert (fault.problem.onprem_code, "1025 characters; at most 1024" in fault.details) == (1009, True)


@pytest.mark.parametrize("title", ["2 * 3 * 4", "order_id_of", "C'est ça", "Größe ≥ 5"])
def test_a_title_that_only_looks_like_markup_is_taken_everywhere(title: str) -> None:
    assert onprem_fault_of(changed(whole("button"), "action.buttons.1.reply.title", title)) is None


@pytest.mark.parametrize(
    ("problem", "onprem_code"),
    [
        (SECTION_COUNT, 2015),
        (ROW_COUNT, 2016),
        (CHARACTER_POLICY, 2017),
        (PRODUCT_COUNT, 2023),
        (HEADER_STRUCTURE, 2036),
    ],
)
def test_on_premises_tells_more_apart_than_the_cloud(problem: Problem, onprem_code: int) -> None:
    assert (problem.http, problem.code, problem.onprem_http, problem.onprem_code) == (400, 131009, 400, onprem_code)


def test_a_carousel_names_the_file_of_every_card() -> None:
    files = [card(0, image={"id": "5"}), card(1, video={"link": "https://a.example/v.mp4"}), card(2)]

    request = cloud.parse_send(raw(changed(whole("carousel"), "action.cards", files)))

    assert isinstance(request, cloud.SendRequest)
    assert [(medium.kind, medium.limits(), medium.id or medium.link) for medium in request.content.media()] == [
        ("image", "image", "5"),
        ("video", "header_video", "https://a.example/v.mp4"),
        ("image", "image", "https://127.0.0.1/2.jpg"),
    ]


# -- Any body whatever --------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.text(max_size=30) | st.sampled_from(["", " ", "x" * 5000]),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.sampled_from(["type", "text", "id"]), inner),
    max_leaves=8,
)
_WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1)


_PLACES = [(kind, path) for kind in KINDS for path in places(whole(kind))]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_body_with_anything_anywhere_is_taken_or_refused_in_words(data: st.DataObject) -> None:
    kind, path = data.draw(st.sampled_from(_PLACES))
    mutated = changed(whole(kind), path, data.draw(_JSON)) if data.draw(st.booleans()) else without(whole(kind), path)

    faults = [fault_of(mutated), onprem_fault_of(mutated)]

    assert all(fault is None or (fault.problem.http == 400 and fault.details) for fault in faults)


@st.composite
def _valid(draw: st.DrawFn) -> Body:
    kind = draw(st.sampled_from(sorted(KINDS)))
    body = whole(kind)
    limits = [(path, most) for name, path, most in TEXT_LIMITS if name == kind and not path.endswith("flow_cta")]
    for path, most in draw(st.lists(st.sampled_from(limits), max_size=4, unique=True)):
        body = changed(body, path, draw(_WORDS)[:most])
    for name in draw(st.sets(st.sampled_from([path for owner, path in OPTIONAL if owner == kind] or ["nothing"]))):
        body = without(body, name) if name != "nothing" else body
    return body


@settings(max_examples=200, deadline=None)
@given(_valid())
def test_a_body_within_its_limits_is_taken(body: Body) -> None:
    assert fault_of(body) is None
