"""What belongs to an installation of the On-Premises client: profile, backup, certificates, shards, monitoring."""

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed
from tests.journeys.conftest import PHONE, World, code_of
from tests.support import media
from tests.support.certificates import Authority
from tests.support.clients import Answer
from tests.support.server import TOKEN

from waypost.lib.sealed import seal
from waypost.wire.onprem.monitoring import Metric, Sample, as_text

pytestmark = pytest.mark.anyio

APPLICATION = "/v1/settings/application"
PROFILE = "/v1/settings/business/profile"
ABOUT = "/v1/settings/profile/about"
PHOTO = "/v1/settings/profile/photo"
PROVIDERS = "/v1/settings/application/media/providers"
ROOTS = "/v1/certificates/webhooks/ca"
PROVIDER = {"name": "assets", "type": "www", "config": {"basic": {"username": "u", "password": "p"}}}
SAMPLE = {
    "address": "1 Sample Street, Springfield",
    "description": "Demo parcels",
    "email": "hello@example.com",
    "vertical": "Shopping and Retail",
    "websites": ["https://www.example.com"],
}
META = {"meta": {"api_status": "stable", "version": "v2.53.3"}}
KEY = "a-monitoring-key"


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"monitoring_key": KEY}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def put(world: World, method: str, path: str, body: Any) -> Answer:
    answer = await world.client.call(method, path, json=body)
    assert answer.status < 300, answer
    return answer


# -- Profile ------------------------------------------------------------------------------------------------------


async def test_the_profile_is_kept_as_it_was_written_and_shared_with_the_other_face(world: World) -> None:
    await put(world, "POST", PROFILE, SAMPLE)

    shown = await world.get(PROFILE)
    graph = await world.client.call(
        "GET",
        f"/v24.0/{world.client.number}/whatsapp_business_profile?fields=vertical,email",
        headers={"Authorization": f"Bearer {world.client.key}"},
    )

    assert shown["settings"]["business"]["profile"] == SAMPLE
    assert graph.json["data"] == [{"vertical": "RETAIL", "email": "hello@example.com", "messaging_product": "whatsapp"}]


async def test_what_is_emptied_in_the_profile_is_not_shown(world: World) -> None:
    await put(world, "POST", PROFILE, SAMPLE)

    await put(world, "POST", PROFILE, dict.fromkeys(("address", "email", "vertical"), "") | {"websites": []})

    assert await world.get(PROFILE) == {"settings": {"business": {"profile": {"description": "Demo parcels"}}}} | META


async def test_a_line_of_business_that_was_changed_elsewhere_is_shown_as_it_is_there(world: World) -> None:
    await put(world, "POST", PROFILE, SAMPLE)

    await world.client.call(
        "POST",
        f"/v24.0/{world.client.number}/whatsapp_business_profile",
        json={"messaging_product": "whatsapp", "vertical": "HOTEL"},
        headers={"Authorization": f"Bearer {world.client.key}"},
    )

    assert (await world.get(PROFILE))["settings"]["business"]["profile"]["vertical"] == "HOTEL"


@pytest.mark.parametrize(
    "body", [{"address": "x" * 257}, {"websites": ["a", "b", "c"]}, {"email": "x" * 129}, {"unknown": 1}, [], None]
)
async def test_a_profile_over_its_limits_is_refused(world: World, body: Any) -> None:
    answer = await world.client.call("POST", PROFILE, json=body)

    assert answer.status == 400


async def test_the_line_about_the_business_is_kept(world: World) -> None:
    await put(world, "PATCH", ABOUT, {"text": "Open daily"})

    assert (await world.get(ABOUT))["settings"]["profile"]["about"] == {"text": "Open daily"}
    assert (await world.client.call("PATCH", ABOUT, json={"text": "x" * 140})).status == 400


async def test_a_photo_comes_raw_or_as_a_form_and_goes_again(world: World) -> None:
    raw, form = media.jpeg(), aiohttp.FormData()
    form.add_field("file", media.png().data, filename="p.png", content_type="image/png")

    first = await world.client.call("POST", PHOTO, data=raw.data, headers={"Content-Type": raw.mime})
    shown = await world.client.call("GET", PHOTO)
    second = await world.client.call("POST", PHOTO, data=form)
    link = (await world.get(f"{PHOTO}?format=link"))["settings"]["profile"]["photo"]["link"]
    linked = await world.client.call("GET", link)

    assert (first.status, second.status) == (200, 200)
    assert (shown.body, shown.headers["Content-Type"]) == (raw.data, "image/jpeg")
    assert (linked.body, linked.headers["Content-Type"]) == (media.png().data, "image/png")
    assert (await world.client.call("DELETE", PHOTO)).status == 200
    assert (await world.client.call("GET", PHOTO)).status == 404
    assert (await world.client.call("DELETE", PHOTO)).status == 404


async def test_what_is_no_picture_is_no_photo(world: World) -> None:
    answer = await world.client.call("POST", PHOTO, data=b"GIF89a", headers={"Content-Type": "image/gif"})

    assert answer.status == 400


# -- Backup, two-step, account ------------------------------------------------------------------------------------


async def test_a_backup_brings_everything_back(world: World) -> None:
    await put(world, "PATCH", APPLICATION, {"callback_backoff_delay_ms": 5000, "media": {"auto_download": ["image"]}})
    await put(world, "POST", PROFILE, SAMPLE)
    await put(world, "POST", PROVIDERS, [PROVIDER])
    before = await world.get(APPLICATION)
    backup = await world.client.call("POST", "/v1/settings/backup", json={"password": "b4ckup!"})
    blob = backup.json["settings"]["data"]
    await put(world, "PATCH", APPLICATION, {"callback_backoff_delay_ms": 9000, "media": {"auto_download": []}})
    await put(world, "POST", PROFILE, {"email": "other@example.com", "vertical": "Restaurant"})
    await world.client.call("DELETE", f"{PROVIDERS}/assets")

    wrong = await world.client.call("POST", "/v1/settings/restore", json={"password": "guess", "data": blob})
    right = await world.client.call("POST", "/v1/settings/restore", json={"password": "b4ckup!", "data": blob})

    assert (backup.status, wrong.status, right.status) == (200, 400, 200)
    assert "hello@example.com" not in blob
    assert await world.get(APPLICATION) == before
    assert (await world.get(PROFILE))["settings"]["business"]["profile"] == SAMPLE
    assert (await world.get(PROVIDERS))["settings"]["application"]["media"]["providers"] == [PROVIDER]


async def test_a_backup_brings_the_photo_and_the_trust_anchor_of_the_webhook_back(world: World) -> None:
    roots, photo = Authority().pem, media.jpeg()
    await world.client.call("POST", ROOTS, data=roots, headers={"Content-Type": "text/plain"})
    await world.client.call("POST", PHOTO, data=photo.data, headers={"Content-Type": photo.mime})
    blob = (await world.client.call("POST", "/v1/settings/backup", json={"password": "p"})).json["settings"]["data"]
    trusted = (await world.client.call("GET", ROOTS)).body
    await world.client.call("DELETE", ROOTS)
    await world.client.call("DELETE", PHOTO)

    await put(world, "POST", "/v1/settings/restore", {"password": "p", "data": blob})

    shown = await world.client.call("GET", PHOTO)
    assert (shown.body, shown.headers["Content-Type"]) == (photo.data, "image/jpeg")
    assert (await world.client.call("GET", ROOTS)).body == trusted
    linked = (await world.get(f"{PHOTO}?format=link"))["settings"]["profile"]["photo"]["link"]
    graph = await world.client.call(
        "GET",
        f"/v24.0/{world.client.number}/whatsapp_business_profile?fields=profile_picture_url",
        headers={"Authorization": f"Bearer {world.client.key}"},
    )
    assert graph.json["data"][0]["profile_picture_url"] == linked


async def test_the_largest_photo_fits_into_a_backup(world: World) -> None:
    data = media.jpeg().data.ljust(5 * 1024 * 1024, b"\0")
    await world.client.call("POST", PHOTO, data=io.BytesIO(data), headers={"Content-Type": "image/jpeg"})
    blob = (await world.client.call("POST", "/v1/settings/backup", json={"password": "p"})).json["settings"]["data"]
    await world.client.call("DELETE", PHOTO)

    body = io.BytesIO(json.dumps({"password": "p", "data": blob}).encode())
    restored = await world.client.call(
        "POST", "/v1/settings/restore", data=body, headers={"Content-Type": "application/json"}
    )

    assert restored.status == 200, restored
    assert (await world.client.call("GET", PHOTO)).body == data


@pytest.mark.parametrize("data", ["", "x", "AAAA", "A" * 5000, "ü"])
async def test_what_is_no_backup_is_refused(world: World, data: str) -> None:
    answer = await world.client.call("POST", "/v1/settings/restore", json={"password": "p", "data": data})

    assert answer.status == 400


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"[]",
        b'{"application":{},"profile":{},"pin":"1"}',
        b'{"application":{"callback_backoff_delay_ms":-1},"profile":{}}',
        b'{"application":{"webhooks":{"max_concurrent_requests":0}},"profile":{}}',
        b'{"application":{},"profile":{},"providers":[[]]}',
        b'{"application":{"sent_status":true},"profile":{"about":"%b"}}' % (b"a" * 140),
        b'{"application":{"sent_status":true},"profile":{"vertical":"SMITHY"}}',
        b'{"application":{},"profile":{},"webhook":{"url":"http://127.0.0.1:1/"}}',
        b'{"application":{"sent_status":true},"profile":{},"photo":"R0lGODlh"}',
        b'{"application":{"sent_status":true},"profile":{},"webhook_roots":"none"}',
    ],
)
async def test_a_blob_that_somebody_has_made_up_is_checked_like_any_other_request(
    world: World, contents: bytes
) -> None:
    before = await world.get(APPLICATION)
    blob = await seal(contents, "p")

    answer = await world.client.call("POST", "/v1/settings/restore", json={"password": "p", "data": blob})

    assert answer.status == 400
    assert await world.get(APPLICATION) == before


REGISTER = {"cc": "1", "phone_number": "5550123456", "method": "sms", "cert": "Q21VS0lRaUFkZW1vLWNlcnQ="}


async def test_a_pin_is_asked_for_as_long_as_it_is_set(world: World) -> None:
    path = "/v1/settings/account/two-step"
    await put(world, "POST", path, {"pin": "246810"})

    without = await world.client.call("POST", "/v1/account", json=REGISTER)
    with_pin = await world.client.call("POST", "/v1/account", json={**REGISTER, "pin": "246810"})
    await world.client.call("DELETE", path)
    later = await world.client.call("POST", "/v1/account", json=REGISTER)

    assert [each.status for each in (without, with_pin, later)] == [400, 201, 201]
    assert (await world.client.call("POST", path, json={"pin": "12345"})).status == 400


async def test_wrong_pins_are_counted_wherever_they_are_given(world: World) -> None:
    await put(world, "POST", "/v1/settings/account/two-step", {"pin": "246810"})
    shards = {name: value for name, value in REGISTER.items() if name != "method"} | {"shards": 2}
    graph = {"headers": {"Authorization": f"Bearer {TOKEN}"}}

    none = await world.client.call("POST", "/v1/account", json=REGISTER)
    wrong = await world.client.call("POST", "/v1/account", json={**REGISTER, "pin": "000000"})
    at_once = await world.client.call("POST", "/v1/account/shards", json={**shards, "pin": "246810"})
    elsewhere = await world.client.call(
        "POST",
        f"/v24.0/{world.client.number}/register",
        json={"messaging_product": "whatsapp", "pin": "246810"},
        **graph,
    )
    await world.advance(seconds=6)
    right = await world.client.call("POST", "/v1/account/shards", json={**shards, "pin": "246810"})

    assert [code_of(world.client, each) for each in (none, wrong, at_once)] == [(400, 1008), (403, 1005), (503, 1011)]
    assert 1 <= int(at_once.headers["Retry-After"]) <= 6
    assert elsewhere.json["error"]["code"] == 133009
    assert right.status == 201


@pytest.mark.parametrize(
    "changes", [{"phone_number": "5550100900"}, {"cert": "!"}, {"method": "pigeon"}, {"cc": None}, {"cert": ""}]
)
async def test_a_wrong_registration_is_refused(world: World, changes: Any) -> None:
    answer = await world.client.call("POST", "/v1/account", json=REGISTER | changes)

    assert answer.status == 400


async def test_a_number_that_is_off_the_platform_comes_back_with_the_code_that_was_sent(world: World) -> None:
    off = await world.client.call(
        "POST", f"/v24.0/{world.client.number}/deregister", json={}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    asked = await world.client.call("POST", "/v1/account", json=REGISTER)
    code = str((await world.operate("GET", f"/numbers/{world.client.number}"))["verification_code"])

    wrong = await world.client.call("POST", "/v1/account/verify", json={"code": "no-code"})
    before = (await world.get("/v1/health"))["health"]
    right = await world.client.call("POST", "/v1/account/verify", json={"code": f"{code[:3]}-{code[3:]}"})

    assert [off.status, asked.status, right.status] == [200, 202, 201]
    assert code_of(world.client, wrong) == (403, 1005)
    assert (before, (await world.get("/v1/health"))["health"]) == (
        {"gateway_status": "unregistered"},
        {"gateway_status": "connected"},
    )


async def test_shards_are_set_and_every_one_of_them_is_a_node(world: World) -> None:
    shards = {name: value for name, value in REGISTER.items() if name != "method"} | {"shards": 2}

    single = (await world.get("/v1/health"))["health"]
    answer = await world.client.call("POST", "/v1/account/shards", json=shards)
    nodes = (await world.get("/v1/health"))["health"]

    assert single == {"gateway_status": "connected"}
    assert (answer.status, (await world.get("/v1/account/shards"))["account"]) == (201, {"shards": 2})
    assert [node["role"] for node in nodes.values()] == ["primary_master", "coreapp", "coreapp"]
    assert (await world.client.call("POST", "/v1/account/shards", json=shards | {"shards": 3})).status == 400


async def test_settings_that_go_back_to_their_defaults_leave_shards_and_contacts_alone(world: World) -> None:
    shards = {name: value for name, value in REGISTER.items() if name != "method"} | {"shards": 2}
    await put(world, "POST", "/v1/account/shards", shards)
    await world.operate("PUT", f"/numbers/{world.client.number}", json={"contacts_mode": "classic"})

    await world.client.call("DELETE", APPLICATION)
    asked = await world.client.call("POST", "/v1/contacts", json={"contacts": ["+15550009999"]})

    assert (await world.get("/v1/account/shards"))["account"] == {"shards": 2}
    assert asked.json["contacts"][0]["status"] == "processing"


async def test_certificates_are_kept_without_their_keys(world: World) -> None:
    pem = Authority().pem
    key = b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    headers = {"Content-Type": "text/plain"}

    await world.client.call("POST", "/v1/certificates/external", data=pem + key, headers=headers)
    external = await world.client.call("GET", "/v1/certificates/external/ca")
    await world.client.call("POST", "/v1/certificates/webhooks/ca", data=pem, headers=headers)
    anchor = await world.client.call("GET", "/v1/certificates/webhooks/ca")

    assert (external.body, anchor.body) == (pem, pem)
    assert (await world.client.call("DELETE", "/v1/certificates/webhooks/ca")).status == 200
    assert (await world.client.call("GET", "/v1/certificates/webhooks/ca")).status == 404
    assert (await world.client.call("POST", "/v1/certificates/external", data=pem, headers=headers)).status == 400
    assert (await world.client.call("POST", "/v1/certificates/webhooks/ca", data=b"x", headers=headers)).status == 400


# -- Monitoring ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/v1/health", "/v1/stats/app", "/v1/stats/db", "/v1/metrics", "/v1/stats/app/internal"]
)
async def test_the_monitoring_key_opens_what_monitors_ask(world: World, path: str) -> None:
    right = await world.client.call("GET", path, headers={"Authorization": f"Apikey {KEY}"})
    wrong = await world.client.call("GET", path, headers={"Authorization": "Apikey another-key"})

    assert (right.status, wrong.status) == (200, 401)


@pytest.mark.parametrize("path", [APPLICATION, "/v1/media/1", "/v1/support", "/v1/contacts/1/identity"])
async def test_the_monitoring_key_opens_nothing_else(world: World, path: str) -> None:
    answer = await world.client.call("GET", path, headers={"Authorization": f"Apikey {KEY}"})

    assert answer.status == 401


async def test_figures_count_callbacks_as_json_and_as_text(own_world: World) -> None:
    sent = await own_world.send("text", {"body": "Hello"})
    await own_world.words_of(sent, 2)
    await own_world.write("text", {"body": "Hi"})
    await own_world.inbound()

    stats = (await own_world.get("/v1/stats/app"))["stats"]["app"]
    text = (await own_world.client.call("GET", "/v1/stats/app?format=prometheus")).body.decode()
    metrics = (await own_world.get("/v1/metrics"))["metrics"]

    assert stats["callback_queue_size"]["type"] == "gauge"
    labels = [entry["labels"] for entry in stats["callback_requests_duration_ms_count"]["data"]]
    assert {"type": "status_change", "result": "success"} in labels
    assert "# TYPE callback_requests_duration_ms_count counter\n" in text
    assert metrics["messages_accepted"]["data"][0]["value"] == 1


async def test_figures_of_the_store_count_its_transactions(world: World) -> None:
    before = (await world.get("/v1/stats/db"))["stats"]["db"]

    await world.words_of(await world.send("text", {"body": "Hello"}), 2)

    after = (await world.get("/v1/stats/db"))["stats"]["db"]
    assert set(after) == {"db_request_duration_us_count", "db_request_duration_us_sum"}
    for metric in after.values():
        assert (metric["type"], bool(metric["help"])) == ("counter", True)
        assert next(iter(metric["data"][0].items())) == ("labels", {"result": "success"})
    for name, metric in after.items():
        assert metric["data"][0]["value"] > before[name]["data"][0]["value"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/v1/stats/app", marks=pytest.mark.alone("a callback is counted by the worker that sent it")),
        "/v1/stats/db",
        "/v1/stats/db/internal",
        "/v1/metrics",
    ],
)
async def test_figures_as_text_are_what_prometheus_reads(world: World, path: str) -> None:
    await world.words_of(await world.send("text", {"body": "Hello"}), 2)

    shown = await world.get(path)
    text = (await world.client.call("GET", f"{path}?format=prometheus")).body.decode()

    families = shown["metrics"] if path == "/v1/metrics" else next(iter(shown["stats"].values()))
    read = {sample.name.removesuffix("_total"): family.type for family in parsed(text) for sample in family.samples}
    assert read == {name: family["type"] for name, family in families.items()}


def test_a_large_figure_keeps_its_last_digit() -> None:
    metric = Metric("waits_us_sum", "Waits.", "counter", [Sample(123_456_789, {"result": "success"})])

    assert as_text([metric]).splitlines()[-1] == b'waits_us_sum{result="success"} 123456789'


@pytest.mark.parametrize("flags", [{"keep_days": "0"}])
async def test_a_clean_up_deletes_what_is_old_and_tells_how_much(world: World) -> None:
    await world.words_of(await world.send("text", {"body": "Old"}), 2)
    await world.write("text", {"body": "Old, too"})
    await world.inbound()
    await world.advance(days=31)
    young = await world.write("text", {"body": "Young"})
    await world.words_of(await world.send("text", {"body": "Young, too"}), 2)

    await put(world, "PUT", "/v1/services/message/gc", {})

    await world.hook.wait_until(lambda: bool(world.hook.received) and "services" in world.hook.received[-1].json)
    told = world.hook.received[-1].json["services"][0]["message"]["gc"]
    left = (await world.operate("GET", "/messages"))["messages"]
    assert told["messages_deleted"] == 2 + 1  # the sample phone wrote at the first start
    assert sorted(message["preview"] for message in left) == ["Young", "Young, too"]
    assert (await call_read(world, young)).status == 200


async def call_read(world: World, message_id: str) -> Answer:
    return await world.client.call("PUT", f"/v1/messages/{message_id}", json={"status": "read"})


async def test_every_node_tells_the_end_of_its_clean_up(world: World) -> None:
    shards = {name: value for name, value in REGISTER.items() if name != "method"} | {"shards": 2}
    await put(world, "POST", "/v1/account/shards", shards)
    nodes = (await world.get("/v1/health"))["health"]

    await put(world, "PUT", "/v1/services/message/gc", {})

    await world.hook.wait_until(lambda: len(world.hook.received) == 2)
    told = {call.json["services"][0]["message"]["gc"]["node"] for call in world.hook.received}
    assert told == {node for node, about in nodes.items() if about["role"] == "coreapp"}


async def test_a_clean_up_is_told_twice_at_once_and_at_its_end(world: World) -> None:
    answer = await world.client.call("PUT", "/v1/services/message/gc")
    await world.hook.wait_until(lambda: any("services" in call.json for call in world.hook.received))

    assert answer.json["services"] == {"message": {"gc": {"status": "processing"}}}
    assert world.hook.received[-1].json == {
        "services": [{"message": {"gc": {"messages_deleted": 0, "status": "complete"}}}]
    }


async def test_support_information_names_the_number(world: World) -> None:
    info = (await world.get("/v1/support"))["support"]["debug_info"]

    assert info["wa_id"] == world.client.number


# -- Sticker packs ------------------------------------------------------------------------------------------------


async def test_a_sticker_pack_is_made_filled_changed_and_deleted(world: World) -> None:
    sticker = await world.upload(media.sticker())
    made = await put(world, "POST", "/v1/stickerpacks", {"publisher": "Demo Art", "name": "Waves"})
    path = f"/v1/stickerpacks/{made.json['stickerpacks'][0]['id']}"
    added = await put(world, "POST", f"{path}/stickers", {"image_data_id": sticker, "emojis": ["🌊"]})
    await put(world, "PATCH", path, {"name": "Big waves"})

    shown = (await world.get(f"{path}/stickers/0"))["stickers"][0]

    assert added.json["stickers"] == [{"index": 0}]
    assert (await world.get(path))["stickerpacks"] == [{"publisher": "Demo Art", "name": "Big waves"}]
    assert shown == {"id": sticker, "emojis": ["🌊"], "image_data_id": sticker}
    assert await world.words_of(await world.send("sticker", {"id": shown["id"]}, to=PHONE), 1) == ["delivered"]
    assert (await world.client.call("DELETE", f"{path}/stickers/0")).status == 200
    assert (await world.get(f"{path}/stickers"))["stickers"] == []
    assert (await world.client.call("DELETE", path)).status == 200
    assert (await world.client.call("GET", path)).status == 404


async def test_stickers_that_are_added_at_once_are_all_there(world: World) -> None:
    sticker = await world.upload(media.sticker())
    made = await put(world, "POST", "/v1/stickerpacks", {"publisher": "Demo Art", "name": "Waves"})
    path = f"/v1/stickerpacks/{made.json['stickerpacks'][0]['id']}/stickers"

    await asyncio.gather(*(put(world, "POST", path, {"image_data_id": sticker}) for _ in range(4)))

    assert (await world.get(path))["stickers"] == [{"index": index} for index in range(4)]


async def test_the_packs_of_whatsapp_are_none_and_cannot_be_changed(world: World) -> None:
    assert (await world.get("/v1/stickerpacks?namespace=whatsapp"))["stickerpacks"] == []
    body = {"publisher": "x", "name": "y"}
    assert (await world.client.call("POST", "/v1/stickerpacks?namespace=whatsapp", json=body)).status == 404


# -- What cannot be read ------------------------------------------------------------------------------------------

BODIES = [b"", b"{", b"null", b"[]", b"[[]]", b'"x"', b"1e999", b'{"x":' * 40, b"\xff\xfe", b'{"password":1}']
WRITES = [
    ("POST", "/v1/users"),
    ("PUT", "/v1/users/admin"),
    ("POST", PROFILE),
    ("PATCH", ABOUT),
    ("POST", PHOTO),
    ("PATCH", APPLICATION),
    ("POST", PROVIDERS),
    ("POST", "/v1/settings/backup"),
    ("POST", "/v1/settings/restore"),
    ("POST", "/v1/settings/account/two-step"),
    ("POST", "/v1/account"),
    ("POST", "/v1/account/verify"),
    ("POST", "/v1/account/shards"),
    ("POST", "/v1/certificates/external"),
    ("POST", "/v1/certificates/webhooks/ca"),
    ("POST", "/v1/stickerpacks"),
    ("PATCH", "/v1/stickerpacks/1"),
    ("POST", "/v1/stickerpacks/1/stickers"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_hostile_bodies_are_refused_in_words(world: World, method: str, path: str) -> None:
    headers = {"Content-Type": "application/json"}

    answers = [await world.client.call(method, path, data=body, headers=headers) for body in BODIES]

    assert [answer.status for answer in answers if not 400 <= answer.status < 500] == []


@pytest.mark.parametrize(
    "path", [PROFILE, ABOUT, "/v1/account/shards", "/v1/stickerpacks", "/v1/support", "/v1/health"]
)
async def test_without_a_credential_nothing_is_open(world: World, path: str) -> None:
    answer = await world.client.call("GET", path, headers={"Authorization": "Bearer nothing"})

    assert (answer.status, answer.json["errors"][0]["code"]) == (401, 1005)
