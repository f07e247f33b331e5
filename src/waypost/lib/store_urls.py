"""URLs of databases, as they may be shown."""

import re
from urllib.parse import unquote, urlsplit

_QUERY_PASSWORD = re.compile(r"(?<=[?&]password=)[^&#]*", re.IGNORECASE)


def without_password(url: str) -> str:
    """Return a URL with `***` for its password, wherever it stands; whatever else it is stays as it is."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        return url
    place, slash, path = rest.partition("/")
    user, at, host = place.rpartition("@")
    name, with_password, _ = user.partition(":")
    shown = f"{name}:***" if with_password else name
    return f"{scheme}://{shown}{at}{host}{slash}{_QUERY_PASSWORD.sub('***', path)}"


def names_no_database(url: str) -> str | None:
    """Return what is wrong with a `postgresql://` URL, in words; None if it names a database."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"this is no URL ({error})"
    if not unquote(parts.path).strip("/"):
        return "this URL names no database"
    return None
