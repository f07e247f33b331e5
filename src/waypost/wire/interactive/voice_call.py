"""A text with a button that calls the business.

# spec: cloud-api.md#3.6
"""

from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.interactive.base import Kind, NotEmpty, constant_fault

NAME = "voice_call"
MAX_TTL_MINUTES = 43_200


class Parameters(Struct, omit_defaults=True):
    """What stands on the button, and how long it works; seven days unless told otherwise."""

    display_text: NotEmpty | None = None
    ttl_minutes: int | None = None


class Action(Struct, omit_defaults=True):
    """The button."""

    name: str
    parameters: Parameters | None = None


class VoiceCallMessage(Kind, tag=NAME, kw_only=True):
    """A text with a button that calls the business."""

    cloud_only: ClassVar[bool] = True

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is, or of a life that is too short or too long."""
        if fault := constant_fault("interactive.action.name", self.action.name, NAME):
            return fault
        minutes = self.action.parameters.ttl_minutes if self.action.parameters else None
        if minutes is None or 1 <= minutes <= MAX_TTL_MINUTES:
            return None
        return Fault(
            INVALID_VALUE,
            f"Parameter 'interactive.action.parameters.ttl_minutes' is {minutes}; it must be from 1 to "
            f"{MAX_TTL_MINUTES}.",
        )
