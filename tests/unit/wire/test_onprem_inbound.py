"""Every inbound type of the Cloud webhook, as an On-Premises client is told of it."""

import json
from typing import Any

import pytest

from waypost.lib import ids
from waypost.model import Number, NumberId, OnPremSettings
from waypost.wire.onprem.inbound import render_message

JO = "15550103344"
KEY, TAG = 0x2C95AA144C1D0A, 0xCA0D
RECEIVED = ids.wamid(KEY, TAG, JO, received=True)
OURS = ids.onprem_message_id(KEY, TAG, JO, received=True)
SENT = ids.wamid(KEY, TAG, JO, received=False)
OURS_SENT = ids.onprem_message_id(KEY, TAG, JO, received=False)
CONTACT = {"profile": {"name": "Jo Park"}, "wa_id": JO, "user_id": "US.1"}
TOLD_CONTACT = {"profile": {"name": "Jo Park"}, "wa_id": JO}
UUID = "530d28ed-dafa-b317-58ea-c2a145d86f3f"
NOT_SUPPORTED = {"code": 501, "details": "Message type is not currently supported", "title": "Unknown message type"}
MEDIUM = {"mime_type": "audio/ogg", "sha256": "AAEC", "id": "1", "url": "https://x.example/"}


def rendered(kind: str, settings: OnPremSettings | None = None, /, **members: Any) -> Any:
    common = {"from": JO, "from_user_id": "US.1", "id": RECEIVED, "timestamp": "1790000103", "type": kind}
    stored = {"contacts": [CONTACT], "messages": [common | members], "_waypost": {"media_uuid": UUID}}
    number = Number(NumberId(15550100200), 300000000000042, "Tidewater Bikes", "s", onprem=settings or OnPremSettings())
    body = render_message(json.dumps(stored).encode(), number)
    return None if body is None else json.loads(body)


def told(kind: str, **members: Any) -> dict[str, Any]:
    message = {"from": JO, "id": OURS, "timestamp": "1790000103", "type": kind, **members}
    return {"contacts": [TOLD_CONTACT], "messages": [message]}


SHOWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("text", {"text": {"body": "Hi"}}, told("text", text={"body": "Hi"})),
    (
        "text",
        {"context": {"from": "1", "id": SENT}, "text": {"body": "Yes"}},
        told("text", context={"from": "1", "id": OURS_SENT}, text={"body": "Yes"}),
    ),
    (
        "text",
        {
            "text": {"body": "Hi"},
            "referral": {"source_url": "u", "source_type": "ad", "ctwa_clid": "c", "image_url": "i", "headline": "h"},
        },
        told("text", text={"body": "Hi"}, referral={"headline": "h", "source_type": "ad", "source_url": "u"}),
    ),
    (
        "audio",
        {"audio": {**MEDIUM, "voice": False}},
        told("audio", audio={"mime_type": "audio/ogg", "sha256": "000102", "id": UUID}),
    ),
    (
        "audio",
        {"audio": {**MEDIUM, "voice": True}},
        told("voice", voice={"mime_type": "audio/ogg", "sha256": "000102", "id": UUID}),
    ),
    (
        "sticker",
        {"sticker": {**MEDIUM, "animated": True}},
        told("sticker", sticker={"mime_type": "audio/ogg", "sha256": "000102", "id": UUID}),
    ),
    (
        "location",
        {"location": {"latitude": 1.5, "longitude": 2}},
        told("location", location={"latitude": 1.5, "longitude": 2}),
    ),
    (
        "contacts",
        {"contacts": [{"name": {"formatted_name": "A"}, "vcard": "x", "origin": "y"}]},
        told(
            "contacts",
            contacts=[
                {
                    "name": {"formatted_name": "A"},
                    "phones": [],
                    "emails": [],
                    "urls": [],
                    "addresses": [],
                    "ims": [],
                    "org": {},
                }
            ],
        ),
    ),
    ("reaction", {"reaction": {"message_id": SENT}}, told("reaction", reaction={"message_id": OURS_SENT, "emoji": ""})),
    ("button", {"button": {"text": "T"}}, told("button", button={"text": "T", "payload": "T"})),
    ("button", {"button": {"payload": "P", "text": "T"}}, told("button", button={"payload": "P", "text": "T"})),
    (
        "interactive",
        {"interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}},
        told(
            "interactive",
            interactive={"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}},
        ),
    ),
    ("interactive", {"interactive": {"type": "call_permission_reply"}}, told("unknown", errors=[NOT_SUPPORTED])),
    ("order", {"order": {"catalog_id": "1"}}, told("order", order={"catalog_id": "1"})),
    (
        "unsupported",
        {"errors": [{"code": 131051}], "unsupported": {"type": "pin"}},
        told("unknown", errors=[NOT_SUPPORTED]),
    ),
    ("edit", {"edit": {"original_message_id": RECEIVED}}, told("unknown", errors=[NOT_SUPPORTED])),
    ("ephemeral", {}, told("ephemeral", errors=[NOT_SUPPORTED])),
]


@pytest.mark.parametrize(("kind", "written", "expected"), SHOWN)
def test_a_message_is_told_in_the_words_of_the_dialect(kind: str, written: Any, expected: Any) -> None:
    assert rendered(kind, **written) == expected


@pytest.mark.parametrize(("kind", "is_voice"), [("voice", True), ("audio", False)])
def test_a_type_that_is_not_downloaded_by_itself_has_no_id(kind: str, is_voice: bool) -> None:
    settings = OnPremSettings(auto_download=("image",))

    message = rendered("audio", settings, audio={**MEDIUM, "voice": is_voice})["messages"][0]

    assert message[kind] == {"mime_type": "audio/ogg", "sha256": "000102", "status": "undownloaded"}


def test_a_file_that_could_not_be_fetched_says_so() -> None:
    message = rendered("image", OnPremSettings(auto_download=()), errors=[{"code": 131052}])["messages"][0]

    assert message["errors"][0]["code"] == 400
    assert message["image"] == {"status": "undownloaded"}


NUMBER_CHANGE = {"type": "user_changed_number", "body": "Jo changed", "wa_id": "15550100163"}


@pytest.mark.parametrize("kind", ["user_changed_number", "customer_changed_number"])
def test_a_changed_number_is_told_without_contacts(kind: str) -> None:
    told = rendered("system", system={**NUMBER_CHANGE, "type": kind})

    assert told == {
        "messages": [
            {
                "from": JO,
                "id": OURS,
                "system": {"body": "Jo changed", "new_wa_id": "15550100163", "type": "user_changed_number"},
                "timestamp": "1790000103",
                "type": "system",
            }
        ]
    }


def test_a_number_may_ask_not_to_be_told_of_changed_numbers() -> None:
    assert rendered("system", OnPremSettings(notify_number_change=False), system=NUMBER_CHANGE) is None


@pytest.mark.parametrize("identity", ["h=", {"hash": "h=", "acknowledged": False, "created_timestamp": 1}])
def test_a_changed_identity_is_told_to_who_asked_for_it(identity: Any) -> None:
    system = {"type": "customer_identity_changed", "identity": identity, "customer": JO}

    told = rendered("system", OnPremSettings(security_notifications=True), system=system)

    assert told["messages"][0]["system"] == {"identity": "h=", "type": "user_identity_changed", "user": JO}
    assert rendered("system", system=system) is None


def test_a_deleted_message_is_a_status() -> None:
    told = rendered("revoke", revoke={"original_message_id": RECEIVED})

    status = {"id": OURS, "recipient_id": JO, "status": "deleted", "timestamp": "1790000103", "type": "message"}
    assert told == {"statuses": [{**status, "message": {"recipient_id": JO}}]}


@pytest.mark.parametrize(("kind", "members"), [("request_welcome", {}), ("text", {"group_id": "g", "text": {}})])
def test_what_has_no_place_here_is_left_out(kind: str, members: Any) -> None:
    assert rendered(kind, **members) is None


def test_the_members_of_a_file_stand_as_the_samples_have_them() -> None:
    file = {"caption": "Signed", "filename": "contract.pdf", **MEDIUM}

    downloaded = rendered("document", document=dict(file))["messages"][0]["document"]
    left = rendered("document", OnPremSettings(auto_download=()), document=dict(file))["messages"][0]["document"]

    assert list(downloaded) == ["id", "mime_type", "sha256", "filename", "caption"]
    assert list(left) == ["mime_type", "sha256", "filename", "caption", "status"]
