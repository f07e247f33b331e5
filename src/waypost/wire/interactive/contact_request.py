"""A text with a button that sends the user's phone number.

# spec: cloud-api.md#3.6
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.wire.interactive.base import Kind, constant_fault


class Action(Struct):
    """The button."""

    name: str


class ContactRequest(Kind, tag="contact_request", kw_only=True):
    """A text with a button that sends the user's phone number."""

    headers: ClassVar[Sequence[str]] = ()
    takes_footer: ClassVar[bool] = False
    cloud_only: ClassVar[bool] = True

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is."""
        return constant_fault("interactive.action.name", self.action.name, "request_contact_info")
