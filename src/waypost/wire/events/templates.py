"""The webhook fields about templates: their status, quality, category and texts.

# spec: cloud-api.md#10, samples/cloud/hook_template_status_approved.json
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from waypost.wire.definitions import Button, Component

STATUS = "message_template_status_update"
QUALITY = "message_template_quality_update"
COMPONENTS = "message_template_components_update"
CATEGORY = "template_category_update"

_encoder = msgspec.json.Encoder()


TemplateEvent = Literal[
    "APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED", "IN_APPEAL", "LIMIT_EXCEEDED",
    "LOCKED", "DELETED", "PENDING_DELETION", "ARCHIVED", "UNARCHIVED",
]  # fmt: skip
"""What can happen to a template, in the words of the webhook."""


class TemplateFacts(Protocol):
    """A template in one language."""

    @property
    def id(self) -> int:
        """Its id, which these webhooks write as a number."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def language(self) -> str:
        """The code of its language."""
        ...

    @property
    def category(self) -> str:
        """`UTILITY`, `MARKETING`, `AUTHENTICATION`."""
        ...


def status_update(template: TemplateFacts, event: str, reason: str, info: dict[str, dict[str, str]]) -> bytes:
    """Return the value that tells an event; `info` holds `other_info`, `rejection_info` or `disable_info`."""
    told = {"event": event, **_named(template), "reason": reason, "message_template_category": template.category}
    return _encoder.encode({**told, **info})


def quality_update(template: TemplateFacts, previous: str, new: str) -> bytes:
    """Return the value that tells another quality."""
    return _encoder.encode({"previous_quality_score": previous, "new_quality_score": new, **_named(template)})


def category_update(template: TemplateFacts, previous: str, new: str) -> bytes:
    """Return the value that tells another category."""
    return _encoder.encode({**_named(template), "previous_category": previous, "new_category": new})


def components_update(template: TemplateFacts, components: Sequence[Component]) -> bytes:
    """Return the value that tells new texts."""
    told: dict[str, object] = _named(template)
    for part in components:
        if (member := _MEMBERS.get(part.type)) and part.text:
            told[member] = part.text
        if part.buttons:
            told["message_template_buttons"] = [_button(button) for button in part.buttons]
    return _encoder.encode(told)


_MEMBERS = {
    "BODY": "message_template_element",
    "HEADER": "message_template_title",
    "FOOTER": "message_template_footer",
}


def _button(button: Button) -> dict[str, str]:
    members = {
        "message_template_button_type": button.type,
        "message_template_button_text": button.text,
        "message_template_button_url": button.url,
        "message_template_button_phone_number": button.phone_number,
    }
    return {name: value for name, value in members.items() if value}


def _named(template: TemplateFacts) -> dict[str, object]:
    return {
        "message_template_id": template.id,
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
