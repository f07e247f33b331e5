"""Pages of a list, as every edge of the graph has them, with the address of the next one."""

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from waypost.api.routing import Request, Response, json_response
from waypost.wire.fields import page

Item = TypeVar("Item")


def paged(request: Request, items: Sequence[tuple[str, Item]]) -> tuple[list[Item], dict[str, Any]]:
    """Return the part of a list that a request asks for, and `paging` (Any: a JSON object, empty for an empty page).

    `items` are in order of their names. Raises Refusal for a limit or cursor that is none.
    """
    shown, paging = page(items, request.query)
    if shown and shown[-1] is not items[-1][1]:
        paging["next"] = _next_url(request, paging["cursors"]["after"])
    return shown, paging


def page_answer(data: Sequence[object], paging: dict[str, Any]) -> Response:
    """Return a page of a list; an empty one has no `paging` (Any: a JSON object)."""
    return json_response({"data": data, "paging": paging} if paging else {"data": data})


def _next_url(request: Request, after: str) -> str:
    """Return the address of the next page, as the client has reached this one."""
    query = {name: value for name, value in request.query.items() if name not in ("after", "before")}
    return f"{request.origin}{request.path}?{urlencode({**query, 'after': after})}"
