"""Rows that cannot be worked: they end with a reason, or stay where they are, and nobody else notices."""

import asyncio
from pathlib import Path

import apsw
import pytest
from tests.support.clients import client_for
from tests.support.receiver import Receiver
from tests.support.server import NUMBER, TOKEN, running

from waypost.lib.ids import parse_message_id

pytestmark = pytest.mark.anyio

PHONES = ("491701234567", "491701234568")
_UNSENT = (
    "DELETE FROM deliveries WHERE key IN (SELECT key FROM events WHERE message_key = ?1);"
    "DELETE FROM events WHERE message_key = ?1; DELETE FROM carried WHERE token = ?1;"
    "UPDATE messages SET status = 0, seen = 1 WHERE key = ?1;"
    "INSERT INTO outbox (key, due_ms, attempt, begun) VALUES (?1, 0, 0, 0)"
)
"""Make a message wait for the upstream, as if a crash had come before it left."""
_UNTOLD = "UPDATE deliveries SET state = 0, attempt = 0, due_ms = 0 WHERE key IN (SELECT key FROM events)"


async def two_messages(data: Path, hook: Receiver, **flags: str) -> tuple[str, str]:
    """Send a message to either phone, let them be read, and stop the server; return their ids."""
    async with (
        running(data, webhook=hook.url, rules="relaxed", **flags) as server,
        client_for("meta", server.base_url, NUMBER, TOKEN) as client,
    ):
        answers = [await client.send(phone, "text", {"body": "hello"}) for phone in PHONES]
        first, second = [str(answer.json["messages"][0]["id"]) for answer in answers]
        await hook.wait_for_status(first, "read")
        await hook.wait_for_status(second, "read")
    hook.received.clear()
    return first, second


def change(data: Path, *statements: str, about: str) -> None:
    """Change rows behind the server's back; `?1` is a message's key."""
    connection = apsw.Connection(str(data / "waypost.db"))
    for statement in ";".join(statements).split(";"):
        connection.execute(statement, {"1": key_of(about)} if "?1" in statement else ())
    connection.close()


def rows(data: Path, statement: str, about: str) -> list[tuple[object, ...]]:
    """Read what became of a message."""
    connection = apsw.Connection(str(data / "waypost.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found = connection.execute(statement, (key_of(about),)).fetchall()
    connection.close()
    return found


def key_of(message_id: str) -> int:
    ref = parse_message_id(message_id)
    assert ref is not None
    return ref.key


@pytest.mark.parametrize(
    ("poison", "bug"),
    [
        ("UPDATE contents SET body = x'ff00' WHERE key = ?1", "DecodeError"),
        ("UPDATE messages SET kind = 'hologram' WHERE key = ?1", "KeyError"),
    ],
    ids=["body", "kind"],
)
async def test_a_message_that_cannot_be_worked_fails_and_the_others_are_delivered(
    tmp_path: Path, poison: str, bug: str
) -> None:
    async with Receiver() as hook:
        bad, good = await two_messages(tmp_path, hook)
        change(tmp_path, _UNSENT, poison, about=bad)
        change(tmp_path, _UNSENT, about=good)

        async with running(tmp_path, webhook=hook.url, rules="relaxed"):
            await hook.wait_for_status(good, "read")
            await hook.wait_for_status(bad, "failed")

        ended = rows(tmp_path, "SELECT problem, problem_details FROM messages WHERE key = ?", bad)
        assert ended == [("something_went_wrong", f"Waypost cannot work it ({bug}); the log has the reason.")]
        assert hook.statuses(bad) == ["failed"]


async def test_an_event_that_cannot_be_rendered_is_a_dead_letter_and_the_others_are_told(tmp_path: Path) -> None:
    flags = {"rules": "relaxed", "callback_dialect": "onprem"}
    async with Receiver() as hook:
        flags["webhook"] = hook.url
        async with running(tmp_path, **flags) as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
            answers = [await client.send(phone, "text", {"body": "hello"}) for phone in PHONES]
            await hook.wait_for_count(4)
        bad = str(answers[0].json["messages"][0]["id"])
        change(tmp_path, _UNTOLD, "UPDATE events SET body = x'ff00' WHERE message_key = ?1 AND status = 2", about=bad)

        async with running(tmp_path, **flags):
            await hook.wait_for_count(4 + 3)

        dead = rows(
            tmp_path,
            "SELECT CAST(answer AS TEXT) FROM attempts JOIN events ON key = delivery_key WHERE message_key = ?",
            bad,
        )
        assert dead == [("Waypost cannot work it (DecodeError); the log has the reason.",)]


@pytest.mark.parametrize(
    "poison",
    [
        "UPDATE messages SET more_media = '[' WHERE key = ?1",
        "UPDATE messages SET wa_id = 'nobody' WHERE key = ?1",
    ],
    ids=["more_media", "wa_id"],
)
async def test_a_message_that_cannot_be_read_stays_where_it_is_and_the_others_are_delivered(
    tmp_path: Path, poison: str
) -> None:
    async with Receiver() as hook:
        bad, good = await two_messages(tmp_path, hook)
        change(tmp_path, _UNSENT, poison, about=bad)
        change(tmp_path, _UNSENT, about=good)

        async with running(tmp_path, webhook=hook.url, rules="relaxed"):
            await hook.wait_for_status(good, "read")
            await asyncio.sleep(0.1)  # whatever the bad one can break would break now

        assert rows(tmp_path, "SELECT status FROM messages WHERE key = ?", bad) == [(0,)]
        assert hook.statuses(bad) == []


async def test_an_event_that_cannot_be_read_stays_where_it_is_and_the_others_are_told(tmp_path: Path) -> None:
    async with Receiver() as hook:
        bad, good = await two_messages(tmp_path, hook)
        change(tmp_path, _UNTOLD, "UPDATE events SET status = 99 WHERE message_key = ?1 AND status = 1", about=bad)

        async with running(tmp_path, webhook=hook.url, rules="relaxed"):
            await hook.wait_for_status(good, "read")
            await hook.wait_for_status(bad, "read")

        assert hook.statuses(bad) == ["delivered", "read"]
