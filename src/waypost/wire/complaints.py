"""What is wrong with a body, in words for its sender: the field, the value, and what was expected."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from waypost.errors import Fault, Problem, Refusal
from waypost.errors.requests import (
    BAD_REQUEST,
    EMPTY_PARAMETER,
    INVALID_PARAMETER,
    MISSING_PARAMETER,
    TOO_LONG,
    UNEXPECTED_PARAMETER,
)
from waypost.wire.wanted import STEP, choices_at, words_at

_WHERE = re.compile(r"(.*?)(?: - at `\$?(.*)`)?", re.DOTALL)
_SHOWN_CHARACTERS = 60

_WORDS = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}

_BOUNDS = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}

_Explain = Callable[[re.Match[str], str, Any], tuple[Problem, str]]  # Any: a decoded JSON value


def complaint(
    error: msgspec.ValidationError, raw: msgspec.Raw | bytes, *, kind: str | None = None, schema: object = None
) -> Fault:
    """Return the fault that stopped `raw` from being decoded into `schema`, which knows what was wanted.

    `kind` is the type's name if `raw` is its object.
    """
    found = _WHERE.fullmatch(str(error))
    text, path = (found[1], found[2] or "") if found else (str(error), "")
    for pattern, explain in _COMPLAINTS:
        if match := pattern.fullmatch(text):
            problem, details = explain(match, _full_path(kind, path), value_at(raw, path))
            return Fault(problem, details)
    full = _full_path(kind, path)
    if text.startswith("Invalid enum value") and (choices := choices_at(schema, path)):
        is_now = shown(value_at(raw, path))
        return Fault(INVALID_PARAMETER, f"Parameter '{full}' is {is_now}; it must be one of {choices}.")
    if "matching regex" in text and (words := words_at(schema, path)):
        return Fault(INVALID_PARAMETER, f"Parameter '{full}' must be {words}.")
    return Fault(INVALID_PARAMETER, f"Parameter '{full}' is not valid: {text}.")


def refused(error: msgspec.ValidationError, raw: msgspec.Raw | bytes, schema: object = None) -> Refusal:
    """Return what `complaint` finds, as an exception to raise."""
    return Refusal.of(complaint(error, raw, schema=schema))


def mandatory(path: str) -> str:
    """Return the sentence for a parameter that is missing, as the platform words it.

    # spec: samples/onprem/032-error-missing-parameter.json
    """
    kind, _, inner = path.partition(".")
    if not inner or "[" in kind:
        return f"Parameter '{path}' is mandatory"
    return f"Parameter '{inner}' is mandatory for type '{kind}'"


def shown(value: object) -> str:
    """Return a value as JSON, cut to what a person wants to see of it."""
    text = msgspec.json.encode(value).decode("utf-8")
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _missing(match: re.Match[str], path: str, _value: object) -> tuple[Problem, str]:
    return MISSING_PARAMETER, mandatory(f"{path}.{match[1]}" if path else match[1])


def _null(_match: re.Match[str], path: str, _value: object) -> tuple[Problem, str]:
    if not path:
        return BAD_REQUEST, "The body must be a JSON object; it is null."
    return MISSING_PARAMETER, mandatory(path)


def _unknown(match: re.Match[str], path: str, _value: object) -> tuple[Problem, str]:
    inside = f" in '{path}'" if path else ""
    return UNEXPECTED_PARAMETER, f"Unexpected key '{match[1][:_SHOWN_CHARACTERS]}'{inside}; leave it out."


def _wrong_type(match: re.Match[str], path: str, value: object) -> tuple[Problem, str]:
    wanted = [_WORDS.get(word, word) for word in match[1].split(" | ") if word != "null"]
    if not path:
        return BAD_REQUEST, f"The body must be {' or '.join(wanted)}; it is {shown(value)}."
    return INVALID_PARAMETER, f"Parameter '{path}' must be {' or '.join(wanted)}; it is {shown(value)}."


def _too_long(match: re.Match[str], path: str, value: object) -> tuple[Problem, str]:
    count = _length(value, str, otherwise="too many")
    return TOO_LONG, f"Parameter '{path}' has {count} characters; at most {match[1]} are allowed."


def _empty(_match: re.Match[str], path: str, _value: object) -> tuple[Problem, str]:
    return EMPTY_PARAMETER, f"Parameter '{path}' must not be empty."


def _count(match: re.Match[str], path: str, value: object) -> tuple[Problem, str]:
    is_over = match[1] == "<="
    count = _length(value, list, otherwise="too many" if is_over else "too few")
    wanted = f"at most {match[2]} are possible" if is_over else f"at least {match[2]} must be there"
    return INVALID_PARAMETER, f"Parameter '{path}' has {count} entries; {wanted}."


def _too_short(match: re.Match[str], path: str, value: object) -> tuple[Problem, str]:
    count = _length(value, str, otherwise="too few")
    return INVALID_PARAMETER, f"Parameter '{path}' has {count} characters; at least {match[1]} are needed."


def _length(value: object, kind: type[str | list[object]], *, otherwise: str) -> str:
    """Return how long the refused value is, or `otherwise` where `value_at` did not find that value.

    If a key comes twice it finds the last one; if a number in the body cannot be read it finds nothing.
    """
    return str(len(value)) if isinstance(value, kind) else otherwise


def _beyond(match: re.Match[str], path: str, value: object) -> tuple[Problem, str]:
    wanted = f"{_BOUNDS[match[1]]} {match[2].removesuffix('.0')}"
    return INVALID_PARAMETER, f"Parameter '{path}' is {shown(value)}; it must be {wanted}."


def _range(_match: re.Match[str], path: str, _value: object) -> tuple[Problem, str]:
    return INVALID_PARAMETER, f"Parameter '{path}' is a number too large to be used."


def _no_time(_match: re.Match[str], path: str, value: object) -> tuple[Problem, str]:
    wanted = "a time with its zone, as 2027-01-31T12:00:00Z"
    return INVALID_PARAMETER, f"Parameter '{path}' is {shown(value)}; it must be {wanted}."


def _no_base64(_match: re.Match[str], path: str, _value: object) -> tuple[Problem, str]:
    return INVALID_PARAMETER, f"Parameter '{path}' must be base64."


_COMPLAINTS: tuple[tuple[re.Pattern[str], _Explain], ...] = (
    (re.compile(r"Object missing required field `(.*)`"), _missing),
    (re.compile(r"Expected `.*`, got `null`"), _null),
    (re.compile(r"Object contains unknown field `(.*)`", re.DOTALL), _unknown),
    (re.compile(r"Expected `([^`]*)`(?:, got `.*`)?"), _wrong_type),
    (re.compile(r"Expected `str(?: \| null)?` of length <= (\d+)"), _too_long),
    (re.compile(r"Expected `str(?: \| null)?` of length >= 1"), _empty),
    (re.compile(r"Expected `str(?: \| null)?` of length >= (\d+)"), _too_short),
    (re.compile(r"Expected `(?:int|float)[^`]*` ([<>]=?) (\S+)"), _beyond),
    (re.compile(r"Expected `array` of length (<=|>=) (\d+)"), _count),
    (re.compile(r"(?:Integer value|Number) out of range"), _range),
    (re.compile(r"Invalid RFC3339 encoded datetime|Expected `datetime` with a timezone component"), _no_time),
    (re.compile(r"Invalid base64 encoded string"), _no_base64),
)


def _full_path(kind: str | None, path: str) -> str:
    return (kind + path) if kind else path.removeprefix(".")


def value_at(raw: msgspec.Raw | bytes, path: str) -> Any:  # Any: a decoded JSON value
    """Return what stands at a path of msgspec's, as `.sections[0].title`; None if it cannot be read."""
    try:
        value = msgspec.json.decode(raw)
        for key, index in STEP.findall(path):
            value = value[key] if key else value[int(index)]
    except (msgspec.DecodeError, LookupError, TypeError):
        return None  # a number that cannot be read, or a key with a dot in it: the sentence does without the value
    return value
