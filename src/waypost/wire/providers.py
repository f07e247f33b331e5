"""Media providers: the credentials that media links are fetched with. How they are set, stored and shown.

# spec: on-premises-api.md#3.4
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta, Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER, TWO_SOURCES
from waypost.wire.complaints import mandatory, shown
from waypost.wire.reading import parse

_Text = Annotated[str, Meta(max_length=256)]
TYPE = "www"  # the only one there is
_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_HEADER_TOKEN = re.compile(r"[!-~]+")
_STARS = "********"


class Provider(Struct, frozen=True):
    """A provider as it is stored: it has a bearer token, or a user name and a password."""

    name: str
    username: str | None = None
    password: str | None = None
    bearer: str | None = None

    def __repr__(self) -> str:
        return "Provider(...)"  # it holds a secret


class _Basic(Struct, forbid_unknown_fields=True):
    username: _Text
    password: _Text


class ProviderConfig(Struct, forbid_unknown_fields=True):
    """One of the two ways to prove oneself to a host of media."""

    basic: _Basic | None = None
    bearer: Annotated[str, Meta(min_length=1, max_length=4096)] | None = None


class ProviderForm(Struct, forbid_unknown_fields=True):
    """A provider as it is set."""

    name: str
    type: str
    config: ProviderConfig


def parse_provider(raw: bytes) -> Provider:
    """Read a body of `POST /v1/settings/application/media/providers`, an array of one; raises Refusal."""
    providers = parse(list[ProviderForm], raw)
    if len(providers) != 1:
        raise Refusal(INVALID_VALUE, f"The array holds {len(providers)} providers; send one at a time.")
    return provider_of(providers[0])


def provider_of(given: ProviderForm) -> Provider:
    """Return the provider that a form means; raises Refusal for a name or credentials that cannot be used."""
    if not _NAME.fullmatch(given.name):
        details = f"Parameter 'name' is {shown(given.name)}; write 1 to 200 letters, digits, - and _."
        raise Refusal(INVALID_VALUE, details)
    if given.type != TYPE:
        raise Refusal(INVALID_VALUE, f"Parameter 'type' is {shown(given.type)}; the only type is \"{TYPE}\".")
    basic, bearer = given.config.basic, given.config.bearer
    if basic is not None and bearer is not None:
        raise Refusal(TWO_SOURCES, "Parameters 'basic' and 'bearer' cannot be used together")
    if bearer is not None:
        if not _HEADER_TOKEN.fullmatch(bearer):
            raise Refusal(INVALID_VALUE, "Parameter 'config.bearer' must be printable ASCII without blanks.")
        return Provider(given.name, bearer=bearer)
    if basic is None:
        raise Refusal(MISSING_PARAMETER, mandatory("config.basic"))
    if ":" in basic.username:
        # RFC 7617: whatever follows the first colon would be taken for the password.
        raise Refusal(INVALID_VALUE, "Parameter 'config.basic.username' must not hold a colon.")
    return Provider(given.name, basic.username, basic.password)


def providers_shown(providers: Iterable[Provider], *, masked: bool) -> list[dict[str, Any]]:  # Any: JSON objects
    """Return providers as they were set, or with stars in place of what is secret."""
    return [{"name": provider.name, "type": TYPE, "config": _config(provider, masked=masked)} for provider in providers]


def _config(provider: Provider, *, masked: bool) -> dict[str, Any]:  # Any: a JSON object
    if provider.bearer is not None:
        return {"bearer": _STARS if masked else provider.bearer}
    return {"basic": {"username": provider.username, "password": _STARS if masked else provider.password}}
