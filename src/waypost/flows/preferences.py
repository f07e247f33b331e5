"""Preferences: a user stops or resumes marketing messages, and the businesses that they talk to are told.

The choice is about a business, which is an account with all its numbers. From then on the network does not deliver the
marketing of a business that was stopped.

# spec: cloud-api.md#10 ("user_preferences")
"""

from msgspec import Struct

from waypost.flows.play import PhoneNetwork
from waypost.flows.threads import Threads
from waypost.lib.clock import Clock
from waypost.model import Number
from waypost.ports import Notice
from waypost.wire.events.preferences import FIELD, marketing_value


class Preferences(Struct, frozen=True):
    """The flow, with the ports it uses."""

    threads: Threads
    network: PhoneNetwork
    notice: Notice
    clock: Clock

    async def choose(self, wa_id: str, *, stop: bool, number: str | None = None) -> list[Number]:
        """Stop or resume marketing messages of the business of a number, or of every one.

        Return the numbers that were told: those that the user talks to, of businesses that had not been chosen so
        before. Raises Refusal.
        """
        phone, there = self.network.phones.get(wa_id), {each.waba_id for each in self.threads.directory.numbers()}
        wanted = there if number is None else {self.threads.number(number).waba_id}
        stopped = set(phone.stopped) if phone.marketing else there
        changed = wanted - stopped if stop else wanted & stopped
        if not changed:
            return []
        now_stopped = stopped | wanted if stop else stopped - wanted
        await self.network.change_phone(wa_id, marketing=True, stopped=tuple(sorted(now_stopped)))
        numbers = [each for each in await self.threads.talked_to(phone) if each.waba_id in changed]
        at_ms = self.clock.now_ms()
        for each in numbers:
            person = self.network.phones.person(phone, each.id, at_ms)
            value = marketing_value(each, person, stop=stop, at_ms=at_ms)
            await self.notice(each, FIELD, value)
        return numbers
