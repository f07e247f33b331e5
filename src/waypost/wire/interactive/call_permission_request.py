"""Asks the user whether the business may call them.

# spec: cloud-api.md#3.6
"""

from typing import ClassVar

from waypost.wire.interactive.base import Question

NAME = "call_permission_request"


class CallPermissionRequest(Question, tag=NAME, kw_only=True):
    """Asks for the permission to call, with a text if you like."""

    needs_body: ClassVar[bool] = False
    cloud_only: ClassVar[bool] = True
    action_name: ClassVar[str] = NAME
