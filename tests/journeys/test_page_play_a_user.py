"""The how-to "Play a user": every line of it works as it is printed."""

import asyncio
import shutil
from pathlib import Path

import pytest
from tests.journeys.conftest import World
from tests.journeys.faces import META
from tests.support import interactive, media
from tests.support.server import ADMIN, NUMBER

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")]

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "play-a-user.md"
CODE = [line.removeprefix("    ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("    ")]
SETUP = [line for line in CODE if not line.startswith("curl ")]
LINES = [line for line in CODE if line.startswith("curl ")]
KINDS = {
    "BUTTONS": "button",
    "LIST": "list",
    "FLOW": "flow",
    "ADDRESS": "address_message",
    "PLACE": "location_request_message",
    "CALL": "call_permission_request",
    "CONTACT": "contact_request",
    "PARTS": "product_list",
}


async def messages(world: World) -> dict[str, str]:
    """Send what the page speaks of, and return the ids under the names that it uses."""
    ids = {
        name: await world.send("interactive", {"type": kind, **interactive.whole(kind)}) for name, kind in KINDS.items()
    }
    voice = await world.upload(media.Sample("audio/ogg; codecs=opus", media.ogg_opus().data))
    ids["VOICE"] = await world.send("audio", {"id": voice, "voice": True})
    ids["SENT"] = await world.send("text", {"body": "Ready."})
    for message_id in ids.values():
        await world.statuses_of(message_id, 3)
    return {**ids, "WRITTEN": await world.write("text", {"body": "Hello"})}


def put_files(folder: Path) -> None:
    """Put the files there that the page sends."""
    (folder / "bike.jpg").write_bytes(media.jpeg().data)
    (folder / "voice.ogg").write_bytes(media.ogg_opus().data)
    (folder / "a.pdf").write_bytes(media.pdf().data)
    (folder / "hello.webp").write_bytes(media.sticker().data)


async def run(lines: list[str], folder: Path, variables: dict[str, str]) -> list[str]:
    """Run lines in a shell; return the ones that did not print 200 at last."""
    script = "\n".join([*SETUP, *(f"{line} -o /dev/null -w '%{{http_code}}\\n'" for line in lines)])
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=folder, env={"PATH": "/usr/bin:/bin", **variables}, stdout=-1, stderr=-1
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return [line for line, status in zip(lines, out.decode().split(), strict=True) if status != "200"]


@META
async def test_every_line_of_the_page_works_as_it_is_printed(world: World, tmp_path: Path) -> None:
    put_files(tmp_path)
    told = {"BASE_URL": world.client.base, "ADMIN_TOKEN": ADMIN, "PHONE_NUMBER_ID": NUMBER}

    refused = await run(LINES, tmp_path, {**told, **await messages(world)})

    assert refused == []
    assert len(LINES) > 30
