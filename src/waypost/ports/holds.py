"""The port of messages that are held back: they have no job until somebody decides."""

from typing import Protocol

from waypost.model import MessageKey, Outbound


class Holds(Protocol):
    """Messages with `held_by`, found by the template that holds them; `Store.accept` keeps them."""

    async def held(self, template_id: int, after: MessageKey, limit: int) -> list[Outbound]:
        """Read held messages above a key, in order."""
        ...

    async def let_go(self, template_id: int, limit: int) -> list[Outbound]:
        """Give the first held messages their jobs in one transaction, and return them; fsynced on return.

        Whatever was accepted before the call is among them.
        """
        ...
