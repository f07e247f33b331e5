"""R18, L7: of an erased user nothing is left in files, database, lists, figures and log; the others' things stay."""

from pathlib import Path

import apsw
import pytest
from tests.support import media
from tests.support.operator import PHONE, Operator, operating

pytestmark = pytest.mark.anyio

USER = "4915207654321"
CANARY = "canary"
LISTS = ("/messages", "/webhooks/deliveries", "/phones", "/media", "/refusals", f"/phones/{USER}/messages")


async def leave_traces(operator: Operator) -> None:
    """Let the user leave something in as many places as there are."""
    await operator.call("PATCH", f"/phones/{USER}", json={"name": "canary name", "username": "canary.user"})
    await operator.call("POST", f"/phones/{USER}/messages", json={"type": "text", "text": {"body": "canary in"}})
    sent = await operator.client.send(USER, "text", {"body": "canary out"}, biz_opaque_callback_data="canary data")
    await operator.statuses(sent.json["messages"][0]["id"], "read")
    media_id = operator.client.media_id(await operator.client.upload(media.jpeg().data, "image/jpeg", "canary.jpg"))
    await operator.client.send(USER, "image", {"id": media_id, "caption": "canary caption"})
    await operator.call("PATCH", f"/phones/{USER}", json={"identity": "new"})
    operator.hook.answer(500)
    await operator.call("POST", f"/phones/{USER}/messages", json={"type": "text", "text": {"body": "canary waits"}})
    await operator.call("PATCH", f"/phones/{USER}", json={"online": False})
    await operator.client.send(USER, "text", {"body": "canary held"}, biz_opaque_callback_data="canary held")
    block = {"messaging_product": "whatsapp", "block_users": [{"user": USER}]}
    assert (await operator.client.call("POST", f"/{operator.client.number}/block_users", json=block)).status == 200


async def shown(operator: Operator) -> str:
    """Return everything that lists and figures show."""
    pages = [(await operator.control.call("GET", path)).body for path in LISTS]
    return b"".join([*pages, (await operator.client.call("GET", "/metrics")).body]).decode()


async def test_of_an_erased_user_nothing_is_left(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with operating(data, log_level="debug") as operator:
        await leave_traces(operator)
        kept = await operator.send_text("it stays")
        before = await shown(operator)

        await operator.call("DELETE", f"/phones/{USER}")

        told, theirs = await shown(operator), await operator.call("GET", f"/messages/{kept}")
        files = operator.server.media_files()
    _pack(data / "waypost.db")

    left = told + "".join(capfd.readouterr())
    assert [word in before for word in (CANARY, USER)] == [True, True]
    assert [word in left for word in (CANARY, USER)] == [False, False]
    assert (theirs["status"], files) == ("read", [])
    assert [path.name for path in data.rglob("*") if path.is_file() and _has_traces(path)] == []


async def test_an_erased_user_can_write_again_as_somebody_new(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        await leave_traces(operator)
        await operator.call("DELETE", f"/phones/{USER}")
        operator.hook.answer(200)
        operator.hook.forget()

        await operator.call("POST", f"/phones/{USER}/messages", json={"type": "text", "text": {"body": "Hello"}})

        assert (await operator.inbound())["text"]["body"] == "Hello"
        assert (await operator.client.send(USER, "text", {"body": "Hi"})).status == 200


async def test_what_waits_for_others_goes_on_after_an_erasure(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        await operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
        waits = await operator.send_text("it waits")

        await operator.call("DELETE", f"/phones/{USER}")
        await operator.call("PATCH", f"/phones/{PHONE}", json={"online": True})

        assert await operator.statuses(waits, "read") == ["sent", "delivered", "read"]


def _pack(database: Path) -> None:
    """Do as the page about the size of the database says."""
    connection = apsw.Connection(str(database))
    connection.execute("VACUUM")
    connection.close()


def _has_traces(path: Path) -> bool:
    content = path.read_bytes()
    return CANARY.encode() in content or USER.encode() in content
