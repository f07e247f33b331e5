"""Log in and out: a user name and password for a token of seven days.

The password of `admin` is a key of a number, and not a default that must be changed; the key decides for which number
the token acts. A password that `new_password` has set works beside the key. Tokens are opaque, and kept as hashes.

# spec: on-premises-api.md#1.2
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakValueDictionary

from waypost.errors import Refusal
from waypost.errors.callers import ACCESS_DENIED, NO_TOKEN, READ_ONLY, TOO_MANY_LOGINS
from waypost.errors.clients import PASSWORD_CHANGE_REQUIRED
from waypost.flows.directory import Directory
from waypost.flows.lately import Lately
from waypost.flows.together import Together
from waypost.flows.users import ADMIN, Users
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.lib.sameness import is_same_secret
from waypost.model import NumberId, Token
from waypost.ports import Subject

FIRST_PASSWORD = "secret"  # noqa: S105 - the one that everybody knows
LIFE = timedelta(days=7)
"""How long a token acts, in platform time."""

_MAX_FAILURES = 5
_SPAN_MS = 60_000
_NOBODY = 0  # whose failures they are: a login is for no number yet


class FailedLogins:
    """When logins failed lately, per client address and user name; five in any minute are the most.

    It counts on real time, so that nobody wins attempts by moving the clock.
    """

    def __init__(self, clock: Clock, together: Together | None = None) -> None:
        self._failures = Lately(lambda: int(1000 * clock.monotonic()), together)
        self._turns: WeakValueDictionary[Subject, asyncio.Lock] = WeakValueDictionary()

    def forget(self) -> None:
        """Begin anew, after everything was reset."""
        self._failures.forget()

    def turn(self, client: str, user: str) -> asyncio.Lock:
        """Return what to hold while one login is tried: the next shall see whether it failed."""
        return self._turns.setdefault(_subject(client, user), asyncio.Lock())

    async def wait_seconds(self, client: str, user: str) -> int:
        """Return how long this client must wait before it may try this user again; 0 if it may. Raises StoreDown."""
        return await self._failures.look(_subject(client, user), _wait_seconds)

    async def note(self, client: str, user: str) -> None:
        """Count one failure. Raises StoreDown."""
        await self._failures.change(_subject(client, user), _fail)


def _subject(client: str, user: str) -> Subject:
    """Return who failed, as a hash: strangers choose the names, which may be too long or too odd to be kept."""
    named = f"{client}\0{user}".encode("utf-8", "surrogatepass")
    return _NOBODY, f"login {hashlib.sha256(named).hexdigest()}"


def _wait_seconds(failures: list[int], now_ms: int) -> int:
    recent = [at_ms for at_ms in failures if 0 <= now_ms - at_ms < _SPAN_MS]  # a server's clock may be set back
    return 0 if len(recent) < _MAX_FAILURES else 1 + (recent[-_MAX_FAILURES] + _SPAN_MS - now_ms) // 1000


def _fail(failures: list[int], now_ms: int) -> None:
    failures.append(now_ms)
    del failures[:-_MAX_FAILURES]


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
        async with self.failures.turn(client, user):
            key, number_id = await self._tried(user, password, new_password, client=client)
        if key is not None and key.scope == "read":  # a login is a write, and what it gives away would outlive the key
            raise Refusal(READ_ONLY, "This key may only read; log in with one whose scope is all, or send it as it is.")
        if new_password:
            await self._change(number_id, user, new_password)
        expires_ms = self.clock.now_ms() + to_ms(LIFE)
        return Granted(await self.users.grant(number_id, user, expires_ms=expires_ms), expires_ms)

    async def end(self, token: str) -> None:
        """Make a login's token unknown from now on. Raises Refusal for anything else, a number's key included."""
        found = self.directory.holder(token)
        if found is None:
            raise Refusal(NO_TOKEN, "The access token is missing, unknown or expired.")
        if found.kind != "login":
            raise Refusal(ACCESS_DENIED, "This is the number's key; only the token of a login can be logged out.")
        await self.directory.revoke(token)

    async def _tried(
        self, user: str, password: str, new_password: str | None, *, client: str
    ) -> tuple[Token | None, NumberId]:
        """Return the number that a password is for, and the key if it is one. Raises Refusal."""
        if wait := await self.failures.wait_seconds(client, user):
            details = f"Too many failed logins; wait {wait} s."
            raise Refusal(TOO_MANY_LOGINS, details, retry_after_seconds=wait)
        key = self._key_of(user, password)
        number_id = key.number_id if key else await self._owner(user, password, new_password)
        if number_id is None:
            await self.failures.note(client, user)
            raise Refusal(NO_TOKEN, "Invalid credentials.")
        return key, number_id

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
        is_user = is_same_secret(user, ADMIN)
        # A login's token is no password: with it, a stolen token could be renewed for ever.
        return found if is_user and found is not None and found.kind == "key" and found.reach == "number" else None
