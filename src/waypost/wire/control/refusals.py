"""What the control API tells of requests that were refused in their answer."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from waypost.wire.control.evidence import AnswerView, Payload, WhyView


class RefusalView(Struct):
    """A refused request and the answer that it got. Times are platform time.

    `count` requests in a row were the same, the first `first_at` and the last `at`. `headers` are those that matter,
    with `<token>` for credentials. `body` is null if it was not read or must not be kept, and may be a part of the
    `body_bytes` that there were; `body_note` says why. `code` is the one in the answer's dialect.
    """

    id: str
    at: datetime
    first_at: datetime
    count: int
    face: Literal["meta", "360dialog", "on-premises"]
    method: str
    path: str
    phone_number_id: str | None
    status: int
    code: int
    name: str
    sentence: str
    why: WhyView
    headers: dict[str, str]
    body: Payload | None
    body_bytes: int | None
    body_note: str | None
    answer: AnswerView


class RefusalList(Struct):
    """Refused requests, newest first; `forgotten` is how many more there were than are kept."""

    refusals: list[RefusalView]
    next: str | None
    forgotten: int
