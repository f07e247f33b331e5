"""Reading one written value: what may be written, and the function that takes it or says why not.

A value may come as text (a flag, a variable) or as what TOML makes of it.
"""

import base64
import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from waypost.lib.s3_url import parse_bucket_url
from waypost.lib.samples import SAMPLE_PHONE
from waypost.lib.store_urls import names_no_database

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_KEY_BYTES = 32
_URL_SAFE = str.maketrans("-_", "+/")
_ONE_SLASH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/(?!/)")  # `C:/` of Windows has one letter


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns what somebody wrote into a value; `read` raises ValueError with the reason, in words."""

    values: str
    """What may be written, as the end of "write ..."."""
    read: Callable[[object], object]
    many: bool = False
    """Whether it gives a tuple, of values that may be given one by one or with commas between them."""
    is_switch: bool = False
    is_secret: bool = False
    """Whether the value may never be shown."""
    words: tuple[str, ...] = ()
    """What may be written, if it is one of a few words."""
    names: Literal["file", "dir"] | None = None
    """What is there by that name, if it is a path here."""


def _text(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | os.PathLike):
        raise ValueError("this is not a single text")  # noqa: TRY004 - it is a wrong value to whoever wrote it
    text = str(raw).strip()
    if not text:
        raise ValueError("this is empty")
    if not text.isprintable():
        raise ValueError("this has a control character in it")
    return text


def number(low: float, high: float, *, whole: bool, or_zero: bool = False) -> Reader:
    """Read a number between two bounds, both allowed, and with `or_zero` 0 too."""

    def read(raw: object) -> object:
        try:
            value = int(_text(raw)) if whole else float(_text(raw))
        except ValueError:
            raise ValueError("this is not such a number") from None
        if not low <= value <= high and not (or_zero and value == 0):
            raise ValueError("this is out of range")
        return value

    kind = "a whole number" if whole else "a number"
    return Reader(f"{kind} from {low:.15g} to {high:.15g}{', or 0' if or_zero else ''}", read)


def choice(*words: str) -> Reader:
    """Read one of a few words."""

    def read(raw: object) -> object:
        if (text := _text(raw)) not in words:
            raise ValueError("this is none of the choices")
        return text

    return Reader(" or ".join(f"`{word}`" for word in words), read, words=words)


def _read_switch(raw: object) -> bool:
    match raw if isinstance(raw, bool) else _text(raw).lower():
        case True | "true" | "1" | "yes" | "on":
            return True
        case False | "false" | "0" | "no" | "off":
            return False
    raise ValueError("this is neither")


def _read_digits(raw: object) -> str:
    text = _text(raw)
    if not re.fullmatch(r"[1-9][0-9]{6,14}", text):
        raise ValueError("this is not a phone number of that form")
    if text == SAMPLE_PHONE:  # the line that is printed at the start would be sent by a number to itself
        raise ValueError("this is the sample phone, which writes to the number")
    return text


def _read_secret(raw: object) -> str:
    text = _text(raw)
    if not text.isascii() or " " in text or len(text) > 256:
        raise ValueError("this cannot be put into an HTTP header")
    return text


def _read_password(raw: object) -> str:
    text = _text(raw)
    if len(text) < 8:
        raise ValueError("this is too short")
    return text


def _read_host(raw: object) -> str:
    text = _text(raw).strip("[]")
    if not re.fullmatch(r"[0-9A-Za-z.-]+", text) and ":" not in text:
        raise ValueError("this is not a host name")
    if ":" in text:
        ipaddress.IPv6Address(text)
    elif not all(0 < len(label) <= 63 for label in text.removesuffix(".").split(".")):
        raise ValueError("a part of this name is empty or longer than 63 signs")
    return text.lower()


def _read_url(raw: object) -> str:
    text = _text(raw)
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("this is not such a URL")
    if parts.username is not None or parts.fragment or " " in text:
        raise ValueError("this has a user name, a fragment or a space in it")
    return text


def _read_origin(raw: object) -> str:
    text = _read_url(raw).removesuffix("/")
    if text.count("/") != 2 or "?" in text:
        raise ValueError("this has a path or a query in it")
    return text.lower()


def _read_network(raw: object) -> Network:
    text = _text(raw)
    try:
        return ipaddress.ip_network(text)
    except ValueError as wrong:
        raise ValueError(str(wrong)) from None


def _read_folder(raw: object) -> Path:
    path = Path(_text(raw)).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError("this is a file")
    return path


def _read_new_file(raw: object) -> Path:
    path = Path(_text(raw)).expanduser()
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError("this is a folder, or its folder does not exist")
    return path


def _address(raw: object) -> str:
    """Return a path or an address; one slash behind the scheme would make a folder of a bucket's name."""
    text = _text(raw)
    if _ONE_SLASH.match(text):
        raise ValueError("there must be two slashes behind the colon of an address")
    return text


def _read_store_place(raw: object) -> str:
    text = _address(raw)
    scheme, colon, rest = text.partition("://")
    if not colon or scheme == "sqlite":
        return text
    if scheme not in ("postgresql", "postgres"):
        raise ValueError(f"nothing here stores at {scheme}:// addresses")
    if wrong := names_no_database(text):
        raise ValueError(wrong)
    return f"postgresql://{rest}"


def _read_media_place(raw: object) -> str:
    text = _address(raw)
    scheme, colon, _ = text.partition("://")
    if colon and scheme == "s3":
        parse_bucket_url(text)
    elif colon and scheme != "file":
        raise ValueError(f"nothing here stores at {scheme}:// addresses")
    return text


def _read_key(raw: object) -> bytes:
    text = _text(raw).translate(_URL_SAFE)
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("this is not base64") from None
    if len(key) != _KEY_BYTES:
        raise ValueError(f"this is a key of {len(key)} bytes")
    return key


def _list(one: Callable[[object], object], values: str, *, is_secret: bool = False) -> Reader:
    def read(raw: object) -> object:
        written = raw if isinstance(raw, list | tuple) else (raw,)
        return tuple(one(part) for item in written for part in _text(item).split(","))

    return Reader(values, read, many=True, is_secret=is_secret)


SWITCH = Reader("`true` or `false`", _read_switch, is_switch=True)
DIGITS = Reader("7 to 15 digits, country code first, without + or zeros in front", _read_digits)
SECRET = Reader("up to 256 visible ASCII characters without a space", _read_secret, is_secret=True)
PASSWORD = Reader("at least 8 characters", _read_password, is_secret=True)
HOST = Reader("an IP address or a host name", _read_host)
URL = Reader("a whole `http://` or `https://` URL", _read_url)
ORIGIN = Reader("`https://host` or `https://host:port`", _read_origin)
STORE_PLACE = Reader("a path, or `postgresql://user:password@host/database`", _read_store_place, names="file")
FOLDER = Reader("the path of a folder", _read_folder, names="dir")
MEDIA_PLACE = Reader(
    "a path, `file://` and a path, or `s3://bucket/prefix?endpoint=...`", _read_media_place, names="dir"
)
NEW_FILE = Reader("the path of a file in a folder that exists", _read_new_file, names="file")
NETWORKS = _list(_read_network, "networks like `10.0.0.0/8`, several with commas between them")
HOSTS = _list(_read_host, "host names without a port, several with commas between them")
KEYS = _list(
    _read_key,
    "32 random bytes in base64 (`openssl rand -base64 32` makes them), several with commas between them",
    is_secret=True,
)
