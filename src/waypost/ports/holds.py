"""The port of messages that are held back: they have no job until somebody decides."""

from typing import Protocol

from msgspec import Struct

from waypost.model import MessageKey, Outbound

PACES = ("pace", 0)
"""Kind and owner of the documents that say how templates are paced; each is named by its template's id."""


class Pace(Struct, frozen=True):
    """How a template is paced; kept for as long as it is."""

    left: int
    """How many messages may still go out."""


class Holds(Protocol):
    """Messages with `held_by`, found by the template that holds them; `Store.accept` keeps them."""

    async def let_out(self, template_id: int) -> int | None:
        """Count one more message of a paced template, and return how many may go out after it; -1: not even this one.

        None: the template is not paced. All processes at a database count together. Once a message is fsynced that was
        accepted afterwards, so is what was counted.
        """
        ...

    async def held(self, template_id: int, after: MessageKey, limit: int) -> list[Outbound]:
        """Read held messages above a key, in order."""
        ...

    async def let_go(self, template_id: int, limit: int) -> list[Outbound]:
        """Give the first held messages their jobs in one transaction, and return them; fsynced on return.

        Whatever was accepted before the call is among them. Where fewer than `limit` are returned, the template is
        paced no more: its document is gone in the same transaction, and nothing is held after it.
        """
        ...
