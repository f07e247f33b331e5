"""Show templates as Meta's graph does, and as 360dialog's proxy does.

# spec: cloud-api.md#13.1, cloud-api.md#13.2
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Raw

from waypost.errors import Fault, Refusal
from waypost.errors.requests import INVALID_PARAMETER
from waypost.lib.ids import parse_digits
from waypost.wire.cloud.answers import error_body, proxy_refusal
from waypost.wire.definitions import namespace
from waypost.wire.events import templates as events
from waypost.wire.health import Health

DEFAULT_FIELDS = (
    "name", "parameter_format", "components", "language", "status", "category", "sub_category", "previous_category",
    "id",
)  # fmt: skip
FIELDS = (
    *DEFAULT_FIELDS, "rejected_reason", "quality_score", "message_send_ttl_seconds", "last_updated_time",
    # Asked for by client libraries, and without a value here: the graph leaves such a field out.
    "correct_category", "cta_url_link_tracking_opted_out", "degrees_of_freedom_spec", "is_primary_device_delivery_only",
    "library_template_name",
)  # fmt: skip
HEALTH_FIELD = "health_status"
"""Told of one template, and not in a list.

# spec: cloud-api.md#13.10
"""

_FILTERS = ("name", "status", "category", "language")
_encoder = msgspec.json.Encoder()


class TemplateFacts(events.TemplateFacts, Protocol):
    """A template in one language, with everything that a look-up shows."""

    @property
    def waba_id(self) -> int:
        """Its account."""
        ...

    @property
    def status(self) -> str:
        """Its status, in upper case."""
        ...

    @property
    def components(self) -> bytes:
        """Its components, as JSON."""
        ...

    @property
    def named(self) -> bool:
        """Whether its variables have names."""
        ...

    @property
    def sub_category(self) -> str | None:
        """What its owner said beside the category."""
        ...

    @property
    def previous_category(self) -> str | None:
        """Where it was filed before."""
        ...

    @property
    def rejected_reason(self) -> str:
        """Why it was rejected, or `NONE`."""
        ...

    @property
    def quality(self) -> str:
        """How users take it."""
        ...

    @property
    def quality_ms(self) -> int | None:
        """When that last changed."""
        ...

    @property
    def send_ttl_seconds(self) -> int | None:
        """How long its messages wait for a phone."""
        ...

    @property
    def changed_ms(self) -> int:
        """When it last changed."""
        ...


def created_answer(template: TemplateFacts) -> bytes:
    """Return the answer to a create request.

    # spec: samples/cloud/mgmt_resp_template_create.json
    """
    return _encoder.encode({"id": str(template.id), "status": template.status, "category": template.category})


def upserted_answer(templates: Sequence[TemplateFacts]) -> bytes:
    """Return the answer to a change in several languages, with the members that Meta's reference gives this edge."""
    shown = [{"id": str(each.id), "status": each.status, "language": each.language} for each in templates]
    return _encoder.encode({"data": shown})


def edited_answer(template: TemplateFacts) -> bytes:
    """Return the answer to a change; client libraries read what is beside `success`."""
    return _encoder.encode(
        {"success": True, "id": str(template.id), "name": template.name, "category": template.category}
    )


def template_answer(template: TemplateFacts, fields: Sequence[str], health: Health | None = None) -> bytes:
    """Return one template, with its health if that is known."""
    shown = _shown(template, fields)
    return _encoder.encode({HEALTH_FIELD: health, **shown} if health else shown)


def list_answer(
    templates: Sequence[TemplateFacts], fields: Sequence[str], paging: dict[str, Any], summary: dict[str, Any]
) -> bytes:
    """Return a page of templates. Any: `paging` and `summary` are JSON objects, absent when empty.

    # spec: samples/cloud/mgmt_resp_template_list.json
    """
    answer = {"data": [_shown(template, fields) for template in templates], "paging": paging, "summary": summary}
    return _encoder.encode({name: value for name, value in answer.items() if value or name == "data"})


def summary(asked: str, *, found: int, there: int, limit: int) -> dict[str, Any]:  # Any: a JSON object
    """Return what `summary` asks to be told of a whole list: how many were `found`, are `there` and may be there.

    The reference does not name it; client libraries ask for it and read it.
    """
    known = {
        "total_count": found,
        "message_template_count": there,
        "message_template_limit": limit,
        "are_translations_complete": True,
    }
    return {name: known[name] for name in asked.split(",") if name in known}


def matches(template: TemplateFacts, filters: dict[str, str], *, status: str | None = None) -> bool:
    """Return whether a template is what every filter says, in any case; `status` is how the face calls its own.

    A filter may name several values.
    """
    t = template
    members = {"name": t.name, "language": t.language, "category": t.category, "status": status or t.status}
    found = {name: value.lower() for name, value in members.items()}
    return all(found[name] in _words(text) for name, text in filters.items() if name in found and text)


def _words(text: str) -> list[str]:
    """Return the values of a filter: `A`, `A,B` or `["A","B"]`."""
    return [word.strip(' "').lower() for word in text.strip("[]").split(",")]


def _shown(template: TemplateFacts, fields: Sequence[str]) -> dict[str, Any]:  # Any: a JSON object
    t = template
    members: dict[str, Any] = {
        "name": t.name,
        "parameter_format": "NAMED" if t.named else "POSITIONAL",
        "components": Raw(t.components),
        "language": t.language,
        "status": t.status,
        "category": t.category,
        "sub_category": t.sub_category,
        "previous_category": t.previous_category,
        "rejected_reason": t.rejected_reason,
        "quality_score": _quality(t),
        "message_send_ttl_seconds": t.send_ttl_seconds,
        "last_updated_time": _moment(t.changed_ms),
        "id": str(t.id),
    }
    return {name: value for name, value in members.items() if value is not None and (name in fields or name == "id")}


def _quality(template: TemplateFacts) -> dict[str, Any]:  # Any: a JSON object
    # A date is always there: client libraries read it unasked.
    at_ms = template.changed_ms if template.quality_ms is None else template.quality_ms
    return {"score": template.quality, "date": at_ms // 1000}


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S%z")


class Wanted(msgspec.Struct):
    """What a program asks of 360dialog's list."""

    limit: int
    offset: int
    sort: list[str]
    filters: dict[str, str]


# What 360dialog sorts by, with or without the name of its table.
_SORTS = ("id", "name", "language", "status", "category")


def proxy_wanted(query: dict[str, str]) -> Wanted:
    """Read the query of 360dialog's list. Raises Refusal."""
    sort = [word for word in query.get("sort", "id").split(",") if word]
    for word in sort:
        if _plain(word) not in _SORTS:
            raise Refusal(INVALID_PARAMETER, f"sort: '{word[:60]}' is unknown; use one of {', '.join(_SORTS)}.")
    return Wanted(_number(query, "limit", 1000), _number(query, "offset", 0), sort, _filters(query.get("filters")))


def proxy_list(templates: Sequence[TemplateFacts], wanted: Wanted) -> bytes:
    """Return 360dialog's list: statuses are in lower case, and a template under review is `submitted`.

    # spec: migration.md#10
    # spec: samples/cloud/d360_resp_templates.json, samples/onprem/062-360dialog-templates-response.json
    """
    filters = {_plain(name): text for name, text in wanted.filters.items()}
    found = [template for template in templates if matches(template, filters, status=_proxy_status(template.status))]
    for word in reversed(wanted.sort):
        found.sort(key=lambda template: getattr(template, _plain(word)), reverse=word.startswith("-"))
    shown = found[wanted.offset : wanted.offset + wanted.limit]
    return _encoder.encode(
        {
            "count": len(shown),
            "filters": wanted.filters,
            "limit": wanted.limit,
            "offset": wanted.offset,
            "sort": wanted.sort,
            "total": len(found),
            "waba_templates": [_proxy_shown(template) for template in shown],
        }
    )


def proxy_template(template: TemplateFacts) -> bytes:
    """Return one template as 360dialog shows it."""
    return _encoder.encode(_proxy_shown(template))


def proxy_deleted(trace_id: str) -> bytes:
    """Return the answer to a deletion (unconfirmed form)."""
    return _encoder.encode({"meta": {"success": True, "http_code": 200, "360dialog_trace_id": trace_id}})


def proxy_wrapped(fault: Fault, trace_id: str) -> bytes:
    """Return an upstream's refusal of a template as 360dialog wraps it: as text.

    # spec: cloud-api.md#11.3
    """
    upstream = error_body(fault, trace_id).decode("utf-8")
    return proxy_refusal(fault.problem.http, f"Invalid payload ({upstream})", trace_id)


def _proxy_shown(template: TemplateFacts) -> dict[str, Any]:  # Any: a JSON object
    t = template
    return {
        "namespace": namespace(t.waba_id),
        "name": t.name,
        "language": t.language,
        "status": _proxy_status(t.status),
        "category": t.category,
        "components": Raw(t.components),
        "rejected_reason": t.rejected_reason,
        "quality_score": _quality(t),
        "id": str(t.id),
        "external_id": str(t.id),
    }


def _proxy_status(status: str) -> str:
    return "submitted" if status == "PENDING" else status.lower()


def _plain(word: str) -> str:
    return word.removeprefix("-").rpartition(".")[2]


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    number = parse_digits(text, 6)
    if number is None:
        raise Refusal(INVALID_PARAMETER, f"{name}: '{text[:40]}' is not a number from 0 to 999999.")
    return number


def _filters(text: str | None) -> dict[str, str]:
    try:
        filters = json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise Refusal(INVALID_PARAMETER, f"filters: {(text or '')[:60]!r} is not JSON.") from None
    if not isinstance(filters, dict) or not all(isinstance(value, str) for value in filters.values()):
        raise Refusal(INVALID_PARAMETER, "filters: give a JSON object whose values are texts.")
    for name in filters:
        if _plain(name) not in _FILTERS:
            raise Refusal(INVALID_PARAMETER, f"filters: '{name[:60]}' is unknown; use one of {', '.join(_FILTERS)}.")
    return filters
