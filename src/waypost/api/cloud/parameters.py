"""The parameters of a management call, which the graph takes from a JSON body, a form, or the query."""

from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from waypost.api.bodies import MAX_JSON_BYTES, json_body
from waypost.api.multipart import FormLimits, read_form
from waypost.api.routing import Request
from waypost.errors import Refusal
from waypost.errors.requests import BAD_REQUEST
from waypost.wire.complaints import refused
from waypost.wire.reading import parse

_FORM = b"application/x-www-form-urlencoded"
_MULTIPART = b"multipart/form-data"  # as `curl -F` sends parameters, and SDKs of the graph do
_PARTS = FormLimits(file_bytes=0, parts=15)
_MAX_FIELDS = 100

Schema = TypeVar("Schema", bound=msgspec.Struct)


async def parameters(request: Request, schema: type[Schema]) -> Schema:
    """Return the parameters as `schema`; the body's win over the query's. Raises Refusal, BodyTooLarge.

    What comes as text is read as what the schema wants: `true` for a boolean, or an array written as JSON, which is
    how the graph takes it in a form and how pywa sends it in a body.
    """
    given = {name: text for name, text in request.query.items() if name in schema.__struct_encode_fields__}
    content_type = (request.header(b"content-type") or b"").partition(b";")[0].strip().lower()
    if content_type == b"application/json":
        raw = await json_body(request)
        if not raw:
            return _read(schema, {**given})
        both = {**given, **parse(dict[str, object], raw)}
        if given or both != _opened(both):
            return _read(schema, both)
        return parse(schema, raw)  # nothing but JSON: there "5" is no number
    if content_type == _MULTIPART:
        form = await read_form(request, None, _PARTS)
        return _read(schema, {**given, **form.fields})
    body = await request.body(MAX_JSON_BYTES)
    if body and content_type != _FORM:
        told = content_type.decode("latin-1") or "absent"
        raise Refusal(BAD_REQUEST, f"The Content-Type is {told}; send application/json in UTF-8.")
    if body.lstrip().startswith(b"{"):
        raise Refusal(BAD_REQUEST, "The body is JSON, and its Content-Type says a form; send application/json.")
    return _read(schema, {**given, **_form(body)})


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise Refusal(BAD_REQUEST, f"The form is not UTF-8, or has more than {_MAX_FIELDS} fields.") from None


def _read(schema: type[Schema], given: dict[str, object]) -> Schema:
    try:
        return msgspec.convert(given, schema, strict=False)
    except msgspec.ValidationError as error:
        if (opened := _opened(given)) != given:
            return _read(schema, opened)
        raise refused(error, msgspec.json.encode(given), schema) from None


def _opened(given: dict[str, object]) -> dict[str, object]:
    """Return the parameters with each text that holds a JSON array as that array."""
    return {name: _array(value) if isinstance(value, str) else value for name, value in given.items()}


def _array(text: str) -> object:
    if not text.startswith("["):
        return text
    try:
        return parse(list[object], text.encode())
    except Refusal:
        return text
