"""What every edge of the graph can be asked for: some `fields` of an object, and a page of a list."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.management import NONEXISTING_FIELD
from waypost.errors.requests import INVALID_PARAMETER
from waypost.lib.ids import parse_digits

MAX_PAGE = 1_000
_PAGE = 25

Item = TypeVar("Item")


def asked_fields(query: Mapping[str, str], default: Sequence[str], known: Collection[str]) -> list[str]:
    """Return the names in `fields`, or the default; raises Refusal for a name that the object does not have.

    What follows a name in braces or after a dot is left out: `phone_numbers{id}`, `qr_image_url.format(SVG)`.
    """
    if not query.get("fields"):
        return list(default)
    names = [name.strip() for name in split_fields(query["fields"])]
    wanted = [name.partition("{")[0].partition(".")[0].strip() for name in names if name]
    for name in wanted:
        if name not in known and name != "id":
            raise Refusal(NONEXISTING_FIELD, f"(#100) Tried accessing nonexisting field ({name[:100]})")
    return wanted


def picked(thing: Struct, wanted: Sequence[str]) -> dict[str, Any]:
    """Return the wanted members of an object, `id` first; what has no value is absent (Any: a JSON object).

    The samples have `id` last only where health is all that is asked for.

    # spec: samples/cloud/mgmt_resp_phone_number.json, samples/cloud/mgmt_resp_health_status.json
    """
    names = ["health_status", "id"] if list(wanted) == ["health_status"] else ["id", *wanted]
    members = {name: getattr(thing, name, None) for name in names}
    return {name: value for name, value in members.items() if value is not None}


def nested_query(query: Mapping[str, str], name: str) -> dict[str, str]:
    """Return what is asked of the objects in a field: `{"fields": "id"}` for `phone_numbers{id}`."""
    for part in split_fields(query.get("fields", "")):
        field, brace, inner = part.partition("{")
        if brace and field.partition(".")[0].strip() == name:
            return {"fields": inner.strip().removesuffix("}")}
    return {}


def split_fields(text: str) -> list[str]:
    """Split at the commas that stand outside of braces and parentheses."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "{(") - (sign in "})")
        if sign == "," and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def page(items: Sequence[tuple[str, Item]], query: Mapping[str, str]) -> tuple[list[Item], dict[str, Any]]:
    """Return the part of a list, in order of its names, that `limit`, `after` and `before` ask for, and `paging`.

    Any: `paging` is a JSON object, and empty for an empty page. Raises Refusal for a limit or cursor that is none.
    """
    limit = _limit(query.get("limit"))
    after, before = _name(query.get("after")), _name(query.get("before"))
    found = [item for item in items if (after is None or item[0] > after) and (before is None or item[0] < before)]
    shown = found[-limit:] if before is not None and after is None else found[:limit]
    if not shown:
        return [], {}
    cursors = {"before": _cursor(shown[0][0]), "after": _cursor(shown[-1][0])}
    return [value for _, value in shown], {"cursors": cursors}


def _limit(text: str | None) -> int:
    if not text:
        return _PAGE
    limit = parse_digits(text, 6)
    if not limit:
        raise Refusal(INVALID_PARAMETER, f"Param limit must be an integer from 1 to {MAX_PAGE}; it is '{text[:40]}'.")
    return min(limit, MAX_PAGE)


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode("ascii")


def _name(cursor: str | None) -> str | None:
    if not cursor:
        return None
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise Refusal(INVALID_PARAMETER, "Invalid cursors values: give 'after' or 'before' as a page had it.") from None
