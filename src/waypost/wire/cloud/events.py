"""Write an event as the webhook of the Cloud dialect."""

from collections.abc import Sequence
from typing import Any

import msgspec

from waypost.wire.escape import escape_json, platform_json
from waypost.wire.events.messages import public_value
from waypost.wire.events.notices import UNDATED
from waypost.wire.facts import EventFacts, NumberFacts

_ENVELOPE = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"%d","changes":[{"value":{"messaging_product":"whatsapp",'
    b'"metadata":{"display_phone_number":"%b","phone_number_id":"%d"},%b,"field":"messages"}]}]}'
)
# spec: cloud-api.md#7.4 - `time` is there on account-level fields, as a number; not on those about users.
_NOTICE = b'{"object":"whatsapp_business_account","entry":[{"id":"%d",%b"changes":[{"value":%b,"field":"%b"}]}]}'


def render_event(event: EventFacts, number: NumberFacts) -> bytes:
    """Return the exact bytes to send and to sign: the envelope around the stored value, which is not read again.

    # spec: cloud-api.md#7.2, cloud-api.md#7.4
    """
    if event.kind == "status":
        value = event.body
    elif event.kind == "message":
        value = public_value(event.body)
    else:
        time = b"" if event.kind in UNDATED else b'"time":%d,' % (event.at_ms // 1000)
        return escape_json(_NOTICE % (number.waba_id, time, event.body, event.kind.encode("ascii")))
    return escape_json(_ENVELOPE % (number.waba_id, number.digits.encode("ascii"), number.id, value[1:]))


Part = dict[str, Any]  # Any: JSON that Waypost has written itself
_GROWING = ("contacts", "messages", "statuses", "errors")
_KINDS = ("contacts", "statuses", "errors")
_ONCE = "contacts"  # a user is named once; of everything else two that are equal are two


def join_bodies(bodies: Sequence[bytes]) -> bytes:
    """Return one body that tells what several tell, in their order.

    Neighbours of one kind share a change. An entry with a `time` is never shared.

    # spec: cloud-api.md#7.2, samples/cloud/hook_batched.json
    """
    entries: list[Part] = []
    for body in bodies:
        for entry in msgspec.json.decode(body)["entry"]:
            _join_entry(entries, entry)
    return platform_json({"object": "whatsapp_business_account", "entry": entries})


def _join_entry(entries: list[Part], entry: Part) -> None:
    last = entries[-1] if entries else {}
    if last.get("id") != entry["id"] or "time" in last or "time" in entry:
        entries.append(entry)
        return
    for change in entry["changes"]:
        before = last["changes"][-1]
        if before["field"] != change["field"] or not _joins(before["value"], change["value"]):
            last["changes"].append(change)


def _joins(value: Part, other: Part) -> bool:
    """Add what `other` tells to `value`, if both are about the same number and of one kind.

    Of the fields without a time only `messages` is made of lists that may grow.
    """
    if not any(name in value for name in ("messages", "statuses", "errors")):
        return False
    if value.get("metadata") != other.get("metadata") or any((kind in value) != (kind in other) for kind in _KINDS):
        return False
    for name in _GROWING:
        if name in other:
            value.setdefault(name, []).extend(one for one in other[name] if name != _ONCE or one not in value[name])
    return True
