"""Webhook fields of every kind, as somebody who plays the platform words them.

# spec: cloud-api.md#10, cloud-api.md#9 (errors of no message)
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from waypost.wire.events.messages import Error
from waypost.wire.facts import NumberFacts

UNDATED = frozenset({"messages", "user_preferences", "smb_message_echoes", "smb_app_state_sync", "history"})
"""The fields about a number's users: they name the number, and their entry has no `time`.

# spec: samples/cloud/hook_user_preferences_stop.json, samples/cloud/hook_value_errors.json
"""


def number_facts(number: NumberFacts) -> dict[str, Any]:  # Any: a JSON object
    """Return how a field about a number's users names the number."""
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": str(number.id)},
    }


class NoMessage(Struct, forbid_unknown_fields=True):
    """What the field `messages` may tell that is about no message."""

    errors: Annotated[list[Error], Meta(min_length=1)]


def notice_value(number: NumberFacts, field: str, told: dict[str, Any]) -> bytes:  # Any: as above
    """Return the value of a field that tells `told`; what names the number is put in front where it belongs.

    Raises msgspec.ValidationError for a value of `messages` that is no `NoMessage`.
    """
    if field == "messages":
        msgspec.convert(told, NoMessage)
    return msgspec.json.encode({**number_facts(number), **told} if field in UNDATED else told)
