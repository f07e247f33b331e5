"""Templates in the form that they had first, `hsm`: read, and turned into the form that everything else knows.

# spec: on-premises-api.md#3.7, migration.md#3.6
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, UNEXPECTED_PARAMETER
from waypost.wire.complaints import shown
from waypost.wire.reading import parse

NAME = "hsm"

_JSON = dict[str, Any]  # Any: a JSON object
_NotEmpty = Annotated[str, Meta(min_length=1)]
_Weekday = Annotated[int, Meta(ge=1, le=7)]


class _Language(Struct):
    policy: str
    code: _NotEmpty


class _Currency(Struct):
    currency_code: _NotEmpty
    amount_1000: int


class _Moment(Struct):
    timestamp: int | str


class _Component(Struct, omit_defaults=True):
    day_of_week: _Weekday | str | None = None
    day_of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    year: int | None = None
    month: Annotated[int, Meta(ge=1, le=12)] | None = None
    hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    minute: Annotated[int, Meta(ge=0, le=59)] | None = None
    calendar: Literal["GREGORIAN", "SOLAR_HIJRI"] | None = None


class _DateTime(Struct):
    component: _Component | None = None
    unix_epoch: _Moment | None = None


class _Parameter(Struct):
    default: _NotEmpty
    currency: _Currency | None = None
    date_time: _DateTime | None = None


class _HSM(Struct):
    namespace: str
    element_name: _NotEmpty
    language: _Language
    localizable_params: list[_Parameter] | None = None


class _Member(Struct):
    """With its name, so that complaints have the whole path."""

    hsm: _HSM


def template_of(raw: msgspec.Raw) -> msgspec.Raw:
    """Return the object of the template message that an `hsm` object means; raises Refusal.

    Every parameter goes into the one `body`. The policy `fallback` was taken out of later clients: like
    `deterministic`, it sends the exact language or nothing.
    """
    given = parse(_Member, b'{"hsm":%b}' % bytes(raw)).hsm
    policy = given.language.policy
    if policy not in {"deterministic", "fallback"}:
        details = f"Parameter 'hsm.language.policy' must be \"deterministic\"; it is {shown(policy)}."
        raise Refusal(INVALID_VALUE, details)
    template: _JSON = {
        "name": given.element_name,
        "language": {"policy": "deterministic", "code": given.language.code},
    }
    if given.localizable_params:
        parameters = [_parameter(at, each) for at, each in enumerate(given.localizable_params)]
        template["components"] = [{"type": "body", "parameters": parameters}]
    return msgspec.Raw(msgspec.json.encode(template))


def _parameter(position: int, given: _Parameter) -> _JSON:
    if given.currency is not None and given.date_time is not None:
        where = f"hsm.localizable_params[{position}]"
        raise Refusal(UNEXPECTED_PARAMETER, f"Parameters '{where}.currency' and 'date_time' cannot be used together")
    if given.currency is not None:
        amount = {"code": given.currency.currency_code, "amount_1000": given.currency.amount_1000}
        return {"type": "currency", "currency": {**amount, "fallback_value": given.default}}
    if given.date_time is not None:
        return {
            "type": "date_time",
            "date_time": {**_moment(position, given.date_time), "fallback_value": given.default},
        }
    return {"type": "text", "text": given.default}


def _moment(position: int, given: _DateTime) -> _JSON:
    """Return the members of a date, of whichever of the two forms it has."""
    if (given.component is None) == (given.unix_epoch is None):
        where = f"hsm.localizable_params[{position}].date_time"
        raise Refusal(INVALID_VALUE, f"Parameter '{where}' must hold either 'component' or 'unix_epoch'.")
    if given.unix_epoch is not None:
        return {"timestamp": given.unix_epoch.timestamp}
    parts: _JSON = msgspec.to_builtins(given.component)
    return parts
