"""JSON that no honest client sends: everything is a Refusal, and nothing else is raised."""

import contextlib
import time

import msgspec
import pytest

from waypost.errors import Refusal
from waypost.wire.reading import parse


class Note(msgspec.Struct):
    """A small request."""

    to: str
    count: int = 0
    ratio: float = 0.0


REFUSED = {
    "J1 100,000 nested arrays": b"[" * 100_000 + b"]" * 100_000,
    "J1 100,000 arrays never closed": b"[" * 100_000,
    "J2 1,000 nested objects": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "J3 33 levels": b"[" * 33 + b"]" * 33,
    "J3 33 levels after many shallow ones": b"[" + b"[]," * 100 + b"[" * 32 + b"]" * 33,
    "J3 33 levels of both kinds": b'[{"a":' * 16 + b"[]" + b"}]" * 16,
    "J4 an integer of 5,000 digits": b'{"to":"1","count":' + b"9" * 5000 + b"}",
    "J5 2 to the 64th": b'{"to":"1","count":18446744073709551616}',
    "J5 2 to the 63rd": b'{"to":"1","count":9223372036854775808}',
    "J5 in a key that nobody knows": b'{"to":"1","other":[-9223372036854775809]}',
    "J6 a number too large for a float": b'{"to":"1","ratio":1e400}',
    "J6 NaN": b'{"to":"1","ratio":NaN}',
    "J6 Infinity": b'{"to":"1","ratio":Infinity}',
    "J6 minus Infinity": b'{"to":"1","ratio":-Infinity}',
    "J8 a lone surrogate": b'{"to":"\\ud800"}',
    "J8 the other half": b'{"to":"\\uDC00"}',
    "J8 in a key that nobody knows": b'{"to":"1","other":"\\ud800"}',
    "J9 a surrogate in UTF-8": b'{"to":"\xed\xa0\x80"}',
    "J9 FF": b'{"to":"\xff"}',
    "J9 a long form of a slash": b'{"to":"\xc0\xaf"}',
    "J9 in a key that nobody knows": b'{"to":"1","other":"\xff"}',
    "J10 U+0000 escaped": b'{"to":"a\\u0000b"}',
    "J10 U+0000 in a key that nobody knows": b'{"to":"1","other":"\\u0000"}',
    "J10 U+0000 after an escaped backslash": b'{"to":"\\\\\\u0000"}',
    "J10 U+0000 raw": b'{"to":"a\0b"}',
    "J11 a byte order mark": b'\xef\xbb\xbf{"to":"1"}',
    "J11 UTF-16 with a mark": '{"to":"1"}'.encode("utf-16"),
    "J11 UTF-16 without": '{"to":"1"}'.encode("utf-16-le"),
    "J12 nothing": b"",
    "J12 white space": b" \n",
    "J12 null": b"null",
    "J12 an array": b"[]",
    "J12 a string": b'"x"',
    "J12 a number": b"0",
    "J13 trailing garbage": b'{"to":"1"}x',
    "J13 two values": b'{"to":"1"}{"to":"2"}',
    "J21 a wrong type": b'{"to":1}',
    "J26 a form": b"to=1&type=text",
    "single quotes": b"{'to':'1'}",
    "a comment": b'{"to":"1"/**/}',
    "a comma too many": b'{"to":"1",}',
    "cut short": b'{"to":"1"',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_bad_json_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse(Note, raw)

    assert refused.value.fault.details


ACCEPTED = {
    "J3 32 levels": (b"[" * 32 + b"]" * 32, 1),
    "many shallow levels": (b"[" + b"[],{}," * 1000 + b"[]]", 2001),
    "brackets in a string": (b'["' + b"[" * 100 + b'"]', 1),
    "brackets after an escaped quote": (b'["\\"' + b"[" * 100 + b'"]', 1),
    "brackets after an escaped backslash": (b'["\\\\","' + b"[" * 100 + b'"]', 2),
    "the largest integers": (b"[9223372036854775807,-9223372036854775808]", 2),
    "a long number in a string": (b'["99999999999999999999999999"]', 1),
    "a long fraction": (b"[0.1234567890123456789012345]", 1),
    "a long exact float": (b"[12345678901234567890.5]", 1),
    "a surrogate pair": (b'["\\ud83d\\ude00"]', 1),
    "an escaped backslash before u0000": (b'["\\\\u0000"]', 1),
    "UTF-8": ('["grün 😀"]'.encode(), 1),
}


@pytest.mark.parametrize(("raw", "length"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_good_json_is_not_mistaken_for_bad(raw: bytes, length: int) -> None:
    value = parse(object, raw)

    assert isinstance(value, list)
    assert len(value) == length


def test_j1_deep_nesting_is_refused_in_20_milliseconds() -> None:
    raw = b"[" * 100_000 + b"]" * 100_000
    began = time.perf_counter()

    with pytest.raises(Refusal):
        parse(object, raw)

    assert time.perf_counter() - began < 0.02


WORST = {
    "escaped quotes without an end": b'["' + b'\\"' * 500_000,
    "quotes": b'"' * 1_000_000,
    "shallow arrays": b"[" + b"[]," * 330_000 + b"[]]",
    "stairs": (b"[" * 31 + b"]" * 31 + b",") * 16_000,
    "brackets that turn their backs": b"][" * 500_000,
    "digits": b"[" + b"1234567890123456789," * 50_000 + b"1]",
    "one number": b"1" * 1_000_000,
    "zeros with a point": b"0" * 500_000 + b"." + b"0" * 500_000,
}


@pytest.mark.parametrize("raw", WORST.values(), ids=WORST.keys())
def test_a_megabyte_of_anything_is_judged_in_a_fraction_of_a_second(raw: bytes) -> None:
    began = time.process_time()

    with contextlib.suppress(Refusal):
        parse(object, raw)

    assert (
        time.process_time() - began < 3.0
    )  # 0.02 s where nothing else runs; what grows faster than its input takes minutes


def test_j7_of_a_key_that_comes_twice_the_last_value_counts() -> None:
    assert parse(Note, b'{"to":"1","to":"2"}') == Note("2")


def test_keys_that_nobody_knows_are_ignored() -> None:
    assert parse(Note, b'{"__proto__":{},"constructor":1,"to":"1"}') == Note("1")
