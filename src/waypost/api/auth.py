"""Who is calling: tokens and keys, in each place where a face may carry them.

Every way to be wrong (absent, malformed, unknown, expired, of two numbers at once) gets the same answer.
"""

import base64
from collections.abc import Callable

from waypost.api.routing import Request
from waypost.errors import Refusal
from waypost.errors.callers import NO_TOKEN, READ_ONLY
from waypost.flows.directory import Directory
from waypost.lib.ids import parse_digits
from waypost.model import Number, NumberId, Token, number_of_app

_MAX_ID_DIGITS = 18
_READING = ("GET", "HEAD")

Identify = Callable[[Request, Directory], Number]
"""Finds the number of a request's credential in the way of a face; raises Refusal."""


def bearer(request: Request, directory: Directory) -> Number:
    """Return the number of an `Authorization: Bearer` header or an `access_token` in the query. Raises Refusal.

    A token of a whole account acts for the number that the path names, and where it names none for its own.

    # spec: cloud-api.md#1.1
    """
    holder = _no_login(_holder(request, _bearer_or_query(request), directory))
    number = _number_of(holder, directory)
    return number if holder.reach == "number" else _named(request, number, directory)


def upload(request: Request, directory: Directory) -> Number:
    """Return the number of a resumable upload, which says `Authorization: OAuth` where others say Bearer.

    The pieces of one upload belong to the token's own number, whatever its reach: not every path names the app.

    # spec: cloud-api.md#13.9
    """
    scheme, _, token = _authorization(request).partition(" ")
    if scheme == "OAuth":
        return _number_of(_holder(request, token.strip(), directory), directory)
    return _number_of(_no_login(_holder(request, _bearer_or_query(request), directory)), directory)


def api_key(request: Request, directory: Directory) -> Number:
    """Return the number of a `D360-API-KEY` header. Raises Refusal.

    # spec: cloud-api.md#1.2
    """
    return _number_of(_of_one_number(_no_login(_holder(request, _key(request), directory))), directory)


def onprem(request: Request, directory: Directory) -> Number:
    """Return the number of a login's Bearer token, or of a 360dialog key. Raises Refusal.

    # spec: on-premises-api.md#1.1
    """
    token = _key(request) if has_api_key(request) else bearer_token(request)
    return _number_of(_of_one_number(_holder(request, token, directory)), directory)


def either(request: Request, directory: Directory) -> Number:
    """Return the number of whichever credential the request carries: media URLs are opened with either."""
    return api_key(request, directory) if has_api_key(request) else bearer(request, directory)


def reached(request: Request, number: Number, directory: Directory) -> list[Number]:
    """Return the numbers whose files a credential opens: `number`, and with a token of its account all there are."""
    if has_api_key(request):
        return [number]
    holder = _holder(request, _bearer_or_query(request), directory)
    return [number] if holder.reach == "number" else directory.of_account(number.waba_id)


def basic(request: Request) -> tuple[str, str] | None:
    """Return the user and password of an `Authorization: Basic` header, or None if there is no such thing."""
    scheme, _, text = _authorization(request).partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except ValueError:  # no base64, no UTF-8, no ASCII
        return None
    return (user, password) if colon else None


def monitoring_key(request: Request) -> str | None:
    """Return the key of an `Authorization: Apikey` header, or None if there is no such thing."""
    scheme, _, key = _authorization(request).partition(" ")
    return key.strip() if scheme == "Apikey" else None


def has_api_key(request: Request) -> bool:
    """Return whether the request carries a `D360-API-KEY` header, right or wrong."""
    return request.header(b"d360-api-key") is not None


def has_key_only(request: Request) -> bool:
    """Return whether a `D360-API-KEY` header is all that says who is calling."""
    is_elsewhere = request.header(b"authorization") is not None or b"access_token=" in request.query_string
    return has_api_key(request) and not is_elsewhere


def knows_key(request: Request, directory: Directory) -> bool:
    """Return whether the request carries a `D360-API-KEY` that is one, whatever its scope."""
    try:
        api_key(request, directory)
    except Refusal as refusal:
        return refusal.fault.problem is not NO_TOKEN
    return True


def bearer_token(request: Request) -> str | None:
    """Return the token of the one `Authorization: Bearer` header, or None if there is no such thing."""
    scheme, _, token = _authorization(request).partition(" ")
    return token.strip() if scheme == "Bearer" else None


def _bearer_or_query(request: Request) -> str | None:
    """Return the token of a call of Meta's paths; None too if a `D360-API-KEY` beside it is another."""
    token = bearer_token(request) or request.query.get("access_token")
    return None if has_api_key(request) and _keys(request) != {token} else token


def _authorization(request: Request) -> str:
    values = request.header_values(b"authorization")
    return values[0].decode("latin-1") if len(values) == 1 else ""


def _key(request: Request) -> str | None:
    keys = _keys(request)
    other = bearer_token(request)
    if other is not None:
        keys.add(other)
    return keys.pop() if len(keys) == 1 else None


def _keys(request: Request) -> set[str]:
    return {value.decode("latin-1") for value in request.header_values(b"d360-api-key")}


def _holder(request: Request, token: str | None, directory: Directory) -> Token:
    found = directory.holder(token) if token else None
    if found is None:
        raise _no_token()
    if found.scope == "read" and request.method not in _READING:
        raise Refusal(READ_ONLY, f"This key may only read, and {request.method} does more.")
    return found


def _no_login(holder: Token) -> Token:
    """Refuse a login's token: it opens its own face only, where a user's rights are looked at.

    # spec: migration.md#2
    """
    if holder.kind == "login":
        raise _no_token()
    return holder


def _of_one_number(holder: Token) -> Token:
    """Refuse a token of a whole account: a 360dialog key and a login are always one number's.

    # spec: cloud-api.md#1.2
    """
    if holder.reach == "account":
        raise _no_token()
    return holder


def _named(request: Request, number: Number, directory: Directory) -> Number:
    """Return the number of the same account that the path names, by its own id or its app's; else `number`."""
    params = request.params
    name = params.get("phone_number_id") or params.get("id") or params.get("app_id") or ""
    named = parse_digits(name, _MAX_ID_DIGITS)
    if named is None:
        return number
    other = directory.number(NumberId(named)) or directory.number(number_of_app(named))
    return other if other is not None and other.waba_id == number.waba_id else number


def _number_of(holder: Token, directory: Directory) -> Number:
    number = directory.number(holder.number_id)
    if number is None:
        raise _no_token()
    return number


def _no_token() -> Refusal:
    """Return the one answer to every credential that is wrong, so that nobody learns in what way."""
    return Refusal(NO_TOKEN, "The access token is missing, unknown or expired.")
