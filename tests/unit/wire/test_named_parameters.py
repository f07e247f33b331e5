"""Whatever is wrong with a message, the details name the parameter that is at fault, in one sentence."""

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.support.samples import names, sample

from waypost.errors import Fault, Refusal
from waypost.wire.cloud.requests import parse_send

SENT = names("cloud")
WRONG: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "an empty text": "",
    "a text too long": "x" * 70_000,
    "a list": [[]],
    "an object": {"strange": {}},
}
Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in a body but the whole of it."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*path, name)
        yield from places(member, (*path, name))


def changed(body: Any, path: Path, value: object) -> bytes:
    """Return the body with another value at a path."""
    body = copy.deepcopy(body)
    holder = body
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return msgspec.json.encode(body)


def fault_of(raw: bytes) -> Fault | None:
    try:
        parse_send(raw)
    except Refusal as refusal:
        return refusal.fault
    return None


def unnamed(body: Any, value: object) -> list[tuple[Path, str]]:
    """Return the details that do not name what was changed, with its place."""
    found = [(path, fault_of(changed(body, path, value))) for path in places(body)]
    return [(path, fault.details) for path, fault in found if fault and not _names(fault.details, path)]


def _names(details: str, path: Path) -> bool:
    last = next(step for step in reversed(path) if isinstance(step, str))
    is_named = last in details or "'strange'" in details
    return is_named and ". " not in details.rstrip(".")


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("name", SENT)
def test_the_details_name_the_parameter_at_fault(name: str, value: object) -> None:
    body = sample("cloud", name)

    found = unnamed(body, value)

    assert found == []
