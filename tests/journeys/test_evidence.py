"""What the control API shows of a message: the exchange, what was decided and why, and each attempt at the webhook."""

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, STRANGER, World, open_world
from tests.support import media
from tests.support.clients import Body
from tests.support.operator import looked_at_until
from tests.support.receiver import Answer, Receiver
from tests.support.server import NUMBER, SECRET

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


JPEG, PDF = media.jpeg(), media.pdf()
TEXT: Body = {"body": "Grüße / 👋"}


async def shown_of(world: World, message_id: str) -> Body:
    return await world.operate("GET", f"/messages/{message_id}")


async def settled(world: World, path: str, is_so: Any) -> Body:
    return await looked_at_until(is_so, partial(world.operate, "GET", path))


# -- The exchange -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"), [("text", TEXT), ("template", {"name": "hello_world", "language": {"code": "en_US"}})]
)
async def test_the_exchange_is_the_request_and_the_answer_byte_for_byte(world: World, kind: str, body: Any) -> None:
    given = body if kind == "text" else world.either(
        cloud=body, onprem={**body, "namespace": "any", "language": {"policy": "deterministic", "code": "en_US"}}
    )  # fmt: skip
    answer = await world.client.send("+1 555 000 1111", kind, given)
    message_id = answer.json["messages"][0]["id"]

    exchange = (await shown_of(world, message_id))["exchange"]

    assert exchange["path"] == world.either(cloud=f"/v24.0/{NUMBER}/messages", onprem="/v1/messages")
    assert exchange["headers"]["authorization"] == "Bearer <token>"
    assert '"+1 555 000 1111"' in exchange["body"]["text"]
    assert exchange["answer"]["body"] == {"text": answer.body.decode(), "encoding": "utf-8"}
    assert exchange["answer"]["status"] == answer.status
    assert exchange["answer"]["headers"]["content-length"] == str(len(answer.body))


async def test_what_a_user_wrote_has_no_exchange_and_nothing_to_explain(world: World) -> None:
    written = await world.write("text", TEXT)

    shown = await shown_of(world, written)

    assert (shown["exchange"], shown["findings"], shown["why"]) == (None, [], None)


# -- Again --------------------------------------------------------------------------------------------------------


async def test_a_message_can_be_sent_again_as_a_new_one(world: World) -> None:
    first = await world.send("text", TEXT)
    await world.words_of(first, world.told)

    again = await world.operate("POST", f"/messages/{first}/resend")

    second = again[world.either(cloud="id", onprem="onprem_id")]
    assert (again["resend_of"], again["phone_number_id"]) == (first, str(NUMBER))
    assert await world.words_of(second, world.told) == world.told_words
    assert [shown["body"] for shown in await world.shown_on()] == [TEXT["body"]] * 2
    assert (await shown_of(world, second))["request"] == (await shown_of(world, first))["request"]


async def test_what_a_user_wrote_cannot_be_sent_again(world: World) -> None:
    written = await world.write("text", TEXT)

    answer = await world.control.call("POST", f"/messages/{written}/resend")

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_value")


async def test_sending_again_is_checked_as_things_are_now(world: World) -> None:
    first = await world.send("text", TEXT)
    await world.operate("POST", "/rules", json={"fail": {"code": 131026}})

    again = await world.operate("POST", f"/messages/{first}/resend")

    failed = await world.failure_of(again[world.either(cloud="id", onprem="onprem_id")])
    assert failed[1] == world.either(cloud=131026, onprem=470)


# -- The webhook --------------------------------------------------------------------------------------------------


async def test_each_attempt_at_a_webhook_is_shown_with_the_headers_that_were_sent(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    world.hook.always = Answer(503, b"busy", {"Content-Type": "text/plain", "X-Served-By": "a", "Set-Cookie": "s=1"})
    await world.write("text", TEXT)
    [listed] = (await world.operate("GET", "/webhooks/deliveries"))["deliveries"]
    path = f"/webhooks/deliveries/{listed['id']}"
    await settled(world, path, lambda shown: shown["attempts"])
    world.hook.always = Answer(200)
    await world.advance(hours=1)

    shown = await settled(world, path, lambda shown: shown["state"] == "done")

    *failed, taken = shown["attempts"]
    calls = [call for call in world.hook.received if call.method == "POST"]
    for attempt, call in zip((*failed, taken), calls, strict=True):
        assert attempt["request_headers"] == {name: call.headers[name] for name in attempt["request_headers"]}
        assert {"webhook-timestamp", "webhook-signature"} <= attempt["request_headers"].keys()
    assert failed[0]["headers"]["x-served-by"] == "a"
    assert failed[0]["headers"]["set-cookie"] == "<hidden>"
    assert (taken["headers"], shown["why"]) == (None, None)


async def test_a_webhook_that_fails_says_why_and_when_it_is_tried_again(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    world.hook.always = Answer(503)
    await world.write("text", TEXT)
    [listed] = (await world.operate("GET", "/webhooks/deliveries"))["deliveries"]

    shown = await settled(world, f"/webhooks/deliveries/{listed['id']}", lambda shown: shown["why"])

    assert shown["why"]["sentence"].startswith("The receiver answered 503, in attempt ")
    assert "The next attempt is at 2027-01-31T12:" in shown["why"]["sentence"]
    assert shown["why"]["fix"] == "Answer 200 as soon as the body is kept, and work on it afterwards."


async def test_the_commands_that_check_a_delivery_print_what_was_sent(world: World, tmp_path: Path) -> None:
    await world.write("text", TEXT)
    call = await world.hook.wait_for(lambda got: got.method == "POST")
    [listed] = (await world.operate("GET", "/webhooks/deliveries"))["deliveries"]

    shown = await settled(world, f"/webhooks/deliveries/{listed['id']}", lambda shown: shown["state"] == "done")

    assert [check["header"] for check in shown["verify"]] == ["x-hub-signature-256", "webhook-signature"]
    (tmp_path / "body").write_text(shown["body"]["text"], "utf-8")
    for check in shown["verify"]:
        assert check["value"] == call.headers[check["header"]]
        assert await printed(check["command"], tmp_path) == check["value"]


async def printed(command: str, folder: Path) -> str:
    """Run a command of the shell, with the app secret in `$SECRET`, and return its line."""
    process = await asyncio.create_subprocess_shell(
        command, cwd=folder, env={**os.environ, "SECRET": SECRET}, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode().strip()


# -- Errors -------------------------------------------------------------------------------------------------------


async def test_every_error_can_be_looked_up_by_its_name_and_by_its_codes(world: World) -> None:
    listed = (await world.operate("GET", "/errors"))["errors"]

    by_name = await world.operate("GET", "/errors/window_closed")
    by_code = await world.operate("GET", "/errors/131047")

    assert by_name in listed
    assert by_code == by_name
    assert (by_name["code"], by_name["onprem_code"], by_name["when"]) == (131047, 470, "webhook")
    assert (by_name["page"], by_name["meaning"] != "", by_name["fix"] != "") == (
        "/_waypost#/errors/window_closed", True, True,
    )  # fmt: skip


async def test_an_error_names_the_number_that_stands_for_it_if_one_does(world: World) -> None:
    with_one = await world.operate("GET", "/errors/window_closed")
    of_the_same_code = await world.operate("GET", "/errors/undeliverable_template")
    too_short = await world.operate("GET", "/errors/no_token")

    assert with_one["magic_number"] == "15550131047"
    assert (of_the_same_code["magic_number"], too_short["magic_number"]) == (None, None)


async def test_an_error_that_there_is_not_is_not_found(world: World) -> None:
    answer = await world.control.call("GET", "/errors/no_such_error")

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_object")


# -- Why ----------------------------------------------------------------------------------------------------------


async def failed(world: World, message_id: str) -> Body:
    """Wait until a message has failed, and what was found out about it is stored; return what is shown of it."""
    return await settled(
        world,
        f"/messages/{message_id}",
        lambda shown: shown["why"] and any(each["verdict"] == "failed" for each in shown["findings"]),
    )


def verdicts(shown: Body, subject: str) -> list[tuple[str, str]]:
    return [(each["verdict"], each["sentence"]) for each in shown["findings"] if each["subject"] == subject]


async def test_a_closed_window_is_told_with_the_age_of_the_last_message(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    await world.write("text", TEXT)
    await world.advance(hours=25, seconds=180)

    shown = await failed(world, await world.send("text", TEXT))

    assert shown["why"] == {
        "sentence": "The last message of 15550001111 is 25 h 3 min old, so the customer service window is closed.",
        "fix": "Send an approved template, or wait until the user writes again; here you can write from their phone.",
        "code": 131047, "onprem_code": 470, "name": "window_closed", "page": "/_waypost#/errors/window_closed",
    }  # fmt: skip
    [window] = [each for each in shown["findings"] if each["subject"] == "window"]
    assert window["facts"] == {
        "last_inbound": "2027-01-31T12:00:00Z", "age_seconds": 90_180, "closes": "2027-02-01T12:00:00Z",
    }  # fmt: skip
    assert (window["verdict"], window["recorded"], window["at"]) == ("failed", True, "2027-02-01T13:03:00Z")


async def test_a_failure_that_nothing_more_is_known_of_is_a_finding_all_the_same(world: World) -> None:
    reaction = {"message_id": "wamid.HBgLMTU1NTAwMDExMTEVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA", "emoji": "👍"}

    shown = await failed(world, await world.send("reaction", reaction))

    [found] = [each for each in shown["findings"] if each["verdict"] == "failed"]
    assert (found["subject"], found["sentence"], found["recorded"]) == ("rule", shown["why"]["sentence"], False)
    assert shown["why"]["name"] == "bad_reaction"


async def test_a_user_who_never_wrote_has_no_window(world: World) -> None:
    shown = await failed(world, await world.send("text", TEXT, to=STRANGER))

    assert shown["why"]["sentence"].startswith(f"{STRANGER} has never written to this number")


async def test_a_message_that_goes_well_shows_what_was_decided_and_why_not_is_empty(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    await world.write("text", TEXT)
    await world.advance(seconds=40)
    sent = await world.send("text", TEXT)
    await world.words_of(sent, world.told)

    shown = await shown_of(world, sent)

    assert shown["why"] is None
    assert {each["verdict"] for each in shown["findings"]} == {"passed"}
    assert verdicts(shown, "window") == [
        (
            "passed",
            "The last message of 15550001111 was 40 s old, so the customer service window was open until "
            "2027-02-01T12:00:00Z.",
        )
    ]
    assert {each["subject"] for each in shown["findings"]} == {"rate", "window", "recipient"}


async def test_a_dead_link_is_shown_with_every_hop(face: str, tmp_path: Path, files: Receiver) -> None:
    files.answer(302, headers={"Location": "/second.jpg"})
    files.answer(404, headers={"Server": "nginx"})
    async with open_world(face, tmp_path / "data", fetch_allow=LOOPBACK, max_redirects=2) as world:
        shown = await failed(world, await world.send("image", {"link": files.url_at("/first.jpg?signature=1")}))

    [link] = [each for each in shown["findings"] if each["subject"] == "link"]
    assert (
        shown["why"]["sentence"] == link["sentence"] == "The link could not be used after 2 requests: it answered 404."
    )
    assert [(hop["url"], hop["status"], hop["note"]) for hop in link["hops"]] == [
        (files.url_at("/first.jpg?signature=1"), 302, None),
        (files.url_at("/second.jpg"), 404, "answered 404"),
    ]
    assert link["hops"][0]["headers"]["location"] == "/second.jpg"
    assert link["hops"][1]["headers"]["server"] == "nginx"


async def test_a_link_to_an_address_that_is_not_public_says_how_to_let_it_be_reached(world: World) -> None:
    shown = await failed(world, await world.send("image", {"link": "http://127.0.0.1/bike.jpg"}))

    assert shown["why"]["sentence"] == "The link could not be used: it leads to an address that is not allowed."
    assert "`--fetch-allow 127.0.0.0/8`" in shown["why"]["fix"]


async def test_a_link_that_was_fetched_is_shown_with_its_file(face: str, tmp_path: Path, files: Receiver) -> None:
    files.always = Answer(200, JPEG.data, {"Content-Type": "image/jpeg"})
    async with open_world(face, tmp_path / "data", fetch_allow=LOOPBACK) as world:
        sent = await world.send("image", {"link": files.url_at("/a.jpg")})
        shown = await settled(world, f"/messages/{sent}", lambda shown: verdicts(shown, "link"))
        again = await world.send("image", {"link": files.url_at("/a.jpg")})
        cached = await settled(world, f"/messages/{again}", lambda shown: verdicts(shown, "media"))

    [media_found] = [each for each in shown["findings"] if each["subject"] == "media"]
    assert media_found["verdict"] == "passed"
    assert media_found["facts"].items() >= {
        "declared": "image/jpeg", "found": "image/jpeg", "size": len(JPEG.data), "limit": 5 * 2**20, "animated": False,
    }.items()  # fmt: skip
    assert {"width", "height"} <= media_found["facts"].keys()
    assert "was not fetched anew" in verdicts(cached, "link")[0][1]
    assert verdicts(cached, "media")[0][0] == "passed"


async def test_a_file_of_the_wrong_type_is_shown_with_what_it_is(face: str, tmp_path: Path, files: Receiver) -> None:
    files.always = Answer(200, PDF.data, {"Content-Type": "image/png"})
    async with open_world(face, tmp_path / "data", fetch_allow=LOOPBACK) as world:
        shown = await failed(world, await world.send("image", {"link": files.url_at("/a.png")}))

    assert shown["why"]["name"] == "media_failed"
    assert shown["why"]["sentence"].startswith("The type is image/png, but the content is application/pdf")
    [found] = [each for each in shown["findings"] if each["subject"] == "media"]
    assert (found["facts"]["declared"], found["facts"]["found"]) == ("image/png", "application/pdf")


async def test_an_upload_that_is_sent_as_something_else_is_shown_with_its_limit(world: World) -> None:
    media_id = await world.upload(PDF)

    shown = await failed(world, await world.send("image", {"id": media_id}))

    [found] = [each for each in shown["findings"] if each["subject"] == "media"]
    assert found["facts"].items() >= {"as": "image", "type": "application/pdf", "source": "upload"}.items()
    assert shown["why"]["sentence"] == found["sentence"]


async def test_a_user_who_has_blocked_the_business_is_told_so(world: World) -> None:
    await world.phone(blocked=True)

    shown = await failed(world, await world.send("text", TEXT))

    assert shown["why"]["sentence"] == "15550001111 has blocked the business."
    [found] = [each for each in shown["findings"] if each["subject"] == "recipient"]
    assert found["facts"] == {"on_whatsapp": True, "blocked": True, "online": True}


async def test_a_phone_that_is_offline_is_waited_for(world: World) -> None:
    await world.phone(online=False)
    sent = await world.send("text", TEXT)

    shown = await settled(world, f"/messages/{sent}", lambda shown: shown["status"] == "sent")

    assert verdicts(shown, "recipient") == [("waited", "The phone of 15550001111 is offline.")]


async def test_a_fault_rule_is_named_with_what_it_did(world: World) -> None:
    rule = await world.operate("POST", "/rules", json={"fail": {"code": 131049}, "next": 1})

    shown = await failed(world, await world.send("text", TEXT))

    assert shown["why"]["sentence"] == f"It fails with marketing_limit, as fault rule {rule['id']} wants."
    assert shown["why"]["fix"].startswith("Nothing, if a test wanted it so; else take the rule back")
    [found] = [each for each in shown["findings"] if each["subject"] == "rule"]
    assert found["facts"] == {"fault_rule": rule["id"], "delay_ms": 0, "problem": "marketing_limit"}


async def test_a_template_shows_its_state_and_its_parameters(world: World) -> None:
    language = world.either(cloud={"code": "en_US"}, onprem={"policy": "deterministic", "code": "en_US"})
    sent = await world.send("template", {"name": "hello_world", "namespace": "any", "language": language})

    shown = await shown_of(world, sent)

    [found] = [each for each in shown["findings"] if each["subject"] == "template"]
    assert found["facts"].items() >= {"template": "hello_world", "language": "en_US", "status": "APPROVED"}.items()
    assert verdicts(shown, "window") == [("passed", "A template needs no open window.")]


async def test_parameters_that_do_not_fit_are_refused_with_an_error_that_can_be_looked_up(world: World) -> None:
    language = world.either(cloud={"code": "en_US"}, onprem={"policy": "deterministic", "code": "en_US"})
    components = [{"type": "body", "parameters": [{"type": "text", "text": "too many"}]}]
    body = {"name": "hello_world", "namespace": "any", "language": language, "components": components}
    answer = await world.client.send("15550001111", "template", body)

    found = await world.operate("GET", f"/errors/{world.client.error_code(answer)}")

    assert found["name"] == world.either(cloud="template_param_count", onprem="template_param_count")
    assert found["fix"] == "Give each placeholder of the template one parameter."


async def test_a_rate_that_is_too_high_is_refused_with_an_error_that_can_be_looked_up(world: World) -> None:
    answers = [await world.client.send("15550001111", "text", TEXT) for _ in range(47)]

    found = await world.operate("GET", f"/errors/{world.client.error_code(answers[-1])}")

    assert found["name"] == world.either(cloud="pair_rate", onprem="too_many_requests")
    assert found["retryable"]
