"""The field `user_preferences`: a user stops or resumes marketing messages.

# spec: cloud-api.md#10, samples/cloud/hook_user_preferences_stop.json
"""

import msgspec

from waypost.wire.facts import NumberFacts

FIELD = "user_preferences"


def marketing_value(number: NumberFacts, *, name: str, wa_id: str, stop: bool, at_ms: int) -> bytes:
    """Return the value that tells what the user `name` has chosen; the words of `resume` are (unconfirmed)."""
    word = "stop" if stop else "resume"
    told = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": str(number.id)},
        "contacts": [{"profile": {"name": name}, "wa_id": wa_id}],
        "user_preferences": [
            {
                "wa_id": wa_id,
                "detail": f"User requested to {word} marketing messages",
                "category": "marketing_messages",
                "value": word,
                "timestamp": at_ms // 1000,
            }
        ],
    }
    return msgspec.json.encode(told)
