"""Who may use the control API: whoever has the admin token, or a session of the console.

A browser brings a cookie along wherever the page that asks comes from. Requests that say that they come from elsewhere
are therefore refused, and one that changes something with the cookie alone must say that it comes from here.
"""

import functools
import hmac
from dataclasses import dataclass, field

from waypost.api.control.sessions import Sessions
from waypost.api.routing import Answer, Handler, Request
from waypost.errors import Refusal
from waypost.errors.callers import ACCESS_DENIED, NO_TOKEN
from waypost.flows.directory import Directory, token_hash

_SAFE_METHODS = frozenset({"GET", "HEAD"})
_HOME = frozenset({b"same-origin", b"none"})


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets the operator in, and nobody else."""

    admin_token: str = field(repr=False)
    local_key: str = field(repr=False)
    admin_password: str | None = field(repr=False)
    directory: Directory
    sessions: Sessions

    def guard(self, handler: Handler) -> Handler:
        """Return the handler behind the gate."""

        @functools.wraps(handler)
        async def guarded(request: Request) -> Answer:
            self.admit(request)
            return await handler(request)

        return guarded

    def admit(self, request: Request) -> None:
        """Raise Refusal unless the request is the operator's: 401 for a stranger, 403 for a number's own token."""
        refuse_foreign(request)
        given = _credentials(request)
        if given:
            self._admit_token(request, given)
        elif not self.sessions.holds(request):
            raise Refusal(NO_TOKEN, "The admin token is missing: send Authorization: Bearer <admin token>.")
        elif request.method not in _SAFE_METHODS:
            _refuse_unproven(request)

    def knows(self, secret: str) -> bool:
        """Return whether this is the admin token or the console's password."""
        return _is_one_of(secret, self.admin_token, self.admin_password or self.admin_token)

    def _admit_token(self, request: Request, given: list[str]) -> None:
        bearer = _bearer(request)
        if bearer is not None and _is_one_of(bearer, self.admin_token, self.local_key):
            return
        if any(self.directory.holder(token) for token in given):
            raise Refusal(ACCESS_DENIED, "This is the token of a number; the control API needs the admin token.")
        raise Refusal(NO_TOKEN, "The admin token is wrong; it was printed when the server started.")


def refuse_foreign(request: Request) -> None:
    """Refuse a request that a page of another origin has made."""
    foreign = any(not _is_own(origin, request) for origin in request.header_values(b"origin"))
    sites = request.header_values(b"sec-fetch-site")
    if foreign or any(site not in _HOME for site in sites):
        raise Refusal(
            ACCESS_DENIED, "The request comes from a page of another origin; the console is only used as it is."
        )


def _refuse_unproven(request: Request) -> None:
    """Refuse a change by cookie alone that does not say where it comes from; browsers always say it."""
    if request.header(b"origin") is None and request.header(b"sec-fetch-site") != b"same-origin":
        raise Refusal(
            ACCESS_DENIED, "A change with the session's cookie needs an Origin header; or send the admin token."
        )


def _is_own(origin: bytes, request: Request) -> bool:
    """Return whether an origin is ours: that of the Host header, which the guard has checked."""
    scheme, _, host = origin.lower().partition(b"://")
    return scheme in (b"http", b"https") and host == (request.header(b"host") or b"").lower()


def _credentials(request: Request) -> list[str]:
    """Return everything that is meant as a credential, in whichever face's way."""
    values = [value.decode("latin-1") for value in request.header_values(b"authorization")]
    keys = [value.decode("latin-1") for value in request.header_values(b"d360-api-key")]
    return [value.partition(" ")[2].strip() for value in values] + keys


def _bearer(request: Request) -> str | None:
    values = request.header_values(b"authorization")
    if len(values) != 1:
        return None
    scheme, _, token = values[0].decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _is_one_of(given: str, *wanted: str) -> bool:
    """Return whether a secret is one of these; it takes the same time whichever it is, and to refuse."""
    return True in [hmac.compare_digest(token_hash(given), token_hash(each)) for each in wanted]
