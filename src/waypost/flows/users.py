"""Users: the accounts that may log in for a number, beside the operator's key.

`admin` is always there. Its password is the number's key; one that a program has set works beside it.

# spec: on-premises-api.md#1.2, on-premises-api.md#1.4
"""

import asyncio
import re

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.callers import ACCESS_DENIED, UNKNOWN_OBJECT
from waypost.errors.clients import NAME_TAKEN
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory, token_hash
from waypost.flows.documents import DocumentCollection
from waypost.lib import passwords
from waypost.lib.clock import Clock
from waypost.lib.ids import new_secret
from waypost.model import Number, NumberId
from waypost.ports import Documents

ADMIN = "admin"
ADMIN_ROLE = "ROLE_ADMIN"
USER_ROLE = "ROLE_USER"
SPECIAL = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"

_PLAIN = "user."
_USERNAME = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,63}")
_PATHS = ("login", "logout")


class Account(Struct, frozen=True):
    """What is kept of a user."""

    password: str
    """Sealed."""


class Session(Struct, frozen=True):
    """Whose a token is."""

    username: str
    expires_ms: int


class Users:
    """The accounts of every number. The same name may be used for several numbers: the password tells which."""

    def __init__(self, documents: Documents, directory: Directory, clock: Clock) -> None:
        self._accounts = DocumentCollection(documents, "user", Account)
        self._sessions = DocumentCollection(documents, "session", Session)
        self._directory = directory
        self._clock = clock
        self._sealing = asyncio.Semaphore(1)  # hashing is slow on purpose: strangers get one core at most

    async def create(self, number: Number, username: str, password: str) -> None:
        """Add a user. Raises Refusal for a name that is taken or cannot be one, and for a weak password."""
        _check_name(username)
        _check_password(password)
        if username == ADMIN or await self._accounts.get(number.id, username) is not None:
            raise _taken(username)
        if not await self._accounts.add(number.id, await self._account(username, password), username):
            raise _taken(username)

    async def role(self, number: Number, username: str) -> str:
        """Return the role of a user. Raises Refusal if there is none of that name."""
        await self._must_exist(number, username)
        return ADMIN_ROLE if username == ADMIN else USER_ROLE

    async def change(self, number: Number, username: str, password: str) -> None:
        """Give a user another password; the tokens that they got with the old one end. Raises Refusal."""
        await self._must_exist(number, username)
        _check_password(password)
        await self._accounts.put(number.id, await self._account(username, password), username)
        await self._end_sessions(number.id, username)

    async def delete(self, number: Number, username: str) -> None:
        """Delete a user and end their tokens. Raises Refusal for `admin`, and if there is none of that name."""
        await self._must_exist(number, username)
        if username == ADMIN:
            raise Refusal(ACCESS_DENIED, "The user 'admin' cannot be deleted.")
        await self._accounts.remove(number.id, username)
        await self._end_sessions(number.id, username)

    async def owner(self, username: str, password: str) -> NumberId | None:
        """Return the number for which a user has this password, or None, which takes no less time.

        How many numbers know a user of this name does not show either: their passwords have one salt.
        """
        numbers: dict[str, NumberId] = {}
        for number_id, kept in await self._kept(username):
            numbers.setdefault(kept, number_id)
        async with self._sealing:
            fitting = await passwords.fitting(password, numbers)
        return None if fitting is None else numbers[fitting]

    async def untouched(self) -> NumberId | None:
        """Return the first number whose `admin` has never been given a password; None if there is none."""
        for number in self._directory.numbers():
            if await self._accounts.get(number.id, ADMIN) is None:
                return number.id
        return None

    async def grant(self, number_id: NumberId, username: str, *, expires_ms: int) -> str:
        """Return a new token of a user; earlier ones stay valid."""
        token = new_secret("" if username == ADMIN else _PLAIN)
        await self._directory.grant(token, number_id, expires_ms=expires_ms)
        await self._sessions.put(number_id, Session(username, expires_ms), token_hash(token).hex())
        await self._forget_expired(number_id)
        return token

    async def _account(self, username: str, password: str) -> Account:
        others = await self._kept(username)
        salt = passwords.salt_of(others[0][1]) if others else new_secret()
        return Account(await passwords.sealed(password, salt))

    async def _kept(self, username: str) -> list[tuple[NumberId, str]]:
        """Return what is kept of the passwords of every user of a name."""
        found = [(number.id, await self._accounts.get(number.id, username)) for number in self._directory.numbers()]
        return [(number_id, account.password) for number_id, account in found if account is not None]

    async def _must_exist(self, number: Number, username: str) -> None:
        if username != ADMIN and await self._accounts.get(number.id, username) is None:
            raise Refusal(UNKNOWN_OBJECT, f"There is no user '{username[:64]}'.")

    async def _end_sessions(self, number_id: NumberId, username: str) -> None:
        for name, session in await self._sessions.list(number_id, limit=100_000):
            if session.username == username:
                await self._directory.revoke_hash(bytes.fromhex(name))
                await self._sessions.remove(number_id, name)

    async def _forget_expired(self, number_id: NumberId) -> None:
        now_ms = self._clock.now_ms()
        for name, session in await self._sessions.list(number_id):
            if session.expires_ms <= now_ms:
                await self._directory.revoke_hash(bytes.fromhex(name))
                await self._sessions.remove(number_id, name)


def _taken(username: str) -> Refusal:
    return Refusal(NAME_TAKEN, f"There is a user '{username}' already.")


def is_plain_user(token: str, directory: Directory) -> bool:
    """Return whether a valid token is that of a user other than `admin`: its prefix says so, and is hashed with it."""
    found = directory.holder(token) if token.startswith(_PLAIN) else None
    return found is not None and found.kind == "login"


def _check_name(username: str) -> None:
    if not _USERNAME.fullmatch(username) or username in _PATHS:
        details = "Parameter 'username' must be 1 to 64 letters, digits and . _ @ + -, not beginning with a full stop."
        raise Refusal(INVALID_VALUE, details)


def _check_password(password: str) -> None:
    """Raise Refusal for a password that the platform's rule refuses.

    # spec: on-premises-api.md#1.2
    """
    kinds = (str.isdigit, str.isupper, str.islower, SPECIAL.__contains__)
    if not 8 <= len(password) <= 64 or not all(any(is_one(sign) for sign in password) for is_one in kinds):
        details = "a digit, an upper-case, a lower-case and a special character"
        raise Refusal(INVALID_VALUE, f"The password must have 8 to 64 characters, among them {details}.")
