"""Bodies that no send request may have, each with the answer of either dialect: HTTP status and code."""

import json
from dataclasses import dataclass
from typing import Any

TO = "15550001111"

MALFORMED = ((400, 100), (400, 1025))
INVALID = ((400, 100), (400, 1009))
VALUE = ((400, 131009), (400, 1009))
MISSING = ((400, 131008), (400, 1008))
EMPTY = ((400, 100), (400, 1008))
UNEXPECTED = ((400, 100), (400, 1010))
TOO_BIG = ((413, 100), (413, 1009))

Outcome = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Bad:
    """A request body, its headers, and how each dialect refuses it."""

    name: str
    body: bytes
    outcome: Outcome
    content_type: str | None = "application/json"


def send(kind: str = "text", content: Any = None, **more: Any) -> bytes:
    """Return a body that is right for every face but for what is given."""
    whole = {"messaging_product": "whatsapp", "to": TO, "type": kind, kind: content, **more}
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def text(raw: bytes) -> bytes:
    """Return a text message whose body is `raw`, between quotes."""
    return b'{"messaging_product":"whatsapp","to":"15550001111","type":"text","text":{"body":"%b"}}' % raw


def place(latitude: bytes) -> bytes:
    """Return a location whose latitude is `latitude`."""
    return (
        b'{"messaging_product":"whatsapp","to":"15550001111","type":"location",'
        b'"location":{"latitude":%b,"longitude":1}}' % latitude
    )


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    """Return a right message with one more member, nested `depth` deep."""
    return text(b"x")[:-1] + b',"extra":' + opening * depth + b"1" + closing * depth + b"}"


def sending_to(to: Any) -> bytes:
    """Return a right message to somebody."""
    return send("text", {"body": "x"}, to=to)


FORM = b'to=15550001111&type=text&text={"body":"x"}&messaging_product=whatsapp'
GOOD = text(b"x")
CARD = {"name": {"formatted_name": "A", "first_name": "A"}}
LINK = {"link": "https://127.0.0.1/a.jpg"}

JSON_CASES = [
    Bad("J1 arrays 100,000 deep", b"[" * 100_000, MALFORMED),
    Bad("J1 closed arrays 100,000 deep", nested(b"[", b"]", 100_000), MALFORMED),
    Bad("J2 objects 1,000 deep", nested(b'{"a":', b"}", 1_000), MALFORMED),
    Bad("J3 depth 33", nested(b"[", b"]", 32), MALFORMED),
    Bad("J4 integer of 5,000 digits", place(b"1" * 5_000), MALFORMED),
    Bad("J5 2^64", place(b"18446744073709551616"), MALFORMED),
    Bad("J6 1e400", place(b"1e400"), INVALID),
    Bad("J6 NaN", place(b"NaN"), MALFORMED),
    Bad("J6 Infinity", place(b"-Infinity"), MALFORMED),
    Bad("J8 lone surrogate", text(b"\\ud800"), MALFORMED),
    Bad("J9 surrogate in UTF-8", text(b"\xed\xa0\x80"), MALFORMED),
    Bad("J9 FF", text(b"\xff"), MALFORMED),
    Bad("J9 overlong slash", text(b"\xc0\xaf"), MALFORMED),
    Bad("J10 NUL", text(b"a\\u0000b"), MALFORMED),
    Bad("J11 BOM", b"\xef\xbb\xbf" + GOOD, MALFORMED),
    Bad("J11 UTF-16", GOOD.decode().encode("utf-16"), MALFORMED),
    Bad("J12 empty", b"", MALFORMED),
    Bad("J12 null", b"null", MALFORMED),
    Bad("J12 array", b"[]", MALFORMED),
    Bad("J12 string", b'"x"', MALFORMED),
    Bad("J12 zero", b"0", MALFORMED),
    Bad("J13 trailing garbage", GOOD + b"x", MALFORMED),
    Bad("J13 two bodies", GOOD + GOOD, MALFORMED),
    Bad("J14 over 1 MB", text(b"x" * 2**20), TOO_BIG),
    Bad("J14 10 MB", text(b"x" * 10 * 2**20), TOO_BIG),
    Bad("J15 4,097 characters", send("text", {"body": "x" * 4097}), ((400, 100), (400, 1001))),
    Bad("J16 caption of 1,025", send("image", {**LINK, "caption": "x" * 1025}), ((400, 100), (400, 1001))),
    Bad("J17 empty to", sending_to(""), VALUE),
    Bad("J17 one digit", sending_to("1"), VALUE),
    Bad("J17 sixteen digits", sending_to("1" * 16), VALUE),
    Bad("J17 letters", sending_to("1555O1O3344"), VALUE),
    Bad("J17 Arabic-Indic digits", sending_to("١٥٥٥٠١٠٣٣٤٤"), VALUE),
    Bad("J17 a number", sending_to(15550001111), INVALID),
    Bad("J17 no to", sending_to(...), MISSING),
    Bad("J19 unknown type", send("poll", {"body": "x"}), INVALID),
    Bad("J19 type of a prototype", send("__proto__", {"body": "x"}), INVALID),
    Bad("J20 an image's object in a text", send("text", ..., image=LINK), UNEXPECTED),
    Bad("J20 two objects", send("text", {"body": "x"}, image=LINK), UNEXPECTED),
    Bad("J20 no object", send("text", ...), MISSING),
    Bad("J21 text is a string", send("text", "x"), INVALID),
    Bad("J21 body is a number", send("text", {"body": 5}), INVALID),
    Bad("J21 body is null", send("text", {"body": None}), MISSING),
    Bad("J21 body is empty", send("text", {"body": ""}), EMPTY),
    Bad("J21 image is a list", send("image", [LINK]), INVALID),
    Bad("J21 link is a number", send("image", {"link": 5}), INVALID),
    Bad("J21 link is empty", send("image", {"link": ""}), EMPTY),
    Bad("J21 id is an object", send("image", {"id": {}}), INVALID),
    Bad("J21 contacts is an object", send("contacts", CARD), INVALID),
    Bad("J21 contacts is empty", send("contacts", []), INVALID),
    Bad("J21 a card without a name", send("contacts", [{}]), MISSING),
    Bad("J21 latitude in words", send("location", {"latitude": "north", "longitude": 1}), VALUE),
    Bad("J21 latitude off the planet", send("location", {"latitude": 91, "longitude": 1}), VALUE),
    Bad("J21 no longitude", send("location", {"latitude": 1}), MISSING),
    Bad("J21 reaction without a message", send("reaction", {"emoji": "x"}), MISSING),
    Bad("J21 template without a language", send("template", {"name": "hello_world"}), MISSING),
    Bad("J21 components is an object", send("template", {"name": "a", "language": {"code": "en"}, "components": {}}),
        INVALID),
    Bad("J21 context is a string", send("text", {"body": "x"}, context="wamid.x"), INVALID),
    Bad("J21 recipient_type is group", send("text", {"body": "x"}, recipient_type="group"), ((400, 100), (400, 1002))),
    Bad("J21 type is a list", send("text", {"body": "x"}, type=["text"]), INVALID),
    Bad("J21 caption on audio", send("audio", {"link": "https://127.0.0.1/a.mp3", "caption": "x"}), UNEXPECTED),
    Bad("J21 filename of 241", send("document", {**LINK, "filename": "x" * 241}), ((400, 100), (400, 1001))),
    Bad("J23 text/plain", GOOD, MALFORMED, "text/plain"),
    Bad("J23 no content type", GOOD, MALFORMED, None),
    Bad("J23 latin1", GOOD, MALFORMED, "application/json; charset=latin1"),
    Bad("J26 a form", FORM, MALFORMED, "application/x-www-form-urlencoded"),
    Bad("S1 ftp", send("image", {"link": "ftp://127.0.0.1/a.jpg"}), INVALID),
    Bad("S2 file", send("image", {"link": "file:///etc/passwd"}), INVALID),
    Bad("S12 credentials in the link", send("image", {"link": "http://user:pw@127.0.0.1/"}), INVALID),
    Bad("S36 a decimal address", send("image", {"link": "http://2130706433/"}), INVALID),
    Bad("S33 id and link", send("image", {"id": "1", **LINK}), ((400, 100), (400, 1009))),
    Bad("S34 neither", send("image", {}), ((400, 100), (400, 1008))),
    Bad("an id that nobody has", send("image", {"id": "880000000000311"}), INVALID),
    Bad("an id that is no id", send("image", {"id": "../../etc/passwd"}), INVALID),
]  # fmt: skip

CLOUD_CASES = [
    Bad("no messaging_product", send("text", {"body": "x"}, messaging_product=...), INVALID),
    Bad("messaging_product of another", send("text", {"body": "x"}, messaging_product="sms"), INVALID),
    Bad("J22 callback data of 513", send("text", {"body": "x"}, biz_opaque_callback_data="x" * 513), INVALID),
    Bad("J22 callback data is a number", send("text", {"body": "x"}, biz_opaque_callback_data=5), INVALID),
    Bad("mark as read without an id", send("text", {"body": "x"}, status="read"), MISSING),
    Bad("mark as something else", send("text", {"body": "x"}, status="deleted", message_id="x"), INVALID),
]
