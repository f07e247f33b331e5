"""Objects of messages that are not written as documented, and that the graph takes all the same.

The reference is silent about them; each is what programs in wide use send.
"""

import re
from typing import Any

import msgspec
from msgspec import Raw

from waypost.wire.reading import refuse_unsafe
from waypost.wire.wanted import STEP

_MAX_BYTES = 128 * 1024  # a message of such a program is far smaller, and to read a large one anew takes long

_REFUSED = re.compile(
    r"(?:(?P<unknown>Object contains unknown field `.*`)|Expected `(?:object|array)[^`]*`, got `str`)"
    r"(?: - at `\$(?P<path>.*)`)?",
    re.DOTALL,
)


def mended(raw: Raw | bytes, error: msgspec.ValidationError) -> Raw | None:
    """Return a refused object as its sender meant it; None if it is not one of these cases.

    Where an object or array is wanted, a text that holds one is taken for it: Chatwoot sends `interactive.action` so.
    An unknown member that is null is left out: serializers of Java, C# and Go write so what has no value.
    Raises Refusal if a text holds what no body may hold.
    """
    found = _REFUSED.fullmatch(str(error))
    if found is None or len(memoryview(raw)) > _MAX_BYTES:
        return None
    value = msgspec.json.decode(raw)
    if found["unknown"]:
        without = _without_nulls(value)
        return None if without == value else Raw(msgspec.json.encode(without))
    if not _opened(value, found["path"] or ""):
        return None
    opened = msgspec.json.encode(value)
    refuse_unsafe(opened)  # what was flat as a text may be too deep now
    return Raw(opened)


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value]
    return value


def _opened(value: Any, path: str) -> bool:  # Any: a decoded JSON value
    """Put in the place of the text at a path what it holds; return whether it holds an object or array."""
    steps = [key or int(index) for key, index in STEP.findall(path)]
    try:
        for step in steps[:-1]:
            value = value[step]
        text = value[steps[-1]].strip().encode()
        if not text.startswith((b"{", b"[")):
            return False
        refuse_unsafe(text)
        value[steps[-1]] = msgspec.json.decode(text)
    except (LookupError, AttributeError, TypeError, UnicodeError, msgspec.DecodeError):
        return False  # a key with a dot in it, or no JSON
    return True
