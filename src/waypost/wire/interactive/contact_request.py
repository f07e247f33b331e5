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


class ContactRequest(Kind, tag="request_contact_info", kw_only=True):
    """A text with a button that sends the user's phone number.

    The reference calls the type `contact_request`; that is the `origin` of the card that comes back. Every client
    library (pywa, whatsapp-api-js) and the guides of providers send `request_contact_info`.
    """

    headers: ClassVar[Sequence[str]] = ()
    takes_footer: ClassVar[bool] = False
    cloud_only: ClassVar[bool] = True

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is."""
        return constant_fault("interactive.action.name", self.action.name, "request_contact_info")


class ContactRequestByOrigin(ContactRequest, tag="contact_request", kw_only=True):
    """The same under the name that the reference gives it."""
