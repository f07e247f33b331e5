"""Send requests of both dialects, read and written as the canonical body."""

from pathlib import Path

import msgspec
import pytest
from tests.conftest import GOLDEN, Golden

from waypost.errors import Refusal
from waypost.wire import cloud, onprem
from waypost.wire.canonical import canonical_body, stored_content
from waypost.wire.messages import TYPES
from waypost.wire.onprem.requests import ContactsCheck

MESSAGES = GOLDEN / "messages"
CLOUD = sorted(MESSAGES.glob("cloud/*.request.json"))
ONPREM = sorted(MESSAGES.glob("onprem/*.request.json"))

TEXT = b'{"messaging_product":"whatsapp","to":"15550103344","text":{"body":"Hi"},%b}'


def _name(path: Path) -> str:
    return path.name.removesuffix(".request.json")


def _send(raw: bytes) -> cloud.SendRequest:
    request = cloud.parse_send(raw)
    assert isinstance(request, cloud.SendRequest)
    return request


@pytest.mark.parametrize("path", CLOUD, ids=_name)
def test_a_cloud_request_has_this_canonical_body(path: Path, golden: Golden) -> None:
    request = _send(path.read_bytes())

    golden(f"messages/cloud/{_name(path)}.canonical.json", canonical_body(request))


@pytest.mark.parametrize("path", ONPREM, ids=_name)
def test_an_on_premises_request_has_this_canonical_body(path: Path, golden: Golden) -> None:
    request = onprem.parse_send(path.read_bytes())

    golden(f"messages/onprem/{_name(path)}.canonical.json", canonical_body(request))


@pytest.mark.parametrize("path", CLOUD, ids=_name)
def test_the_content_comes_back_from_the_canonical_body(path: Path) -> None:
    request = _send(path.read_bytes())

    stored = stored_content(request.kind, canonical_body(request))

    assert stored == request.content


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("paths", [CLOUD, ONPREM], ids=["cloud", "onprem"])
def test_every_type_has_a_sample_in_every_dialect(kind: str, paths: list[Path]) -> None:
    named = [path for path in paths if _name(path).startswith(kind)]

    assert named


def test_a_template_parameter_is_nothing_but_what_its_type_says() -> None:
    raw = (
        b'{"messaging_product":"whatsapp","to":"15550103344","type":"template","template":{"name":"a",'
        b'"language":{"code":"de"},"components":[{"type":"header","parameters":'
        b'[{"type":"text","text":"Hi","image":{"id":"5"}}]}]}}'
    )

    request = _send(raw)

    assert list(request.content.media()) == []


def test_a_request_keeps_what_the_answer_and_the_statuses_repeat() -> None:
    raw = (MESSAGES / "cloud" / "text-reply.request.json").read_bytes()

    request = _send(raw)

    assert (request.to, request.wa_id, request.callback_data, request.context_id) == (
        "+15550103344",
        "15550103344",
        "ticket=5512;agent=kim",
        "wamid.HBgLMTU1NTAxMDMzNDQVAgASGBQzQUM3NURFOEMxQjdDM0FFNTI1MgA=",
    )


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("cloud/text", []),
        ("cloud/image-by-id", ["880000000000311"]),
        ("cloud/template-media-header", ["https://cdn.tidewater.example/p/ready.jpg"]),
        ("cloud/interactive-button", ["880000000000311"]),
        (
            "cloud/interactive-carousel",
            ["https://cdn.tidewater.example/p/gravel.jpg", "https://cdn.tidewater.example/p/city.jpg"],
        ),
        ("onprem/seed-document-by-link-of-provider", ["https://assets.example.com/public/the-url"]),
    ],
)
def test_a_message_names_its_files(path: str, files: list[str]) -> None:
    raw = (MESSAGES / f"{path}.request.json").read_bytes()

    request = _send(raw) if path.startswith("cloud") else onprem.parse_send(raw)

    assert [medium.id or medium.link for medium in request.content.media()] == files


@pytest.mark.parametrize(
    ("kind", "content", "quoted"),
    [
        ("text", {"body": "Hi"}, "wamid.A"),
        ("template", {"name": "hello_world", "language": {"code": "en_US"}}, None),
    ],
)
def test_a_template_is_read_without_its_quote(kind: str, content: object, quoted: str | None) -> None:
    members = {"messaging_product": "whatsapp", "to": "15550103344", "context": {"message_id": "wamid.A"}}

    request = _send(msgspec.json.encode(members | {"type": kind, kind: content}))

    assert request.context_id == quoted


@pytest.mark.parametrize(("voice", "limits"), [(True, "voice"), (False, "audio"), (None, "audio")])
def test_a_voice_message_has_its_own_limits(voice: bool | None, limits: str) -> None:
    audio = {"id": "5", "voice": voice}

    request = _send(
        msgspec.json.encode({"messaging_product": "whatsapp", "to": "15550103344", "type": "audio", "audio": audio})
    )

    assert [medium.limits() for medium in request.content.media()] == [limits]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("text", "Your bike is ready. Pickup details: https://tidewater.example/pickup/8841"),
        ("image-by-id", "[image] Your new saddle, fitted"),
        ("seed-image-by-id", "[image]"),
        ("audio-voice", "[voice message]"),
        ("video", "[video] How to oil a chain"),
        ("document", "[document] invoice-8841.pdf Invoice 8841"),
        ("sticker", "[sticker]"),
        ("location-as-text", "[location] Tidewater Bikes"),
        ("location-with-numbers", "[location] 36.8508, -76.2859"),
        ("contacts", "[contacts] Kim Alvarez"),
        ("reaction", "[reaction] 👍"),
        ("reaction-removed", "[reaction removed]"),
        ("template-named", "[template] repair_ready_named (en_US)"),
        ("interactive-button", "Your tune-up is booked for Friday 10:00. Does that still work?"),
        ("interactive-carousel", "Two bikes match your size:"),
    ],
)
def test_a_message_has_a_line_for_lists(path: str, line: str) -> None:
    request = _send((MESSAGES / "cloud" / f"{path}.request.json").read_bytes())

    assert request.content.preview() == line


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"}', cloud.MarkRead("wamid.A")),
        (
            b'{"messaging_product":"whatsapp","status":"read","message_id":"wamid.A","typing_indicator":{"type":"text"}}',
            cloud.MarkRead("wamid.A", typing=True),
        ),
    ],
)
def test_a_status_turns_the_request_into_mark_as_read(body: bytes, read: cloud.MarkRead) -> None:
    assert cloud.parse_send(body) == read


def test_512_characters_of_callback_data_come_back_unchanged() -> None:
    data = "/é\u200d" * 170 + "ab"

    request = _send(TEXT % f'"biz_opaque_callback_data":"{data}"'.encode())

    assert request.callback_data == data


@pytest.mark.parametrize("ignored", [b'"__proto__":{}', b'"constructor":1', b'"ttl_seconds":5'])
def test_members_that_nobody_knows_are_ignored(ignored: bytes) -> None:
    request = _send(TEXT % ignored)

    assert canonical_body(request) == (
        b'{"messaging_product":"whatsapp","recipient_type":"individual","to":"15550103344","type":"text",'
        b'"text":{"body":"Hi"}}'
    )


def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    request = _send(TEXT % b'"to":"15550109999"')

    assert (request.to, request.wa_id) == ("15550109999", "15550109999")


def test_on_premises_ignores_what_only_the_cloud_knows() -> None:
    request = onprem.parse_send(TEXT % b'"biz_opaque_callback_data":"x","preview_url":true')

    assert (request.callback_data, canonical_body(request)) == (
        None,
        b'{"messaging_product":"whatsapp","recipient_type":"individual","to":"15550103344","type":"text",'
        b'"text":{"body":"Hi","preview_url":true}}',
    )


@pytest.mark.parametrize("characters", ["é", "👩", "\u0301"])
def test_text_is_counted_in_code_points(characters: str) -> None:
    body = characters * 4096

    request = _send(b'{"messaging_product":"whatsapp","to":"15550103344","text":{"body":"%b"}}' % body.encode())

    assert request.content.preview() == body


def test_a_contact_check_is_read() -> None:
    raw = b'{"blocking":"wait","contacts":["+1 555 010 0142","1-555-010-0177"],"force_check":true}'

    asked = onprem.parse_contacts_check(raw)

    assert asked == ContactsCheck(["+1 555 010 0142", "1-555-010-0177"], "wait", force_check=True)


def test_a_types_object_may_come_as_a_text_that_holds_json() -> None:
    envelope = b'{"messaging_product":"whatsapp","to":"15550103344","type":"text","text":%b}'

    plain, quoted = (cloud.parse_send(envelope % body) for body in (b'{"body":"Hi"}', b'"{\\"body\\":\\"Hi\\"}"'))

    assert quoted == plain


DEEP = b'{\\"body\\":' + b"[" * 40 + b"]" * 40 + b"}"


@pytest.mark.parametrize(
    ("text", "code"),
    [(b'"Hi"', 100), (b'"{body"', 100), (b'"%b"' % DEEP, 100), (b'"{\\"body\\":\\"\\\\u0000\\"}"', 100)],
)
def test_a_text_that_holds_no_object_is_refused(text: bytes, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        cloud.parse_send(b'{"messaging_product":"whatsapp","to":"15550103344","type":"text","text":%b}' % text)

    assert refused.value.fault.problem.code == code


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("36.8508", 36.8508),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e-05", 1e-05),
        (" 7 ", 7.0),
        ("36.12345678901234567890123", 36.12345678901235),
    ],
)
def test_a_coordinate_may_be_a_number_as_a_language_writes_it_as_text(written: str, number: float) -> None:
    request = _send(
        b'{"messaging_product":"whatsapp","to":"15550103344","type":"location","location":'
        b'{"latitude":"%b","longitude":0}}' % written.encode()
    )

    assert msgspec.to_builtins(request.content) == {"latitude": pytest.approx(number), "longitude": 0.0}
