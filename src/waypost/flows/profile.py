"""The business profile of each number, one and the same on every face."""

import asyncio

from msgspec import Struct, field

from waypost.flows.drawers import Drawer
from waypost.model import Number
from waypost.ports import Documents
from waypost.wire.profile import Profile, ProfileChange


class Profiles(Struct, frozen=True):
    """Every number's profile."""

    drawer: Drawer[Profile]
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def over(cls, documents: Documents) -> "Profiles":
        """Return the profiles that `documents` keeps."""
        return cls(Drawer(documents, "profile", Profile))

    async def get(self, number: Number) -> Profile:
        """Return a number's profile; it is empty until something was set."""
        return await self.drawer.get(number.id) or Profile()

    async def change(self, number: Number, change: ProfileChange) -> Profile:
        """Make a change, fsynced on return; return the profile after it. The face has checked the limits."""
        async with self.writing:
            changed = change.on(await self.get(number))
            await self.drawer.put(number.id, changed)
        return changed
