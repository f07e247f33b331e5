"""A server behind a proxy that ends TLS: what it says of itself is what programs can reach."""

from typing import Any

import pytest
from tests.journeys.conftest import World
from tests.support.media import jpeg

pytestmark = pytest.mark.anyio

PUBLIC = "https://whatsapp.example.com"
THROUGH_PROXY = {"Host": "WhatsApp.example.com"}


@pytest.fixture
def face() -> str:
    return "meta"


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"public_url": PUBLIC}


async def uploaded(world: World) -> str:
    picture = jpeg()
    return str((await world.client.upload(picture.data, picture.mime)).json["id"])


async def test_a_medium_has_the_url_of_the_proxy(world: World) -> None:
    medium = await uploaded(world)

    found = await world.client.call("GET", f"/v24.0/{medium}", headers=THROUGH_PROXY)

    assert found.status == 200
    assert found.json["url"].lower().startswith(f"{PUBLIC}/whatsapp_business/attachments/?mid={medium}")


async def test_who_does_not_come_through_the_proxy_gets_a_url_of_the_server(world: World) -> None:
    medium = await uploaded(world)

    found = await world.client.call("GET", f"/v24.0/{medium}")

    assert found.json["url"].startswith(f"{world.server.base_url}/whatsapp_business/attachments/?mid={medium}")


async def test_a_webhook_names_the_url_of_the_proxy(world: World) -> None:
    await world.write_file("image", jpeg())

    image = (await world.inbound())["image"]

    assert image["url"].startswith(f"{PUBLIC}/whatsapp_business/attachments/?mid={image['id']}")
