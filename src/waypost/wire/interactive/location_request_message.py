"""A text with a button that sends the user's location.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.wire.interactive.base import Kind, constant_fault


class Action(Struct):
    """The button."""

    name: str


class LocationRequestMessage(Kind, tag="location_request_message", kw_only=True):
    """A text with a button that sends the user's location."""

    headers: ClassVar[Sequence[str]] = ()
    takes_footer: ClassVar[bool] = False

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is."""
        return constant_fault("interactive.action.name", self.action.name, "send_location")
