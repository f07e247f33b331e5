"""What the control API shows of a message: the exchange, what was decided and why, and each attempt at the webhook."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import World
from tests.support.clients import Body
from tests.support.receiver import Answer
from tests.support.server import NUMBER, SECRET

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Grüße / 👋"}


async def shown_of(world: World, message_id: str) -> Body:
    return await world.operate("GET", f"/messages/{message_id}")


async def settled(world: World, path: str, is_so: Any) -> Body:
    shown = await world.operate("GET", path)
    async with asyncio.timeout(5):
        while not is_so(shown):
            await asyncio.sleep(0.01)
            shown = await world.operate("GET", path)
    return shown


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


async def test_an_error_that_there_is_not_is_not_found(world: World) -> None:
    answer = await world.control.call("GET", "/errors/no_such_error")

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_object")
