"""The control API: playing the phones, looking at everything, moving time, breaking things on purpose."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.support import media
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Receiver
from tests.support.server import ADMIN, NUMBER

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
OTHER_PHONE = "4915550002222"


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data") as op:
        yield op


# -- Phones ------------------------------------------------------------------------------------------------------

WRITTEN: list[tuple[str, Any]] = [
    ("text", {"body": "Grüße 👋"}),
    ("location", {"latitude": 52.5, "longitude": 13.4, "name": "Berlin"}),
    ("contacts", [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+4930123"}]}]),
    ("button", {"payload": "yes", "text": "Yes"}),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}}),
    ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "One", "description": "First"}}),
    ("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}", "body": "Sent"}}),
    (
        "order",
        {
            "catalog_id": "7",
            "product_items": [{"product_retailer_id": "a", "quantity": 2, "item_price": 3.5, "currency": "EUR"}],
        },
    ),
]


@pytest.mark.parametrize(("kind", "content"), WRITTEN)
async def test_what_a_user_writes_reaches_the_webhook_as_it_is(operator: Operator, kind: str, content: Any) -> None:
    written = await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": kind, kind: content})

    told = await operator.inbound()
    assert (told["id"], told["from"], told["type"], told[kind]) == (written["id"], PHONE, kind, content)


async def test_writing_answers_with_the_id_in_both_dialects(operator: Operator) -> None:
    written = await operator.control.write(PHONE, "Hello")

    names = {"id": written["id"], "onprem_id": written["onprem_id"]}
    assert written["id"].startswith("wamid.")
    assert written == {
        **names, "phone_number_id": NUMBER, "wa_id": PHONE, "media_id": None, "messages": [names],
    }  # fmt: skip


async def test_writing_opens_the_window(operator: Operator) -> None:
    closed = await operator.send_text(to=OTHER_PHONE)
    assert await operator.statuses(closed, "failed") == ["failed"]

    await operator.control.write(OTHER_PHONE, "Hello")

    sent = await operator.send_text(to=OTHER_PHONE)
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_a_file_in_base64_reaches_the_webhook_and_can_be_downloaded(operator: Operator) -> None:
    data = base64.b64encode(JPEG.data).decode()
    image = {"data": data, "mime_type": "image/jpeg", "caption": "Look"}
    await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": "image", "image": image})

    told = (await operator.inbound())["image"]

    digest = base64.b64encode(hashlib.sha256(JPEG.data).digest()).decode()
    assert (told["caption"], told["mime_type"], told["sha256"]) == ("Look", "image/jpeg", digest)
    got = await operator.client.download(told["id"])
    assert (got.status, got.body) == (200, JPEG.data)


@pytest.mark.parametrize("order", [("message", "file"), ("file", "message")])
async def test_a_file_in_a_form_reaches_the_webhook(operator: Operator, order: tuple[str, str]) -> None:
    form = aiohttp.FormData()
    for part in order:
        if part == "file":
            form.add_field("file", media.pdf().data, filename="bill.pdf", content_type="application/pdf")
        else:
            form.add_field("message", '{"type": "document", "document": {"filename": "Invoice.pdf"}}')

    written = await operator.call("POST", f"/phones/{PHONE}/messages", data=form)

    told = await operator.inbound()
    assert told["document"]["id"] == written["media_id"]
    assert (told["document"]["filename"], told["document"]["mime_type"]) == ("Invoice.pdf", "application/pdf")


async def test_a_reply_quotes_the_message_of_the_business(operator: Operator) -> None:
    sent = await operator.send_text()
    message = {"type": "text", "text": {"body": "Yes"}, "context": {"id": sent}}

    await operator.call("POST", f"/phones/{PHONE}/messages", json=message)

    assert (await operator.inbound())["context"] == {"from": NUMBER, "id": sent}


async def test_a_reaction_may_name_the_message_by_its_other_id(operator: Operator) -> None:
    sent = await operator.send_text()
    other = (await operator.call("GET", f"/messages/{sent}"))["onprem_id"]
    reaction = {"message_id": other, "emoji": "👍"}

    await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": "reaction", "reaction": reaction})

    assert (await operator.inbound())["reaction"] == {"message_id": sent, "emoji": "👍"}


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"type": "text"}, 400, "missing_parameter", "'text'"),
    ({"type": "text", "text": {}}, 400, "missing_parameter", "'body'"),
    ({"type": "text", "text": {"body": "x", "bodi": "y"}}, 400, "unexpected_parameter", "bodi"),
    ({"type": "poll"}, 400, "invalid_parameter", "type"),
    ({"type": "interactive", "interactive": {"type": "list_reply"}}, 400, "missing_parameter", "list_reply"),
    ({"type": "image", "image": {}}, 400, "missing_parameter", "image.data"),
    ({"type": "image", "image": {"data": "@@"}}, 400, "invalid_parameter", "image.data"),
    ({"type": "image", "image": {"data": "aGVsbG8=", "mime_type": "image/jpeg"}}, 400, "bad_media", "image/jpeg"),
    ({"type": "text", "text": {"body": "x"}, "number": "999999"}, 400, "invalid_value", NUMBER),
    ({"type": "text", "text": {"body": "x"}, "context": {"id": "wamid.AA"}}, 400, "invalid_value", "context.id"),
    ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "x"}}, 400, "invalid_value", "reaction.message_id"),
]


@pytest.mark.parametrize(("message", "status", "code", "words"), REFUSED)
async def test_a_message_that_nobody_can_write_is_refused(
    operator: Operator, message: dict[str, Any], status: int, code: str, words: str
) -> None:
    got = await operator.refused("POST", f"/phones/{PHONE}/messages", json=message)

    assert (got[0], got[1]) == (status, code)
    assert words in got[2]


async def test_a_refused_file_leaves_nothing_behind(operator: Operator, tmp_path: Path) -> None:
    image = {"data": base64.b64encode(media.pdf().data).decode(), "mime_type": "application/pdf"}

    got = await operator.refused("POST", f"/phones/{PHONE}/messages", json={"type": "image", "image": image})

    assert got[:2] == (400, "bad_media")
    assert [path for path in (tmp_path / "data" / "media").rglob("*") if path.is_file()] == []


async def test_an_offline_phone_gets_its_messages_when_it_is_back(operator: Operator) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
    sent = await operator.send_text()
    assert await operator.statuses(sent, "sent") == ["sent"]

    phone = await operator.call("PATCH", f"/phones/{PHONE}", json={"online": True})

    assert phone == {
        "wa_id": PHONE, "name": phone["name"], "online": True, "blocked": False, "reads": True, "on_whatsapp": True,
    }  # fmt: skip
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_a_user_who_does_not_read_by_themselves_reads_when_told(operator: Operator) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"reads": False})
    first, second = await operator.send_text("1"), await operator.send_text("2")
    await operator.statuses(second, "delivered")

    read = await operator.call("POST", f"/phones/{PHONE}/read", json={"message_id": first})

    assert read == {"read": 1}
    assert await operator.statuses(first, "read") == ["sent", "delivered", "read"]
    assert operator.hook.statuses(second) == ["sent", "delivered"]
    assert await operator.call("POST", f"/phones/{PHONE}/read") == {"read": 1}


async def test_a_phone_shows_what_it_has_received(operator: Operator) -> None:
    media_id = operator.client.media_id(await operator.client.upload(JPEG.data, "image/jpeg", "bike.jpg"))
    text = await operator.send_text("Hello")
    sent = await operator.client.send(PHONE, "image", {"id": media_id, "caption": "Your bike"})
    await operator.statuses(sent.json["messages"][0]["id"], "read")

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"]

    assert [(m["id"], m["type"], m["body"]) for m in shown] == [
        (text, "text", "Hello"),
        (sent.json["messages"][0]["id"], "image", "Your bike"),
    ]
    picture = shown[1]["media"]
    assert picture == {
        "id": media_id, "onprem_id": picture["onprem_id"], "mime_type": "image/jpeg", "size": len(JPEG.data),
        "sha256": hashlib.sha256(JPEG.data).hexdigest(), "filename": "bike.jpg",
        "url": f"/_waypost/v1/media/{media_id}",
    }  # fmt: skip
    got = await operator.control.call("GET", f"/media/{media_id}")
    assert (got.status, got.body, got.headers["X-Content-Type-Options"]) == (200, JPEG.data, "nosniff")


async def test_a_phone_shows_a_template_as_its_user_reads_it(operator: Operator) -> None:
    words = [{"type": "text", "text": text} for text in ("Ada", "5 EUR", "noon")]
    template = {
        "name": "parcel_update", "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": words}],
    }  # fmt: skip
    sent = await operator.client.send(PHONE, "template", template)
    await operator.statuses(sent.json["messages"][0]["id"], "read")

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"]

    assert shown[0]["body"] == "Hi Ada, pay 5 EUR before noon."


# -- Messages and deliveries -------------------------------------------------------------------------------------


async def test_a_message_shows_its_request_and_everything_that_happened(operator: Operator) -> None:
    raw = b'{"messaging_product":"whatsapp", "to":"+1 555 000 1111","type":"text","text":{"body":"Hi"}}'
    headers = {"Content-Type": "application/json"}
    sent = await operator.client.call("POST", operator.client.messages_path, data=raw, headers=headers)
    message_id = sent.json["messages"][0]["id"]

    shown = await operator.settled(
        f"/messages/{message_id}", lambda m: [d["state"] for d in m["deliveries"]] == ["done"] * 3
    )

    assert shown["request"] == {"text": raw.decode(), "encoding": "utf-8"}
    assert (shown["direction"], shown["status"], shown["preview"]) == ("outbound", "read", "Hi")
    events = [(entry["event"], entry.get("status")) for entry in shown["timeline"]]
    assert sorted(events) == [
        ("message.accepted", None),
        ("message.status", "delivered"), ("message.status", "read"), ("message.status", "sent"),
        ("webhook.delivered", "delivered"), ("webhook.delivered", "read"), ("webhook.delivered", "sent"),
    ]  # fmt: skip
    assert events[0] == ("message.accepted", None)


async def test_a_delivery_shows_the_exact_bytes_that_the_webhook_got(operator: Operator) -> None:
    sent = await operator.send_text("Grüße / 👋")
    got = await operator.hook.wait_for_status(sent, "read")
    listed = await operator.call("GET", f"/webhooks/deliveries?message={sent}")
    newest = listed["deliveries"][0]["id"]

    shown = await operator.settled(f"/webhooks/deliveries/{newest}", lambda d: d["state"] == "done")

    assert shown["body"] == {"text": got.body.decode(), "encoding": "utf-8"}
    assert shown["headers"]["x-hub-signature-256"] == got.headers["x-hub-signature-256"]
    assert shown["headers"]["webhook-id"] == got.headers["webhook-id"]
    assert [(a["number"], a["status"]) for a in shown["attempts"]] == [(1, 200)]
    assert set(shown["bodies"]) == {"cloud", "onprem"}


async def test_a_message_and_a_delivery_are_found_by_either_id(operator: Operator) -> None:
    sent = await operator.send_text()
    shown = await operator.call("GET", f"/messages/{sent}")

    assert (await operator.call("GET", f"/messages/{shown['onprem_id']}"))["id"] == sent


async def test_lists_can_be_narrowed_down(operator: Operator) -> None:
    await operator.send_text("1")
    await operator.control.write(OTHER_PHONE, "2")
    newest = await operator.send_text("3", to=OTHER_PHONE)

    found = await operator.call("GET", f"/messages?phone={OTHER_PHONE}&number={NUMBER}&limit=1")

    assert [message["id"] for message in found["messages"]] == [newest]


async def test_a_delivery_can_be_made_again_with_the_same_id_and_bytes(operator: Operator) -> None:
    sent = await operator.send_text()
    first = await operator.hook.wait_for_status(sent, "read")
    delivery = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]
    await operator.settled(f"/webhooks/deliveries/{delivery}", lambda d: d["state"] == "done")
    before = len(operator.hook.received)

    await operator.call("POST", f"/webhooks/deliveries/{delivery}/redeliver")

    again = (await operator.hook.wait_for_count(before + 1))[-1]
    assert (again.body, again.headers["webhook-id"]) == (first.body, first.headers["webhook-id"])


@pytest.mark.parametrize("path", ["/messages/wamid.AAAA", "/webhooks/deliveries/evt_1", "/media/1", "/media/x"])
async def test_what_is_not_there_is_not_found(operator: Operator, path: str) -> None:
    got = await operator.refused("GET", path)

    assert got[:2] == (404, "unknown_object")


# -- Clock, rules, reset -----------------------------------------------------------------------------------------


async def test_a_jump_of_25_hours_closes_the_window(operator: Operator) -> None:
    await operator.call("PUT", "/clock", json={"advance_seconds": 90_000})

    sent = await operator.send_text()

    assert await operator.statuses(sent, "failed") == ["failed"]
    shown = await operator.call("GET", f"/messages/{sent}")
    assert (shown["fault"]["name"], shown["fault"]["code"]) == ("window_closed", 131047)


async def test_a_frozen_clock_stands_exactly_where_it_was_set(operator: Operator) -> None:
    shown = await operator.call("PUT", "/clock", json={"now": "2027-01-31T12:00:00Z", "frozen": True})

    assert (shown["now"], shown["frozen"]) == ("2027-01-31T12:00:00Z", True)
    assert (await operator.call("GET", "/clock"))["now"] == "2027-01-31T12:00:00Z"


async def test_a_moved_clock_outlives_a_restart(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as first:
        await first.call("PUT", "/clock", json={"now": "2027-01-31T12:00:00Z", "frozen": True})

    async with operating(tmp_path / "data") as second:
        assert (await second.call("GET", "/clock"))["now"] == "2027-01-31T12:00:00Z"


BAD_CLOCKS: list[dict[str, Any]] = [
    {}, {"now": "yesterday"}, {"now": "2027-01-31T12:00:00"}, {"now": "9999-12-31T23:59:59Z"}, {"advance": 5},
    {"advance_seconds": 1e12}, {"advance_seconds": "5"}, {"frozen": "yes"},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD_CLOCKS)
async def test_a_clock_that_cannot_be_is_refused(operator: Operator, change: dict[str, Any]) -> None:
    before = await operator.call("GET", "/clock")

    got = await operator.refused("PUT", "/clock", json=change)

    assert got[0] == 400
    assert (await operator.call("GET", "/clock"))["offset_seconds"] == before["offset_seconds"]


@pytest.mark.parametrize("code", [131056, 429, "131056", "pair_rate"])
async def test_a_rule_fails_the_next_message_with_the_code_of_either_dialect(
    operator: Operator, code: int | str
) -> None:
    await operator.call("POST", "/rules", json={"fail": {"code": code}, "phone": PHONE, "next": 1})

    failed, sent = await operator.send_text(), await operator.send_text()

    assert await operator.statuses(failed, "failed") == ["failed"]
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]
    fault = (await operator.call("GET", f"/messages/{failed}"))["fault"]
    assert fault["code"] in (131056, 130429)
    assert fault["onprem_code"] == 429


async def test_a_rule_delays_messages_in_platform_time(operator: Operator) -> None:
    await operator.call("POST", "/rules", json={"delay_seconds": 3600})
    sent = await operator.send_text()
    await operator.settled(f"/messages/{sent}", lambda m: m["status"] == "accepted")

    await operator.call("PUT", "/clock", json={"advance_seconds": 3601})

    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_rules_are_listed_and_taken_back(operator: Operator) -> None:
    rule = await operator.call("POST", "/rules", json={"fail": {"code": 131047}, "number": NUMBER, "every": 2})
    await operator.call("POST", "/rules", json={"delay_seconds": 5})

    await operator.call("DELETE", f"/rules/{rule['id']}")

    rules = (await operator.call("GET", "/rules"))["rules"]
    assert [r["delay_seconds"] for r in rules] == [5.0]
    await operator.call("DELETE", "/rules")
    assert await operator.call("GET", "/rules") == {"rules": []}
    assert (await operator.refused("DELETE", f"/rules/{rule['id']}"))[0] == 404


BAD_RULES: list[dict[str, Any]] = [
    {}, {"fail": {"code": 99}}, {"fail": {"code": "no_such"}}, {"fail": {}}, {"delay_seconds": -1},
    {"delay_seconds": 5, "next": 0}, {"delay_seconds": 5, "every": 0}, {"delay_seconds": 5, "phone": "abc"},
    {"delay_seconds": 5, "drop": True},
]  # fmt: skip


@pytest.mark.parametrize("rule", BAD_RULES)
async def test_a_rule_that_cannot_be_is_refused(operator: Operator, rule: dict[str, Any]) -> None:
    got = await operator.refused("POST", "/rules", json=rule)

    assert got[0] == 400
    assert await operator.call("GET", "/rules") == {"rules": []}


async def test_reset_goes_back_to_the_start(operator: Operator) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
    await operator.call("PUT", "/clock", json={"advance_seconds": 90_000})
    await operator.call("POST", "/rules", json={"fail": {"code": 131047}})
    await operator.send_text()

    await operator.call("POST", "/reset")

    assert await operator.call("GET", "/rules") == {"rules": []}
    assert (await operator.call("GET", "/clock"))["offset_seconds"] == 0
    assert len((await operator.call("GET", "/messages"))["messages"]) == 1  # what the sample phone wrote
    sent = await operator.send_text()
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


# -- Management --------------------------------------------------------------------------------------------------


async def test_a_webhook_on_loopback_is_set_after_it_has_answered_the_challenge(operator: Operator) -> None:
    async with Receiver(verify_token="open sesame") as other:
        webhook = {"url": other.url, "verify_token": "open sesame"}
        shown = await operator.call("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook, "name": "Shop"})

        await operator.control.write(PHONE, "Hello")

        assert shown["webhook"] == {"url": other.url, "header_names": []}
        assert shown["name"] == "Shop"
        await other.wait_for(lambda got: got.method == "POST")


async def test_a_webhook_that_does_not_know_the_token_is_refused(operator: Operator) -> None:
    async with Receiver(verify_token="open sesame") as other:
        webhook = {"url": other.url, "verify_token": "wrong"}

        got = await operator.refused("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook})

    assert got[:2] == (400, "invalid_parameter")
    numbers = (await operator.call("GET", "/numbers"))["numbers"]
    assert numbers[0]["webhook"]["url"] == operator.hook.url


async def test_headers_of_a_webhook_go_with_every_call_and_are_not_shown(operator: Operator) -> None:
    webhook = {"url": operator.hook.url, "headers": {"X-Key": "canary"}}
    await operator.call("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook})

    await operator.control.write(PHONE, "Hello")

    got = await operator.hook.wait_for(lambda got: got.method == "POST")
    assert got.headers["x-key"] == "canary"
    shown = await operator.control.call("GET", "/numbers")
    assert b"canary" not in shown.body


async def test_without_a_webhook_nothing_is_told_and_nothing_can_be_delivered_again(operator: Operator) -> None:
    sent = await operator.send_text()
    await operator.statuses(sent, "read")
    delivery = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]

    await operator.call("DELETE", f"/numbers/{NUMBER}/webhook")

    got = await operator.refused("POST", f"/webhooks/deliveries/{delivery}/redeliver")
    assert got[:2] == (400, "invalid_value")
    assert (await operator.call("GET", "/numbers"))["numbers"][0]["webhook"] is None


async def test_a_number_can_be_added_and_sends_with_its_own_token(operator: Operator) -> None:
    added = await operator.call("POST", "/numbers", json={"number": "4915550003333", "name": "Second"})
    message = {"type": "text", "text": {"body": "Hi"}}
    await operator.call("POST", f"/phones/{PHONE}/messages", json={**message, "number": "4915550003333"})
    operator.client.number, operator.client.token = "4915550003333", added["token"]

    sent = await operator.send_text()

    shown = await operator.settled(f"/messages/{sent}", lambda m: m["status"] == "read")
    assert shown["phone_number_id"] == "4915550003333"
    missing = await operator.refused("POST", f"/phones/{PHONE}/messages", json=message)
    assert missing[:2] == (400, "missing_parameter")


async def test_a_new_token_works_and_is_listed_without_what_it_is(operator: Operator) -> None:
    made = await operator.call("POST", "/tokens", json={"phone_number_id": NUMBER})
    operator.client.token = made["token"]

    await operator.send_text()

    listed = await operator.control.call("GET", "/tokens")
    assert len(listed.json["tokens"]) == 2
    assert made["token"].encode() not in listed.body


async def test_the_callback_dialect_can_be_changed(operator: Operator) -> None:
    await operator.call("PUT", f"/numbers/{NUMBER}", json={"callback_dialect": "onprem"})

    written = await operator.control.write(PHONE, "Hello")

    got = await operator.hook.wait_for(lambda got: got.method == "POST")
    assert got.json["messages"][0]["id"] == written["onprem_id"]


async def test_templates_are_listed(operator: Operator) -> None:
    found = (await operator.call("GET", "/templates"))["templates"]

    assert "hello_world" in [template["name"] for template in found]


# -- For monitors and people -------------------------------------------------------------------------------------


async def _get(operator: Operator, path: str, **headers: str) -> tuple[int, str, Any]:
    url = operator.server.base_url + path
    async with operator.client.session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_monitors_need_no_token(operator: Operator) -> None:
    await operator.send_text()

    assert (await _get(operator, "/health"))[:2] == (200, '{"status":"ok"}')
    assert (await _get(operator, "/ready"))[:2] == (200, '{"status":"ok"}')
    status, text, headers = await _get(operator, "/metrics")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert "waypost_messages_accepted_total 1.0" in text
    assert "waypost_store_queue" in text


async def test_browsers_are_sent_to_the_console_and_others_are_not(operator: Operator) -> None:
    status, _, headers = await _get(operator, "/", Accept="text/html,application/xhtml+xml")
    assert (status, headers["Location"]) == (302, "/_waypost/")

    assert (await _get(operator, "/", Accept="*/*"))[0] == 404


@pytest.mark.parametrize(
    "path", ["/_waypost/", "/_waypost", "/_waypost/docs", "/_waypost/docs.js", "/_waypost/pages.css"]
)
async def test_pages_may_load_nothing_but_each_other(operator: Operator, path: str) -> None:
    status, _, headers = await _get(operator, path)

    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_the_document_has_every_path_of_every_face(operator: Operator) -> None:
    document = (await operator.control.session.get(f"{operator.server.base_url}/_waypost/openapi.json")).json

    paths = (await document())["paths"]
    assert {"/{version}/{phone_number_id}/messages", "/messages", "/v1/messages", "/health"} <= set(paths)
    assert {"/_waypost/v1/phones/{wa_id}/messages", "/_waypost/v1/clock", "/_waypost/v1/reset"} <= set(paths)


async def test_the_login_of_the_banner_works_once(operator: Operator) -> None:
    url = operator.server.ready.console_url
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(url, allow_redirects=False) as first:
            assert (first.status, first.headers["Location"]) == (303, "/_waypost/")
        async with browser.get(f"{operator.control.base}/clock") as inside:
            assert inside.status == 200
        async with browser.get(url, allow_redirects=False) as second:
            assert second.status == 401


async def test_signing_out_ends_the_session(operator: Operator) -> None:
    base, origin = operator.control.base, {"Origin": operator.server.base_url}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.post(f"{base}/session", json={"admin_token": ADMIN}) as opened:
            assert opened.status == 200
        secret = opened.cookies["waypost_session"].value
        async with browser.delete(f"{base}/session", headers=origin) as closed:
            assert closed.status == 200

    cookie = {"Cookie": f"waypost_session={secret}"}
    assert (await _get(operator, "/_waypost/v1/clock", **cookie))[0] == 401
