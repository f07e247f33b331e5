"""Every sample of the On-Premises dialect: requests are taken, answers and callbacks have the shape that is printed."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, STRANGER, World
from tests.support import media, samples
from tests.support.clients import Answer as Reply
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parents[1] / "golden" / "onprem"
SENDS = sorted(path.name for path in FOLDER.glob("0[12]?-send-*.json"))
APPLICATION = "/v1/settings/application"
PROVIDERS = "/v1/settings/application/media/providers"
TEXT = {"body": "Hello"}


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


def printed(number: str) -> Any:
    [path] = FOLDER.glob(f"{number}-*.json")
    return json.loads(path.read_text("utf-8"))


def shape(value: Any) -> Any:
    """Return the members of a value, in order, and their types; of an array, those of its first entry."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


async def call(world: World, method: str, path: str, body: Any = None) -> Reply:
    return await world.client.call(method, path, json=body)


@pytest.mark.parametrize("name", SENDS)
async def test_a_sample_message_is_taken_and_reaches_the_phone(world: World, files: Receiver, name: str) -> None:
    for provider in [*printed("051"), *printed("052")]:
        assert (await call(world, "POST", PROVIDERS, [provider])).status == 200
    home = samples.Home(
        phone=f"+{PHONE}",
        files_url=files.url_at(""),
        media_ids={kind: await world.upload(file) for kind, file in samples.FILES.items()},
        message_id=await world.write("text", TEXT),
    )
    body = samples.at_home(json.loads((FOLDER / name).read_text("utf-8")), home)
    file = samples.file_at(samples.links_in(body), body.get("type", "text"))
    files.always = Answer(200, body=file.data, headers={"Content-Type": file.mime})

    taken = await call(world, "POST", "/v1/messages", body)

    assert (taken.status, shape(taken.json)) == (201, shape(printed("031"))), taken
    word = "sent" if body.get("type") == "reaction" else "delivered"
    if word == "delivered":
        assert await world.words_of(taken.json["messages"][0]["id"], 2) == ["delivered", "read"]


PIN = {"pin": "246810"}


@pytest.mark.parametrize(
    ("method", "path", "number", "status"),
    [
        ("POST", "/v1/contacts", "040", 200),
        ("POST", PROVIDERS, "051", 200),
        ("POST", PROVIDERS, "052", 200),
        ("PATCH", APPLICATION, "054", 200),
        ("POST", "/v1/settings/business/profile", "056", 200),
    ],
)
async def test_a_sample_request_is_taken(world: World, method: str, path: str, number: str, status: int) -> None:
    assert (await call(world, method, path, printed(number))).status == status


async def test_a_sample_user_is_taken(own_world: World) -> None:
    assert (await call(own_world, "POST", "/v1/users", printed("004"))).status == 201


async def test_a_first_login_and_its_answer(world: World) -> None:
    basic = base64.b64encode(f"admin:{world.client.key}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    wrong = {"Authorization": "Basic " + base64.b64encode(b"admin:wrong").decode()}

    first = await world.client.call("POST", "/v1/users/login", json=printed("001"), headers=headers)
    denied = await world.client.call("POST", "/v1/users/login", headers=wrong)

    assert (first.status, shape(first.json)) == (200, shape(printed("002")))
    assert (denied.status, denied.json) == (401, printed("003"))


async def test_a_registration_of_this_number_is_answered_like_the_sample(world: World) -> None:
    await call(world, "POST", "/v1/settings/account/two-step", PIN)

    answer = await call(world, "POST", "/v1/account", {**printed("059"), "phone_number": "5550123456"})

    assert (answer.status, shape(answer.json)) == (201, shape(printed("060")))


async def test_reading_what_was_written_has_the_shape_of_the_samples(own_world: World) -> None:
    await call(own_world, "POST", "/v1/users", printed("004"))
    for number in ("051", "052"):
        await call(own_world, "POST", PROVIDERS, printed(number))

    user = await call(own_world, "GET", "/v1/users/crm-bot")
    providers = await call(own_world, "GET", PROVIDERS)
    application = await call(own_world, "GET", APPLICATION)
    health = await call(own_world, "GET", "/v1/health")
    identity = await call(own_world, "GET", f"/v1/contacts/{PHONE}/identity")
    upload = await own_world.client.upload(media.jpeg().data, "image/jpeg")

    assert user.json == printed("005")
    assert providers.json == printed("053")
    assert shape(application.json) == shape(printed("055"))
    assert health.json == printed("057")
    assert shape(identity.json) == shape(printed("043"))
    assert shape(upload.json) == shape(printed("050"))


async def test_refusals_have_the_bodies_of_the_samples(world: World) -> None:
    both = {"id": "1", "link": "https://example.com/a.jpg"}

    missing = await world.client.send(PHONE, "text", {})
    two = await world.client.send(PHONE, "image", both)
    key = await world.client.call("GET", "/v1/health", headers={"D360-API-KEY": "wrong", "Authorization": ""})

    assert (missing.status, missing.json) == (400, printed("032"))
    assert (two.status, two.json) == (400, printed("035"))
    assert (key.status, shape(key.json)) == (401, shape(printed("036")))


async def test_contact_checks_have_the_shapes_of_the_samples(world: World) -> None:
    await world.operate("PUT", f"/numbers/{world.client.number}", json={"contacts_mode": "classic"})
    await world.phone("15550100177", on_whatsapp=False)

    waited = await call(world, "POST", "/v1/contacts", printed("040"))
    quick = await call(world, "POST", "/v1/contacts", {"contacts": ["+1 555 010 0163"]})
    unknown = await world.client.send("15550100199", "text", TEXT)

    assert waited.json == printed("041")
    assert shape(quick.json) == shape(printed("042"))
    assert (unknown.status, unknown.json) == (404, printed("033"))
    assert shape(await _callback(world, "contacts")) == shape(printed("139"))


async def _callback(world: World, member: str) -> Any:
    """Wait for the first callback with a member, and return it."""

    def found() -> list[Any]:
        return [call.json for call in world.hook.received if call.method == "POST" and member in call.json]

    await world.hook.wait_until(lambda: bool(found()))
    return found()[0]


PLACE = {"latitude": -33.4372, "longitude": -70.6506, "name": "Plaza", "address": "Calle Ejemplo 5, Santiago"}
ORDER = printed("115")["messages"][0]["order"]
CARD = [
    {
        "name": {"first_name": "Ivo", "last_name": "Lang", "formatted_name": "Ivo Lang"},
        "phones": [{"wa_id": "1", "type": "CELL", "phone": "+1"}],
    }
]
WRITTEN = [
    ("100", "text", {"body": "Hello"}, False),
    ("101", "text", {"body": "Yes please"}, True),
    ("108", "button", {"payload": "CONFIRM-8841", "text": "Confirm"}, True),
    ("109", "interactive", printed("109")["messages"][0]["interactive"], True),
    ("110", "interactive", printed("110")["messages"][0]["interactive"], True),
    ("115", "order", ORDER, False),
]


@pytest.mark.parametrize(("number", "kind", "body", "replies"), WRITTEN)
async def test_what_a_user_writes_is_told_in_the_shape_of_the_sample(
    world: World, number: str, kind: str, body: Any, replies: bool
) -> None:
    sent = await world.send("text", TEXT)
    more: dict[str, Any] = {"context": {"id": sent}} if replies else {}

    await world.write(kind, body, **more)

    assert shape(await _callback(world, "messages")) == shape(printed(number))


async def test_a_place_is_told_without_the_url_that_nobody_gave(world: World) -> None:
    await world.write("location", PLACE)

    told = await _callback(world, "messages")

    wanted = printed("106")
    del wanted["messages"][0]["location"]["url"]
    assert shape(told) == shape(wanted)


async def test_cards_are_told_beside_their_sender(world: World) -> None:
    await world.write("contacts", CARD)

    told = await _callback(world, "messages")

    assert shape(told) == shape(printed("107"))


async def test_a_card_that_says_more_is_told_in_the_order_of_the_sample(world: World) -> None:
    address = {"street": "Calle 5", "city": "Santiago", "country_code": "cl", "type": "HOME"}
    more = {"addresses": [address], "urls": [{"url": "https://a.example"}], "birthday": "2000-01-31"}

    await world.write("contacts", [{**CARD[0], **more}])

    [card] = (await _callback(world, "messages"))["messages"][0]["contacts"]
    assert [*card] == [*printed("107")["messages"][0]["contacts"][0], "birthday"]
    assert (card["addresses"], card["urls"], card["emails"]) == ([address], more["urls"], [])


async def test_a_button_without_a_payload_has_its_text_there(world: World) -> None:
    await world.write("button", {"text": "Confirm"})

    told = await _callback(world, "messages")

    assert list(told["messages"][0]["button"].items()) == [("payload", "Confirm"), ("text", "Confirm")]


async def test_a_forwarded_message_says_so(world: World) -> None:
    await world.write("text", {"body": "Share this!"}, context={"frequently_forwarded": True})

    assert shape(await _callback(world, "messages")) == shape(printed("112"))


async def test_a_reaction_is_told_like_the_sample(world: World) -> None:
    sent = await world.send("text", TEXT)

    await world.write("reaction", {"message_id": sent, "emoji": "❤️"})

    assert shape(await _callback(world, "messages")) == shape(printed("116"))


@pytest.mark.parametrize(
    ("number", "kind", "extra", "downloads"),
    [
        ("102", "image", {"caption": "The box is damaged"}, ["image"]),
        ("103", "audio", {"voice": True}, ["voice"]),
        ("104", "document", {"filename": "contract.pdf", "caption": "Signed"}, ["image"]),
    ],
)
async def test_a_file_is_told_with_an_id_if_its_type_is_downloaded(
    world: World, number: str, kind: str, extra: Any, downloads: list[str]
) -> None:
    await call(world, "PATCH", APPLICATION, {"media": {"auto_download": downloads}})
    sample = samples.FILES[kind]
    data = base64.b64encode(sample.data).decode()

    await world.write(kind, {"data": data, "mime_type": sample.mime, **extra})

    assert shape(await _callback(world, "messages")) == shape(printed(number))


async def test_a_changed_identity_is_told_like_the_sample(world: World) -> None:
    await call(world, "PATCH", APPLICATION, {"show_security_notifications": True})

    await world.phone(identity="new")

    assert shape(await _callback(world, "messages")) == shape(printed("114"))


async def test_statuses_have_the_shapes_of_the_samples_without_conversations(world: World) -> None:
    """Prices are told per message, so there is no conversation to name."""
    await call(world, "PATCH", APPLICATION, {"webhooks": {"message": {"sent": True}}})

    statuses = await world.statuses_of(await world.send("text", TEXT), 3)

    wanted = [printed(number)["statuses"][0] for number in ("130", "131", "132")]
    assert [shape(each) for each in statuses] == [shape(_bare(each)) for each in wanted]


def _bare(status: dict[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in status.items() if name != "conversation"}


@pytest.mark.parametrize(("number", "kind", "body"), [("133", "text", TEXT), ("134", "template", None)])
async def test_failures_have_the_codes_and_shapes_of_the_samples(
    world: World, number: str, kind: str, body: Any
) -> None:
    await world.phone(STRANGER, on_whatsapp=False)
    hello = {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}

    [status] = await world.statuses_of(await world.send(kind, body or hello, to=STRANGER), 1)

    wanted = printed(number)["statuses"][0]
    wanted["errors"] = [
        {name: wanted["errors"][0].get(name, "what was wrong") for name in ("code", "title", "details", "href")}
    ]
    assert shape(status) == shape(wanted)
    assert {name: status["errors"][0][name] for name in ("code", "title", "href")} == {
        name: wanted["errors"][0][name] for name in ("code", "title", "href")
    }


PRODUCTS = printed("026")["interactive"]
RETAILER_IDS = [
    item["product_retailer_id"] for section in PRODUCTS["action"]["sections"] for item in section["product_items"]
]


async def test_a_product_that_is_missing_is_told_like_the_sample_of_a_warning(world: World) -> None:
    missing = RETAILER_IDS[1:]
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"missing_products": missing})

    sent = await world.send("interactive", PRODUCTS)

    told = {status["status"]: status for status in await world.statuses_of(sent, 3)}
    warning, wanted = told["warning"], printed("136")["statuses"][0]
    wanted["errors"] = [{"code": 2026, "title": "Missing products", "details": "which", "href": ""}]
    assert shape(warning) == shape(wanted)
    assert set(told) == {"warning", "delivered", "read"}
    assert warning["errors"][0]["code"] == 2026
    assert all(product in warning["errors"][0]["details"] for product in missing)


async def test_a_message_whose_products_are_all_missing_fails(world: World) -> None:
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"missing_products": RETAILER_IDS})

    [status] = await world.statuses_of(await world.send("interactive", PRODUCTS), 1)

    assert (status["status"], status["errors"][0]["code"]) == ("failed", 2027)


async def test_the_end_of_a_clean_up_is_told_without_a_node_on_a_single_instance(world: World) -> None:
    await call(world, "PUT", "/v1/services/message/gc")

    wanted = printed("140")
    del wanted["services"][0]["message"]["gc"]["node"]
    assert shape(await _callback(world, "services")) == shape(wanted)
