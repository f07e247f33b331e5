"""A text with a button that sends the user's phone number.

# spec: cloud-api.md#3.6
"""

from typing import ClassVar

from waypost.wire.interactive.base import Question

NAME = "request_contact_info"


class ContactRequest(Question, tag=NAME, kw_only=True):
    """A text with a button that sends the user's phone number.

    The reference calls the type `contact_request`; that is the `origin` of the card that comes back. Every client
    library (pywa, whatsapp-api-js) and the guides of providers send `request_contact_info`.
    """

    cloud_only: ClassVar[bool] = True
    action_name: ClassVar[str] = NAME


class ContactRequestByOrigin(ContactRequest, tag="contact_request", kw_only=True):
    """The same under the name that the reference gives it."""
