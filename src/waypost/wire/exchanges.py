"""Accepted requests, rebuilt in the dialect they came in: to show them, and to send them again.

The body is stored byte for byte, with its dialect. The rest is made from these, except for what `assumed` names.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.lib import ids
from waypost.wire import cloud, onprem
from waypost.wire.facts import NumberFacts
from waypost.wire.requests import Addressee, SendRequest

TOKEN = "<token>"  # noqa: S105 - stands for one


class AcceptedFacts(Protocol):
    """A message that a program has sent."""

    @property
    def key(self) -> int:
        """Its key."""
        ...

    @property
    def tag(self) -> int:
        """The tag of its ids."""
        ...

    @property
    def wa_id(self) -> str:
        """The recipient."""
        ...

    @property
    def kind(self) -> str:
        """Its type."""
        ...

    @property
    def raw(self) -> bytes:
        """The request's bytes."""
        ...

    @property
    def dialect(self) -> str:
        """The dialect of the request."""
        ...


class Exchange(Struct, frozen=True):
    """A request and its answer."""

    path: str
    headers: Mapping[str, str]
    status: int
    answer: bytes
    assumed: tuple[str, ...]


def exchange(message: AcceptedFacts, number: NumberFacts) -> Exchange | None:
    """Return the request that a message came with, and its answer; None if the body can no longer be read."""
    headers = {
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
        "content-length": str(len(message.raw)),
    }
    return _REBUILT[message.dialect](message, number, headers)


def read_again(dialect: str, raw: bytes, home: str = "") -> SendRequest:
    """Read a request to send as its face does; raises Refusal, also for one that wants something else."""
    parsed = _READERS[dialect](raw, home)
    if not isinstance(parsed, SendRequest):
        raise Refusal(INVALID_VALUE, "Only a message can be sent here; mark one as read on the face of WhatsApp.")
    return parsed


def _cloud(message: AcceptedFacts, number: NumberFacts, headers: Mapping[str, str]) -> Exchange | None:
    """Return it as Meta's graph has it; 360dialog's proxy takes the same body."""
    addressee = cloud.addressee_of(message.raw)
    if addressee is None:
        return None
    wamid = ids.wamid(message.key, message.tag, message.wa_id, received=False)
    is_template = message.kind == "template"
    answer = cloud.send_answer(
        addressee.to, message.wa_id, wamid, "accepted" if is_template else None, user_id=addressee.user_id
    )
    unsure = ("answer.messages[0].message_status",) if is_template else ()
    path = f"/{number.graph_version}/{number.id}/messages"
    return Exchange(path, headers, 200, answer, ("path", "headers", *unsure))


def _onprem(message: AcceptedFacts, _number: NumberFacts, headers: Mapping[str, str]) -> Exchange | None:
    addressee: Addressee | None = onprem.addressee_of(message.raw)
    if addressee is None:
        return None
    message_id = ids.onprem_message_id(message.key, message.tag, message.wa_id, received=False)
    answer = onprem.send_answer(addressee.to, message.wa_id, message_id)
    return Exchange("/v1/messages", headers, 201, answer, ("headers",))


_REBUILT: Mapping[str, Callable[[AcceptedFacts, NumberFacts, Mapping[str, str]], Exchange | None]] = {
    "cloud": _cloud,
    "onprem": _onprem,
}
_READERS: Mapping[str, Callable[[bytes, str], SendRequest | cloud.MarkRead]] = {
    "cloud": cloud.parse_send,
    "onprem": onprem.parse_send,
}
