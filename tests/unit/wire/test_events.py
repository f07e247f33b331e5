"""What is stored of a status or an inbound message, and how each dialect tells it."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from msgspec import structs
from msgspec.structs import replace
from tests.conftest import Golden

from waypost.errors import Fault
from waypost.errors.outcomes import MEDIA_FAILED, WINDOW_CLOSED
from waypost.lib import ids
from waypost.model import (
    Dialect,
    Event,
    EventKey,
    InboundMessage,
    MediaKey,
    Medium,
    MessageKey,
    Number,
    NumberId,
    OnPremSettings,
    Person,
    Pricing,
    Status,
    StatusUpdate,
)
from waypost.wire import cloud, onprem
from waypost.wire.events.messages import Echo, inbound_value, status_value
from waypost.wire.renderings import RENDERERS

NUMBER = Number(
    id=NumberId(15550100200),
    waba_id=300000000000042,
    name="Tidewater Bikes",
    app_secret="s3cret",
    onprem=OnPremSettings(sent=True),
)
JO = Person("15550103344", "Jo Park", "US.90817263544536271809")
KEY, TAG = MessageKey(0x2C95AA144C1D0A), 0xCA0D
WAMID = ids.wamid(KEY, TAG, JO.wa_id, received=False)
FREE = Pricing(billable=False, type="free_customer_service", category="service")


def update(status: Status, **changes: object) -> StatusUpdate:
    return structs.replace(StatusUpdate(KEY, status, 1790000103999, JO), **changes)


def status_event(told: StatusUpdate, callback_data: str | None = None) -> Event:
    return Event(
        key=EventKey(1),
        number_id=NUMBER.id,
        message_key=KEY,
        kind="status",
        at_ms=told.at_ms,
        body=status_value(told, Echo(NUMBER.id, WAMID, JO.wa_id, callback_data)),
        status=told.status,
        problem=told.fault.problem.name if told.fault else None,
    )


def message_event(body: bytes) -> Event:
    return Event(EventKey(1), NUMBER.id, KEY, "message", 1790000000000, body)


STATUSES = {
    "status-sent": status_event(update(Status.SENT, pricing=FREE)),
    "status-delivered": status_event(update(Status.DELIVERED, pricing=FREE)),
    "status-delivered-with-callback-data": status_event(
        update(Status.DELIVERED, pricing=structs.replace(FREE, billable=True, type="regular", category="utility")),
        'ticket=5512/"é👍"',
    ),
    "status-read": status_event(update(Status.READ)),
    "status-failed-window": status_event(
        update(
            Status.FAILED,
            fault=Fault(WINDOW_CLOSED, "The user last wrote 25 hours ago; the window is 24 hours. Send a template."),
        ),
        "ticket=5512;agent=kim",
    ),
    "status-failed-media-without-a-person": status_event(
        update(
            Status.FAILED,
            person=None,
            fault=Fault(MEDIA_FAILED, "The link answered with a web page, text/html; give a direct link to the file."),
        )
    ),
}


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_is_told_to_a_cloud_client_like_this(name: str, golden: Golden) -> None:
    told = cloud.render_event(STATUSES[name], NUMBER)

    golden(f"events/{name}.cloud.json", told)


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_is_told_to_an_on_premises_client_like_this(name: str, golden: Golden) -> None:
    told = onprem.render_event(STATUSES[name], NUMBER)

    assert told is not None
    golden(f"events/{name}.onprem.json", told)


@dataclass(frozen=True)
class Written:
    """What a user wrote: the type, the object of `messages[]`, and the file with it."""

    kind: str
    body: bytes
    mime: str | None = None

    def value(self) -> bytes:
        message = InboundMessage(
            key=MessageKey(0x5EB8C1B7C3AE52),
            tag=0xA75D,
            number_id=NUMBER.id,
            person=JO,
            kind=self.kind,
            body=self.body,
            at_ms=1790000000500,
        )
        if self.mime is None:
            return inbound_value(message)
        url = "https://127.0.0.1/whatsapp_business/attachments/?mid=990000000000111&ext=1790000300&hash=AT"
        return inbound_value(message, medium=medium(self.mime), url=url)


def medium(mime: str) -> Medium:
    return Medium(
        key=MediaKey(990000000000111),
        tag=0x1122334455667788,
        number_id=NUMBER.id,
        sha256=bytes(range(32)),
        mime=mime,
        size=184233,
        created_ms=1790000000000,
        expires_ms=1790604800000,
        source="inbound",
    )


MESSAGES = {
    "message-text": Written("text", '{"text":{"body":"Ist mein Rad fertig? 50/50 für 👍"}}'.encode()),
    "message-text-reply": Written(
        "text",
        b'{"context":{"from":"15550100200","id":"%b"},"text":{"body":"Great, thanks"}}' % WAMID.encode(),
    ),
    "message-image": Written("image", b'{"image":{"caption":"This noise here"}}', "image/jpeg"),
    "message-voice": Written("audio", b'{"audio":{"voice":true}}', "audio/ogg; codecs=opus"),
    "message-audio": Written("audio", b'{"audio":{"voice":false}}', "audio/mpeg"),
    "message-video": Written("video", b"{}", "video/mp4"),
    "message-document": Written(
        "document", b'{"document":{"filename":"receipt.pdf","caption":"My receipt"}}', "application/pdf"
    ),
    "message-sticker": Written("sticker", b'{"sticker":{"animated":false}}', "image/webp"),
    "message-location": Written(
        "location",
        b'{"location":{"latitude":36.8511,"longitude":-76.2901,"name":"Ferry Dock","url":"https://ferry.example"}}',
    ),
    "message-contacts": Written(
        "contacts", b'{"contacts":[{"name":{"formatted_name":"Sam Ito"},"phones":[{"phone":"+1 555-010-7788"}]}]}'
    ),
    "message-reaction": Written("reaction", f'{{"reaction":{{"message_id":"{WAMID}","emoji":"❤️"}}}}'.encode()),
    "message-button": Written("button", b'{"button":{"payload":"stop-updates-8841","text":"Stop"}}'),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_an_inbound_message_is_told_to_a_cloud_client_like_this(name: str, golden: Golden) -> None:
    told = cloud.render_event(message_event(MESSAGES[name].value()), NUMBER)

    golden(f"events/{name}.cloud.json", told)


@pytest.mark.parametrize("name", MESSAGES)
def test_an_inbound_message_is_told_to_an_on_premises_client_like_this(name: str, golden: Golden) -> None:
    told = onprem.render_event(message_event(MESSAGES[name].value()), NUMBER)

    assert told is not None
    golden(f"events/{name}.onprem.json", told)


@pytest.mark.parametrize("event", [*STATUSES.values(), *(message_event(it.value()) for it in MESSAGES.values())])
def test_a_cloud_webhook_is_ascii_with_escaped_slashes_and_shows_nothing_of_ours(event: Event) -> None:
    told = cloud.render_event(event, NUMBER)

    value = msgspec.json.decode(told)["entry"][0]["changes"][0]["value"]
    assert told.isascii()
    assert told.replace(rb"\/", b"").count(b"/") == 0
    assert value.keys() <= {"messaging_product", "metadata", "contacts", "messages", "statuses"}


def test_a_user_who_writes_our_private_member_changes_nothing() -> None:
    text = ',"_waypost":{"media_uuid":"x"}}'
    written = Written("text", msgspec.json.encode({"text": {"body": text}, "_waypost": {"media_uuid": "x"}}))

    told = msgspec.json.decode(cloud.render_event(message_event(written.value()), NUMBER))

    assert told["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] == text


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (OnPremSettings(), {"delivered", "read", "failed"}),
        (OnPremSettings(sent=True), {"sent", "delivered", "read", "failed"}),
        (OnPremSettings(delivered=False), {"read", "failed"}),
        (OnPremSettings(read=False), {"delivered", "failed"}),
    ],
)
def test_an_on_premises_client_is_told_what_its_settings_say(settings: OnPremSettings, told: set[str]) -> None:
    number = replace(NUMBER, onprem=settings)

    rendered = {
        status.word: onprem.render_event(status_event(update(status)), number)
        for status in (Status.SENT, Status.DELIVERED, Status.READ, Status.PLAYED, Status.FAILED)
    }

    assert {word for word, callback in rendered.items() if callback is not None} == told


def test_a_problem_without_a_counterpart_is_500_with_the_cloud_code_in_its_details() -> None:
    known = status_event(update(Status.FAILED, fault=Fault(WINDOW_CLOSED, "Too late.")))

    told = onprem.render_event(structs.replace(known, problem=None), NUMBER)

    assert told is not None
    assert msgspec.json.decode(told)["statuses"][0]["errors"] == [
        {
            "code": 500,
            "title": "Generic error",
            "details": "cloud 131047: Too late.",
            "href": "https://developers.facebook.com/docs/whatsapp/api/errors/",
        }
    ]


def test_a_file_without_a_stored_medium_is_undownloaded_on_premises() -> None:
    body = b'{"document":{"mime_type":"application/pdf","sha256":"AAEC","id":"5","filename":"contract.pdf"}}'

    told = onprem.render_event(message_event(Written("document", body).value()), NUMBER)

    assert told is not None
    assert msgspec.json.decode(told)["messages"][0]["document"] == {
        "mime_type": "application/pdf",
        "sha256": "000102",
        "filename": "contract.pdf",
        "status": "undownloaded",
    }


def test_an_id_that_is_not_ours_is_passed_on() -> None:
    body = b'{"context":{"id":"wamid.elsewhere"},"text":{"body":"Hi"}}'

    told = onprem.render_event(message_event(Written("text", body).value()), NUMBER)

    assert told is not None
    assert msgspec.json.decode(told)["messages"][0]["context"] == {"id": "wamid.elsewhere"}


def test_an_error_of_no_message_is_told_alone_in_both_dialects() -> None:
    fault = {"code": 131047, "title": "t", "message": "t", "error_data": {"details": "Too late."}, "href": "h"}
    body = msgspec.json.encode({"errors": [fault]})
    event = structs.replace(status_event(update(Status.READ)), kind="messages", status=None, body=body)

    told = onprem.render_event(event, NUMBER)

    assert told is not None
    assert [(error["code"], error["details"]) for error in msgspec.json.decode(told)["errors"]] == [(470, "Too late.")]


@pytest.mark.parametrize("dialect", ["cloud", "onprem"])
def test_what_is_told_together_names_a_user_once_and_keeps_equal_errors(dialect: Dialect) -> None:
    written = message_event(Written("text", b'{"text":{"body":"Hi"}}').value())
    fault = {"code": 131047, "title": "t", "message": "t", "error_data": {"details": "Too late."}, "href": "h"}
    failed = structs.replace(
        status_event(update(Status.READ)), kind="messages", status=None, body=msgspec.json.encode({"errors": [fault]})
    )
    join = {"cloud": cloud.join_bodies, "onprem": onprem.join_bodies}[dialect]

    together = [
        msgspec.json.decode(join([body for _ in range(2) if (body := RENDERERS[dialect](event, NUMBER))]))
        for event in (written, failed)
    ]

    messages, errors = (lists_in(each) for each in together)
    assert (len(messages["contacts"]), len(messages["messages"])) == (1, 2)
    assert len(errors["errors"]) == 2


def lists_in(told: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the lists of a callback of either dialect."""
    value = told["entry"][0]["changes"][0]["value"] if "entry" in told else told
    return {name: items for name, items in value.items() if isinstance(items, list)}


def test_what_only_one_dialect_has_is_not_told_in_the_other() -> None:
    event = structs.replace(
        status_event(update(Status.READ)), kind="client.contacts", status=None, body=b'{"contacts":[]}'
    )

    assert onprem.render_event(event, NUMBER) == b'{"contacts":[]}'
    assert RENDERERS["cloud"](event, NUMBER) is None
