"""What a body should have been: the choices, the form of a text and the bounds of a number, said in words."""

from typing import Any

import msgspec
import pytest

from waypost.errors import Refusal
from waypost.wire.control.clock import ClockChange
from waypost.wire.control.numbers import NumberPatch, PlatformChange
from waypost.wire.control.rules import RuleRequest
from waypost.wire.inbound import PhoneMessage
from waypost.wire.numbers import CodeRequest, NumberWish
from waypost.wire.reading import parse

REFUSED: list[tuple[type, dict[str, Any], str]] = [
    (
        CodeRequest,
        {"code_method": "PIGEON", "language": "en_US"},
        "Parameter 'code_method' is \"PIGEON\"; it must be one of SMS, VOICE.",
    ),
    (
        CodeRequest,
        {"code_method": "SMS", "language": "English"},
        "Parameter 'language' must be a language code, as en or en_US.",
    ),
    (NumberWish, {"pin": "48291"}, "Parameter 'pin' must be six digits."),
    (
        PhoneMessage,
        {"type": "order", "order": {"catalog_id": "1", "product_items": [{"quantity": 0}]}},
        "Parameter 'order.product_items[0].quantity' is 0; it must be at least 1.",
    ),
    (
        NumberPatch,
        {"app_secret": "two words"},
        "Parameter 'app_secret' must be 1 to 256 visible ASCII characters without a space.",
    ),
    (
        PlatformChange,
        {"graph_version": "24"},
        "Parameter 'graph_version' must be a version of the graph, as v24.0.",
    ),
    (
        ClockChange,
        {"advance_seconds": 1e18},
        "Parameter 'advance_seconds' is 1e18; it must be at most 3153600000.",
    ),
    (
        ClockChange,
        {"now": "tomorrow"},
        "Parameter 'now' is \"tomorrow\"; it must be a time with its zone, as 2027-01-31T12:00:00Z.",
    ),
    (
        ClockChange,
        {"now": "2027-01-31T12:00:00"},
        "Parameter 'now' is \"2027-01-31T12:00:00\"; it must be a time with its zone, as 2027-01-31T12:00:00Z.",
    ),
    (PhoneMessage, {"type": "image", "image": {"data": "!"}}, "Parameter 'image.data' must be base64."),
    (RuleRequest, {"path": "v1"}, "Parameter 'path' must be a path that begins with / or *."),
]


@pytest.mark.parametrize(("schema", "body", "said"), REFUSED, ids=[said for _, _, said in REFUSED])
def test_a_refusal_says_what_was_wanted(schema: type, body: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(schema, msgspec.json.encode(body))

    assert refused.value.fault.details == said
