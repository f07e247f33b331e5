"""Preferences: a user stops or resumes marketing messages, and the businesses that they talk to are told.

The choice is the phone's: the network spares it marketing of every business.

# spec: cloud-api.md#10 ("user_preferences")
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from waypost.flows.play import PhoneNetwork
from waypost.flows.threads import Threads
from waypost.lib.clock import Clock
from waypost.model import Number
from waypost.wire.events.preferences import FIELD, marketing_value

Notice = Callable[[Number, str, bytes], Awaitable[None]]
"""Tells a number's subscriber of something that is about no message: the webhook field, and its value."""


class Preferences(Struct, frozen=True):
    """The flow, with the ports it uses."""

    threads: Threads
    network: PhoneNetwork
    notice: Notice
    clock: Clock

    async def choose(self, wa_id: str, *, stop: bool) -> list[Number]:
        """Stop or resume marketing messages; return who was told: nobody if the user had chosen so before."""
        phone = self.network.phones.get(wa_id)
        if phone.marketing is not stop:
            return []
        await self.network.change_phone(wa_id, marketing=not stop)
        numbers = await self.threads.talked_to(wa_id)
        at_ms = self.clock.now_ms()
        for number in numbers:
            person = self.network.phones.person(phone, number.id, at_ms)
            value = marketing_value(number, person, stop=stop, at_ms=at_ms)
            await self.notice(number, FIELD, value)
        return numbers
