"""Log in, log out. There is one user, `admin`, whose password is the number's token.

# spec: on-premises-api.md#1.2
"""

from dataclasses import dataclass

from msgspec import Struct

from waypost.api import auth
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response
from waypost.errors import Refusal
from waypost.errors.callers import NO_TOKEN
from waypost.errors.requests import UNKNOWN_PATH
from waypost.flows.login import Login
from waypost.wire import onprem
from waypost.wire.reading import parse

_MAX_BODY_BYTES = 4096


class _Body(Struct):
    new_password: str | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """The handlers."""

    callers: Callers
    login_flow: Login

    async def login(self, request: Request) -> Response:
        """Answer a Basic user and password with a token.

        A body may hold `new_password`, as a first login to Meta's client must. Waypost has no default password to
        change: it takes the field and changes nothing.
        """
        self._refuse_key(request)
        if body := await request.body(_MAX_BODY_BYTES):
            parse(_Body, body)
        credentials = auth.basic(request)
        if credentials is None:
            raise Refusal(NO_TOKEN, "Invalid credentials.")
        user, password = credentials
        granted = await self.login_flow(user, password, client=request.client)
        return Response(200, onprem.login_answer(granted.token, granted.expires_ms))

    async def logout(self, request: Request) -> Response:
        """End the token that the request carries."""
        self.callers.admin(request)
        await self.login_flow.end(auth.bearer_token(request) or "")
        return Response(200, onprem.DONE)

    async def manage(self, request: Request) -> Response:
        """Refuse to list, add, change or delete users."""
        self.callers.admin(request)
        raise Refusal(UNKNOWN_PATH, "Users are not managed here: Waypost has the one user 'admin'.")

    def _refuse_key(self, request: Request) -> None:
        if auth.has_api_key(request):
            self.callers.admin(request)
