"""A text with a button that sends the user's location.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from typing import ClassVar

from waypost.wire.interactive.base import Question


class LocationRequestMessage(Question, tag="location_request_message", kw_only=True):
    """A text with a button that sends the user's location."""

    action_name: ClassVar[str] = "send_location"
