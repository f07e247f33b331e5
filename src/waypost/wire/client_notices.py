"""What only the On-Premises client tells its business, beside messages and statuses.

Each function returns the kind of the event and its body, which is sent as it is.

# spec: on-premises-api.md#11.4
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from waypost.errors import Fault
from waypost.lib import ids

HREF = "https://developers.facebook.com/docs/whatsapp/api/errors/"
"""Where every error of this dialect points."""


class Contact(Struct, frozen=True, omit_defaults=True):
    """What became of one number of a contact check: `valid`, `invalid`, `processing` or `failed`.

    # spec: on-premises-api.md#6.1
    """

    input: str
    status: str
    wa_id: str | None = None


def contacts_checked(contacts: Sequence[Contact]) -> tuple[str, bytes]:
    """Return the result of a check that nobody waited for.

    # spec: samples/onprem/139-cb-contacts-async.json
    """
    return "client.contacts", msgspec.json.encode({"contacts": contacts})


def warning(wa_id: str, fault: Fault, *, key: int, tag: int, at_ms: int) -> tuple[str, bytes]:
    """Return the status of a message that was sent though not all of it can be shown; `key` and `tag` make its id.

    # spec: samples/onprem/136-cb-status-warning.json, on-premises-api.md#11.7
    """
    code, title = fault.problem.callback
    told = {
        "errors": [{"code": code, "title": title, "details": fault.details, "href": HREF}],
        "id": ids.onprem_message_id(key, tag, wa_id, received=False),
        "recipient_id": wa_id,
        "status": "warning",
        "timestamp": str(at_ms // 1000),
        "type": "message",
        "message": {"recipient_id": wa_id},
    }
    return "client.statuses", msgspec.json.encode({"statuses": [told]})


def messages_collected(deleted: int, node: str | None = None) -> tuple[str, bytes]:
    """Return what tells that a clean-up has ended; `node` says where, if there are several.

    # spec: samples/onprem/140-cb-gc-complete.json
    """
    named = {} if node is None else {"node": node}
    told = {"message": {"gc": {"messages_deleted": deleted, **named, "status": "complete"}}}
    return "client.services", msgspec.json.encode({"services": [told]})


def identity_changed(wa_id: str, identity: str, *, key: int, tag: int, at_ms: int) -> tuple[str, bytes]:
    """Return the system message about a user whose keys have changed; `key` and `tag` make its id.

    # spec: samples/onprem/114-cb-system-identity-changed.json
    """
    told = {
        "from": wa_id,
        "id": ids.onprem_message_id(key, tag, wa_id, received=True),
        "system": {"identity": identity, "type": "user_identity_changed", "user": wa_id},
        "timestamp": str(at_ms // 1000),
        "type": "system",
    }
    return "client.messages", msgspec.json.encode({"messages": [told]})
