"""What is thrown away when its time is over, while the server runs and at the next start."""

import asyncio
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.journeys.conftest import ONE_STORE, PHONE, World, open_world
from tests.journeys.faces import ONPREM
from tests.support.clients import FACES, OnPremClient
from tests.support.media import jpeg, png
from tests.support.receiver import Answer
from tests.support.server import NUMBER
from tests.support.templates import handle_of

from waypost.blobs.local import LocalBlobs
from waypost.lib.ids import wamid

# Some look into the database's file: there is none to look into elsewhere.
pytestmark = [pytest.mark.anyio, ONE_STORE]

TOKENS = "SELECT count(*) FROM tokens WHERE kind = 'login'"
KEYS = "SELECT count(*) FROM idempotency"
HANDLES = "SELECT count(*) FROM documents WHERE kind = 'upload_handle'"
MEDIA = "SELECT count(*) FROM media"
MESSAGES = "SELECT count(*) FROM messages"
WAITING = "SELECT count(*) FROM deliveries WHERE state = 0"
DEAD = "SELECT count(*) FROM deliveries WHERE state = 2"


@pytest.fixture
def face() -> str:
    return "meta"


@pytest.fixture
async def world(face: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(face, tmp_path / "data") as opened:
        yield opened


def rows(data: Path, question: str) -> int:
    connection = apsw.Connection(str(data / "waypost.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return int(connection.execute(question).get)
    finally:
        connection.close()


def files(data: Path) -> set[str]:
    """Return the content of every kept file, by its hash."""
    return {path.name for path in (data / "media").glob("??/??/*")}


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - nobody tells of what was thrown away
            await asyncio.sleep(0.02)


async def send(world: World, key: str) -> Any:
    message = world.client.message(PHONE, "text", {"body": "Hello"})
    return await world.client.call("POST", world.client.messages_path, json=message, headers={"Idempotency-Key": key})


@ONPREM
async def test_an_upkeep_under_way_takes_no_login_that_comes_after_a_reset(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = world.server.parts.resources.store
    drop, dropped, may_go_on = store.drop_expired_tokens, list[list[bytes]](), asyncio.Event()

    async def drop_and_wait(now_ms: int, limit: int) -> list[bytes]:
        found = await drop(now_ms, limit)
        dropped.append(found)
        await may_go_on.wait()
        return found

    monkeypatch.setattr(store, "drop_expired_tokens", drop_and_wait)
    await world.operate("PUT", "/clock", json={"advance_seconds": 8 * 86_400})
    await until(lambda: len(dropped) == 1)

    await world.operate("POST", "/reset")
    assert isinstance(world.client, OnPremClient)
    await world.client.log_in()
    may_go_on.set()
    await until(lambda: len(dropped) == 2)

    assert [len(tokens) for tokens in dropped] == [1, 0]
    assert (await world.client.call("GET", "/v1/health")).status == 200


async def test_an_expired_medium_goes_with_its_file_a_day_after_its_time(world: World, tmp_path: Path) -> None:
    data = tmp_path / "data"
    await world.upload(png())
    await world.upload(jpeg())
    await world.advance(days=30.9)
    await world.server.parts.upkeep()
    within_grace = files(data)

    await world.advance(days=0.2)

    await until(lambda: not files(data))
    assert within_grace == {name_of(png().data), name_of(jpeg().data)}
    assert rows(data, MEDIA) == 0


async def test_the_handle_of_an_upload_goes_with_its_file(world: World, tmp_path: Path) -> None:
    await handle_of(world, png())
    await world.advance(days=20)
    await handle_of(world, jpeg())
    assert rows(tmp_path / "data", HANDLES) == 2

    await world.advance(days=12)

    await until(lambda: rows(tmp_path / "data", HANDLES) == 1)


async def show_picture(world: World, handle: str) -> None:
    body = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
    changed = await world.client.call("POST", f"/v24.0/{NUMBER}/whatsapp_business_profile", json=body)
    assert changed.status == 200, changed


async def picture(world: World) -> bytes:
    path = f"/v24.0/{NUMBER}/whatsapp_business_profile?fields=profile_picture_url"
    url = (await world.client.call("GET", path)).json["data"][0]["profile_picture_url"]
    return (await world.client.call("GET", url)).body


async def test_the_picture_of_a_profile_stays_until_another_takes_its_place(world: World, tmp_path: Path) -> None:
    data = tmp_path / "data"
    await show_picture(world, await handle_of(world, png()))
    for _ in range(2):
        await world.advance(days=40)
        await world.server.parts.upkeep()
    after_80_days = await picture(world)

    await show_picture(world, await handle_of(world, jpeg()))
    await world.advance(days=40)

    await until(lambda: files(data) == {name_of(jpeg().data)})
    assert after_80_days == png().data
    assert await picture(world) == jpeg().data


async def test_a_picture_outlives_its_upload_and_a_server_that_was_stopped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_world("meta", data) as world:
        await show_picture(world, await handle_of(world, png()))
        await world.upload(jpeg())
    connection = apsw.Connection(str(data / "waypost.db"))
    connection.execute("UPDATE media SET expires_ms = 1")
    connection.close()

    async with open_world("meta", data) as world:
        await until(lambda: files(data) == {name_of(png().data)})
        await world.server.parts.upkeep.drop_orphans()

        assert await picture(world) == png().data


async def test_a_photo_of_an_on_premises_client_stays(tmp_path: Path) -> None:
    sample, photo = png(), "/v1/settings/profile/photo"
    async with open_world("onprem", tmp_path / "data") as world:
        await world.client.call("POST", photo, data=sample.data, headers={"Content-Type": sample.mime})

        await world.advance(days=60)
        await world.server.parts.upkeep()

        assert (await world.client.call("GET", photo)).body == sample.data


async def test_a_file_stays_while_a_younger_medium_has_it(world: World, tmp_path: Path) -> None:
    data = tmp_path / "data"
    await world.upload(png())
    await world.advance(days=29)
    young = await world.upload(png())

    await world.advance(days=3)

    await until(lambda: rows(data, MEDIA) == 1)
    assert files(data) == {name_of(png().data)}
    assert (await world.client.download(young)).body == png().data


async def test_keys_of_repeated_requests_go_after_48_hours(world: World, tmp_path: Path) -> None:
    await send(world, "order-1")
    await world.advance(hours=30)
    await send(world, "order-2")
    assert rows(tmp_path / "data", KEYS) == 2

    await world.advance(hours=19)

    await until(lambda: rows(tmp_path / "data", KEYS) == 1)


@pytest.mark.parametrize("face", FACES)
async def test_what_was_sent_and_received_goes_after_30_days_and_is_then_unknown(world: World, tmp_path: Path) -> None:
    data = tmp_path / "data"
    sent = await world.send("text", {"body": "Hello"})
    await world.statuses_of(sent, world.told)
    written = (await world.control.write(PHONE, "Hello too"))["id"]
    await until(lambda: rows(data, WAITING) == 0)
    await world.advance(days=29)
    await world.server.parts.upkeep()
    kept = [await world.control.call("GET", f"/messages/{each}") for each in (sent, written)]

    await world.advance(days=2)

    await until(lambda: rows(data, MESSAGES) == 0)
    unknown = wamid(10, 10, PHONE, received=True)
    gone_read, unknown_read = await world.client.mark_read(written), await world.client.mark_read(unknown)
    assert [answer.status for answer in kept] == [200, 200]
    assert await _asked_for(world, sent) == await _asked_for(world, unknown)
    assert (gone_read.status, world.client.error_code(gone_read)) == (
        unknown_read.status,
        world.client.error_code(unknown_read),
    )
    assert [rows(data, f"SELECT count(*) FROM {table}") for table in ("events", "deliveries", "carried")] == [0, 0, 0]


async def _asked_for(world: World, message_id: str) -> tuple[int, str]:
    """Return how the operator is told of a message, without its id."""
    answer = await world.control.call("GET", f"/messages/{message_id}")
    return answer.status, json.dumps(answer.json).replace(message_id, "")


async def test_a_message_with_a_dead_letter_stays_until_that_is_delivered(world: World, tmp_path: Path) -> None:
    data = tmp_path / "data"
    world.hook.always = Answer(500)
    await world.send("text", {"body": "Hello"})
    await until(lambda: rows(data, WAITING) == 3)
    await world.advance(days=8)
    await until(lambda: rows(data, DEAD) == 3)
    await world.advance(days=30)
    await until(lambda: rows(data, MESSAGES) == 1)  # the user's, with which every phone begins
    world.hook.always = Answer(200)

    for dead in (await world.operate("GET", "/webhooks/deliveries?state=dead"))["deliveries"]:
        await world.operate("POST", f"/webhooks/deliveries/{dead['id']}/redeliver")
    await until(lambda: rows(data, f"{WAITING} OR state = 2") == 0)
    await world.server.parts.upkeep()

    assert rows(data, MESSAGES) == 0


async def test_a_message_stays_while_it_waits_for_its_phone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_world("meta", data, keep_days="2") as world:
        await world.operate("PATCH", f"/phones/{PHONE}", json={"online": False})
        sent = await world.send("text", {"body": "Hello"})
        await world.statuses_of(sent, 1)
        await world.advance(days=3)
        await world.server.parts.upkeep()

        await world.operate("PATCH", f"/phones/{PHONE}", json={"online": True})

        assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]


@pytest.mark.parametrize(("days", "left"), [("2", 0), ("0", 2)])
async def test_the_operator_says_for_how_long_messages_are_kept(tmp_path: Path, days: str, left: int) -> None:
    data = tmp_path / "data"
    async with open_world("meta", data, keep_days=days) as world:
        await world.statuses_of(await world.send("text", {"body": "Hello"}), world.told)
        await until(lambda: rows(data, WAITING) == 0)
        await world.operate("PUT", "/clock", json={"advance_seconds": 2.1 * 86_400})

        await world.server.parts.upkeep()

        assert rows(data, MESSAGES) == left


async def test_logins_go_when_their_time_is_over(tmp_path: Path) -> None:
    async with open_world("onprem", tmp_path / "data") as world:
        await world.advance(days=6)  # logs in once more
        assert rows(tmp_path / "data", TOKENS) == 2

        await world.operate("PUT", "/clock", json={"advance_seconds": 2 * 86_400})

        await until(lambda: rows(tmp_path / "data", TOKENS) == 1)
        assert (await world.client.send(PHONE, "text", {"body": "Hi"})).status == 201


async def test_what_expired_while_the_server_was_stopped_goes_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_world("meta", data) as world:
        await world.upload(png())
    connection = apsw.Connection(str(data / "waypost.db"))
    connection.execute("UPDATE media SET expires_ms = 1")
    connection.close()

    async with open_world("meta", data):
        await until(lambda: files(data) == set())


async def test_files_without_a_row_go_at_the_start_once_they_are_an_hour_old(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_world("meta", data) as world:
        used = await world.upload(png())
    # The walk goes by name, so that it has been at the fresh one when the old one is gone.
    fresh, old = sorted([await _left_by_a_crash(data, b"one"), await _left_by_a_crash(data, b"two")])
    for name, age_seconds in ((name_of(png().data), 3_700), (old, 3_700), (fresh, 3_500)):
        written = time.time() - age_seconds
        os.utime(data / "media" / name[:2] / name[2:4] / name, (written, written))

    async with open_world("meta", data) as world:
        await until(lambda: old not in files(data))

        assert files(data) == {name_of(png().data), fresh}
        assert (await world.client.download(used)).body == png().data


async def _left_by_a_crash(data: Path, content: bytes) -> str:
    """Keep a file that no medium has, and return its name."""
    blobs = LocalBlobs(data / "media")
    async with blobs.writer() as writer:
        await writer.write(content)
        blob = await writer.keep()
    await blobs.aclose()
    return blob.sha256.hex()
