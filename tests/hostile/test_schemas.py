"""Every request schema, with bodies made from the schema itself: what is right is taken, what is wrong is said so.

A message that its schema takes may still break a rule; then it is refused by a problem of the list, in words. What the
schema alone says is wrong has one right answer. Nothing else is ever raised.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import request_schemas
from tests.support.schemas import WRONG_WHOLE, Strategy, Wrong, bodies, calmly, mutations, raw, wrong_bodies
from tools.gen_routes import faces

from waypost.api.control.topics import V1
from waypost.errors import Fault, Refusal, all_problems
from waypost.wire import cloud, inbound, onprem, onprem_settings, providers
from waypost.wire.canonical import canonical_body, stored_content
from waypost.wire.control.messages import BusinessMessage
from waypost.wire.control.snapshot import Snapshot
from waypost.wire.messages import BY_NAME, TYPES
from waypost.wire.reading import parse
from waypost.wire.requests import MarkRead, SendRequest

SCHEMAS = request_schemas.found()
CONTENTS = request_schemas.CONTENTS
PARSERS: Mapping[str, Callable[[bytes], Any]] = {"cloud": cloud.parse_send, "onprem": onprem.parse_send}
EXCLUDES_NOTHING = {"waypost.api.cloud.numbers:Settings"}
"""Schemas whose members may be anything."""
SAID_OTHERWISE = {
    WRONG_WHOLE: {"invalid_parameter"},  # inside of a message it is a member like any other
    "too_long": {"too_long", "invalid_value"},  # interactive messages have their own code for both
    "empty_parameter": {"empty_parameter", "invalid_value"},
    "invalid_parameter": {"invalid_parameter", "invalid_value", "header_structure"},
    "missing_parameter": {"missing_parameter", "invalid_value", "header_structure"},
}


def outcome(read: Callable[[], Any]) -> Any:
    """Return what was read, or the fault of its refusal."""
    try:
        return read()
    except Refusal as refusal:
        return refusal.fault


def is_named(fault: Fault) -> bool:
    """Return whether a fault is of the list, is the caller's to mend, and says what is wrong."""
    problem = fault.problem
    return (
        all_problems()[problem.name] is problem
        and problem.http < 500
        and problem.onprem_http < 500
        and bool(fault.details)
    )


# -- Nothing is forgotten -----------------------------------------------------------------------------------------


def test_every_message_type_has_a_schema_here() -> None:
    assert set(CONTENTS) == set(TYPES)


def test_every_inbound_type_is_a_member_of_the_schema_that_is_tried() -> None:
    members = set(inbound.PhoneMessage.__struct_fields__)

    assert set(get_args(inbound.InboundType)) - {"ephemeral", "request_welcome"} <= members  # which have no member


def test_every_request_of_the_control_api_is_tried() -> None:
    asked = {route.request for face in faces() for route in face.routes if route.request and V1 in route.path}

    # A state is read apart, with tests of its own; a message as the Cloud API reads it, whatever its document says.
    assert asked - {Snapshot, BusinessMessage} <= set(SCHEMAS.values())


# -- Schemas ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_a_schema_describes_is_taken(name: str) -> None:
    kind = SCHEMAS[name]

    @calmly(25)
    @given(bodies(kind))
    def check(body: Any) -> None:
        assert not isinstance(outcome(lambda: parse(kind, raw(body))), Fault)

    check()


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name not in EXCLUDES_NOTHING])
def test_what_a_schema_excludes_is_refused_with_the_right_problem(name: str) -> None:
    kind = SCHEMAS[name]

    @calmly(25)
    @given(wrong_bodies(kind))
    def check(wrong: Wrong) -> None:
        found = outcome(lambda: parse(kind, raw(wrong.body)))
        assert isinstance(found, Fault)
        assert found.problem.name == wrong.problem
        assert str(wrong.where[-1] if wrong.where and isinstance(wrong.where[-1], str) else "") in found.details

    check()


@pytest.mark.parametrize("name", SCHEMAS)
def test_whatever_a_body_holds_it_is_taken_or_refused_by_a_named_problem(name: str) -> None:
    kind = SCHEMAS[name]

    @calmly(25)
    @given(mutations(bodies(kind)))
    def check(body: Any) -> None:
        found = outcome(lambda: parse(kind, raw(body)))
        assert not isinstance(found, Fault) or is_named(found)

    check()


# -- Messages -----------------------------------------------------------------------------------------------------


def envelope(dialect: str, kind: str, content: Any) -> Any:
    product = {"messaging_product": "whatsapp"} if dialect == "cloud" else {}
    return {**product, "to": "+15550001111", "type": kind, kind: content}


def requests(dialect: str, kind: str) -> Strategy:
    """Return a strategy of whole requests with a content that its schema takes."""
    return bodies(CONTENTS[kind]).map(lambda content: envelope(dialect, kind, content))


MESSAGES = [(dialect, kind) for dialect in PARSERS for kind in TYPES]


@pytest.mark.parametrize(("dialect", "kind"), MESSAGES)
def test_a_message_of_the_right_form_is_taken_or_breaks_a_named_rule(dialect: str, kind: str) -> None:
    @calmly(40)
    @given(requests(dialect, kind))
    def check(body: Any) -> None:
        found = outcome(lambda: PARSERS[dialect](raw(body)))
        if isinstance(found, Fault):
            assert is_named(found)
            return
        stored = stored_content(kind, canonical_body(found))
        assert stored.wire() == found.content.wire()
        assert isinstance(stored.preview(), str)

    check()


@pytest.mark.parametrize(("dialect", "kind"), MESSAGES)
def test_a_message_of_a_wrong_form_is_refused_with_the_right_problem(dialect: str, kind: str) -> None:
    @calmly(30)
    @given(wrong_bodies(CONTENTS[kind]))
    def check(wrong: Wrong) -> None:
        found = outcome(lambda: PARSERS[dialect](raw(envelope(dialect, kind, wrong.body))))
        assert isinstance(found, Fault)
        assert found.problem.name in SAID_OTHERWISE.get(wrong.problem, {wrong.problem})

    check()


@pytest.mark.parametrize(("dialect", "kind"), MESSAGES)
def test_whatever_a_message_holds_it_is_taken_or_refused_by_a_named_problem(dialect: str, kind: str) -> None:
    @calmly(40)
    @given(mutations(requests(dialect, kind)))
    def check(body: Any) -> None:
        found = outcome(lambda: PARSERS[dialect](raw(body)))
        assert isinstance(found, SendRequest | MarkRead) or is_named(found)
        if isinstance(found, SendRequest):
            assert stored_content(found.kind, canonical_body(found)).wire() == found.content.wire()

    check()


OUTSIDE = st.fixed_dictionaries(
    {},
    optional={
        "messaging_product": st.sampled_from(["whatsapp", "", "facebook"]),
        "to": st.sampled_from(["15550001111", "+1 (555) 000-1111", "", "0", "1" * 40]),
        "recipient": st.text(max_size=5),
        "recipient_type": st.sampled_from(["individual", "group", ""]),
        "type": st.sampled_from([*BY_NAME, "hsm", "unknown", ""]),
        "context": st.fixed_dictionaries({}, optional={"message_id": st.text(max_size=5)}),
        "status": st.sampled_from(["read", "delivered", ""]),
        "message_id": st.text(max_size=5),
        "ttl": st.one_of(st.integers(), st.text(max_size=5), st.just('{"timeout": 1, "unit": "h"}')),
        "preview_url": st.booleans(),
        "biz_opaque_callback_data": st.text(max_size=600),
        "hsm": st.dictionaries(st.sampled_from(["element_name", "namespace", "language"]), st.text(max_size=5)),
        **{kind: bodies(CONTENTS[kind]) for kind in CONTENTS},
    },
)


@pytest.mark.parametrize("dialect", PARSERS)
def test_whatever_stands_around_a_message_it_is_taken_or_refused_by_a_named_problem(dialect: str) -> None:
    @calmly(150)
    @given(mutations(OUTSIDE))
    def check(body: Any) -> None:
        found = outcome(lambda: PARSERS[dialect](raw(body)))
        assert isinstance(found, SendRequest | MarkRead) or is_named(found)

    check()


# -- Bodies that are read in more than one step ------------------------------------------------------------------

SETTINGS = "waypost.wire.onprem_settings"
Step = Literal["application", "provider", "contacts", "mark_read"]
STEPS: Mapping[Step, tuple[str | None, Callable[[bytes], Any]]] = {
    "application": (f"{SETTINGS}:_Application", lambda body: onprem_settings.parse_application(body, wa_id="1")),
    "provider": ("waypost.wire.providers:list[ProviderForm]", providers.parse_provider),
    "contacts": (None, onprem.parse_contacts_check),
    "mark_read": (None, onprem.parse_mark_read),
}  # fmt: skip
CONTACTS = st.fixed_dictionaries(
    {"contacts": st.lists(st.text(max_size=20), max_size=4)},
    optional={"blocking": st.sampled_from(["wait", "no_wait", "never"]), "status": st.sampled_from(["read", "", "x"])},
)


@pytest.mark.parametrize("step", STEPS)
def test_what_is_read_in_steps_is_taken_or_refused_by_a_named_problem(step: Step) -> None:
    schema, read = STEPS[step]

    @calmly(60)
    @given(mutations(bodies(SCHEMAS[schema]) if schema else CONTACTS))
    def check(body: Any) -> None:
        found = outcome(lambda: read(raw(body)))
        assert not isinstance(found, Fault) or is_named(found)

    check()
