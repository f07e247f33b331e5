"""Conversational automation: whether opening a chat is told, and the prompts and commands that it shows.

# spec: cloud-api.md#13.7
"""

import asyncio

from msgspec import Struct, field

from waypost.flows.drawers import Drawer
from waypost.model import Number
from waypost.ports import Documents
from waypost.wire.automation import Automation, AutomationChange


class Automations(Struct, frozen=True):
    """Every number's automation."""

    drawer: Drawer[Automation]
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def over(cls, documents: Documents) -> "Automations":
        """Return what `documents` keeps."""
        return cls(Drawer(documents, "automation", Automation))

    async def get(self, number: Number) -> Automation:
        """Return a number's automation; with `enable_welcome_message` it is told when a user first opens the chat."""
        return await self.drawer.get(number.id) or Automation()

    async def change(self, number: Number, change: AutomationChange) -> None:
        """Make a change, fsynced on return."""
        async with self.writing:
            await self.drawer.put(number.id, change.on(await self.get(number)))
