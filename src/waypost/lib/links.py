"""Links: the form check of a URL that a client gave, parsed once, so that what was checked is what is dialled.

URL parsers disagree on odd input, and resolvers read odd numbers as addresses. So there is one parser here, it refuses
what it would have to interpret, and its result is never turned back into text to be parsed by something else.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from ipaddress import ip_network
from typing import Literal
from urllib.parse import quote, urljoin

import idna
from msgspec import Struct

from waypost.lib.addresses import IPAddress, IPNetwork, is_public, parse_address

MAX_LINK_BYTES = 2048
MAX_HOST_LENGTH = 253
DEFAULT_PORTS = {"http": 80, "https": 443}

_LINK = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<target>[^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_BRACKETED = re.compile(r"\[(?P<host>[0-9A-Fa-f:.]*)\](?::(?P<port>.*))?")
_NAMED = re.compile(r"(?P<host>[^:\[\]]*)(?::(?P<port>.*))?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_ZONES = frozenset({"internal", "local", "lan", "home", "corp", "intranet", "private"})
_HOME = ".home.arpa"
_TARGET_SAFE = "".join(map(chr, range(0x21, 0x7F)))


class Link(Struct, frozen=True):
    """An http or https URL whose parts are known; `host` is lower-case ASCII without final dot or brackets."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str
    """Path and query as they go into the request line: ASCII, beginning with a slash."""
    address: IPAddress | None = None
    """The host again, where it is an address and not a name."""

    @property
    def authority(self) -> str:
        """Host and port as a Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Everything before the path."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole link in its canonical form, for logs and answers; it is never parsed again."""
        return self.origin + self.target


class BadLink(Struct, frozen=True):
    """Why a text is not a link that may be fetched; `reason` completes a sentence that begins "The link" or "It"."""

    reason: str


class FetchPolicy(Struct, frozen=True):
    """What the operator allows links to reach.

    Public addresses are reachable on `ports`, networks of `allow` on every port, nothing else at all.
    `own` holds the (address or host name, port) pairs at which this server itself listens; they are never reachable.
    """

    allow: tuple[IPNetwork, ...] = ()
    max_redirects: int = 0
    ports: frozenset[int] = frozenset({80, 443})
    own: AbstractSet[tuple[str, int]] = frozenset()

    def permits(self, address: IPAddress, port: int) -> bool:
        """Return whether a connection to `address` and `port` may be made."""
        if (str(address), port) in self.own:
            return False
        if any(address in network for network in self.allow):
            return True
        return port in self.ports and is_public(address)


ANYWHERE = FetchPolicy(allow=(ip_network("0.0.0.0/0"), ip_network("::/0")))
"""Lets a link reach every address and port."""


def parse_link(text: str, policy: FetchPolicy) -> Link | BadLink:
    """Return the link that `text` spells, or why it is refused by its form alone.

    Nothing is looked up: where the link leads is vetted when it is fetched. A port outside `policy.ports` is refused
    here as long as the policy allows no network; otherwise it depends on the address, and is vetted with it.
    """
    if not text:
        return BadLink("is empty")
    if len(text) > MAX_LINK_BYTES or len(text.encode(errors="surrogatepass")) > MAX_LINK_BYTES:
        return BadLink(f"is longer than {MAX_LINK_BYTES} bytes")
    if _FORBIDDEN.search(text):
        return BadLink("contains a space, a control character or a backslash; write it percent-encoded")
    parts = _LINK.fullmatch(text)
    if parts is None:
        return BadLink("does not begin with http:// or https://")
    return _parse_parts(parts, policy)


def resolve_link(base: Link, reference: str, policy: FetchPolicy) -> Link | BadLink:
    """Return the link that `reference`, a Location header of `base`, points to; it is checked like any other."""
    if _FORBIDDEN.search(reference) or _SCHEME.match(reference):
        return parse_link(reference, policy)
    if reference.startswith("//"):
        return parse_link(f"{base.scheme}:{reference}", policy)
    # What is joined here are paths only: with one leading slash each, none of them can name another host.
    path = urljoin("/" + base.target.lstrip("/"), reference)
    return parse_link(f"{base.origin}/{path.lstrip('/')}", policy)


def is_localhost(host: str) -> bool:
    """Return whether `host` is a name that means this machine wherever it is used."""
    return host == "localhost" or host.endswith(".localhost")


def is_private_name(host: str) -> bool:
    """Return whether `host` is a name that the public DNS does not have: one word, or of a zone kept for networks."""
    zone = host.rpartition(".")[2]
    return "." not in host or zone in _PRIVATE_ZONES or host.endswith(_HOME)


def _parse_parts(parts: re.Match[str], policy: FetchPolicy) -> Link | BadLink:
    authority = _parse_authority(parts["authority"])
    if isinstance(authority, BadLink):
        return authority
    scheme: Literal["http", "https"] = "https" if parts["scheme"].lower() == "https" else "http"
    host, port_text = authority
    port = DEFAULT_PORTS[scheme] if port_text is None else _port_number(port_text)
    if port is None:
        return BadLink(f"has the port {port_text!r}, which is not a number from 1 to 65535")
    if port not in policy.ports and not policy.allow:
        allowed = " and ".join(str(each) for each in sorted(policy.ports))
        return BadLink(f"uses port {port}, and only {allowed} are allowed; a server with --fetch-allow takes any")
    target = quote(parts["target"], safe=_TARGET_SAFE)
    target = target if target.startswith("/") else "/" + target
    address = parse_address(host)
    return Link(scheme=scheme, host=host, port=port, target=target, address=address)


def _port_number(text: str) -> int | None:
    if not _PORT.fullmatch(text) or int(text) > 65535:
        return None
    return int(text)


def _parse_authority(authority: str) -> tuple[str, str | None] | BadLink:
    """Return the host and the text of the port; a host with a colon in it is an IPv6 address."""
    if not authority:
        return BadLink("names no host")
    if "@" in authority:
        return BadLink("carries a user name or password; links are fetched without")
    if "%" in authority:
        return BadLink("has a percent sign in its host")
    parts = (_BRACKETED if authority.startswith("[") else _NAMED).fullmatch(authority)
    if parts is None:
        return BadLink(f"has the host {authority!r}, which is not a name or an address")
    host = _v6_host(parts["host"]) if authority.startswith("[") else _named_host(parts["host"])
    return host if isinstance(host, BadLink) else (host, parts["port"])


def _v6_host(text: str) -> str | BadLink:
    address = parse_address(text)
    if address is None or address.version != 6:
        return BadLink(f"has the host '[{text}]', which is not an IPv6 address")
    return str(address)


def _named_host(text: str) -> str | BadLink:
    """Return a name in ASCII, or four dotted decimals.

    Resolvers take much else for an address (127.1, 0x7f000001, 0177.0.0.1); whoever writes such a host does not
    mean a name, so it is refused and not interpreted.
    """
    if len(text) > MAX_HOST_LENGTH:
        return BadLink(f"has a host of {len(text)} characters, more than {MAX_HOST_LENGTH}")
    labels = list(_ascii_labels(text))
    if not all(labels):
        return BadLink(f"has the host {text!r}, which is not a valid name")
    host = ".".join(labels)
    if len(host) > MAX_HOST_LENGTH:
        return BadLink(f"has a host of {len(host)} characters, more than {MAX_HOST_LENGTH}")
    is_address = parse_address(host) is not None and not text.endswith(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]) and not is_address:
        return BadLink(f"has the host {text!r}, which is a number but not an address of four decimals")
    return host


def _ascii_labels(text: str) -> Iterator[str]:
    """Yield each label as it goes into the DNS, or an empty text for one that may not."""
    for label in text.lower().removesuffix(".").split("."):
        ascii_label = _ascii_label(label)
        yield ascii_label if _LABEL.fullmatch(ascii_label) else ""


def _ascii_label(label: str) -> str:
    # The strict rules of IDNA 2008, without the folding that turns circled digits into an address.
    if label.isascii() and not label.startswith("xn--"):
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except UnicodeError:  # idna's own error is one too
        return ""
