"""The port of a network that carries messages, and what is called to pass something on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from waypost.model import (
    Delivery,
    Medium,
    MessageKey,
    Number,
    NumberId,
    Outbound,
    Outcome,
    Sent,
)


class Upstream(Protocol):
    """A network that carries messages. It never writes to our store and never retries; it says what happened."""

    askable: bool
    """Whether a message sent twice with one token arrives once."""

    async def send(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        """Hand over one message with the files that its content names, in order; the token is `message.key`."""
        ...

    async def arrived(self, token: MessageKey) -> Sent | None:
        """Return `Sent` if an attempt with this token has arrived, else None; only an `askable` network knows."""
        ...

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        """Tell the user that their message, and every earlier one, was read."""
        ...


Enqueue = Callable[[Outbound], None]
"""Puts an accepted message into its lane; the hint may be lost."""
Announce = Callable[[Sequence[Delivery]], None]
"""Puts committed deliveries into their webhook lanes."""
Notice = Callable[[Number, str, bytes], Awaitable[None]]
"""Tells a number's subscriber of something that is about no message: the webhook field and its value, as JSON."""
