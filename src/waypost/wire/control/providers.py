"""Media providers: credentials for links."""

from typing import Literal

from msgspec import Struct

from waypost.wire.control.base import Digits
from waypost.wire.providers import TYPE, ProviderForm


class ProviderRequest(ProviderForm, forbid_unknown_fields=True, kw_only=True):
    """A media provider of a number, which may be left out while there is only one."""

    type: str = TYPE
    number: Digits | None = None
    phone_number_id: Digits | None = None
    """The same, as answers call it."""


class ProviderView(Struct):
    """A media provider: links that name it are fetched with its credentials, which are not shown."""

    phone_number_id: str
    name: str
    type: str
    credentials: Literal["basic", "bearer"]
    username: str | None


class ProviderList(Struct):
    """The media providers of every number."""

    providers: list[ProviderView]
