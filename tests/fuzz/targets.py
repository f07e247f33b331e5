"""What is tried with any bytes at all: every reader of what strangers send, as far as it runs in the process.

A target raises nothing: what its reader documents is an answer, everything else a fault. Of what was accepted it also
says something that must be true, so that a wrong answer is found as well as a crash.
"""

import html
import socket
import zlib
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from io import BytesIO
from typing import Any, TypeVar, get_args

import msgspec
from tests.fuzz.connections import answers_to

from waypost.api.multipart import FormLimits, read_form
from waypost.api.routing import HTTPProblem, Request
from waypost.errors import Fault, Refusal
from waypost.lib import cursors, filenames, ids, page_head, phone
from waypost.lib.addresses import parse_address
from waypost.lib.answers import AnswerReader
from waypost.lib.file_facts import MediaFacts
from waypost.lib.image_headers import MAX_FRAMES, MAX_PIXELS, ImageFacts, read_image
from waypost.lib.links import MAX_LINK_BYTES, BadLink, FetchPolicy, Link, parse_link, resolve_link
from waypost.lib.mime import parse_mime
from waypost.lib.sniff import sniff
from waypost.model import InboundMessage, MessageKey, Number, NumberId, Person
from waypost.rules import media, template_form, template_review
from waypost.rules.signature import explain
from waypost.wire import cloud, onprem
from waypost.wire.canonical import canonical_body, stored_content
from waypost.wire.definitions import NewTemplate, handles, with_platform_texts, written_components
from waypost.wire.events.messages import LATEST, inbound_value
from waypost.wire.inbound import PhoneMessage
from waypost.wire.inbound_bodies import edit_member, inbound_body
from waypost.wire.onprem.inbound import render_message
from waypost.wire.reading import parse

Target = Callable[[bytes], None]
Result = TypeVar("Result")

STORE_MAX = (1 << 63) - 1
"""The largest integer that a store takes."""
POLICY = FetchPolicy(max_redirects=3)
BASE = Link("https", "base.example", 443, "/folder/page?x=1")
USER = "15550001111"


# -- Bodies of requests -------------------------------------------------------------------------------------------


def cloud_send(data: bytes) -> None:
    """Read a send of the Cloud dialect: what is stored of it is read as the same message again."""
    request = _taken(cloud.parse_send, data)
    if isinstance(request, cloud.SendRequest):
        stored = _stored(request)
        again = cloud.parse_send(stored)
        assert isinstance(again, cloud.SendRequest)
        assert _stored(again) == stored


def onprem_send(data: bytes) -> None:
    """Read a send, a status and a look-up of the On-Premises dialect: what is stored has the same content."""
    _taken(onprem.parse_mark_read, data)
    _taken(onprem.parse_contacts_check, data)
    request = _taken(onprem.parse_send, data)
    if request is not None:
        again = stored_content(request.kind, _stored(request))
        assert again.wire() == request.content.wire()


def template(data: bytes) -> None:
    """Read the definition of a template, and review what was taken."""
    wish = _taken(lambda raw: parse(NewTemplate, raw), data)
    if wish is not None and template_form.check(wish) is None:
        list(handles(wish.components))
        template_review.decide(wish.components, wish.category, may_change_category=False)
        assert written_components(with_platform_texts(wish.components))


def user_message(data: bytes) -> None:
    """Read a message copied from a webhook, store it, and tell it in both dialects: each is JSON."""
    message = _taken(lambda raw: parse(PhoneMessage, raw).played(), data)
    fault = message.fault() if message is not None else None
    if fault is not None:
        _can_be_told(fault)
    elif message is not None:
        stored = inbound_value(_written(message), LATEST)
        told = render_message(stored, Number(NumberId(1), 1, "Waypost", "secret"))
        assert msgspec.json.decode(stored)["messages"]
        assert told is None or msgspec.json.decode(told)


def signature(data: bytes) -> None:
    """Explain a signature, given as the first line, of the body behind it: it fits or there is something to say."""
    header, body = _head_and_rest(data)
    verdict = explain(body, _text(header), "secret", {"another number": "other"})
    assert verdict.matches != bool(verdict.findings)


def _stored(request: cloud.SendRequest) -> bytes:
    # A user who is known by an id only is looked up before anything is stored.
    known = msgspec.structs.replace(request, wa_id=request.wa_id or USER)
    return canonical_body(known)


def _written(message: PhoneMessage) -> InboundMessage:
    references: dict[str, object] = {} if message.context is None else {"context": message.context}
    if message.type == "edit" and message.edit is not None:
        references["edit"] = edit_member(message.edit, message.edit.original_message_id, None)
    body = inbound_body(message, references, animated=False)
    return InboundMessage(MessageKey(1), 1, NumberId(1), Person(USER, "Sam", "DE.1"), message.type, body, 0)


def _taken(read: Callable[[bytes], Result], data: bytes) -> Result | None:
    try:
        return read(data)
    except Refusal as refusal:
        _can_be_told(refusal.fault)
        return None


def _can_be_told(fault: Fault) -> None:
    for body in (cloud.error_body(fault, "A"), cloud.proxy_error(fault, "A")[1], onprem.error_body(fault)):
        msgspec.json.decode(body)


# -- Forms and answers --------------------------------------------------------------------------------------------


def form(data: bytes) -> None:
    """Read a form whose content type is the first line; one that begins as it should is the same however it is cut."""
    content_type, body = _head_and_rest(data)
    _form_of(content_type, [body])
    # With something before its first boundary it is taken or refused as the packets fall.
    begun = b"--B\r\n" + body
    assert _form_of(_CONTENT_TYPE, _cut(begun)) == _form_of(_CONTENT_TYPE, [begun])


def request(data: bytes) -> None:
    """Read requests off a connection: each gets the same answer in whatever packets they come."""
    whole = answers_to([data])
    assert whole.startswith(b"HTTP/1.1 ") or not whole
    assert answers_to(_cut(data)) == whole


def answer(data: bytes) -> None:
    """Read what a webhook answers: the same in whatever packets it comes, and never more than was wanted."""
    whole = _answer_of([data])
    assert whole is None or len(whole[1]) <= _KEPT
    assert _answer_of(_cut(data)) == whole


_CONTENT_TYPE = b"multipart/form-data; boundary=B"
_KEPT = 50


class _Sink:
    """Keeps a file."""

    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes) -> None:
        self.data += data


class _Coming:
    """A body that comes in pieces, each of them at once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = list(pieces)

    async def take(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def take_whole(self) -> bytes | None:
        return None if self._pieces else b""

    def arrived(self) -> bytes:
        return b""

    async def gone(self) -> None: ...


def _form_of(content_type: bytes, pieces: Iterable[bytes]) -> object:
    sink = _Sink()
    request = Request("POST", "/media", [(b"content-type", content_type)], _Coming(pieces))
    limits = FormLimits(file_bytes=2_000, field_bytes=500)
    try:
        read = _done(read_form(request, sink, limits))
    except HTTPProblem as problem:
        return _refused(problem)
    return read.fields, read.file, sink.data


def _refused(problem: HTTPProblem) -> int:
    assert "Error(" not in problem.reason, "an exception of Python is told to a client"
    return problem.status  # of two things that are wrong, which is found first depends on how it is cut


def _done(coroutine: Coroutine[Any, Any, Result]) -> Result:  # Any: it waits for nothing
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError("it waits for something")


def _answer_of(packets: Iterable[bytes]) -> tuple[int, bytes, str | None, list[tuple[bytes, bytes]]] | None:
    reader = AnswerReader()
    reader.begin(_KEPT)
    any(reader.feed(packet) for packet in packets)
    return (reader.status, reader.body, reader.retry_after, reader.headers) if reader.status else None


# -- Texts --------------------------------------------------------------------------------------------------------


def link(data: bytes) -> None:
    """Read a link: its canonical form is the same link, and what a resolver takes for an address is known to be one."""
    found = parse_link(_text(data), POLICY)
    if isinstance(found, Link):
        _is_sound(found)


def redirect(data: bytes) -> None:
    """Follow a Location header: only one that names a host leads to another."""
    reference = _text(data)
    found = resolve_link(BASE, reference, POLICY)
    if isinstance(found, BadLink):
        return
    _is_sound(found)
    names_host = reference.startswith("//") or reference.lower().startswith(("http:", "https:"))
    assert names_host or found.origin == BASE.origin


def phone_number(data: bytes) -> None:
    """Read a phone number: it stays what it was read as, also as it is shown."""
    try:
        digits = phone.normalise(_text(data))
    except ValueError:
        return
    assert digits.isascii()
    assert digits.isdigit()
    assert phone.MIN_DIGITS <= len(digits) <= phone.MAX_DIGITS
    assert phone.normalise("+" + digits) == digits
    assert phone.normalise(phone.display(digits)) == digits
    assert phone.is_pseudo(phone.pseudo(1, digits))


def file_name(data: bytes) -> None:
    """Take a file's name from a header or, behind a line break, a path: offered again it is the same name."""
    first, rest = _head_and_rest(data)
    header, path = first.decode(errors="replace"), rest.decode("ascii", "replace")  # as the fetcher has them
    for name in (filenames.clean_filename(_text(first)), filenames.filename_of(header, path)):
        if name is not None:
            assert len(name.encode()) <= filenames.MAX_NAME_BYTES
            assert name.isprintable()
            assert not {"/", "\\"} & set(name)
            assert filenames.filename_of(filenames.content_disposition(name).decode("ascii"), "") == name


def message_id(data: bytes) -> None:
    """Read an id of a message, of a medium, or a cursor: each names a row that a store can be asked for."""
    text = _text(data)
    ids.wa_id_of(text)
    if ref := ids.parse_message_id(text):
        assert ref.key <= STORE_MAX
        assert ids.parse_message_id(ids.wamid(ref.key, ref.tag, USER, received=True)) == ref
        assert ids.parse_message_id(ids.onprem_message_id(ref.key, ref.tag, USER, received=False)) == ref
    if medium := ids.parse_media_id(text):
        assert medium.key <= STORE_MAX
    key = cursors.parse_cursor("m", text)
    assert key is None or (key <= STORE_MAX and cursors.cursor_of("m", key) == text)


def _is_sound(found: Link) -> None:
    # What is escaped in it makes it longer than it was, and what is given may not be that long.
    assert len(found.url) > MAX_LINK_BYTES or parse_link(found.url, POLICY) == found
    assert found.url.isascii()
    assert found.address == parse_address(found.host)
    with suppress(OSError):
        socket.inet_aton(found.host)
        assert found.address is not None, "a resolver takes it for an address"


# -- Pages and files ----------------------------------------------------------------------------------------------


def page(data: bytes) -> None:
    """Read the head of a page whose content type is the first line: a page of the title found has that title."""
    content_type, body = _head_and_rest(data)
    found = page_head.read_page_head(body, content_type.decode("latin-1"))
    for text, most in ((found.title, page_head.MAX_TITLE), (found.description, page_head.MAX_DESCRIPTION)):
        assert text is None or (0 < len(text) <= most and text == " ".join(text.split()))
    if found.title is not None:
        again = f"<title>{html.escape(found.title)}</title>".encode()
        assert page_head.read_page_head(again, "").title == found.title


def file(data: bytes) -> None:
    """Tell what a file is, and judge it as every kind of message: a picture is one to both readers."""
    sniffed = sniff(BytesIO(data), len(data))
    image = read_image(BytesIO(data), len(data))
    assert sniffed.mime is None or parse_mime(sniffed.mime)
    if isinstance(image, ImageFacts):
        assert sniffed.mime == f"image/{image.format}"
        assert 0 < image.width * image.height <= MAX_PIXELS
        assert image.frames <= MAX_FRAMES
    facts = MediaFacts(parse_mime(sniffed.mime), sniffed.mime or "", len(data), sniffed, image)
    for kind in get_args(media.MediaKind):
        assert isinstance(media.check_fetched("cloud", kind, facts), Fault | None)


def image(data: bytes) -> None:
    """Read the structure of a picture: it is the same with more behind it."""
    found = read_image(BytesIO(data), len(data))
    if isinstance(found, ImageFacts):
        longer = data + b"behind"
        assert read_image(BytesIO(longer), len(longer)) == found


# -- Inputs -------------------------------------------------------------------------------------------------------


def _text(data: bytes) -> str:
    # What is no UTF-8 comes as halves of characters, which a body in JSON can bring as well.
    return data.decode("utf-8", "surrogateescape")


def _head_and_rest(data: bytes) -> tuple[bytes, bytes]:
    head, _, rest = data.partition(b"\n")
    return head, rest


def _cut(data: bytes) -> list[bytes]:
    """Return the data in pieces, whose size follows from what it is."""
    size = 1 + zlib.crc32(data) % 40
    return [data[at : at + size] for at in range(0, len(data), size)]


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        cloud_send, onprem_send, template, user_message, signature, request, form, answer, link, redirect,
        phone_number, file_name, message_id, page, file, image,
    )
}  # fmt: skip
OF_JSON = frozenset({"cloud_send", "onprem_send", "template", "user_message"})
"""Their inputs are changed as JSON, which bytes alone would hardly get past the decoder."""
