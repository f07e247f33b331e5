"""A text with one button that opens a web address.

# spec: cloud-api.md#3.6
"""

from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.complaints import shown
from waypost.wire.interactive.base import Kind, Label, NotEmpty, constant_fault

NAME = "cta_url"


class Parameters(Struct):
    """What stands on the button, and where it leads."""

    display_text: Label
    url: NotEmpty


class Action(Struct):
    """The button."""

    name: str
    parameters: Parameters


class CtaUrlMessage(Kind, tag=NAME, kw_only=True):
    """A text with a link button."""

    cloud_only: ClassVar[bool] = True

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is, or of a URL that no browser opens."""
        where = "interactive.action"
        return constant_fault(f"{where}.name", self.action.name, NAME) or url_fault(
            f"{where}.parameters.url", self.action.parameters.url
        )


def url_fault(path: str, url: str) -> Fault | None:
    """Return the fault of a button's address that is none of the web."""
    if url[:8].lower().startswith(("http://", "https://")):
        return None
    return Fault(INVALID_VALUE, f"Parameter '{path}' is {shown(url)}; it must begin with http:// or https://.")
