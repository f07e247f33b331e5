"""Signing in to the console: by the link of the start's banner, which works once, or with the admin token."""

from msgspec import Struct

from waypost.api.control.answers import answer, body_of
from waypost.api.control.gate import Gate, refuse_foreign
from waypost.api.control.pages import HOME, page
from waypost.api.control.sessions import Sessions, cookie_header
from waypost.api.control.topics import REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import NO_TOKEN, TOO_MANY_LOGINS
from waypost.flows.meters import Tally
from waypost.lib.durations import seconds_to_wait
from waypost.rules.rates import Rate
from waypost.wire.control.base import Success
from waypost.wire.control.tokens import SignIn

ATTEMPTS = Rate(interval_us=12_000_000, burst=5)
"""Five attempts a minute from one address."""
_SESSION = f"{V1}/session"
_NOBODY = 0  # whose attempts they are: the operator has no number


class Door(Struct, frozen=True):
    """The handlers, with what they use."""

    gate: Gate
    sessions: Sessions
    attempts: Tally
    """Counts on real time."""

    def open_routes(self) -> list[Route]:
        """Return the paths that are in front of the gate."""
        refused = (*REFUSED, 429)
        return [
            Route("GET", "/_waypost/login", self.login, "open.login"),
            Route("POST", _SESSION, self.open, "open.sign_in", SignIn, Success, refused),
        ]

    def routes(self) -> list[Route]:
        """Return the path of who is signed in."""
        return [Route("DELETE", _SESSION, self.close, "sign_out", None, Success, REFUSED)]

    async def login(self, request: Request) -> Response:
        """Open a session for the one-time login and go to the console, never anywhere else."""
        if request.method == "HEAD":
            return Response(405, content_type=None, headers=[(b"allow", b"GET")])  # looking must not use the link up
        headers = [(b"location", HOME), (b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer")]
        secret = self.sessions.redeem(request.query.get("token", ""))
        if secret is not None:
            headers.append(cookie_header(request, secret))
        elif not self.sessions.holds(request):  # who is signed in, and opens the link again, just wants the console
            return page("used.html", status=401)
        return Response(303, content_type=None, headers=headers)

    async def open(self, request: Request) -> Response:
        """Open a session with the admin token or the console's password."""
        refuse_foreign(request)
        wait_ms = await self.attempts.admit((_NOBODY, f"sign-in {request.client}"))
        if wait_ms:
            seconds = seconds_to_wait(wait_ms)
            details = f"Too many attempts to sign in; wait {seconds} s."
            raise Refusal(TOO_MANY_LOGINS, details, retry_after_seconds=seconds)
        if not self.gate.knows((await body_of(request, SignIn)).admin_token):
            raise Refusal(NO_TOKEN, "The admin token is wrong; it was printed when the server started.")
        response = answer(Success())
        response.headers.append(cookie_header(request, self.sessions.open()))
        return response

    async def close(self, request: Request) -> Response:
        """End the session."""
        self.sessions.close(request)
        response = answer(Success())
        response.headers.append(cookie_header(request, "", life_seconds=0))
        return response
