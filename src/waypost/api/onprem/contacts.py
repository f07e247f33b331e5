"""Contacts: which numbers are on WhatsApp, whom the business blocks, and whether users are still who they were.

# spec: on-premises-api.md#6
"""

from typing import Annotated

from msgspec import Meta, Struct

from waypost.api.bodies import has_body, json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.blocks import Blocks
from waypost.flows.contacts import Contacts as Checks
from waypost.flows.identity import Identities
from waypost.lib import phone
from waypost.wire import onprem
from waypost.wire.blocks import BlockedUser, UserOutcome
from waypost.wire.reading import parse

MAX_CONTACTS = 10_000
"""How many numbers one check may ask about. The platform names no limit; known clients ask about 1,000 at once."""

_PATH = "/v1/contacts"


class _Block(Struct):
    reason: Annotated[str, Meta(max_length=60)] | None = None


class _Acknowledged(Struct):
    hash: str


class Contacts(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    checks: Checks
    blocks: Blocks
    identities: Identities

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", _PATH, self.check, "onprem.check_contacts"),
            Route("POST", _PATH + "/{phone_number}/block", self.block, "onprem.block"),
            Route("DELETE", _PATH + "/{phone_number}/block", self.unblock, "onprem.unblock"),
            Route("GET", _PATH + "/{phone_number}/identity", self.identity, "onprem.identity"),
            Route("PUT", _PATH + "/{phone_number}/identity", self.acknowledge, "onprem.acknowledge"),
        ]

    async def check(self, request: Request) -> Response:
        """Say which numbers are on WhatsApp. A number without a plus is taken as a whole international one."""
        number = self.callers.caller(request)
        asked = onprem.parse_contacts_check(await json_body(request))
        if len(asked.contacts) > MAX_CONTACTS:
            details = f"Parameter 'contacts' has {len(asked.contacts)} entries; ask about {MAX_CONTACTS} at a time."
            raise Refusal(INVALID_VALUE, details)
        wait = asked.blocking == "wait"
        found = await self.checks.check(number, asked.contacts, wait=wait, force=bool(asked.force_check))
        return Response(200, onprem.answer(contacts=found))

    async def block(self, request: Request) -> Response:
        """Block a user who wrote within 24 hours.

        # spec: on-premises-api.md#6.2
        """
        number = self.callers.caller(request)
        user = BlockedUser(_wa_id(request))
        if has_body(request):
            parse(_Block, await json_body(request))
        return _done(await self.blocks.add(number, [user]))

    async def unblock(self, request: Request) -> Response:
        """Unblock a user."""
        number = self.callers.caller(request)
        return _done(await self.blocks.remove(number, [BlockedUser(_wa_id(request))]))

    async def identity(self, request: Request) -> Response:
        """Show the hash of a user's keys, and whether it is acknowledged."""
        number = self.callers.caller(request)
        wa_id = _wa_id(request)
        identity = await self.identities.of(wa_id)
        acknowledged = await self.identities.is_acknowledged(number, wa_id)
        shown = {"hash": identity.hash, "created_timestamp": identity.created_ms, "acknowledged": acknowledged}
        return Response(200, onprem.answer(contacts=shown))

    async def acknowledge(self, request: Request) -> Response:
        """Accept a user's changed identity."""
        number = self.callers.caller(request)
        wa_id = _wa_id(request)
        await self.identities.acknowledge(number, wa_id, parse(_Acknowledged, await json_body(request)).hash)
        return Response(200, onprem.DONE)


def _wa_id(request: Request) -> str:
    try:
        return phone.normalise(request.params["phone_number"])
    except ValueError as error:
        raise Refusal(INVALID_VALUE, f"{error}.") from None


def _done(outcomes: list[UserOutcome]) -> Response:
    problem = outcomes[0].problem
    if problem is not None:
        raise Refusal(problem, outcomes[0].details)
    return Response(200, onprem.DONE)
