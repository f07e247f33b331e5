"""The console's sessions: made by a login that works once, or with the admin token; gone when the server stops."""

import hmac

from waypost.api.routing import Request
from waypost.flows.directory import token_hash
from waypost.lib.clock import Clock
from waypost.lib.ids import new_secret

COOKIE = "waypost_session"
LIFE_SECONDS = 12 * 3600
_MOST = 64


class Sessions:
    """The sessions that are open, by the hash of their secret. Their time runs on the machine's clock."""

    def __init__(self, clock: Clock, login_token: str) -> None:
        """`login_token` opens one session, once."""
        self._clock = clock
        self._login: bytes | None = token_hash(login_token)
        self._ends: dict[bytes, float] = {}

    def redeem(self, login_token: str) -> str | None:
        """Return a new session for the login of the start's banner; None if it is wrong or was used."""
        if self._login is None or not hmac.compare_digest(token_hash(login_token), self._login):
            return None
        self._login = None
        return self.open()

    def open(self) -> str:
        """Return the secret of a new session; when there are too many the oldest ends."""
        if len(self._ends) >= _MOST:
            del self._ends[next(iter(self._ends))]
        secret = new_secret()
        self._ends[token_hash(secret)] = self._clock.monotonic() + LIFE_SECONDS
        return secret

    def holds(self, request: Request) -> bool:
        """Return whether the request carries the cookie of an open session."""
        now = self._clock.monotonic()
        return any(self._ends.get(token_hash(secret), 0.0) > now for secret in _secrets(request))

    def close(self, request: Request) -> None:
        """End the session of the request's cookie."""
        for secret in _secrets(request):
            self._ends.pop(token_hash(secret), None)


def cookie_header(request: Request, secret: str, *, life_seconds: int = LIFE_SECONDS) -> tuple[bytes, bytes]:
    """Return the header that gives the browser its session: no script sees it, no other site's page sends it."""
    value = f"{COOKIE}={secret}; Path=/_waypost; Max-Age={life_seconds}; HttpOnly; SameSite=Strict"
    if request.scheme == "https":
        value += "; Secure"
    return b"set-cookie", value.encode("ascii")


def _secrets(request: Request) -> list[str]:
    """Return the values of every cookie of our name."""
    pairs = [
        pair.strip().partition("=")
        for header in request.header_values(b"cookie")
        for pair in header.decode("latin-1").split(";")
    ]
    return [value for name, _, value in pairs if name == COOKIE and value]
