"""Targets: a URL that is to be called, parsed once into what is dialled and what the request line and Host say."""

import re
from base64 import b64encode
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from waypost.lib.links import ANYWHERE, BadLink, parse_link

_USER = re.compile(r"(?P<scheme>https?://)(?P<user>[^/?#@]*)@", re.IGNORECASE)


class Target(Struct, frozen=True):
    """Where a request goes; `host` is lower-case ASCII without final dot or brackets."""

    secure: bool
    host: str
    port: int
    is_address: bool
    """Whether the host is an address and not a name."""
    path: str
    """Path and query as they go into the request line."""
    authority: str
    """Host and port as the Host header says them."""
    authorization: str | None = None
    """The value of that header, from the user and password in the URL."""


@lru_cache(maxsize=1024)
def target_of(url: str) -> Target | None:
    """Return what a URL calls; None when it is not one of http or https, or malformed."""
    user = _USER.match(url)
    # The form alone is judged here; which addresses may be dialled is for the vet.
    link = parse_link(_USER.sub(r"\g<scheme>", url, count=1), ANYWHERE)
    if isinstance(link, BadLink):
        return None
    authorization = None if user is None else f"Basic {b64encode(_credentials(user['user'])).decode('ascii')}"
    is_address = link.address is not None
    return Target(link.scheme == "https", link.host, link.port, is_address, link.target, link.authority, authorization)


def _credentials(user: str) -> bytes:
    name, _, password = user.partition(":")
    return unquote_to_bytes(name) + b":" + unquote_to_bytes(password)
