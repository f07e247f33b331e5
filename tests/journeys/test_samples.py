"""Every sample request of the platform's pages, replayed: as printed, but for ids, links and people that exist here."""

from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, World
from tests.journeys.faces import CLOUD
from tests.support import samples
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio

PROVIDERS = [
    {"name": name, "type": "www", "config": {"basic": {"username": "u", "password": "p"}}}
    for name in ("assets-basic", "assets-bearer", "provider-name", "the-provider-name")
]
REPLAYED = [("meta", name) for name in samples.names("cloud")]
REPLAYED += [("proxy", name) for name in samples.names("cloud")]
REPLAYED += [("onprem", name) for name in samples.names("onprem")]


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def make_home(world: World, files: Receiver) -> samples.Home:
    """Make what the samples name: files, a message to answer, credentials."""
    if world.client.dialect == "onprem":
        for provider in PROVIDERS:
            await world.client.call("POST", "/v1/settings/application/media/providers", json=[provider])
        settings = {"webhooks": {"message": {"sent": True}}}
        await world.client.call("PATCH", "/v1/settings/application", json=settings)
    return samples.Home(
        phone=f"+{PHONE}",
        files_url=files.url_at(""),
        media_ids={kind: await world.upload(file) for kind, file in samples.FILES.items()},
        message_id=await world.write("text", {"body": "Is it open?"}),
    )


@pytest.mark.parametrize(("face", "name"), REPLAYED)
async def test_a_sample_is_taken_and_reaches_the_phone(world: World, files: Receiver, name: str) -> None:
    home = await make_home(world, files)
    printed = samples.sample(world.client.dialect, name)
    file = samples.file_at(samples.links_in(printed), printed.get("type", "text"))
    files.always = Answer(200, body=file.data, headers={"Content-Type": file.mime})

    taken = await world.client.call("POST", world.client.messages_path, json=samples.at_home(printed, home))

    assert taken.status == world.client.sent_status, taken
    words = ["sent"] if printed.get("type") == "reaction" else ["sent", "delivered", "read"]
    assert await world.words_of(taken.json["messages"][0]["id"], len(words)) == words
    assert [call.path for call in files.received] == samples.links_in(printed)
    assert len(await world.shown_on()) == 1


@CLOUD
@pytest.mark.parametrize("typing", [{}, {"typing_indicator": {"type": "text"}}])
async def test_the_samples_of_marking_as_read_work(world: World, typing: dict[str, Any]) -> None:
    written = await world.write("text", {"body": "Hello"})
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": written, **typing}

    answer = await world.client.call("POST", world.client.messages_path, json=body)

    assert (answer.status, answer.json) == (200, {"success": True})
