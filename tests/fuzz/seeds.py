"""Where a search begins: what other tests already have, what earlier searches kept, and what was ever found."""

import ast
import json
from collections.abc import Iterable
from pathlib import Path

from tests.hostile.link_corpus import ALLOWED, DENIED_HOSTS, DENIED_NAMES, REFUSED_BY_FORM
from tests.support import bad_json, media
from tests.support.inbound import PLAYS

from waypost.lib import ids
from waypost.lib.cursors import cursor_of
from waypost.lib.signing import hub_signature

FOLDER = Path(__file__).parent
GOLDEN = FOLDER.parent / "golden"
MAX_BYTES = 16_384
"""The longest input: what a file is, is told by so many bytes."""

FORM = (
    b"multipart/form-data; boundary=B\n"
    b'--B\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    b"\x89PNG\r\n--\r\n--B--\r\n"
)
_HEAD = b" HTTP/1.1\r\nHost: h\r\n"
_NEXT = b"GET /next?a=b" + _HEAD + b"\r\n"
REQUESTS = [
    _NEXT + b"HEAD /a" + _HEAD + b"Connection: close\r\n\r\nbehind",
    b"POST /a" + _HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\nokGET / HTTP/1.0\r\nHost: h\r\n\r\n",
    b"PUT /a" + _HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nHost: evil\r\n\r\n" + _NEXT,
    b"POST /a" + _HEAD + b"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nok" + _NEXT,
    b"POST /a" + _HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET http://h/a" + _HEAD + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"CONNECT h:80" + _HEAD + b"\r\n",
]
ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 503 Wait\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.0 204 None\r\nConnection: close\r\n\r\n",
]
PHONES = [
    "+1 (555) 010-3344",
    "+55 82 99988-7766",
    "+52 55 1234 5678",
    "+54 11 1234-5678",
    "0000000",
    "1" * 15,
    "١٥٥٥٠",
]
NAMES = [
    "attachment; filename=\"a.png\"; filename*=UTF-8''m%C3%A4rz.png\n/files/x%2Fy.pdf?z", "../../etc/passwd",
    "..\\win.ini\n/", "\u202egnp.exe", "a\0.png", "ü" * 300 + ".pdf",
]  # fmt: skip
REFERENCES = [
    "/x",
    "../y?z",
    "?q",
    "#f",
    "//other.example/",
    "\\\\evil.example",
    "https:other",
    "//base.example:443@x/",
]
PAGES = [
    b'text/html\n<!doctype html><title>Bikes &amp; parts</title><meta property="og:title" content="All">',
    b'text/html; charset=Shift_JIS\n<title>\x93\xfa</title><meta name=description content="a\nb">',
    b'\n<meta charset="gbk"><title>&#x202e;&#99999999999;</title><![x<!--><script><title>no',
]
WORDS = [
    "http://", "https://", "//", "://", "@", ":80", "[::1]", "xn--", "%2e", "127.0.0.1", "wamid.", "filename*=UTF-8''",
    'name="', "boundary=", "--B", "Content-Disposition: form-data; ", "Transfer-Encoding: chunked", "HTTP/1.1 200 ",
    "<title>", "<meta ", "property=og:title", "content=", "charset=", "&#x0;", "<!--", "sha256=", "+5", "null", "{}",
    "RIFF", "WEBP", "VP8X", "ANMF", "IHDR", "IDAT", "IEND", "acTL", "ftyp", "moov", "mdat", "OggS", "OpusHead", "ID3",
]  # fmt: skip
FILES = [
    "jpeg",
    "png",
    "sticker",
    "mp4",
    "three_gp",
    "m4a",
    "ogg_opus",
    "mp3",
    "aac",
    "amr",
    "pdf",
    "docx",
    "doc",
    "text",
]


def seeds(target: str) -> list[bytes]:
    """Return what a search for `target` begins with, without the overlong ones."""
    every = [
        *_given(target),
        *lines_of(FOLDER / "corpus" / f"{target}.txt"),
        *lines_of(FOLDER / "found" / f"{target}.txt"),
    ]
    return [each for each in dict.fromkeys(every) if len(each) <= MAX_BYTES]


def lines_of(path: Path) -> list[bytes]:
    """Return the inputs that a file holds, one a line as Python writes bytes; lines that begin with # say why."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii").splitlines()
    return [ast.literal_eval(line) for line in lines if not line.startswith("#")]


def words(target: str) -> set[str]:
    """Return words to put in anywhere: those of every format, and the names in the JSON that `target` begins with."""
    found = set(WORDS)
    for seed in _given(target):
        try:
            json.loads(seed, object_hook=found.update)
        except (ValueError, RecursionError):
            continue
    return {word for word in found if word.isascii() and word.isprintable()}


def _given(target: str) -> Iterable[bytes]:
    match target:
        case "cloud_send":
            return [*_golden("messages/cloud/*.request.json"), *_bad_bodies(), *_golden("cloud/*req*.json")]
        case "onprem_send":
            return [*_golden("messages/onprem/*.request.json"), *_bad_bodies(), *_golden("onprem/0*.json")]
        case "template":
            return _golden("templates/*.json")
        case "user_message":
            return [json.dumps(play).encode() for play in PLAYS.values()] + _golden("inbound/cloud/*.json")
        case "signature":
            return _signatures()
        case "request":
            return REQUESTS
        case "form":
            return [FORM]
        case "answer":
            return ANSWERS
        case _:
            return _texts_and_files(target)


def _texts_and_files(target: str) -> Iterable[bytes]:
    match target:
        case "link":
            hosts = [f"http://{host}/" for host in (*DENIED_HOSTS.values(), *DENIED_NAMES.values())]
            return _encoded([*REFUSED_BY_FORM.values(), *ALLOWED.values(), *hosts])
        case "redirect":
            return _encoded([*REFERENCES, *REFUSED_BY_FORM.values()])
        case "phone_number":
            return _encoded(PHONES)
        case "file_name":
            return _encoded(NAMES)
        case "message_id":
            return _encoded(_ids())
        case "page":
            return PAGES
        case _:
            samples = [getattr(media, name)().data for name in FILES]
            return [*samples, media.animated_sticker(frames=2, size=64).data, media.png(mode="RGBA").data]


def _golden(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(GOLDEN.glob(pattern))]


def _bad_bodies() -> list[bytes]:
    return [case.body for case in (*bad_json.JSON_CASES, *bad_json.CLOUD_CASES)]


def _signatures() -> list[bytes]:
    body = b'{"text": "gr\\u00fcn/"}'
    header = hub_signature("secret", body).encode()
    return [header + b"\n" + body, header.upper() + b"\n" + body + b"\n", b"sha1=" + b"0" * 40 + b"\n[]", b"v1,x\n"]


def _ids() -> list[str]:
    made = [make(1 << 50, 7, "15550001111", received=True) for make in (ids.wamid, ids.onprem_message_id)]
    return [*made, ids.media_uuid(1 << 50, 7), "1125899906842624", cursor_of("m", 1 << 50) or ""]


def _encoded(texts: Iterable[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]
