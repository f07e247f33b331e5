"""What is remembered of a refused request: everything that helps to see why, and no credential."""

import re
from collections.abc import Iterable
from functools import partial
from urllib.parse import unquote

from msgspec import Struct

from waypost.api import auth
from waypost.api.faults import fault_of
from waypost.api.routing import Request, Response
from waypost.errors import Fault
from waypost.flows.directory import Directory
from waypost.flows.refusals import RefusedLately, RefusedRequest
from waypost.model import NumberId

META, PROXY, ONPREM = "meta", "360dialog", "on-premises"
FACES = (META, PROXY, ONPREM)
MOST_BODY_BYTES = 8 * 1024
_MOST_PATH = 1_000
_MOST_DETAILS = 2_000
_MOST_LENGTH_DIGITS = 18
_SHORTEST_CREDENTIAL = 6
_MOST_FIELDS = 100  # of a form: each is looked at
_FILES = (b"multipart/", b"image/", b"audio/", b"video/", b"application/octet-stream")
_TOKEN = "<token>"  # noqa: S105 - it stands for one
_SCHEMES = ("Bearer", "Basic", "OAuth", "Apikey")
_ASKED_BY_BROWSERS = ("/favicon.ico", "/robots.txt")
# Names of fields, never their values.
_OF_SECRETS = (
    r"[a-z_.]{0,40}(?:token|password|secret|authorization)|access_key|api_?key|d360-api-key"
    r"|auth|bearer|basic|pin|cert|code|hash"
)
_IN_QUERY = re.compile(_OF_SECRETS, re.IGNORECASE)
# Of JSON whole or cut off, and of forms; a flow's token is no credential, but a name that the business has chosen.
_IN_JSON = re.compile(
    rb'("(?!flow_token")(?:%b)"\s*:\s*)(?:"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[^\s",}\]\[{]+)'
    % _OF_SECRETS.replace("|code", "").encode(),
    re.IGNORECASE | re.DOTALL,
)
_IN_FORM = re.compile(rb"(?:(?<=&)|^)((?:%b)=)[^&]*" % _OF_SECRETS.encode(), re.IGNORECASE)
_WITH_CREDENTIALS = frozenset(
    {
        "users", "account", "oauth", "register", "request_code", "verify_code", "settings", "configs", "certificates",
        "two-step", "subscribed_apps", "subscriptions", "waba_webhook", "debug_token",
    }
)  # fmt: skip
"""Words in the paths of requests whose bodies are about credentials."""


class Recorder(Struct, frozen=True):
    """Takes note of what a face refuses."""

    lately: RefusedLately
    directory: Directory

    def __call__(self, face: str, request: Request, error: Exception, answer: Response) -> None:
        """Remember a refused request and the answer that it gets."""
        if request.path in _ASKED_BY_BROWSERS:
            return
        fault = fault_of(error)
        said = [value for name, value in request.headers if name in (b"authorization", b"d360-api-key")]
        body = request.so_far()
        mark = hash(
            (
                face, request.method, request.path, request.query_string, *said, answer.status,
                fault.problem.name, fault.details, body[:MOST_BODY_BYTES], len(body),
            )
        )  # fmt: skip
        self.lately.note(mark, partial(_recorded, self.directory, face, request, body, fault, answer))


def _recorded(
    directory: Directory, face: str, request: Request, body: bytes, fault: Fault, answer: Response
) -> RefusedRequest:
    given = _credentials(request)
    shown, left_out = _body(request, body, given)
    return RefusedRequest(
        face=PROXY if face == META and auth.has_key_only(request) else face,
        method=request.method[:20],
        path=_path(request, given),
        number_id=_number_of(request, directory),
        headers=_headers(request),
        body=shown,
        body_bytes=_length(request, body),
        left_out=left_out,
        status=answer.status,
        problem=fault.problem.name,
        code=fault.problem.onprem_code if face == ONPREM else fault.problem.code,
        details=_without(given, (fault.details or fault.problem.title).encode()).decode(errors="replace")[
            :_MOST_DETAILS
        ],
        answer_headers={name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers},
        answer=_without(given, answer.body)[:MOST_BODY_BYTES],
    )


def _body(request: Request, body: bytes, given: Iterable[bytes]) -> tuple[bytes | None, str | None]:
    """Return what is shown of the body, and why not all of it."""
    length, kind = _length(request, body), (request.header(b"content-type") or b"").lower()
    if length == 0:
        return b"", None
    if not _WITH_CREDENTIALS.isdisjoint(request.path.split("/")):
        return None, "Bodies of such requests may hold passwords and keys: they are not kept."
    if kind.startswith(_FILES):
        return None, "Files are not kept."
    if not body:
        return None, "The request was refused before its body was read."
    # Masked first and cut then: a credential at the cut would not be seen whole.
    masked = _IN_JSON.sub(rb'\1"<secret>"', _without(given, body[: 2 * MOST_BODY_BYTES]))
    if body.lstrip()[:1] not in (b"{", b"[", b'"'):  # whatever its type says: a form, perhaps
        if masked.count(b"&") > _MOST_FIELDS:
            return None, "Forms with so many fields are not kept."
        masked = _IN_FORM.sub(rb"\1<secret>", masked)
    whole = len(body) <= MOST_BODY_BYTES and len(body) == (length or len(body))
    return _cut(masked, MOST_BODY_BYTES), None if whole else f"Truncated: it has {length or len(body)} bytes."


def _cut(data: bytes, most: int) -> bytes:
    """Return the first bytes, and none of a sign of UTF-8 that would be cut in two."""
    if len(data) <= most:
        return data
    inside = [data[most - back] & 0xC0 == 0x80 for back in range(4)]  # whether a sign goes on there
    return data[: most - (inside.index(False) if False in inside else 0)]


def _length(request: Request, body: bytes) -> int | None:
    """Return how long the body is, or said to be; None if nobody knows."""
    declared = request.header(b"content-length")
    if declared is not None and declared.isdigit() and len(declared) <= _MOST_LENGTH_DIGITS:
        return int(declared)
    is_open = request.header(b"transfer-encoding") is not None and not request.is_read
    return None if is_open else len(body)


def _credentials(request: Request) -> list[bytes]:
    """Return what the request showed to prove who is calling; what is short may as well be a part of something else."""
    found = [value.rpartition(b" ")[2].strip() for value in request.header_values(b"authorization")[:2]]
    found += [value.strip() for value in request.header_values(b"d360-api-key")[:2]]
    if (login := auth.basic(request)) is not None:
        found.append(login[1].encode())
    secret = [text.partition("=")[2] for text, name in _fields(request) if _IN_QUERY.fullmatch(name)]
    found += [unquote(value.replace("+", " ")).encode() for value in secret[-4:]]
    return [each for each in found if len(each) >= _SHORTEST_CREDENTIAL]


def _without(given: Iterable[bytes], data: bytes) -> bytes:
    for each in given:
        data = data.replace(each, _TOKEN.encode())
    return data


def _path(request: Request, given: Iterable[bytes]) -> str:
    fields = [f"{name}={_TOKEN}" if _IN_QUERY.fullmatch(name) else text for text, name in _fields(request)]
    whole = request.path + ("?" + "&".join(fields) if fields else "")
    shown = _without(given, whole.encode()).decode()
    return shown if len(shown) <= _MOST_PATH else f"{shown[:_MOST_PATH]}…"


def _fields(request: Request) -> list[tuple[str, str]]:
    """Return the fields of the query as they were sent, each with its name as it is read."""
    query = request.query_string.decode("latin-1")
    return [(text, unquote(text.partition("=")[0].replace("+", " "))) for text in query.split("&") if text]


def _headers(request: Request) -> dict[str, str]:
    """Return the headers that matter to a refusal; the rest is not kept."""
    shown: dict[str, str] = {}
    for name, value in request.headers:
        if name == b"authorization":
            scheme, space, _ = value.decode("latin-1").partition(" ")
            shown["authorization"] = f"{scheme} {_TOKEN}" if space and scheme in _SCHEMES else _TOKEN
        elif name == b"d360-api-key":
            shown["d360-api-key"] = _TOKEN
        elif name in (b"content-type", b"content-length"):
            shown[name.decode()] = value.decode("latin-1")[:200]
    return shown


def _number_of(request: Request, directory: Directory) -> NumberId | None:
    """Return the number that the path names, or else the one that the credential is of; None if there is no such."""
    for word in request.path.split("/"):
        number = directory.number_named(word)
        if number is not None:
            return number.id
    for token in _credentials(request):
        holder = directory.holder(token.decode("latin-1"))
        if holder is not None:
            return holder.number_id
    return None
