"""The port of what is kept as JSON: profiles, block lists, codes; whatever is rarely written and never searched."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct


class Replacement(Struct, frozen=True):
    """A document in place of what was read."""

    kind: str
    owner: int
    name: str
    before: bytes | None
    """What was read; None: there was none."""
    body: bytes


class Documents(Protocol):
    """JSON by kind, owner and name. The owner is a number, an account, or 0. Writes are fsynced on return."""

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        """Return one document."""
        ...

    async def documents(self, kind: str, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Return names and documents of an owner in order of their names, from the first above `after`."""
        ...

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        """Return the document without a name of each owner who has one, in any order; read at one moment."""
        ...

    async def save_document(self, kind: str, owner: int, name: str, body: bytes) -> None:
        """Insert or replace a document."""
        ...

    async def replace_document(self, kind: str, owner: int, name: str, before: bytes | None, body: bytes) -> bool:
        """Insert or replace a document if it is still what was read; False, and nothing is written, if it is not.

        `before` is what was read, None: there was none. Of several processes that try at once one gets True.
        """
        ...

    async def delete_document(self, kind: str, owner: int, name: str) -> bool:
        """Delete a document; False if there was none."""
        ...
