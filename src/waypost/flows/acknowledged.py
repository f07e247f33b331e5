"""Acknowledged: who users are by their keys, and what each number has said of it.

# spec: on-premises-api.md#6.3
"""

from typing import Protocol

from msgspec import Struct

from waypost.flows.documents import DocumentCollection
from waypost.model import Number
from waypost.ports import Documents


class Identity(Struct, frozen=True):
    """A user's keys, in short."""

    hash: str
    created_ms: int
    """When the keys were made; 0 for those that the user has had from the first."""


class Keys(Protocol):
    """The network, as far as it knows users' keys."""

    def identity_hash(self, wa_id: str) -> str:
        """Return the hash of a user's keys as they are now: the same in every dialect."""
        ...


class Acknowledged:
    """The identities of all users, and which of them each number has acknowledged."""

    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._renewed = DocumentCollection(documents, "identity", int)
        self._acknowledged = DocumentCollection(documents, "acknowledged", str)
        self._keys = keys

    async def of(self, wa_id: str) -> Identity:
        """Return a user's identity as it is now."""
        return Identity(self._keys.identity_hash(wa_id), await self._renewed.get(0, wa_id) or 0)

    async def by(self, number: Number, wa_id: str, identity: Identity) -> bool:
        """Return whether a number has acknowledged this identity of a user; the first one needs none."""
        return identity.created_ms == 0 or await self._acknowledged.get(number.id, wa_id) == identity.hash

    async def note(self, number: Number, wa_id: str, identity: str) -> None:
        """Note which of a user's identities a number has acknowledged."""
        await self._acknowledged.put(number.id, identity, wa_id)

    async def renewed(self, wa_id: str, now_ms: int) -> None:
        """Note when a user got other keys."""
        await self._renewed.put(0, now_ms, wa_id)
