"""Write an event as the webhook of the Cloud dialect."""

from waypost.wire.escape import escape_json
from waypost.wire.events.messages import public_value
from waypost.wire.facts import EventFacts, NumberFacts

_ENVELOPE = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"%d","changes":[{"value":{"messaging_product":"whatsapp",'
    b'"metadata":{"display_phone_number":"%b","phone_number_id":"%d"},%b,"field":"messages"}]}]}'
)
# spec: cloud-api.md#7.4 - `time` is there on account-level fields, as a number.
_NOTICE = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"%d","time":%d,"changes":[{"value":%b,"field":"%b"}]}]}'
)


def render_event(event: EventFacts, number: NumberFacts) -> bytes:
    """Return the exact bytes to send and to sign: the envelope around the stored value, which is not read again.

    # spec: cloud-api.md#7.2, cloud-api.md#7.4
    """
    if event.kind == "status":
        value = event.body
    elif event.kind == "message":
        value = public_value(event.body)
    else:
        return escape_json(_NOTICE % (number.waba_id, event.at_ms // 1000, event.body, event.kind.encode("ascii")))
    return escape_json(_ENVELOPE % (number.waba_id, number.digits.encode("ascii"), number.id, value[1:]))
