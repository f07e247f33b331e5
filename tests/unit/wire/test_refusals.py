"""Bad requests: which problem each is, and the sentence that its sender reads."""

import re
from collections.abc import Callable

import msgspec
import pytest

from waypost.errors import Problem, Refusal
from waypost.errors.requests import (
    BAD_REQUEST,
    EMPTY_PARAMETER,
    INVALID_PARAMETER,
    INVALID_RECIPIENT_TYPE,
    INVALID_VALUE,
    MISSING_PARAMETER,
    NO_SOURCE,
    TOO_LONG,
    TWO_SOURCES,
    UNEXPECTED_PARAMETER,
    UNSUPPORTED_TYPE,
)
from waypost.wire import cloud, onprem
from waypost.wire.messages import TYPES

Parse = Callable[[bytes], object]

LINK = "https://cdn.tidewater.example/p/saddle.jpg"
HI = {"body": "Hi"}
CARD = {"name": {"formatted_name": "Kim"}}
KINDS = ", ".join(TYPES)
ASKED: dict[str, object] = {"type": "button", "body": {"text": "Keep it?"}}


def body(**members: object) -> bytes:
    return msgspec.json.encode({"messaging_product": "whatsapp", "to": "15550103344"} | members)


def template(*components: object) -> dict[str, object]:
    return {"name": "repair_ready", "language": {"code": "en_US"}, "components": components}


NOT_JSON = [
    (b"", "The body is not valid JSON"),
    (b"null", "The body must be a JSON object; it is null."),
    (b"[]", "The body must be an object; it is []."),
    (b'"x"', 'The body must be an object; it is "x".'),
    (b"0", "The body must be an object; it is 0."),
    (b"{", "The body is not valid JSON"),
    (b"{} x", "The body is not valid JSON"),
    (b"\xef\xbb\xbf{}", "byte order mark"),
    (b'{"text":"\xed\xa0\x80"}', "UTF-8"),
    (b'{"text":{"body":"\\ud800"}}', "not valid JSON"),
    (b'{"text":{"body":"a\\u0000"}}', "U+0000"),
    (b"[" * 100_000, "nested deeper than 32 levels"),
    (b'{"a":' * 1_000, "nested deeper than 32 levels"),
    (b'{"x":NaN}', "not valid JSON"),
]


@pytest.mark.parametrize(("raw", "details"), NOT_JSON)
@pytest.mark.parametrize("parse", [cloud.parse_send, onprem.parse_send], ids=["cloud", "onprem"])
def test_a_body_that_is_no_json_object_is_a_bad_request(parse: Parse, raw: bytes, details: str) -> None:
    with pytest.raises(Refusal, match=re.escape(details)) as caught:
        parse(raw)

    assert caught.value.fault.problem is BAD_REQUEST


BOTH = [
    # the envelope
    (body(type="hologram"), UNSUPPORTED_TYPE, f"Parameter 'type' is \"hologram\"; it must be one of {KINDS}."),
    (body(type=5), INVALID_PARAMETER, "Parameter 'type' must be a string; it is 5."),
    (body(to=None, text=HI), MISSING_PARAMETER, "Parameter 'to' is mandatory"),
    (body(to=15550103344, text=HI), INVALID_PARAMETER, "Parameter 'to' must be a string; it is 15550103344."),
    (
        body(to="", text=HI),
        INVALID_VALUE,
        "Parameter 'to': '' is not a phone number: write digits with the country code, as in +15550103344.",
    ),
    (
        body(recipient_type="group", text=HI),
        INVALID_RECIPIENT_TYPE,
        'Parameter \'recipient_type\' is "group"; it must be "individual".',
    ),
    (body(context="wamid.A", text=HI), INVALID_PARAMETER, "Parameter 'context' must be an object; it is \"wamid.A\"."),
    # the type's object
    (body(), MISSING_PARAMETER, "Parameter 'text' is mandatory for type 'text'"),
    (body(text=None), MISSING_PARAMETER, "Parameter 'text' is mandatory for type 'text'"),
    (body(type="contact"), MISSING_PARAMETER, "Parameter 'contact' is mandatory for type 'contact'"),
    (
        body(type="text", image={"link": LINK}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'image': the message is of type 'text' and holds nothing but 'text'.",
    ),
    (
        body(text=HI, image={"link": LINK}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'image': the message is of type 'text' and holds nothing but 'text'.",
    ),
    (body(text="Hi"), INVALID_PARAMETER, "Parameter 'text' must be an object; it is \"Hi\"."),
    # text
    (body(text={}), MISSING_PARAMETER, "Parameter 'body' is mandatory for type 'text'"),
    (body(text={"body": None}), MISSING_PARAMETER, "Parameter 'body' is mandatory for type 'text'"),
    (body(text={"body": ""}), EMPTY_PARAMETER, "Parameter 'text.body' must not be empty."),
    (
        body(text={"body": "x" * 4097}),
        TOO_LONG,
        "Parameter 'text.body' has 4097 characters; at most 4096 are allowed.",
    ),
    (
        body(text={"body": ["x" * 100]}),
        INVALID_PARAMETER,
        f"Parameter 'text.body' must be a string; it is [\"{'x' * 57}….",
    ),
    (
        body(text={"body": "Hi", "preview_url": "yes"}),
        INVALID_PARAMETER,
        "Parameter 'text.preview_url' must be true or false; it is \"yes\".",
    ),
    # media
    (
        body(type="image", image={}),
        NO_SOURCE,
        "Exactly one of image.id and image.link must be present; both are missing.",
    ),
    (
        body(type="sticker", sticker={"link": None}),
        NO_SOURCE,
        "Exactly one of sticker.id and sticker.link must be present; both are missing.",
    ),
    (body(type="image", image={"link": 5}), INVALID_PARAMETER, "Parameter 'image.link' must be a string; it is 5."),
    (body(type="image", image={"link": {}}), INVALID_PARAMETER, "Parameter 'image.link' must be a string; it is {}."),
    (body(type="image", image={"link": ""}), EMPTY_PARAMETER, "Parameter 'image.link' must not be empty."),
    (
        body(type="audio", audio={"link": LINK, "caption": "Listen"}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'caption' in 'audio'; leave it out.",
    ),
    (
        body(type="sticker", sticker={"id": "1", "caption": "Look"}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'caption' in 'sticker'; leave it out.",
    ),
    (
        body(type="image", image={"link": LINK, "caption": "x" * 1025}),
        TOO_LONG,
        "Parameter 'image.caption' has 1025 characters; at most 1024 are allowed.",
    ),
    (
        body(type="image", image={"link": LINK, "filename": "a.png", "voice": None}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'filename' in 'image'; leave it out.",
    ),
    # objects as text
    (
        body(type="interactive", interactive=ASKED | {"action": '{"buttons":[{"type":"reply","reply":{"id":"y"}}]}'}),
        MISSING_PARAMETER,
        "Parameter 'action.buttons[0].reply.title' is mandatory for type 'interactive'",
    ),
    (
        body(type="interactive", interactive=ASKED | {"action": '{"buttons":'}),
        INVALID_PARAMETER,
        'Parameter \'interactive.action\' must be an object; it is "{\\"buttons\\":".',
    ),
    (
        body(type="interactive", interactive=ASKED | {"action": '{"name":"' + "x" * 128 * 1024 + '"}'}),
        INVALID_PARAMETER,
        'Parameter \'interactive.action\' must be an object; it is "{\\"name\\":\\"' + "x" * 46 + "….",
    ),
    (
        body(type="interactive", interactive=ASKED | {"action": "[" * 33 + "]" * 33}),
        BAD_REQUEST,
        "The body is nested deeper than 32 levels.",
    ),
    (
        body(type="interactive", interactive=ASKED | {"action": '{"name":"\\u0000"}'}),
        BAD_REQUEST,
        "The body holds the character U+0000, which no text may contain.",
    ),
    # places
    (
        body(type="location", location={"latitude": "nan", "longitude": 0}),
        INVALID_VALUE,
        "Parameter 'location.latitude' must be a number of degrees from -90 to 90; it is 'nan'.",
    ),
    (
        body(type="location", location={"latitude": 0, "longitude": "-180.5"}),
        INVALID_VALUE,
        "Parameter 'location.longitude' must be a number of degrees from -180 to 180; it is '-180.5'.",
    ),
    (
        body(type="location", location={"longitude": 0}),
        MISSING_PARAMETER,
        "Parameter 'latitude' is mandatory for type 'location'",
    ),
    # cards
    (
        body(type="contacts", contacts=[]),
        INVALID_PARAMETER,
        "Parameter 'contacts' has 0 entries; at least 1 must be there.",
    ),
    (
        body(type="contacts", contacts=[CARD] * 258),
        INVALID_PARAMETER,
        "Parameter 'contacts' has 258 entries; at most 257 are possible.",
    ),
    (
        body(type="contacts", contacts=[CARD, {"name": {}}]),
        MISSING_PARAMETER,
        "Parameter 'contacts[1].name.formatted_name' is mandatory",
    ),
    (
        body(type="contacts", contacts=[CARD, CARD | {"birthday": "28.02.1990"}]),
        INVALID_VALUE,
        'Parameter \'contacts[1].birthday\' is "28.02.1990"; it must be a date, as "1990-02-28".',
    ),
    (
        body(type="contacts", contacts=[CARD | {"birthday": "1990-02-30"}]),
        INVALID_VALUE,
        'Parameter \'contacts[0].birthday\' is "1990-02-30"; it must be a date, as "1990-02-28".',
    ),
    (
        body(type="contacts", contacts=[CARD | {"phones": {"phone": "1"}}]),
        INVALID_PARAMETER,
        'Parameter \'contacts[0].phones\' must be an array; it is {"phone":"1"}.',
    ),
    # reactions
    (
        body(type="reaction", reaction={"message_id": "wamid.A", "emoji": "👍"}, context={"message_id": "wamid.A"}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'context' (\"wamid.A\"): a message of type 'reaction' cannot quote.",
    ),
    (
        body(type="reaction", reaction={"emoji": "👍"}),
        MISSING_PARAMETER,
        "Parameter 'message_id' is mandatory for type 'reaction'",
    ),
    # templates
    (
        body(type="template", template={"name": "a", "language": "de"}),
        INVALID_PARAMETER,
        "Parameter 'template.language' must be an object; it is \"de\".",
    ),
    (
        body(type="template", template={"name": "a", "language": {"code": "de", "policy": "nearest"}}),
        INVALID_VALUE,
        'Parameter \'template.language.policy\' must be "deterministic"; it is "nearest".',
    ),
    (
        body(type="template", template=template({"type": "sidebar"})),
        INVALID_VALUE,
        "Parameter 'template.components[0].type' is 'sidebar'; "
        "it must be one of body, button, carousel, footer, header, limited_time_offer.",
    ),
    (
        body(type="template", template=template({"type": "body"}, {"type": "button", "index": 0})),
        MISSING_PARAMETER,
        "Parameter 'template.components[1].sub_type' is mandatory for a button.",
    ),
    (
        body(type="template", template=template({"type": "button", "sub_type": "url"})),
        MISSING_PARAMETER,
        "Parameter 'template.components[0].index' is mandatory for a button.",
    ),
    (
        body(type="template", template=template({"type": "button", "sub_type": "url", "index": 10})),
        INVALID_VALUE,
        "Parameter 'template.components[0].index' is '10'; it must be from 0 to 9.",
    ),
    (
        body(type="template", template=template({"type": "body", "parameters": [{"type": "text"}]})),
        MISSING_PARAMETER,
        "Parameter 'template.components[0].parameters[0].text' is mandatory for type 'text'",
    ),
    (
        body(type="template", template=template({"type": "header", "parameters": [{"type": "image", "image": {}}]})),
        NO_SOURCE,
        "Exactly one of template.components[0].parameters[0].image.id and "
        "template.components[0].parameters[0].image.link must be present; both are missing.",
    ),
]


@pytest.mark.parametrize(("raw", "problem", "details"), BOTH)
@pytest.mark.parametrize("parse", [cloud.parse_send, onprem.parse_send], ids=["cloud", "onprem"])
def test_a_bad_request_is_refused_in_both_dialects(parse: Parse, raw: bytes, problem: Problem, details: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(raw)

    assert (caught.value.fault.problem, caught.value.fault.details) == (problem, details)


@pytest.mark.parametrize("later", [b'"body":5', b'"body":null', b'"colour":1e999'])
@pytest.mark.parametrize("parse", [cloud.parse_send, onprem.parse_send], ids=["cloud", "onprem"])
def test_a_text_whose_length_cannot_be_told_is_still_too_long(parse: Parse, later: bytes) -> None:
    raw = b'{"messaging_product":"whatsapp","to":"15550103344","text":{"body":"%b",%b}}' % (b"a" * 4097, later)

    with pytest.raises(Refusal) as caught:
        parse(raw)

    told = "Parameter 'text.body' has too many characters; at most 4096 are allowed."
    assert (caught.value.fault.problem, caught.value.fault.details) == (TOO_LONG, told)


@pytest.mark.parametrize(
    ("count", "last", "told"),
    [
        (0, b"7", "Parameter 'contacts' has too few entries; at least 1 must be there."),
        (258, b"null", "Parameter 'contacts' has too many entries; at most 257 are possible."),
    ],
)
def test_an_array_that_comes_twice_is_refused_for_the_first(count: int, last: bytes, told: str) -> None:
    cards = b",".join([b'{"name":{"formatted_name":"Kim"}}'] * count)

    with pytest.raises(msgspec.ValidationError) as invalid:
        TYPES["contacts"].decode(b"[%b]" % cards)

    assert TYPES["contacts"].complaint(invalid.value, last).details == told


CLOUD = [
    (
        b'{"to":"15550103344","text":{"body":"Hi"}}',
        INVALID_PARAMETER,
        "Parameter 'messaging_product' must be \"whatsapp\"; it is missing.",
    ),
    (
        body(messaging_product="sms", text=HI),
        INVALID_PARAMETER,
        'Parameter \'messaging_product\' must be "whatsapp"; it is "sms".',
    ),
    (
        body(biz_opaque_callback_data="x" * 513, text=HI),
        TOO_LONG,
        "Parameter 'biz_opaque_callback_data' has 513 characters; at most 512 are allowed.",
    ),
    (
        body(to=None, recipient="15550103344", text=HI),
        INVALID_VALUE,
        "Parameter 'recipient' is \"15550103344\"; it must be a business-scoped user id, two letters, a point and up "
        "to 128 letters and digits, as callbacks have it; a phone number belongs in 'to'.",
    ),
    (
        body(type="image", image={"link": LINK, "provider": {"name": "assets-basic"}}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'provider' (\"assets-basic\"): only the On-Premises API knows it; give a link that needs "
        "no credentials, or upload the file and send its id.",
    ),
    (
        body(type="image", image={"id": "880000000000311", "link": LINK}),
        TWO_SOURCES,
        "Exactly one of image.id and image.link must be present; both were given.",
    ),
    (body(status="read"), MISSING_PARAMETER, "Parameter 'message_id' is mandatory"),
    (body(status="seen"), INVALID_PARAMETER, 'Parameter \'status\' must be "read"; it is "seen".'),
    (
        body(status="read", message_id="wamid.A", typing_indicator={"type": "voice"}),
        INVALID_PARAMETER,
        'Parameter \'typing_indicator.type\' must be "text"; it is "voice".',
    ),
]


@pytest.mark.parametrize(("raw", "problem", "details"), CLOUD)
def test_a_bad_cloud_request_is_refused(raw: bytes, problem: Problem, details: str) -> None:
    with pytest.raises(Refusal) as caught:
        cloud.parse_send(raw)

    assert (caught.value.fault.problem, caught.value.fault.details) == (problem, details)


ONPREM = [
    (
        body(type="image", image={"id": "a8a63b4d", "link": LINK}),
        TWO_SOURCES,
        "Parameters 'id' and 'link' cannot be used together",
    ),
    (
        body(type="image", image={"id": "a8a63b4d", "provider": {"name": "assets-basic"}}),
        UNEXPECTED_PARAMETER,
        "Parameter 'image.provider' goes with a link; leave it out beside image.id.",
    ),
    (
        body(type="image", image={"link": LINK, "provider": {}}),
        MISSING_PARAMETER,
        "Parameter 'provider.name' is mandatory for type 'image'",
    ),
    (
        body(type="audio", audio={"link": LINK, "voice": True}),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'voice' (true) in 'audio': the On-Premises API does not send voice messages; leave it out, or "
        "send the message through the Cloud API.",
    ),
    (
        body(ttl="P1D", text=HI),
        UNEXPECTED_PARAMETER,
        "Unexpected key 'ttl' (\"P1D\"): only templates have one; leave it out for type 'text'.",
    ),
    (
        body(ttl="PT", type="template", template=template()),
        INVALID_VALUE,
        'Parameter \'ttl\' is "PT"; give seconds, as 86400, or an ISO 8601 duration, as "P1D".',
    ),
    (
        body(preview_url="yes", text=HI),
        INVALID_PARAMETER,
        "Parameter 'preview_url' must be true or false; it is \"yes\".",
    ),
]


@pytest.mark.parametrize(("raw", "problem", "details"), ONPREM)
def test_a_bad_on_premises_request_is_refused(raw: bytes, problem: Problem, details: str) -> None:
    with pytest.raises(Refusal) as caught:
        onprem.parse_send(raw)

    assert (caught.value.fault.problem, caught.value.fault.details) == (problem, details)


@pytest.mark.parametrize(
    ("raw", "problem", "details"),
    [
        (b"{}", MISSING_PARAMETER, "Parameter 'status' is mandatory"),
        (b'{"status":"seen"}', INVALID_VALUE, 'Parameter \'status\' must be "read"; it is "seen".'),
    ],
)
def test_an_on_premises_message_can_only_be_marked_as_read(raw: bytes, problem: Problem, details: str) -> None:
    with pytest.raises(Refusal) as caught:
        onprem.parse_mark_read(raw)

    assert (caught.value.fault.problem, caught.value.fault.details) == (problem, details)


@pytest.mark.parametrize(
    ("raw", "problem", "details"),
    [
        (b"{}", MISSING_PARAMETER, "Parameter 'contacts' is mandatory"),
        (b'{"contacts":"1"}', INVALID_PARAMETER, "Parameter 'contacts' must be an array; it is \"1\"."),
        (b'{"contacts":[1]}', INVALID_PARAMETER, "Parameter 'contacts[0]' must be a string; it is 1."),
        (
            b'{"contacts":[],"blocking":"maybe"}',
            INVALID_VALUE,
            'Parameter \'blocking\' must be "wait" or "no_wait"; it is "maybe".',
        ),
    ],
)
def test_a_bad_contact_check_is_refused(raw: bytes, problem: Problem, details: str) -> None:
    with pytest.raises(Refusal) as caught:
        onprem.parse_contacts_check(raw)

    assert (caught.value.fault.problem, caught.value.fault.details) == (problem, details)


@pytest.mark.parametrize(
    ("problem", "cloud_code", "onprem_code"),
    [
        (BAD_REQUEST, 100, 1025),
        (MISSING_PARAMETER, 131008, 1008),
        (EMPTY_PARAMETER, 100, 1008),
        (NO_SOURCE, 100, 1008),
        (TWO_SOURCES, 100, 1009),
        (UNEXPECTED_PARAMETER, 100, 1010),
        (TOO_LONG, 100, 1001),
        (INVALID_RECIPIENT_TYPE, 100, 1002),
        (INVALID_PARAMETER, 100, 1009),
        (INVALID_VALUE, 131009, 1009),
        (UNSUPPORTED_TYPE, 100, 1009),
    ],
)
def test_a_problem_has_its_code_in_each_dialect(problem: Problem, cloud_code: int, onprem_code: int) -> None:
    assert (problem.code, problem.onprem_code) == (cloud_code, onprem_code)
