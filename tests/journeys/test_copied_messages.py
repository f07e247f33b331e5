"""A message of a user may be an object of `messages[]` as it was copied from a real webhook."""

from typing import Any

import aiohttp
import msgspec
import pytest
from tests.support import media
from tests.support.clients import Body
from tests.support.inbound import named, sample, samples
from tests.support.operator import PHONE, Operator

pytestmark = pytest.mark.anyio

ELSEWHERE = "wamid.HBgLMTU1NTAxMDMzNDQVAgARGBJDQTBERjJDOTVBQTE0NEMxRDAA"
FILES = {
    "image": media.jpeg(),
    "video": media.mp4(),
    "audio": media.ogg_opus(),
    "document": media.pdf(),
    "sticker": media.sticker(),
}
MAY_BE_OTHERS = ("from", "from_user_id", "id", "timestamp", "context")
NAMES_MESSAGES = {"reaction": "message_id", "revoke": "original_message_id", "edit": "original_message_id"}
NO_MESSAGES = frozenset({"status_played", "user_preferences_stop"})


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


def copied(name: str) -> Body:
    return dict(sample("cloud", name)["messages"][0])


async def written(op: Operator, message: Body) -> Body:
    """Let the phone's user write a copied message, with a file where one belongs; return what the webhook is told."""
    got = await _posted(op, message)
    call = await op.hook.wait_for(lambda call: call.method == "POST" and got["id"] in call.body.decode())
    return op.client.inbound(call.json)[0]


async def _posted(op: Operator, message: Body) -> Body:
    file = FILES.get(message["type"])
    if file is None:
        return await op.call("POST", f"/phones/{PHONE}/messages", json=message)
    form = aiohttp.FormData()
    form.add_field("message", msgspec.json.encode(message).decode())
    form.add_field("file", file.data, filename="file", content_type=file.mime)
    return await op.call("POST", f"/phones/{PHONE}/messages", data=form)


async def ids_of_here(op: Operator, message: Body) -> Body:
    """Return a copied message with the id of one that is known here in place of that of elsewhere."""
    member = NAMES_MESSAGES.get(message["type"])
    if member is None:
        return message
    mine = (await op.call("POST", f"/phones/{PHONE}/messages", json={"type": "text", "text": {"body": "Old"}}))["id"]
    return dict(named(message, {message[message["type"]][member]: mine}))


def content(message: Body) -> Any:
    """Return what a message says, without what the platform makes."""
    said = message.get(message["type"])
    if message["type"] in FILES and said:
        return {name: value for name, value in said.items() if name not in ("id", "sha256", "url")}
    return said


@pytest.mark.parametrize("name", samples("cloud", but=NO_MESSAGES))
async def test_every_sample_can_be_copied_whole(operator: Operator, name: str) -> None:
    message = await ids_of_here(operator, copied(name))

    told = await written(operator, message)

    assert (told["type"], content(told), told.get("errors")) == (
        message["type"],
        content(message),
        message.get("errors"),
    )
    assert told["id"] != message["id"]
    assert told.keys() - set(MAY_BE_OTHERS) == message.keys() - set(MAY_BE_OTHERS)


async def test_the_phone_in_the_path_writes_and_now(operator: Operator) -> None:
    await operator.call("PUT", "/clock", json={"now": "2027-01-31T12:00:00Z", "frozen": True})

    told = await written(operator, copied("text"))

    assert (told["from"], told["timestamp"]) == (PHONE, "1801396800")


async def test_a_copied_answer_to_a_message_of_elsewhere_quotes_none(operator: Operator) -> None:
    told = await written(operator, copied("text_reply"))

    assert "context" not in told


async def test_a_copied_answer_to_a_message_of_here_quotes_it(operator: Operator) -> None:
    sent = await operator.send_text()

    told = await written(operator, copied("text_reply") | {"context": {"from": "15550100200", "id": sent}})

    assert told["context"]["id"] == sent


async def test_a_context_that_is_not_copied_must_name_a_message_of_here(operator: Operator) -> None:
    message = {"type": "text", "text": {"body": "x"}, "context": {"id": ELSEWHERE}}

    refused = await operator.refused("POST", f"/phones/{PHONE}/messages", json=message)

    assert (refused[0], "context.id" in refused[2]) == (400, True)


async def test_a_copied_file_that_was_lost_is_lost_here(operator: Operator) -> None:
    lost = copied("image") | {"errors": [{"code": 131052, "title": "Media download error"}]}

    await operator.call("POST", f"/phones/{PHONE}/messages", json=lost)

    told = await operator.inbound()
    assert ([error["code"] for error in told["errors"]], "id" in told["image"]) == ([131052], False)


async def test_a_copied_message_that_cannot_be_shown_yet_is_one_here(operator: Operator) -> None:
    message = copied("unsupported") | {"errors": [{"code": 131060}]}

    await operator.call("POST", f"/phones/{PHONE}/messages", json=message)

    assert [error["code"] for error in (await operator.inbound())["errors"]] == [131060]


async def test_a_copied_file_without_its_bytes_is_asked_for(operator: Operator) -> None:
    refused = await operator.refused("POST", f"/phones/{PHONE}/messages", json=copied("image"))

    assert refused == (
        400,
        "missing_parameter",
        "The file of the image is missing: send it in base64 as image.data, or as the part 'file' of a multipart form.",
    )


@pytest.mark.parametrize("more", ["group_id", "frm", "wa_id"])
async def test_what_no_webhook_of_a_user_has_is_refused_by_name(operator: Operator, more: str) -> None:
    refused = await operator.refused("POST", f"/phones/{PHONE}/messages", json=copied("text") | {more: "1"})

    assert refused[:2] == (400, "unexpected_parameter")
    assert f"'{more}'" in refused[2]
