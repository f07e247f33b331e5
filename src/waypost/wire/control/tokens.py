"""Tokens of numbers, and the sign-in of the operator."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from waypost.wire.control.base import Digits, Request

Scope = Literal["all", "read"]
Reach = Literal["number", "account"]


class TokenRequest(Request):
    """The number that the token acts for, and what it may do: `all`, or `read` and nothing else.

    With the reach `account` it acts on Meta's face for every number of the number's account, those to come included.
    """

    number: Digits | None = None
    """May be left out while there is only one."""
    phone_number_id: Digits | None = None
    """The same, as answers call it."""
    scope: Scope = "all"
    reach: Reach = "number"


class NewToken(Struct):
    """A token, told this once: Bearer token and D360-API-KEY of its number, or Bearer token of the whole account.

    `id` is what the list shows of it; with it the token is taken back.
    """

    id: str
    token: str
    phone_number_id: str
    scope: Scope
    reach: Reach


class TokenView(Struct):
    """What is known of a token: `id` is the beginning of its hash."""

    id: str
    phone_number_id: str
    kind: str
    scope: Scope
    reach: Reach
    expires: datetime | None


class TokenList(Struct):
    """Every token."""

    tokens: list[TokenView]


class SignIn(Request):
    """The admin token, or the console's password."""

    admin_token: str
