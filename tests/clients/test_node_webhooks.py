"""What the clients for Node make of the rarer webhooks: voice, reactions, edits, deletions, new numbers, usernames."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.clients.conftest import PHONE, STRANGER, Stand
from tests.clients.nodes import Steps, running_steps, why_not
from tests.support import media
from tests.support.clients import client_for
from tests.support.receiver import Received
from tests.support.server import NUMBER, SECRET, TOKEN

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]

API_JS = "whatsapp-api-js"


@pytest.fixture(params=["kapso", API_JS, "great-detail"])
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def steps(stand: Stand, library: str) -> AsyncIterator[Steps]:
    given = {"baseUrl": stand.base_url, "number": NUMBER, "token": TOKEN, "secret": SECRET, "face": "meta"}
    async with running_steps(library, {**given, "waba": f"30000{NUMBER}"}) as started:
        yield started


async def parsed(steps: Steps, call: Received) -> Any:  # Any: what the library made of it
    return await steps("parse", call.body.decode(), call.headers["x-hub-signature-256"])


async def message(steps: Steps, library: str, call: Received) -> Any:
    """Return the message in what a library made of a call."""
    told = await parsed(steps, call)
    return told["message"] if library == API_JS else told["messages"][0]


async def test_a_voice_message_and_a_reaction_are_parsed(steps: Steps, stand: Stand, library: str) -> None:
    sent = await steps("sendText", PHONE, "Hi")
    await stand.told(sent, "read")

    voice = await message(steps, library, await stand.write_file("audio", media.ogg_opus(), voice=True))
    reaction = await message(steps, library, await stand.write("reaction", {"message_id": sent, "emoji": "👍"}))

    assert (voice["type"], voice["audio"]["voice"]) == ("audio", True)
    given = reaction["reaction"]
    assert (given.get("message_id", given.get("messageId")), given["emoji"]) == (sent, "👍")


async def test_an_edit_a_deletion_and_a_new_number_are_parsed(steps: Steps, stand: Stand, library: str) -> None:
    call = await stand.write("text", {"body": "Redy?"})
    written = next(call.values())["messages"][0]["id"]
    now = {"type": "text", "text": {"body": "Ready?"}}
    calls = [
        await stand.write("edit", {"original_message_id": written, "message": now}),
        await stand.write("revoke", {"original_message_id": written}),
    ]
    moved = await stand.operate("POST", f"/phones/{PHONE}/move", json={"wa_id": STRANGER})
    calls.append(await stand.told_of(str(moved["told"][0]["id"])))

    told = [await message(steps, library, each) for each in calls]

    assert [each["type"] for each in told] == ["edit", "revoke", "system"]


async def test_a_played_status_is_parsed(steps: Steps, stand: Stand, library: str) -> None:
    voice = media.ogg_opus()
    async with client_for("meta", stand.base_url, NUMBER, TOKEN) as program:
        up = program.media_id(await program.upload(voice.data, voice.mime, "a.ogg"))
        sent = (await program.send(PHONE, "audio", {"id": up, "voice": True})).json["messages"][0]["id"]
    await stand.told(sent, "read")
    await stand.operate("POST", f"/phones/{PHONE}/played", json={"message_id": sent})

    told = await parsed(steps, await stand.told(sent, "played"))

    status = told if library == API_JS else told["statuses"][0]
    assert (status["id"], status["status"]) == (sent, "played")


async def test_a_user_without_a_number_is_parsed(steps: Steps, stand: Stand, library: str) -> None:
    await stand.operate("PATCH", f"/phones/{STRANGER}", json={"username": "jopark", "name": "Jo Park"})

    written = await message(steps, library, await stand.write("text", {"body": "Hello"}, phone=STRANGER))

    assert (written["text"]["body"], written.get("from")) == ("Hello", None)
    assert written.get("from_user_id", written.get("fromUserId"))
