"""URLs of databases, as they may be shown."""

import re
from urllib.parse import unquote, urlsplit

_QUERY_PASSWORD = re.compile(r"(^|&)password=[^&#]*", re.IGNORECASE)


def without_password(url: str) -> str:
    """Return a URL with `***` for its password, wherever it stands; whatever else it is stays as it is."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        return url
    place, mark, query = rest.partition("?")
    user, at, host = place.rpartition("@")  # the last one: a password may have one that should have been quoted
    name, with_password, _ = user.partition(":")
    shown = f"{name}:***" if with_password else name
    query = _QUERY_PASSWORD.sub(r"\1password=***", query)
    return f"{scheme}://{shown}{at}{host}{mark}{query}"


def whole_url(address: str) -> str:
    """Return a `postgresql://` URL of what stands behind its scheme, or of such a URL."""
    return f"postgresql://{address.removeprefix('postgresql://')}"


def names_no_database(url: str) -> str | None:
    """Return what is wrong with a `postgresql://` URL, in words; None if it names a database."""
    try:
        parts = urlsplit(url)
        _ = "," in parts.netloc or parts.port  # several hosts, each with a port of its own
    except ValueError as error:
        return f"this is no URL ({error})"
    if not unquote(parts.path).strip("/"):
        return "this URL names no database"
    return None
