"""Resend: send a program's message once more as a new one, or send a request that an operator wrote in its place."""

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.accept import Accept
from waypost.flows.directory import Directory
from waypost.flows.find import find_message
from waypost.lib import phone
from waypost.model import Dialect, Number, Outbound
from waypost.ports import Records
from waypost.wire.exchanges import read_again


class Resend(Struct, frozen=True):
    """The flow, with the ports it uses."""

    records: Records
    directory: Directory
    accept: Accept
    home_code: phone.HomeCode

    async def __call__(self, message_id: str) -> Outbound | None:
        """Return the new message, made of the same bytes; None if there is no such message.

        It is checked like any request, as things are now. Raises Refusal, also for what a user wrote.
        """
        found = await find_message(self.records, message_id)
        number = self.directory.number(found.number_id) if found else None
        if found is None or number is None:
            return None
        if found.received:
            raise Refusal(
                INVALID_VALUE, "A user wrote this message; only what the business has sent can be sent again."
            )
        return await self.send(number, found.raw, found.dialect)

    async def send(self, number: Number, raw: bytes, dialect: Dialect) -> Outbound:
        """Return the message that these bytes become, which are a request of a program in `dialect`. Raises Refusal."""
        self.accept.admission.check(number.id)
        parsed = read_again(dialect, raw, self.home_code(number.digits))
        return await self.accept(number, parsed, raw, dialect=dialect)
