"""Every setting of the server: its type, default, help and reader.

Command line, reference page and error messages are all made from the fields of `Settings`.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from waypost.lib import readers
from waypost.lib.readers import Network, Reader
from waypost.lib.samples import SAMPLE_NUMBER

PREFIX = "WAYPOST_"


class Place(NamedTuple):
    """Where something is stored: the scheme that chooses the part, and what that part makes of the rest."""

    scheme: str
    location: str


@dataclass(frozen=True, slots=True)
class ReadyInfo:
    """What a program needs to talk to a server that has become ready; the ready file has exactly these keys."""

    base_url: str
    phone_number_id: str
    token: str
    app_secret: str
    admin_token: str
    console_url: str


@dataclass(frozen=True, slots=True)
class _About:
    """What there is to say about a setting besides its name and type."""

    help: str
    reader: Reader
    default: str | None = None
    """The default in words, where the value does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the server was told; every field says what it means in its help."""

    host: Annotated[
        str, _About("Address to listen on; another than loopback needs an admin password.", readers.HOST)
    ] = "127.0.0.1"
    port: Annotated[
        int, _About("Port to listen on; 0 picks a free one and prints it.", readers.number(0, 65535, whole=True))
    ] = 8360
    data: Annotated[
        Path, _About("Folder of the embedded store and media.", readers.FOLDER, default="`./waypost-data`")
    ] = Path("waypost-data")
    store: Annotated[
        str | None,
        _About(
            "Where messages are stored: a file, or a PostgreSQL database.",
            readers.STORE_PLACE,
            default="`waypost.db` in the data folder",
        ),
    ] = field(default=None, repr=False)
    media: Annotated[
        str | None, _About("Where media are stored.", readers.MEDIA_PLACE, default="`media/` in the data folder")
    ] = None
    keep_days: Annotated[
        int,
        _About(
            "Days of platform time that messages are kept, with their events and webhooks; what waits or is a dead "
            "letter stays. 0: for ever.",
            readers.number(2, 36_500, whole=True, or_zero=True),
        ),
    ] = 30
    number: Annotated[
        str,
        _About(
            "Business number, digits only; made if absent, and its phone_number_id is the same digits.", readers.DIGITS
        ),
    ] = SAMPLE_NUMBER
    token: Annotated[
        str | None,
        _About("Bearer token and D360-API-KEY of the number.", readers.SECRET, default="random, printed once"),
    ] = field(default=None, repr=False)
    webhook: Annotated[str | None, _About("URL for the number's callbacks.", readers.URL)] = None
    app_secret: Annotated[
        str | None, _About("Key of X-Hub-Signature-256.", readers.SECRET, default="random, printed once")
    ] = field(default=None, repr=False)
    callback_dialect: Annotated[
        Literal["cloud", "onprem"] | None,
        _About("Shape of the callbacks.", readers.choice("cloud", "onprem"), default="as it is, cloud at first"),
    ] = None
    graph_version: Annotated[
        Literal["v20.0", "v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"] | None,
        _About(
            "Version of the number's callbacks: before v24.0 a status has `conversation`.",
            readers.choice("v20.0", "v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"),
            default="as it is, v24.0 at first",
        ),
    ] = None
    webhook_shape: Annotated[
        Literal["2026", "2025"] | None,
        _About(
            "`2025` leaves out of the callbacks what came with usernames, and the `url` of media.",
            readers.choice("2026", "2025"),
            default="as it is, 2026 at first",
        ),
    ] = None
    hidden_users: Annotated[
        Literal["hold", "pseudo"],
        _About(
            "On-Premises callbacks about users whose phone number is hidden: held back and logged, or under a number "
            "that is none.",
            readers.choice("hold", "pseudo"),
        ),
    ] = "hold"
    status_delay: Annotated[
        float, _About("Seconds between the simulated statuses.", readers.number(0, 86_400, whole=False))
    ] = 0.0
    template_review_seconds: Annotated[
        float,
        _About(
            "Seconds of platform time until the review of a template decides.",
            readers.number(0, 2_592_000, whole=False),
        ),
    ] = 0.0
    rules: Annotated[
        Literal["platform", "relaxed"],
        _About(
            "`relaxed` opens every window and lifts the rates, for load tests.", readers.choice("platform", "relaxed")
        ),
    ] = "platform"
    role: Annotated[
        Literal["all", "api"],
        _About("`api` only accepts, beside `waypost worker`; `all` is alone.", readers.choice("all", "api")),
    ] = "all"
    worker_host: Annotated[
        str, _About("Address on which `waypost worker` answers `/health`, `/ready` and `/metrics`.", readers.HOST)
    ] = "127.0.0.1"
    worker_port: Annotated[
        int | None,
        _About(
            "Port for that; 0 picks a free one and logs it.", readers.number(0, 65535, whole=True), default="none: off"
        ),
    ] = None
    strict_plus: Annotated[
        bool,
        _About(
            "Put the business number's calling code in front of digits without a plus; off: they are a whole number.",
            readers.SWITCH,
        ),
    ] = False
    magic_numbers: Annotated[
        Literal["on", "off"],
        _About(
            "`on` lets what is sent to a number such as 15550131026 fail as its digits say.",
            readers.choice("on", "off"),
        ),
    ] = "on"
    fetch_allow: Annotated[
        tuple[Network, ...],
        _About("Network that media links may reach although it is not public; may be repeated.", readers.NETWORKS),
    ] = ()
    link_previews: Annotated[
        Literal["on", "off"],
        _About(
            "`on` fetches a text's first link when its chat is looked at, for the card that a phone shows.",
            readers.choice("on", "off"),
        ),
    ] = "on"
    secrets_key: Annotated[
        tuple[bytes, ...],
        _About(
            "Key that secrets are sealed with in the store; may be repeated: the first seals, and each opens.",
            readers.KEYS,
            default="none: they lie there in clear",
        ),
    ] = field(default=(), repr=False)
    admin_token: Annotated[
        str | None, _About("Key of the control API.", readers.SECRET, default="random, printed once")
    ] = field(default=None, repr=False)
    admin_password: Annotated[
        str | None, _About("Password of the console; needed when the host is not loopback.", readers.PASSWORD)
    ] = field(default=None, repr=False)
    monitoring_key: Annotated[
        str | None,
        _About("Key of `Authorization: Apikey` for the health and figures of the On-Premises API.", readers.SECRET),
    ] = field(default=None, repr=False)
    first_login: Annotated[
        bool,
        _About(
            "Let On-Premises' `admin` log in with `secret` once, to set a password, as a fresh client does.",
            readers.SWITCH,
        ),
    ] = False
    mask_providers: Annotated[
        bool, _About("Show stars for the passwords of On-Premises media providers.", readers.SWITCH)
    ] = False
    ready_file: Annotated[
        Path | None, _About("File that is written, complete, once the server is ready.", readers.NEW_FILE)
    ] = None
    tls: Annotated[bool, _About("Serve https with a generated certificate.", readers.SWITCH)] = False
    allowed_hosts: Annotated[
        tuple[str, ...],
        _About("Name in the Host header that is answered besides the server's own; may be repeated.", readers.HOSTS),
    ] = ()
    public_url: Annotated[
        str | None,
        _About(
            "Where programs reach the server through a proxy; URLs in answers and webhooks begin with it.",
            readers.ORIGIN,
            default="as the request says",
        ),
    ] = None
    webhook_success: Annotated[
        Literal["200", "2xx"], _About("Answers of a webhook that count as taken.", readers.choice("200", "2xx"))
    ] = "200"
    webhook_timeout_seconds: Annotated[
        float, _About("Seconds that a webhook may take to answer.", readers.number(0.1, 120, whole=False))
    ] = 15.0
    max_redirects: Annotated[
        int, _About("Redirects that are followed when a media link is fetched.", readers.number(0, 3, whole=True))
    ] = 0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        _About("Least level that is logged.", readers.choice("debug", "info", "warning", "error")),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "lines", "json"],
        _About(
            "`auto` logs coloured lines on a terminal, else one JSON object a line.",
            readers.choice("auto", "lines", "json"),
        ),
    ] = "auto"
    media_redirect: Annotated[
        bool,
        _About(
            "Answer downloads of the Cloud API with a redirect to a signed URL of the S3-compatible store.",
            readers.SWITCH,
        ),
    ] = False
    aws: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The standard variables of AWS that were set; no option of ours, so that secrets stay where they belong."""
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where each setting that was given comes from: `flag`, `environment` or `file`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the Host header that are answered besides the server's own."""
        public = urlsplit(self.public_url or "").hostname
        return (*self.allowed_hosts, public) if public else self.allowed_hosts

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def is_relaxed(self) -> bool:
        """Whether every window is open and no rate holds, for load tests."""
        return self.rules == "relaxed"

    @property
    def shows_secrets(self) -> bool:
        """Whether secrets lie in clear where others than this machine's owner may come near them."""
        return not self.secrets_key and (self.store_place.scheme == "postgresql" or not self.on_loopback)

    @property
    def store_place(self) -> Place:
        """Where messages are stored."""
        return _place_of(self.store or str(self.data / "waypost.db"), "sqlite")

    @property
    def media_place(self) -> Place:
        """Where media are stored."""
        return _place_of(self.media or str(self.data / "media"), "file")


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as a person meets it."""

    name: str
    """Also its key in `waypost.toml`."""
    help: str
    default: str
    """The default in words, for people."""
    reader: Reader

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


def options() -> tuple[Option, ...]:
    """Return every setting, in the order of the reference page."""
    return tuple(_option(item) for item in fields(Settings) if item.name not in ("aws", "sources"))


def is_loopback(host: str) -> bool:
    """Return whether `host` names this machine's loopback; a name other than localhost does not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _place_of(text: str, own: str) -> Place:
    scheme, colon, rest = text.partition("://")
    return Place(scheme, rest) if colon else Place(own, text)


def _option(item: "Field[Any]") -> Option:  # Any: a field of whatever type
    about: _About = get_args(item.type)[1]
    default = _in_words(item.default) if about.default is None else about.default
    return Option(item.name, about.help, default, about.reader)


def _in_words(default: object) -> str:
    match default:
        case None | ():
            return "none"
        case bool():
            return "on" if default else "off"
        case float():
            return f"`{default:g}`"
    return f"`{default}`"
