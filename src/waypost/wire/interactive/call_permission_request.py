"""Asks the user whether the business may call them.

# spec: cloud-api.md#3.6
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.wire.interactive.base import Kind, constant_fault

NAME = "call_permission_request"


class Action(Struct):
    """The question."""

    name: str


class CallPermissionRequest(Kind, tag=NAME, kw_only=True):
    """Asks for the permission to call, with a text if you like."""

    headers: ClassVar[Sequence[str]] = ()
    needs_body: ClassVar[bool] = False
    takes_footer: ClassVar[bool] = False
    cloud_only: ClassVar[bool] = True

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is."""
        return constant_fault("interactive.action.name", self.action.name, NAME)
