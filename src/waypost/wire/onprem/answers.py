"""Write the answers and the errors of the On-Premises dialect. Every answer ends with `meta`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from waypost.errors import Fault
from waypost.lib import ids
from waypost.wire.facts import MediumFacts
from waypost.wire.providers import Provider, providers_shown

VERSION = "v2.53.3"
"""The client version that Waypost behaves like.

# spec: on-premises-api.md#16
"""

META = b'"meta":{"api_status":"stable","version":"%b"}' % VERSION.encode("ascii")

DONE = b"{%b}" % META
"""The answer to a write that has nothing to tell.

# spec: on-premises-api.md#2
"""

_encoder = msgspec.json.Encoder()


def answer(**members: Any) -> bytes:  # Any: whatever msgspec can encode
    """Return an answer with the given members before `meta`."""
    return b"%b,%b}" % (_encoder.encode(members)[:-1], META) if members else DONE


def send_answer(to: str, wa_id: str, message_id: str) -> bytes:
    """Return the answer to an accepted message, for HTTP 201.

    # spec: on-premises-api.md#3.2, migration.md#4
    """
    return b'{"contacts":[{"input":%b,"wa_id":"%b"}],"messages":[{"id":"%b"}],%b}' % (
        _encoder.encode(to),
        wa_id.encode("ascii"),
        message_id.encode("ascii"),
        META,
    )


def upload_answer(medium: MediumFacts) -> bytes:
    """Return the answer to an upload.

    # spec: on-premises-api.md#5.1
    """
    return answer(media=[{"id": ids.media_uuid(medium.key, medium.tag)}])


def login_answer(token: str, expires_ms: int) -> bytes:
    """Return the answer to a login.

    # spec: on-premises-api.md#1.2: a blank where others write T, and always the offset
    """
    expires = datetime.fromtimestamp(expires_ms // 1000, UTC).isoformat(sep=" ")
    return answer(users=[{"token": token, "expires_after": expires}])


def settings_answer(application: dict[str, Any]) -> bytes:  # Any: a JSON object
    """Return the answer of `GET /v1/settings/application`."""
    return answer(settings={"application": application})


def providers_answer(providers: Iterable[Provider], *, masked: bool) -> bytes:
    """Return the media providers, credentials included, as this dialect does, or with stars in their place.

    # spec: on-premises-api.md#3.4
    """
    return settings_answer({"media": {"providers": providers_shown(providers, masked=masked)}})


def error_body(fault: Fault) -> bytes:
    """Return the error body: one error, then `meta`.

    # spec: on-premises-api.md#13.2, migration.md#8.1
    """
    problem = fault.problem
    error: dict[str, Any] = {"code": problem.onprem_code, "title": problem.onprem_title}  # Any: a JSON object
    if fault.details:
        error["details"] = problem.onprem_details(fault.details)
    return answer(errors=[error])
