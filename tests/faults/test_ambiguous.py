"""A crash after the upstream took a message, before that was noted: what the business is told stays one story."""

import asyncio
from pathlib import Path

import apsw
import pytest
from tests.faults.tier import PATIENCE_SECONDS
from tests.support import media
from tests.support.clients import client_for
from tests.support.receiver import Answer, Receiver
from tests.support.server import NUMBER, TOKEN, running

from waypost.lib.ids import parse_message_id
from waypost.lib.samples import SAMPLE_PHONE

pytestmark = pytest.mark.anyio

PDF = Answer(200, media.pdf().data, {"Content-Type": "application/pdf"})


def forget_outcome(database: Path, message_id: str) -> None:
    """Leave the database as a kill before the note leaves it: the job is still there."""
    ref = parse_message_id(message_id)
    assert ref is not None
    connection = apsw.Connection(str(database))
    connection.execute("INSERT INTO outbox (key, due_ms, attempt, begun) VALUES (?, 0, 0, 0)", (ref.key,))
    connection.close()


async def job_done(database: Path) -> None:
    connection = apsw.Connection(str(database))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while connection.execute("SELECT count(*) FROM outbox").get:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.01)
    connection.close()


async def test_a_delivered_message_does_not_fail_because_its_link_died_before_the_restart(tmp_path: Path) -> None:
    async with Receiver() as hook, Receiver() as files:
        flags = {"webhook": hook.url, "fetch_allow": ["127.0.0.0/8"]}
        files.always = PDF
        async with running(tmp_path, **flags) as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
            sent = await client.send(SAMPLE_PHONE, "document", {"link": files.url_at("/signed.pdf")})
            message_id = sent.json["messages"][0]["id"]
            await hook.wait_for_status(message_id, "read")
        files.always = Answer(404)
        forget_outcome(tmp_path / "waypost.db", message_id)

        async with running(tmp_path, **flags):
            await job_done(tmp_path / "waypost.db")
            await asyncio.sleep(0.2)  # a wrong status would be on its way to the webhook

        assert hook.statuses(message_id) == ["sent", "delivered", "read"]
