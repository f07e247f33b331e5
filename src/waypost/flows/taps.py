"""Taps: let a user press a button or choose a row of a message, so that nobody has to write the answer's JSON."""

from msgspec import Struct, structs

from waypost.errors import Fault, Refusal
from waypost.flows.play import Play
from waypost.flows.threads import wamid_of
from waypost.model import InboundMessage
from waypost.wire.canonical import stored_content
from waypost.wire.inbound import Quoted
from waypost.wire.taps import Owner, Tap, answer_to


class Taps(Struct, frozen=True):
    """The flow, with what it uses."""

    play: Play

    async def __call__(self, wa_id: str, tap: Tap) -> InboundMessage:
        """Send the answer that a tap makes; on return it is stored. Raises Refusal if the message does not offer it."""
        found = await self.play.threads.shown_on(wa_id, tap.message_id)
        content = stored_content(found.kind, found.body)
        owner = Owner(wa_id, self.play.network.phones.get(wa_id).name)
        answer = answer_to(content, self.play.threads.definition(found, content), tap, owner)
        if isinstance(answer, Fault):
            raise Refusal.of(answer)
        written = structs.replace(answer, number=str(found.number_id), context=Quoted(wamid_of(found)))
        return await self.play.write(wa_id, written, None)
