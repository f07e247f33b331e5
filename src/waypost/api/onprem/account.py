"""Registration of the number, and over how many shards it is spread.

Nobody is called: the control API shows the code, as it does for the Cloud's `request_code`.

# spec: on-premises-api.md#8
"""

import base64
import binascii
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import ACCESS_DENIED
from waypost.errors.management import WRONG_CODE, WRONG_PIN
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.registration import Registration
from waypost.model import Number
from waypost.wire import onprem
from waypost.wire.complaints import shown
from waypost.wire.reading import parse

_ACCOUNT = "/v1/account"
_SHARDS = (1, 2, 4, 8, 16, 32)

_Text = Annotated[str, Meta(min_length=1, max_length=16_384)]


class _Named(Struct):
    """What says which number is meant."""

    cc: str
    phone_number: str
    cert: _Text
    pin: str | None = None


class _Account(_Named, kw_only=True):
    method: Literal["sms", "voice"]


class _Shards(_Named, kw_only=True):
    shards: int | str


class _Code(Struct):
    code: str


class Account(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    directory: Directory
    registration: Registration

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", _ACCOUNT, self.register, "onprem.register"),
            Route("POST", f"{_ACCOUNT}/verify", self.verify, "onprem.verify"),
            Route("GET", f"{_ACCOUNT}/shards", self.get_shards, "onprem.get_shards"),
            Route("POST", f"{_ACCOUNT}/shards", self.set_shards, "onprem.set_shards"),
        ]

    async def register(self, request: Request) -> Response:
        """Ask for a code: 202; a number that is registered needs none: 201."""
        number = self.callers.admin(request)
        given = parse(_Account, await json_body(request))
        _check(number, given)
        await self._check_pin(number, given)
        if not number.standing.registered:
            await self.registration.request_code(number)
        status = 201 if number.standing.registered else 202
        return Response(status, onprem.answer(account=[{"vname": number.name}]))

    async def verify(self, request: Request) -> Response:
        """Give the code back; the number is registered from then on."""
        number = self.callers.admin(request)
        try:
            await self.registration.verify_code(number, parse(_Code, await json_body(request)).code, registers=True)
        except Refusal as refusal:
            if refusal.fault.problem is not WRONG_CODE:
                raise
            raise Refusal(ACCESS_DENIED, f"Parameter 'code': {refusal.fault.details}") from None
        return Response(201, onprem.DONE)

    async def get_shards(self, request: Request) -> Response:
        """Say over how many shards the number is spread."""
        return Response(200, onprem.answer(account={"shards": self.callers.admin(request).onprem.shards}))

    async def set_shards(self, request: Request) -> Response:
        """Spread the number over 1, 2, 4, 8, 16 or 32 shards; its health lists a node for each."""
        number = self.callers.admin(request)
        given = parse(_Shards, await json_body(request))
        _check(number, given)
        if str(given.shards) not in map(str, _SHARDS):
            raise Refusal(
                INVALID_VALUE, f"Parameter 'shards' is {shown(given.shards)}; it can be 1, 2, 4, 8, 16 or 32."
            )
        await self._check_pin(number, given)
        shards = int(given.shards)
        await self.directory.change_number(number, lambda now: replace(now, onprem=replace(now.onprem, shards=shards)))
        return Response(201, onprem.DONE)

    async def _check_pin(self, number: Number, given: _Named) -> None:
        """Raise Refusal for a missing or wrong PIN, and for any that comes too soon after a wrong one.

        # spec: on-premises-api.md#8 ("pin (if two-step is on)")
        # spec: migration.md#8.3 - but a wrong one is a denial: a 503 would have clients repeat it
        """
        try:
            await self.registration.check_pin(number, given.pin)
        except Refusal as refusal:
            if refusal.fault.problem is not WRONG_PIN:
                raise
            raise Refusal(ACCESS_DENIED, "Parameter 'pin' is not the PIN of the two-step verification.") from None


def _check(number: Number, given: _Named) -> None:
    """Raise Refusal for another number, and for what is no certificate."""
    if given.cc.removeprefix("+") + given.phone_number != number.digits:
        raise Refusal(INVALID_VALUE, f"Parameters 'cc' and 'phone_number' do not name this number, {number.digits}.")
    try:
        base64.b64decode(given.cert, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(INVALID_VALUE, "Parameter 'cert' is not base64.") from None
