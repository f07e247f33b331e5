"""Interactive messages: buttons, lists, products, Flows and the like; the kinds are in `wire.interactive`.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

import re
from functools import reduce
from operator import or_

import msgspec

from waypost.errors import Fault
from waypost.errors.interactive import HEADER_STRUCTURE
from waypost.errors.requests import EMPTY_PARAMETER, INVALID_VALUE, MISSING_PARAMETER, TOO_LONG
from waypost.wire.complaints import complaint, mandatory, shown, value_at
from waypost.wire.interactive import HEADERS, KINDS, NAMES
from waypost.wire.messages.base import message_type

_PAYMENTS = frozenset({"order_details", "order_status"})
_TYPE_AT = re.compile(r"`\$((?:\..*)?\.type)`$")


def _complaint(error: msgspec.ValidationError, raw: msgspec.Raw | bytes) -> Fault:
    """Word what is wrong with the form: here even a text that is too long is a value that is not valid."""
    found = complaint(error, raw, kind="interactive")
    if match := _TYPE_AT.search(str(error)):
        return _wrong_type(match[1], raw) or found
    if found.problem in (TOO_LONG, EMPTY_PARAMETER):
        return Fault(INVALID_VALUE, found.details)
    return found


def _wrong_type(path: str, raw: msgspec.Raw | bytes) -> Fault | None:
    """Return the fault of a `type` that is null or names nothing."""
    value = value_at(raw, path)
    if value is None:
        return Fault(MISSING_PARAMETER, mandatory(f"interactive{path}"))
    if not isinstance(value, str):
        return None
    where = f"Parameter 'interactive{path}' is {shown(value)}"
    if path != ".type":
        return Fault(HEADER_STRUCTURE, f"{where}; it must be one of {', '.join(HEADERS)}.")
    if value in _PAYMENTS:
        return Fault(INVALID_VALUE, f"{where}: payments are not offered; send the order as text or as a template.")
    return Fault(INVALID_VALUE, f"{where}; it must be one of {', '.join(NAMES)}.")


TYPE = message_type("interactive", reduce(or_, KINDS), complaint=_complaint)
