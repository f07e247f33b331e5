"""Log in, log out, and the users that may.

# spec: on-premises-api.md#1.2, on-premises-api.md#1.4
"""

from msgspec import Struct

from waypost.api import auth
from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import NO_TOKEN
from waypost.flows.login import Login
from waypost.flows.users import Users as Accounts
from waypost.wire import onprem
from waypost.wire.reading import parse

_MAX_BODY_BYTES = 4096


class _Body(Struct):
    new_password: str | None = None


class _NewUser(Struct):
    username: str
    password: str


class _NewPassword(Struct):
    password: str


class Users(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    login_flow: Login
    accounts: Accounts

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", "/v1/users/login", self.login, "onprem.login"),
            Route("POST", "/v1/users/logout", self.logout, "onprem.logout"),
            Route("POST", "/v1/users", self.add, "onprem.add_user"),
            Route("GET", "/v1/users/{username}", self.get, "onprem.get_user"),
            Route("PUT", "/v1/users/{username}", self.put, "onprem.set_user"),
            Route("DELETE", "/v1/users/{username}", self.delete, "onprem.delete_user"),
        ]

    async def login(self, request: Request) -> Response:
        """Answer a Basic user and password with a token.

        A body may hold `new_password`, as a first login to Meta's client must: from then on it is a password of this
        user. The number's own token stays one of `admin`.
        """
        if auth.has_api_key(request):
            self.callers.user(request)  # which is to refuse it, whether the key is right or wrong
        body = await request.body(_MAX_BODY_BYTES)
        new_password = parse(_Body, body).new_password if body else None
        credentials = auth.basic(request)
        if credentials is None:
            raise Refusal(NO_TOKEN, "Invalid credentials.")
        user, password = credentials
        granted = await self.login_flow(user, password, client=request.client, new_password=new_password)
        return Response(200, onprem.login_answer(granted.token, granted.expires_ms))

    async def logout(self, request: Request) -> Response:
        """End the token that the request carries."""
        self.callers.user(request)
        await self.login_flow.end(auth.bearer_token(request) or "")
        return Response(200, onprem.DONE)

    async def add(self, request: Request) -> Response:
        """Add a user, who may send messages but not change settings."""
        number = self.callers.admin(request)
        wish = parse(_NewUser, await json_body(request))
        await self.accounts.create(number, wish.username, wish.password)
        return Response(201, onprem.answer(users=[{"username": wish.username}]))

    async def get(self, request: Request) -> Response:
        """Show a user and their role."""
        number = self.callers.admin(request)
        username = request.params["username"]
        role = await self.accounts.role(number, username)
        return Response(200, onprem.answer(users=[{"username": username, "ROLES": role}]))

    async def put(self, request: Request) -> Response:
        """Give a user another password."""
        number = self.callers.admin(request)
        username = request.params["username"]
        await self.accounts.change(number, username, parse(_NewPassword, await json_body(request)).password)
        return Response(200, onprem.answer(users=[{"username": username}]))

    async def delete(self, request: Request) -> Response:
        """Delete a user; their tokens end."""
        number = self.callers.admin(request)
        username = request.params["username"]
        await self.accounts.delete(number, username)
        return Response(200, onprem.answer(users=[{"username": username}]))
