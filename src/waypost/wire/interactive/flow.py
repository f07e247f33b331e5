"""Flows: a text with a button that opens a form made elsewhere. The Flow itself is not looked at: none is kept here.

# spec: cloud-api.md#3.6
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.wire.interactive.base import Kind, NotEmpty, choice_fault, constant_fault, emoji_fault

_PARAMETERS = "interactive.action.parameters"


class Payload(Struct, omit_defaults=True):
    """Where the Flow begins, and what it is given (Any: whatever that Flow expects)."""

    screen: NotEmpty | None = None
    data: dict[str, Any] | None = None


class Parameters(Struct, omit_defaults=True):
    """Which Flow, and how it is opened."""

    flow_message_version: str
    flow_cta: Annotated[str, Meta(min_length=1, max_length=30)]
    flow_id: NotEmpty | None = None
    flow_name: NotEmpty | None = None
    flow_token: str | None = None
    mode: str | None = None
    flow_action: str | None = None
    flow_action_payload: Payload | None = None


class Action(Struct):
    """The button."""

    name: str
    parameters: Parameters


class FlowMessage(Kind, tag="flow", kw_only=True):
    """A text with a button that opens a Flow."""

    action: Action

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the way the Flow is named or opened."""
        asked, where = self.action.parameters, _PARAMETERS
        return (
            constant_fault("interactive.action.name", self.action.name, "flow")
            or constant_fault(f"{where}.flow_message_version", asked.flow_message_version, "3")
            or _name_fault(asked)
            or emoji_fault(f"{where}.flow_cta", asked.flow_cta)
            or choice_fault(f"{where}.mode", asked.mode, ("published", "draft"))
            or choice_fault(f"{where}.flow_action", asked.flow_action, ("navigate", "data_exchange"))
            or _data_fault(asked.flow_action_payload)
        )


def _name_fault(asked: Parameters) -> Fault | None:
    if (asked.flow_id is None) != (asked.flow_name is None):
        return None
    rule = f"Exactly one of {_PARAMETERS}.flow_id and {_PARAMETERS}.flow_name must be present"
    if asked.flow_id is None:
        return Fault(MISSING_PARAMETER, f"{rule}; both are missing.")
    return Fault(INVALID_VALUE, f"{rule}; both were given.")


def _data_fault(payload: Payload | None) -> Fault | None:
    if payload is None or payload.data is None or payload.data:
        return None
    path = f"{_PARAMETERS}.flow_action_payload.data"
    return Fault(INVALID_VALUE, f"Parameter '{path}' is {{}}; give it a member, or leave it out.")
