"""How the control API answers, and what it reads from a request's query and body."""

from typing import Protocol, TypeVar

import msgspec

from waypost.api.bodies import MAX_JSON_BYTES, json_body
from waypost.api.faults import fault_of
from waypost.api.routing import HTTPProblem, Request, Response
from waypost.errors import Problem, Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.lib import phone
from waypost.lib.ids import parse_digits
from waypost.model import Number, NumberId
from waypost.wire.control.base import ErrorBody, ErrorDetail
from waypost.wire.reading import parse

MAX_LIMIT = 1_000
_DEFAULT_LIMIT = 100
NEVER_KEPT = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]

Schema = TypeVar("Schema")


def answer(value: object, *, status: int = 200) -> Response:
    """Return a value as JSON that no cache keeps."""
    return Response(status, msgspec.json.encode(value), headers=NEVER_KEPT)


def render_control(request: Request, error: Exception) -> Response:
    """Answer with `{"error": {"code", "message"}}`; the code is our own name of the problem."""
    _ = request
    fault = fault_of(error)
    status = error.status if isinstance(error, HTTPProblem) else _status_of(fault.problem)
    response = answer(ErrorBody(ErrorDetail(fault.problem.name, fault.details)), status=status)
    if status == 401:
        response.headers.append((b"www-authenticate", b"Bearer"))
    if fault.retry_after_seconds is not None:
        response.headers.append((b"retry-after", b"%d" % fault.retry_after_seconds))
    return response


def _status_of(problem: Problem) -> int:
    """Return On-Premises' status, which tells more apart; Meta's if it blames the request and the other the server."""
    return problem.http if problem.http < 500 <= problem.onprem_http else problem.onprem_http


async def body_of(request: Request, schema: type[Schema], *, max_bytes: int = MAX_JSON_BYTES) -> Schema:
    """Return the request's body as `schema`. Raises Refusal, BodyTooLarge."""
    return parse(schema, await json_body(request, max_bytes=max_bytes))


def unknown(what: str, name: str) -> Refusal:
    """Return the refusal of a path that names something that is not there."""
    return Refusal(UNKNOWN_OBJECT, f"There is no {what} {name[:200]}.")


def known_number(directory: Directory, phone_number_id: str) -> Number:
    """Return the business number that a path or a body names. Raises Refusal."""
    number = directory.number_named(phone_number_id)
    if number is None:
        raise unknown("number", phone_number_id)
    return number


class NamesNumber(Protocol):
    """A request body that names a business number by either word for it."""

    number: str | None
    phone_number_id: str | None


def number_in(wish: NamesNumber) -> str | None:
    """Return the business number that a body names; None if it names none. Raises Refusal."""
    if wish.number is None or wish.phone_number_id in (None, wish.number):
        return wish.number or wish.phone_number_id
    raise Refusal(INVALID_VALUE, "number and phone_number_id are two words for one thing here; leave one of them out.")


def limit_of(request: Request) -> int:
    """Return the query's `limit`: 1 to 1000, 100 when it is not given."""
    text = request.query.get("limit", str(_DEFAULT_LIMIT))
    limit = parse_digits(text, 4)
    if limit is None or not 1 <= limit <= MAX_LIMIT:
        raise Refusal(INVALID_VALUE, f"limit: {text[:40]!r} is not a number from 1 to {MAX_LIMIT}.")
    return limit


def digits_of(name: str, text: str) -> str:
    """Return the wa_id of a user's phone number in a path or a query. Raises Refusal."""
    try:
        return phone.normalise(text)
    except ValueError as error:
        raise Refusal(INVALID_VALUE, f"{name}: {error}.") from None


def asked_digits(request: Request, name: str) -> str | None:
    """Return the wa_id of a user's phone number in the query; None if it is not given. Raises Refusal."""
    text = request.query.get(name)
    return None if text is None else digits_of(name, text)


def asked_number(request: Request, name: str) -> NumberId | None:
    """Return the business number in the query, which is what it is dialled as; None if not given. Raises Refusal."""
    text = request.query.get(name)
    return None if text is None else number_of(name, text)


def number_of(name: str, text: str) -> NumberId:
    """Return the business number that a text names. Raises Refusal."""
    try:
        return NumberId(int(phone.digits_of(text)))
    except ValueError as error:
        raise Refusal(INVALID_VALUE, f"{name}: {error}.") from None
