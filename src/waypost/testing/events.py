"""What a webhook was told: each call as it came, taken apart into its updates."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from waypost.testing.messages import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the webhook: the exact bytes, the headers in lower case, and how it was answered."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    answered: int
    signature_ok: bool
    """Whether `X-Hub-Signature-256` is that of the number's app secret and these bytes."""

    @property
    def json(self) -> Any:  # Any: callbacks of both dialects
        """The decoded body."""
        return json.loads(self.body)

    @property
    def events(self) -> list["Event"]:
        """The updates in the call, in its order; a batch has several."""
        return list(_events(self))


@dataclass(frozen=True, slots=True)
class Event:
    """One update: a message of a user, a status of a message that was sent, or another field's value."""

    kind: Literal["message", "status", "other"]
    field: str
    """The webhook field, such as `messages` or `message_template_status_update`."""
    value: Json
    """The message, the status, or the whole value of another field."""
    call: Call

    @property
    def id(self) -> str:
        """The id of the message that it is about; empty if it is about none."""
        return str(self.value.get("id", "")) if self.kind != "other" else ""

    @property
    def type(self) -> str:
        """What the message is, or which status it is."""
        return str(self.value.get("status" if self.kind == "status" else "type", self.field))

    @property
    def phone(self) -> str:
        """The digits of the user; empty if it is about none."""
        return str(self.value.get("recipient_id" if self.kind == "status" else "from", ""))

    @property
    def text(self) -> str:
        """What the user wrote, tapped or picked, in words."""
        value = self.value
        chosen = value.get("interactive", {})
        chosen = chosen.get("button_reply") or chosen.get("list_reply") or {}
        caption = value.get(self.type, {}).get("caption", "") if isinstance(value.get(self.type), dict) else ""
        words = value.get("text", {}).get("body") or value.get("button", {}).get("text") or chosen.get("title")
        return str(words or caption)

    @property
    def code(self) -> int | None:
        """The code of the first error."""
        errors = self.value.get("errors") or []
        return int(errors[0]["code"]) if errors else None


def _events(call: Call) -> Iterator[Event]:
    body = call.json
    if not isinstance(body, dict):
        return
    if "entry" not in body:
        yield from _of_value("messages", body, call)
        return
    for entry in body["entry"]:
        for change in entry["changes"]:
            yield from _of_value(change["field"], change["value"], call)


def _of_value(name: str, value: Json, call: Call) -> Iterator[Event]:
    messages, statuses = value.get("messages", []), value.get("statuses", [])
    for message in messages:
        yield Event("message", name, message, call)
    for status in statuses:
        yield Event("status", name, status, call)
    if not messages and not statuses:
        yield Event("other", name, value, call)
