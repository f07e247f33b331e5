"""The field `user_preferences`: a user stops or resumes marketing messages.

# spec: cloud-api.md#10, samples/cloud/hook_user_preferences_stop.json
"""

import msgspec

from waypost.wire.events.messages import contact_of, shape_of
from waypost.wire.events.notices import number_facts
from waypost.wire.facts import NumberFacts, PersonFacts

FIELD = "user_preferences"


def marketing_value(number: NumberFacts, person: PersonFacts, *, stop: bool, at_ms: int) -> bytes:
    """Return the value that tells what a user has chosen; the words of `resume` are (unconfirmed).

    That a hidden phone number is left out here as everywhere is (unconfirmed) too.
    """
    word = "stop" if stop else "resume"
    contact = contact_of(person, shape_of(number))
    told = {
        **number_facts(number),
        "contacts": [contact],
        "user_preferences": [
            {
                **({} if contact.wa_id is None else {"wa_id": contact.wa_id}),
                "detail": f"User requested to {word} marketing messages",
                "category": "marketing_messages",
                "value": word,
                "timestamp": at_ms // 1000,
            }
        ],
    }
    return msgspec.json.encode(told)
