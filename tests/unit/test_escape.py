"""The platform's JSON: what a receiver reads, and what a receiver that writes it again gets."""

import hashlib
import hmac
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.lib.signing import hub_signature
from waypost.wire.escape import escape_json, platform_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WITHOUT_FLOATS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": 1, "b": [True, None]}, rb'{"a":1,"b":[true,null]}'),
        ("https://example.com/a", rb'"https:\/\/example.com\/a"'),
        ("Grüße", rb'"Gr\u00fc\u00dfe"'),
        ("日本", rb'"\u65e5\u672c"'),
        ("😀!", rb'"\ud83d\ude00!"'),
        ("👩‍🚀/é", rb'"\ud83d\udc69\u200d\ud83d\ude80\/\u00e9"'),
        ('\x00\x1f\n\t"', rb'"\u0000\u001f\n\t\""'),
        ("\x7f", b'"\x7f"'),
        ("\u2028\ufeff", rb'"\u2028\ufeff"'),
        ("\\", rb'"\\"'),
        ("\\/", rb'"\\\/"'),
        ("\\u00E9", rb'"\\u00E9"'),
        ({"é/": ""}, rb'{"\u00e9\/":""}'),
    ],
)
def test_values_are_written_as_the_platform_writes_them(value: object, expected: bytes) -> None:
    assert platform_json(value) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (rb'"\u00E9\u65E5"', rb'"\u00e9\u65e5"'),
        (rb'"a\/b/c"', rb'"a\/b\/c"'),
        (rb'"\\u00E9"', rb'"\\u00E9"'),
        (rb'"\\\u00E9"', rb'"\\\u00e9"'),
        (rb'"\\/"', rb'"\\\/"'),
    ],
)
def test_escapes_from_elsewhere_become_the_platforms(raw: bytes, expected: bytes) -> None:
    assert escape_json(raw) == expected


@given(nested(WITHOUT_FLOATS | st.floats(allow_nan=False, allow_infinity=False)))
def test_every_value_reads_back_as_it_was(value: Any) -> None:
    assert json.loads(platform_json(value)) == value


@given(nested(WITHOUT_FLOATS))
def test_only_ascii_and_lower_case_escapes_come_out(value: Any) -> None:
    written = platform_json(value)

    assert written.isascii()
    assert re.search(rb"(?<!\\)(?:\\\\)*\\u[0-9a-f]{0,3}[A-F]", written) is None


@given(nested(WITHOUT_FLOATS))
def test_escaping_twice_changes_nothing(value: Any) -> None:
    once = platform_json(value)

    assert escape_json(once) == once


# Without DEL: it is ASCII, the platform leaves it alone, and this receiver's json.dumps alone would escape it.
@given(nested(WITHOUT_FLOATS).filter(lambda value: b"\x7f" not in platform_json(value)))
def test_a_verifier_that_writes_the_json_again_gets_our_signature(value: Any) -> None:
    sent = platform_json(value)
    # What receivers do that no longer have the raw body: parse, write compactly, escape as the platform does.
    rewritten = json.dumps(json.loads(sent), separators=(",", ":")).replace("/", "\\/").encode()
    expected = "sha256=" + hmac.new(b"secret", rewritten, hashlib.sha256).hexdigest()

    assert hub_signature("secret", sent) == expected


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        escape_json(b'"\xff"')


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        platform_json("\ud800")


def test_numbers_keep_their_digits() -> None:
    assert platform_json(msgspec.Raw(b"18446744073709551616")) == b"18446744073709551616"
