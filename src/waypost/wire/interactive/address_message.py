"""A text with a button that opens a form for an address. Which countries have it is the platform's business.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from typing import Any

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.complaints import shown
from waypost.wire.interactive.base import Kind, NotEmpty, constant_fault

NAME = "address_message"
MAX_PIN_CODE_CHARACTERS = 6


class SavedAddress(Struct):
    """An address to choose (Any: the same fields as in `values`)."""

    id: NotEmpty
    value: dict[str, Any]


class Parameters(Struct, omit_defaults=True):
    """What the form begins with. Its fields differ by country and are passed on as they are, hence Any."""

    country: NotEmpty
    values: dict[str, Any] | None = None
    saved_addresses: list[SavedAddress] | None = None
    validation_errors: dict[str, Any] | None = None


class Action(Struct):
    """The button."""

    name: str
    parameters: Parameters


class AddressMessage(Kind, tag=NAME, kw_only=True):
    """A text with a button that asks for an address."""

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is, or of a pin code that is too long."""
        if fault := constant_fault("interactive.action.name", self.action.name, NAME):
            return fault
        pin_code = (self.action.parameters.values or {}).get("in_pin_code")
        if isinstance(pin_code, str) and len(pin_code) > MAX_PIN_CODE_CHARACTERS:
            return Fault(
                INVALID_VALUE,
                f"Parameter 'interactive.action.parameters.values.in_pin_code' is {shown(pin_code)}; at most "
                f"{MAX_PIN_CODE_CHARACTERS} characters are allowed.",
            )
        return None
