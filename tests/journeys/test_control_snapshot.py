"""The control API: everything that is stored, taken out of one server and put into another."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.clients import Body
from tests.support.media import jpeg
from tests.support.operator import PHONE, Operator, operating
from tests.support.server import NUMBER, TOKEN

pytestmark = pytest.mark.anyio

OTHER_NUMBER = "15550100999"


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def snapshot_of(operator: Operator, query: str = "") -> Body:
    return await operator.call("GET", f"/snapshot{query}")


async def test_another_server_goes_on_from_a_snapshot(operator: Operator, tmp_path: Path) -> None:
    sent = await operator.send_text("kept")
    await operator.statuses(sent, "read")
    await operator.call("PUT", "/clock", json={"now": "2025-01-31T12:00:00Z", "frozen": True})
    await operator.call("PATCH", f"/phones/{PHONE}", json={"name": "Ada"})
    taken = await snapshot_of(operator)

    async with operating(tmp_path / "other") as other:
        restored = await other.call("PUT", "/snapshot", json=taken)

        assert restored == {"numbers": 1, "messages": 2, "media_missing": 0}
        assert (await other.call("GET", f"/messages/{sent}"))["status"] == "read"
        assert (await other.call("GET", "/clock"))["now"] == "2025-01-31T12:00:00Z"
        assert (await other.call("GET", f"/phones/{PHONE}"))["name"] == "Ada"


async def test_a_restored_window_is_as_closed_as_it_was(operator: Operator, tmp_path: Path) -> None:
    await operator.call("PUT", "/clock", json={"advance_seconds": 90_000})
    taken = await snapshot_of(operator)

    async with operating(tmp_path / "other") as other:
        await other.call("PUT", "/snapshot", json=taken)
        sent = await other.send_text()

        assert await other.statuses(sent, "failed") == ["failed"]


async def test_files_come_back_with_a_snapshot(operator: Operator, tmp_path: Path) -> None:
    picture = jpeg()
    uploaded = await operator.client.upload(picture.data, picture.mime)
    taken = await snapshot_of(operator)

    async with operating(tmp_path / "other") as other:
        await other.call("PUT", "/snapshot", json=taken)

        assert (await other.client.download(uploaded.json["id"])).body == picture.data


async def test_a_file_that_was_left_out_and_is_not_here_is_counted_and_gone(operator: Operator, tmp_path: Path) -> None:
    picture = jpeg()
    uploaded = await operator.client.upload(picture.data, picture.mime)
    taken = await snapshot_of(operator, "?media=false")

    async with operating(tmp_path / "other") as other:
        restored = await other.call("PUT", "/snapshot", json=taken)

        assert (taken["media"], restored["media_missing"]) == ({}, 1)
        assert (await other.client.look_up(uploaded.json["id"])).status == 400


async def test_what_waited_for_the_webhook_is_delivered_after_the_snapshot_is_put_back(own_operator: Operator) -> None:
    await own_operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
    sent = await own_operator.send_text()
    await own_operator.settled(f"/webhooks/deliveries?message={sent}", _is_done)
    taken = await snapshot_of(own_operator)
    await own_operator.call("POST", "/reset")

    await own_operator.call("PUT", "/snapshot", json=taken)
    await own_operator.call("PATCH", f"/phones/{PHONE}", json={"online": True})

    assert await own_operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_the_servers_own_number_and_token_work_after_a_snapshot_of_another_number(tmp_path: Path) -> None:
    async with operating(tmp_path / "one", number=OTHER_NUMBER) as one:
        taken = await snapshot_of(one)

    async with operating(tmp_path / "two") as two:
        await two.call("PUT", "/snapshot", json=taken)

        numbers = (await two.call("GET", "/numbers"))["numbers"]
        assert {number["phone_number_id"] for number in numbers} == {NUMBER, OTHER_NUMBER}
        assert (await two.client.send(PHONE, "text", {"body": "Hello"})).status == 200


def _is_done(shown: Body) -> bool:
    return [delivery["state"] for delivery in shown["deliveries"]] == ["done"]


_BAD_ACCOUNT: list[object] = ["account", 3_000_000_000_000_000 + int(NUMBER), "", "MTIz"]

_EVENT: Body = {"key": 1, "number_id": 1, "message_key": 1, "kind": "status", "at_ms": 0, "body": ""}
_DELIVERY: Body = {"key": 1, "state": 99, "first_ms": 0, "due_ms": 0, "attempt": 0}
_ATTEMPT: Body = {"id": 1, "delivery_key": 1, "number": 1, "at_ms": 0, "elapsed_ms": 0, "answer": "", "headers": "7"}
BAD_SNAPSHOTS: dict[str, Callable[[Body], Body]] = {
    "another version": lambda taken: taken | {"version": 2},
    "another format": lambda taken: taken | {"format": "something"},
    "another schema": lambda taken: taken | {"shape": "sqlite-0-000000000000"},
    "no tables": lambda taken: taken | {"tables": {}},
    "a row too short": lambda taken: taken | {"tables": taken["tables"] | {"state": _table(taken, "state", [["a"]])}},
    "a binary value that is none": lambda taken: (
        taken | {"tables": taken["tables"] | {"numbers": _table(taken, "numbers", [[1, "*"]])}}
    ),
    "a number that is none": lambda taken: (
        taken | {"tables": taken["tables"] | {"numbers": _table(taken, "numbers", [[1, "e30="]])}}
    ),
    "a clock that is none": lambda taken: (
        taken | {"tables": taken["tables"] | {"state": _table(taken, "state", [["clock", "eyJ4IjogMX0="]])}}
    ),
    "a key of media URLs": lambda taken: (
        taken | {"tables": taken["tables"] | {"state": _table(taken, "state", [["url_secret", "YQ=="]])}}
    ),
    "what a file knows of its log": lambda taken: (
        taken | {"tables": taken["tables"] | {"state": _table(taken, "state", [["log_epoch", "YQ=="]])}}
    ),
    "a document that is read at start": lambda taken: (
        taken | {"tables": taken["tables"] | {"documents": _table(taken, "documents", [_BAD_ACCOUNT])}}
    ),
    "a message's key that leaves none above it": lambda taken: _with(taken, "messages", "key", 2**56 - 1),
    "a message's tag that is longer than tags are": lambda taken: _with(taken, "messages", "tag", 2**16),
    "a message of a year that no date has": lambda taken: _with(taken, "messages", "at_ms", 2**53),
    "a message to nobody who can be": lambda taken: _with(taken, "messages", "wa_id", "somebody"),
    "a message whose content is none": lambda taken: _with(taken, "contents", "body", "Kg=="),
    "a message of a type that there is not": lambda taken: _with_sent(taken, "messages", "kind", "pigeon"),
    "a message whose content is of another type": lambda taken: _with_sent(taken, "messages", "kind", "image"),
    "a message whose content does not fit its type": lambda taken: _with_sent(taken, "contents", "body", _body(5)),
    "a user's message whose content does not fit its type": lambda taken: _with(taken, "contents", "body", _body(5)),
    "a user's message that answers what is no message": lambda taken: _with(
        taken, "contents", "body", _body("yes", context=5)
    ),
    "a delivery in a state that there is not": lambda taken: _and(
        _and(taken, "events", _EVENT), "deliveries", _DELIVERY
    ),
    "an attempt with headers that are none": lambda taken: _and(taken, "attempts", _ATTEMPT),
    "other bytes than its hash says": lambda taken: taken | {"media": {"00": "AAAA"}},
    "an unknown member": lambda taken: taken | {"more": 1},
    "nothing": lambda _: {},
}


def _table(taken: Body, name: str, rows: list[list[object]]) -> Body:
    return {"columns": taken["tables"][name]["columns"], "rows": rows}


def _with_sent(taken: Body, table: str, column: str, value: object) -> Body:
    """Return the snapshot with another value in one column of the newest message that the business sent."""
    key = _sent_key(taken)
    columns, rows = taken["tables"][table]["columns"], taken["tables"][table]["rows"]
    place = columns.index("key")
    others = [row for row in rows if row[place] != key]
    (sent,) = [row for row in rows if row[place] == key]
    first = taken | {"tables": taken["tables"] | {table: _table(taken, table, [sent, *others])}}
    return _with(first, table, column, value)


def _sent_key(taken: Body) -> int:
    messages = taken["tables"]["messages"]
    key, received = messages["columns"].index("key"), messages["columns"].index("received")
    newest: int = max(row[key] for row in messages["rows"] if not row[received])
    return newest


def _body(text: object, **more: object) -> str:
    return b64encode(json.dumps({"text": {"body": text}, **more}).encode()).decode()


def _with(taken: Body, table: str, column: str, value: object) -> Body:
    """Return the snapshot with another value in one column of the first row."""
    columns, rows = taken["tables"][table]["columns"], taken["tables"][table]["rows"]
    changed = [value if name == column else old for name, old in zip(columns, rows[0], strict=True)]
    return taken | {"tables": taken["tables"] | {table: _table(taken, table, [changed, *rows[1:]])}}


def _and(taken: Body, table: str, row: Body) -> Body:
    """Return the snapshot with a table that has just this row."""
    values = [row.get(name) for name in taken["tables"][table]["columns"]]
    return taken | {"tables": taken["tables"] | {table: _table(taken, table, [values])}}


@pytest.mark.parametrize("name", BAD_SNAPSHOTS)
async def test_a_snapshot_that_cannot_be_used_changes_nothing(operator: Operator, name: str) -> None:
    sent = await operator.send_text()
    before = await snapshot_of(operator)

    status, _, message = await operator.refused("PUT", "/snapshot", json=BAD_SNAPSHOTS[name](before))

    assert status == 400, message
    assert (await operator.call("GET", f"/messages/{sent}"))["id"] == sent


async def test_a_message_that_no_list_could_show_is_named(operator: Operator) -> None:
    await operator.send_text()
    taken = await snapshot_of(operator)
    bad = _with_sent(taken, "messages", "kind", "pigeon")

    _, _, message = await operator.refused("PUT", "/snapshot", json=bad)

    assert f"the message {_sent_key(taken)} is of the type 'pigeon', which there is not" in message


async def test_a_snapshot_holds_no_token_and_no_key_of_media_urls(own_operator: Operator) -> None:
    taken = await snapshot_of(own_operator)

    assert TOKEN not in json.dumps(taken)
    assert [row[0] for row in taken["tables"]["state"]["rows"]] == []


async def test_a_switch_that_is_neither_is_refused(operator: Operator) -> None:
    assert (await operator.refused("GET", "/snapshot?media=maybe"))[0] == 400
