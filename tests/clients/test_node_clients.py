"""Three clients for Node, and one of them on 360dialog's paths too: the steps are in `node/`, one file each."""

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.clients.conftest import PHONE, STRANGER, Stand
from tests.clients.nodes import Refused, Steps, running_steps, why_not
from tests.support import media
from tests.support.receiver import Received
from tests.support.server import NUMBER, SECRET, TOKEN

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]

JPEG = media.jpeg()
KAPSO, PROXY, API_JS, GREAT = "kapso meta", "kapso 360dialog", "whatsapp-api-js meta", "great-detail meta"


@pytest.fixture(params=[KAPSO, PROXY, API_JS, GREAT])
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def steps(stand: Stand, library: str) -> AsyncIterator[Steps]:
    async with _running(stand, library) as started:
        yield started


def _running(stand: Stand, library: str, token: str = TOKEN) -> Any:  # Any: a context manager of Steps
    name, face = library.split()
    given = {"baseUrl": stand.base_url, "number": NUMBER, "token": token, "secret": SECRET, "face": face}
    return running_steps(name, {**given, "waba": f"30000{NUMBER}"})


async def _parsed(steps: Steps, call: Received) -> Any:  # Any: what the library made of it
    return await steps("parse", call.body.decode(), call.headers["x-hub-signature-256"])


COMMON = ["text", "location", "contacts", "template", "button", "list", "cta_url"]
PRODUCTS = ["flow", "product", "product_list", "catalog_message", "location_request_message"]
SENDS = {
    KAPSO: [*COMMON, *PRODUCTS],
    PROXY: [*COMMON, *PRODUCTS],
    API_JS: [*COMMON, *PRODUCTS, "call_permission_request", "request_contact_info"],
    GREAT: COMMON,
}


async def test_each_message_it_can_make_reaches_the_phone(steps: Steps, stand: Stand, library: str) -> None:
    sent = {kind: await steps("send", kind, PHONE) for kind in SENDS[library]}

    for message_id in sent.values():
        await stand.told(message_id, "read")
    shown = {each["id"]: each for each in (await stand.operate("GET", f"/phones/{PHONE}/messages"))["messages"]}
    kinds = {kind: shown[message_id] for kind, message_id in sent.items()}
    assert [each["content"].get("type", kind) for kind, each in kinds.items() if each["type"] == "interactive"] == [
        kind for kind in SENDS[library] if kind not in ("text", "location", "contacts", "template")
    ]
    assert [kinds[kind]["type"] for kind in COMMON[:4]] == COMMON[:4]


FILES = [
    ("image", JPEG), ("video", media.mp4()), ("audio", media.mp3()), ("document", media.pdf()),
    ("sticker", media.sticker()),
]  # fmt: skip


async def test_each_file_is_sent_by_id_and_by_link(steps: Steps, stand: Stand) -> None:
    sent = {}
    for kind, sample in FILES:
        up = await steps("upload", kind, sample.mime, base64.b64encode(sample.data).decode())
        for source in ({"id": up}, {"link": stand.serve(sample)}):
            message_id = await steps("sendFile", kind, PHONE, source)
            await stand.told(message_id, "delivered")
            sent[message_id] = (kind, hashlib.sha256(sample.data).hexdigest())

    shown = (await stand.operate("GET", f"/phones/{PHONE}/messages"))["messages"]
    assert {each["id"]: (each["type"], each["media"]["sha256"]) for each in shown if each["id"] in sent} == sent


async def test_a_users_file_is_parsed_downloaded_and_deleted(steps: Steps, stand: Stand, library: str) -> None:
    call = await stand.write_file("image", JPEG, caption="Look")

    written = _message(library, await _parsed(steps, call))
    found = await steps("find", written["image"]["id"])
    assert (written["image"]["caption"], found.get("mime_type", found.get("mimeType"))) == ("Look", "image/jpeg")
    assert base64.b64decode(await steps("download", written["image"]["id"])) == JPEG.data
    assert await steps("remove", written["image"]["id"]) == {"success": True}


def _message(library: str, parsed: Any) -> Any:
    """Return the message in what a library made of a call."""
    return parsed["message"] if library == API_JS else parsed["messages"][0]


WRITTEN: list[tuple[str, Any]] = [
    ("text", {"body": "Grüße 👋"}),
    ("location", {"latitude": 52.5, "longitude": 13.4}),
    ("button", {"payload": "yes", "text": "Yes"}),
    ("contacts", [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+49301"}]}]),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}}),
    ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "One", "description": "First"}}),
]


async def test_what_a_user_writes_is_parsed_and_its_signature_holds(steps: Steps, stand: Stand, library: str) -> None:
    for kind, body in WRITTEN:
        written = _message(library, await _parsed(steps, await stand.write(kind, body)))

        assert (written["type"], written["from"]) == (kind, PHONE)
        assert _snake(written[kind]) == body


def _snake(value: Any) -> Any:
    """Return a value with the names that Kapso's parser wrote in camel case as they were."""
    if isinstance(value, list):
        return [_snake(each) for each in value]
    if not isinstance(value, dict):
        return value
    names = {"buttonReply": "button_reply", "listReply": "list_reply", "formattedName": "formatted_name"}
    return {names.get(name, name): _snake(each) for name, each in value.items()}


async def test_a_message_is_marked_as_read_and_reacted_to(steps: Steps, stand: Stand, library: str) -> None:
    written = _message(library, await _parsed(steps, await stand.write("text", {"body": "Hello"})))

    assert await steps("markRead", written["id"]) == {"success": True}
    await stand.told(await steps("react", PHONE, written["id"], "👍"), "sent")


async def test_statuses_are_parsed(steps: Steps, stand: Stand, library: str) -> None:
    sent = await steps("sendText", PHONE, "Hi")

    parsed = await _parsed(steps, await stand.told(sent, "delivered"))

    status = parsed if library == API_JS else parsed["statuses"][0]
    assert (status["id"], status["status"], status["pricing"]["category"]) == (sent, "delivered", "service")


async def test_a_closed_window_is_told_in_the_webhook(steps: Steps, stand: Stand, library: str) -> None:
    sent = await steps("sendText", STRANGER, "Hi")

    parsed = await _parsed(steps, await stand.told(sent, "failed"))

    error = parsed["error"] if library == API_JS else parsed["statuses"][0]["errors"][0]
    assert error["code"] == 131047


async def test_refusals_tell_their_codes(steps: Steps, stand: Stand, library: str) -> None:
    refused = []
    for step, given in (("sendText", "12"), ("sendTemplate", PHONE)):
        with pytest.raises(Refused) as caught:
            await steps(step, given, "nope")
        refused.append(caught.value.code)
    async with _running(stand, library, "wrong") as stranger:
        with pytest.raises(Refused) as caught:
            await stranger("sendText", PHONE, "Hi")

    assert refused == [131009, 132001]
    # 360dialog's refusal of a key is no error of Meta's: {"meta": {...}}, so there is a status and no code.
    assert (caught.value.http_status if library == PROXY else caught.value.code) == (401 if library == PROXY else 190)


@pytest.mark.parametrize("library", [API_JS, GREAT])
async def test_a_body_that_was_changed_on_the_way_is_refused(steps: Steps, stand: Stand) -> None:
    call = await stand.write("text", {"body": "Hello"})

    with pytest.raises(Refused):
        await steps("parse", call.body.decode().replace("Hello", "Hullo"), call.headers["x-hub-signature-256"])


@pytest.mark.parametrize("library", [KAPSO])
async def test_kapso_verifies_the_signature(steps: Steps, stand: Stand) -> None:
    call = await stand.write("text", {"body": "Hello"})
    body, signature = call.body.decode(), call.headers["x-hub-signature-256"]

    assert await steps("isSigned", body, signature) is True
    assert await steps("isSigned", body + " ", signature) is False


@pytest.mark.parametrize("library", [KAPSO, PROXY, GREAT])
async def test_templates_are_made_listed_and_deleted(steps: Steps) -> None:
    made = await steps("makeTemplate", "order_sent")

    listed = [each for each in await steps("listTemplates", "order_sent") if each["name"] == "order_sent"]
    assert ([each["id"] for each in listed], made["status"]) == ([made["id"]], "PENDING")
    assert await steps("deleteTemplate", "order_sent") == {"success": True}


@pytest.mark.parametrize("library", [API_JS])
async def test_a_user_is_blocked_by_both_of_their_names_and_let_in_again(steps: Steps, stand: Stand) -> None:
    """The block that an update offers names the phone number and the business-scoped user id."""
    [contact] = next((await stand.write("text", {"body": "Hello"})).values())["contacts"]

    blocked = await steps("block", PHONE, contact["user_id"])
    unblocked = await steps("unblock", PHONE)

    assert [user["wa_id"] for user in blocked["block_users"]["added_users"]] == [PHONE]
    assert [user["wa_id"] for user in unblocked["block_users"]["removed_users"]] == [PHONE]


@pytest.mark.parametrize("library", [API_JS])
async def test_what_a_message_is_tracked_by_comes_back(steps: Steps, stand: Stand) -> None:
    sent = await steps("sendTracked", PHONE, "order-7")

    assert (await _parsed(steps, await stand.told(sent, "sent")))["tracker"] == "order-7"


@pytest.mark.parametrize("library", [GREAT])
async def test_the_profile_is_changed_and_shown(steps: Steps) -> None:
    assert await steps("setProfile", {"about": "Repairs", "vertical": "RETAIL"}) == {"success": True}

    [shown] = await steps("profile")
    assert (shown["about"], shown["vertical"]) == ("Repairs", "RETAIL")
