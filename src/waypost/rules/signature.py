"""Why a webhook's signature does not fit: what was changed on the way, or what it was compared with.

What is looked at is what a receiver has in hand: a body, and the header that it compares.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from waypost.lib import signing

_PREFIX = "sha256="
_HEX = re.compile(r"[0-9a-fA-F]+")
_LINE = re.compile(r"^\s*(x-hub-signature(?:-256)?)\s*:\s*", re.IGNORECASE)
_SHA1_DIGITS, _SHA256_DIGITS = 40, 64


class Verdict(Struct, frozen=True):
    """Whether a signature fits, what it should have been, and what is wrong with it in sentences."""

    matches: bool
    expected: str
    findings: list[str]


def explain(body: bytes, header: str, secret: str, others: Mapping[str, str]) -> Verdict:
    """Return why `header` is or is not the signature of `body`; `others` are further secrets, by whose they are."""
    expected = _PREFIX + _digest(secret, body)
    if hmac.compare_digest(header.encode("utf-8", "replace"), expected.encode("ascii")):
        return Verdict(matches=True, expected=expected, findings=[])
    findings = list(_form(header))
    digest = _bare(header)
    fits = _fits_as(digest)
    if fits(_digest(secret, body)):
        return Verdict(matches=False, expected=expected, findings=findings)
    cause = _cause(body, fits, secret, others)
    if cause is not None:
        findings.append(cause)
    elif not findings or _is_sha256(digest):
        findings.append(_NOTHING_FITS)
    return Verdict(matches=False, expected=expected, findings=findings)


_NOTHING_FITS = (
    "No secret that is known here makes this signature of this body, however it is written. Compare the raw bytes of "
    "the request: read them before any framework parses them, and take body and header from the same request."
)


def _form(header: str) -> Iterator[str]:
    """Yield what is wrong with how the header is written."""
    if not header.strip():
        yield "The header is empty: the receiver may look for another name; it is X-Hub-Signature-256."
        return
    line = _LINE.match(header)
    value = header[line.end() :] if line else header
    if line:
        yield f"The whole header line was given; compare what stands behind `{line[1]}: ` only."
    if value != value.strip():
        yield "There are spaces or line breaks around the signature; strip them."
    bare = value.strip().strip("\"'")
    if bare != value.strip():
        yield "There are quotes around the signature; take them off."
    value = bare
    if value.startswith(("v1,", "whsec_")):
        yield _standard(value)
    elif value.lower().startswith("sha1=") or _is_hex(value.removeprefix(_PREFIX), _SHA1_DIGITS):
        yield "This is a SHA-1 signature; compute HMAC-SHA256 and compare it with X-Hub-Signature-256."
    else:
        yield from _sha256_form(value)


def _standard(value: str) -> str:
    if value.startswith("whsec_"):
        return "This is a secret of Standard Webhooks and no signature: it is the key for `webhook-signature`."
    return (
        "This is the signature of Standard Webhooks, from the header `webhook-signature`: it is made with another key, "
        "of `{webhook-id}.{webhook-timestamp}.{body}`. Compare X-Hub-Signature-256, or use a library for the standard."
    )


def _sha256_form(value: str) -> Iterator[str]:
    if not value.startswith(_PREFIX):
        if value.lower().startswith(_PREFIX):
            yield "The prefix is written in capitals; it is `sha256=`."
        else:
            yield "The prefix `sha256=` is missing: put it before the digest, or take it off the header first."
    digest = value[len(_PREFIX) :] if value.lower().startswith(_PREFIX) else value
    if _is_hex(digest, _SHA256_DIGITS):
        if digest != digest.lower():
            yield "The digest is in upper case; it is written in lower case."
    elif _unbase64(digest) is not None:
        yield "The digest is in base64; it is written in hexadecimal."
    else:
        yield f"The digest has {len(digest)} characters and should be {_SHA256_DIGITS} hexadecimal digits."


def _bare(header: str) -> str:
    """Return the digest of a header, in lower-case hexadecimal where it can be read as one."""
    value = _LINE.sub("", header).strip().strip("\"'")
    value = value.partition("=")[2] if value.lower().startswith(("sha256=", "sha1=")) else value
    if _is_hex(value, _SHA256_DIGITS) or _is_hex(value, _SHA1_DIGITS):
        return value.lower()
    raw = _unbase64(value)
    return raw.hex() if raw is not None else value


def _fits_as(digest: str) -> Callable[[str], bool]:
    given = digest.encode("utf-8", "replace")
    return lambda made: hmac.compare_digest(given, made.encode("ascii"))


def _cause(body: bytes, fits: Callable[[str], bool], secret: str, others: Mapping[str, str]) -> str | None:
    """Return what makes the signature fit: the body written differently, another secret, or another hash."""
    for words, changed in _rewritten(body):
        if fits(_digest(secret, changed)):
            return f"{words} Compare the raw bytes as they came."
    for whose, other in others.items():
        if fits(_digest(other, body)):
            return f"It was made with the secret of {whose}."
    return None


def _rewritten(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the ways in which a body may have been changed or made anew, each with what it should have been."""
    yield "The signature is of the body without the line break at its end: one was added.", body.rstrip(b"\r\n")
    yield "The signature is of the body with a line break at its end: it was cut off.", body + b"\n"
    yield "The signature is of the body without the spaces around it.", body.strip()
    yield "The body begins with a byte order mark that was not sent.", body.removeprefix(b"\xef\xbb\xbf")
    yield "The body's line breaks were changed.", body.replace(b"\r\n", b"\n")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    for escapes, escaped in ((True, "escaped"), (False, "raw")):
        for separators in ((",", ":"), (", ", ": ")):
            text = json.dumps(value, ensure_ascii=escapes, separators=separators).encode("utf-8", "surrogatepass")
            yield _reserialised(body, escaped), text
            yield _reserialised(body, escaped), text.replace(b"/", b"\\/")


def _reserialised(body: bytes, escaped: str) -> str:
    if (b"\\u" in body) == (escaped == "escaped"):
        return "The body was parsed and written again: spaces, slashes or the order of its members are not as sent."
    was = "raw UTF-8" if escaped == "escaped" else "escaped as \\u...."
    return f"The body was parsed and written again: other signs than ASCII were sent {escaped}, and here are {was}."


def _digest(secret: str, body: bytes) -> str:
    return signing.hub_signature(secret, body).removeprefix(_PREFIX)


def _is_hex(text: str, digits: int) -> bool:
    return len(text) == digits and _HEX.fullmatch(text) is not None


def _is_sha256(digest: str) -> bool:
    return _is_hex(digest, _SHA256_DIGITS)


def _unbase64(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == _SHA256_DIGITS // 2 else None
