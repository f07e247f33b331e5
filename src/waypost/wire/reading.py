"""Read a JSON body into a schema, or say in words what is wrong with it."""

import functools
from collections.abc import Hashable
from typing import Any, TypeVar, cast

import msgspec

from waypost.errors import Refusal
from waypost.errors.requests import BAD_REQUEST
from waypost.wire.complaints import refused
from waypost.wire.decode import BadJSON, refuse_unsafe

Schema = TypeVar("Schema")


def parse(schema: type[Schema], raw: bytes) -> Schema:
    """Return a body as a value of `schema`; raises Refusal."""
    value: Schema = read(_decoder(cast("Hashable", schema)), raw)
    return value


def read(decoder: msgspec.json.Decoder[Any], raw: bytes) -> Any:  # Any: the caller knows what its decoder makes
    """Decode a request body; raises Refusal with what is wrong, in words."""
    try:
        refuse_unsafe(raw)
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise refused(error, raw, decoder.type) from None
    except BadJSON as error:
        raise Refusal(BAD_REQUEST, error.reason) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(BAD_REQUEST, f"The body is not valid JSON: {error}.") from None


@functools.cache
def _decoder(schema: Hashable) -> msgspec.json.Decoder[Any]:  # Any: one cache for every schema
    return msgspec.json.Decoder(cast("type[Any]", schema))
