"""Log in and out: a user name and password for a token of seven days.

The user `admin` has no default password that must be changed: it is a key of a number, and it decides for which
number the token acts. A password that `new_password` has set works beside the key. What is handed out is opaque and
kept as a hash.

# spec: on-premises-api.md#1.2
"""

import hmac
from dataclasses import dataclass, field
from datetime import timedelta

from waypost.errors import Refusal
from waypost.errors.callers import ACCESS_DENIED, NO_TOKEN, READ_ONLY, TOO_MANY_LOGINS
from waypost.errors.clients import PASSWORD_CHANGE_REQUIRED
from waypost.flows.directory import Directory
from waypost.flows.users import ADMIN, Users
from waypost.lib.clock import Clock
from waypost.model import NumberId, Token

FIRST_PASSWORD = "secret"  # noqa: S105 - the one that everybody knows
LIFE = timedelta(days=7)
"""How long a token acts, in platform time."""

_MAX_FAILURES = 5
_SPAN_SECONDS = 60.0
_MAX_SUBJECTS = 10_000


class FailedLogins:
    """When logins failed lately, per client address and user name; five in any minute are the most.

    It counts on monotonic time, so that nobody wins attempts by moving the clock. When too many subjects are
    remembered, the one that failed longest ago is forgotten.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[tuple[str, str], list[float]] = {}

    def wait_seconds(self, client: str, user: str) -> int:
        """Return how long this client must wait before it may try this user again; 0 if it may."""
        now = self._clock.monotonic()
        recent = [moment for moment in self._failures.get((client, user), ()) if now - moment < _SPAN_SECONDS]
        return 0 if len(recent) < _MAX_FAILURES else 1 + int(recent[-_MAX_FAILURES] + _SPAN_SECONDS - now)

    def note(self, client: str, user: str) -> None:
        """Count one failure."""
        moments = self._failures.pop((client, user), [])  # taken out and put back: the oldest stay in front
        if len(self._failures) >= _MAX_SUBJECTS:
            del self._failures[next(iter(self._failures))]
        self._failures[client, user] = [*moments[1 - _MAX_FAILURES :], self._clock.monotonic()]


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, shown this once."""

    token: str = field(repr=False)
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Login:
    """The flow, with the ports it uses."""

    directory: Directory
    clock: Clock
    failures: FailedLogins
    users: Users
    first_login: bool = False
    """Whether `admin` may come with `secret` to set a password, as in an installation that nobody has used yet."""

    async def __call__(self, user: str, password: str, *, client: str, new_password: str | None = None) -> Granted:
        """Return a new token; earlier ones stay valid, unless a `new_password` takes the place of this one.

        Raises Refusal. A right password is refused too while the client has to wait: it must not learn which one it
        was.
        """
        if wait := self.failures.wait_seconds(client, user):
            details = f"Too many failed logins; wait {wait} s."
            raise Refusal(TOO_MANY_LOGINS, details, retry_after_seconds=wait)
        key = self._key_of(user, password)
        number_id = key.number_id if key else await self._owner(user, password, new_password)
        if number_id is None:
            self.failures.note(client, user)
            raise Refusal(NO_TOKEN, "Invalid credentials.")
        if key is not None and key.scope == "read":  # a login is a write, and what it gives away would outlive the key
            raise Refusal(READ_ONLY, "This key may only read; log in with one whose scope is all, or send it as it is.")
        if new_password:
            await self._change(number_id, user, new_password)
        expires_ms = self.clock.now_ms() + LIFE // timedelta(milliseconds=1)
        return Granted(await self.users.grant(number_id, user, expires_ms=expires_ms), expires_ms)

    async def end(self, token: str) -> None:
        """Make a login's token unknown from now on. Raises Refusal for anything else, a number's key included."""
        found = self.directory.holder(token)
        if found is None:
            raise Refusal(NO_TOKEN, "The access token is missing, unknown or expired.")
        if found.kind != "login":
            raise Refusal(ACCESS_DENIED, "This is the number's key; only the token of a login can be logged out.")
        await self.directory.revoke(token)

    async def _owner(self, user: str, password: str, new_password: str | None) -> NumberId | None:
        """Return the number of a user with this password. Raises Refusal for a first password that must be changed.

        # spec: on-premises-api.md#1.2
        """
        if not self.first_login or (user, password) != (ADMIN, FIRST_PASSWORD):
            return await self.users.owner(user, password)
        number_id = await self.users.untouched()
        if number_id is not None and not new_password:
            raise Refusal(PASSWORD_CHANGE_REQUIRED, "Log in with a new_password in the body.")
        return number_id

    async def _change(self, number_id: NumberId, user: str, new_password: str) -> None:
        number = self.directory.number(number_id)
        if number is not None:
            await self.users.change(number, user, new_password)

    def _key_of(self, user: str, password: str) -> Token | None:
        """Return the key that the password is. The same work is done for a user that does not exist."""
        found = self.directory.holder(password)
        is_user = hmac.compare_digest(user.encode("utf-8", "surrogatepass"), ADMIN.encode("ascii"))
        # A login's token is no password: with it, a stolen token could be renewed for ever.
        return found if is_user and found is not None and found.kind == "key" and found.reach == "number" else None
