"""Read JSON from outside into a schema, or say in words what is wrong with it.

msgspec decodes it, after the checks that it leaves to its caller.
"""

import functools
import re
from collections.abc import Hashable
from typing import Any, TypeVar, cast

import msgspec

from waypost.errors import Refusal
from waypost.errors.requests import BAD_REQUEST
from waypost.wire.complaints import refused

MAX_DEPTH = 32
_INT64_DIGITS = 19
_TOO_MANY_OPEN = b"[" * (MAX_DEPTH + 1)
_ZEROS = b"0" * _INT64_DIGITS
_ALIKE = bytes.maketrans(b"123456789{", b"0" * 9 + b"[")  # every digit is a zero, and what opens a bracket
_BRACES_TO_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
# 19 digits are the shortest integer that can be too large. Each run of digits is looked at once, fractions never.
_NUMBER = re.compile(rb"(?<![.\d])-?\d{19,}+[.eE]?")

Schema = TypeVar("Schema")


def parse(schema: type[Schema], raw: bytes) -> Schema:
    """Return a body as a value of `schema`; raises Refusal.

    Of a key that comes twice the last value counts; keys that `schema` does not know are ignored, if it lets them be.
    """
    value: Schema = read(_decoder(cast("Hashable", schema)), raw)
    return value


def read(decoder: msgspec.json.Decoder[Any], raw: bytes) -> Any:  # Any: the caller knows what its decoder makes
    """Decode a request body; raises Refusal with what is wrong, in words."""
    try:
        refuse_unsafe(raw)
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise refused(error, raw, decoder.type) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(BAD_REQUEST, f"The body is not valid JSON: {error}.") from None


def refuse_unsafe(raw: bytes) -> None:
    """Raise Refusal for what a decoder lets pass and a store, or the next reader, does not.

    Each test first asks something that a body of a few hundred bytes answers in well under a microsecond; that is why
    it is `find` and not `in`, which first takes what it looks for in bytes for a number and raises an error inside.
    """
    if not raw.isascii():
        _refuse_bad_text(raw)
    alike = raw.translate(_ALIKE)
    if alike.count(b"[") > MAX_DEPTH and _is_too_deep(raw):
        raise Refusal(BAD_REQUEST, f"The body is nested deeper than {MAX_DEPTH} levels.")
    if alike.find(_ZEROS) >= 0:
        _refuse_large_integers(raw)
    # An escaped backslash may be followed by a plain u0000.
    if raw.find(b"\\u0000") >= 0 and b"\\u0000" in raw.replace(b"\\\\", b""):
        raise Refusal(BAD_REQUEST, "The body holds the character U+0000, which no text may contain.")


def _refuse_bad_text(raw: bytes) -> None:
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(BAD_REQUEST, "The body starts with a byte order mark; send plain UTF-8.")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(BAD_REQUEST, f"The body is not valid UTF-8 at byte {error.start}.") from None


def _refuse_large_integers(raw: bytes) -> None:
    for match in _NUMBER.finditer(_outside_strings(raw)):
        digits = match.group()
        if not digits[-1:].isdigit():  # the whole part of a float
            continue
        if len(digits) > _INT64_DIGITS + 1 or not -(1 << 63) <= int(digits) < 1 << 63:
            raise Refusal(BAD_REQUEST, "The body holds an integer of more than 64 bits.")


def _outside_strings(raw: bytes) -> bytes:
    """Return `raw` without its strings: what is left are brackets, commas, colons, numbers and names."""
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b'"'.join(unescaped.split(b'"')[::2])


def _is_too_deep(raw: bytes) -> bool:
    """Return whether brackets are nested too deep, by taking away the innermost pairs level by level.

    Brackets without a partner are left to the decoder, which names their place.
    """
    brackets = _outside_strings(raw).translate(_BRACES_TO_BRACKETS, _NOT_BRACKETS)
    if _TOO_MANY_OPEN in brackets:  # the usual attack, for which the loop is slow
        return True
    for _ in range(MAX_DEPTH):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return brackets.count(b"[") > MAX_DEPTH or b"[]" in brackets


@functools.cache
def _decoder(schema: Hashable) -> msgspec.json.Decoder[Any]:  # Any: one cache for every schema
    return msgspec.json.Decoder(cast("type[Any]", schema))
