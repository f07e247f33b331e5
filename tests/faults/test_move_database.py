"""Moving from SQLite to PostgreSQL: everything or nothing, and a server that goes on where the other stopped."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from tests.support import media
from tests.support.clients import Client, client_for
from tests.support.postgres import PostgresServer
from tests.support.receiver import Answer, Receiver
from tests.support.server import NUMBER, TOKEN, running

from waypost.cli import run

pytestmark = pytest.mark.anyio

PHONE = "15550001111"
JPEG = media.jpeg()
KEY = {"Idempotency-Key": "order-1"}


@dataclass
class Past:
    """A data folder in which something happened, and what a program remembers of it."""

    data: Path
    media_id: str
    message_id: str
    untold: str
    """A message whose callbacks nobody has taken."""

    @property
    def file(self) -> Path:
        return self.data / "waypost.db"


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def past(tmp_path: Path, hook: Receiver) -> Past:
    data = tmp_path / "data"
    async with (
        running(data, webhook=hook.url) as server,
        client_for("meta", server.base_url, NUMBER, TOKEN) as client,
    ):
        media_id = client.media_id(await client.upload(JPEG.data, "image/jpeg"))
        message_id = await keyed(client, media_id)
        await hook.wait_for_status(message_id, "read")
        hook.always = Answer(500)
        answer = await client.send(PHONE, "text", {"body": "Who takes this?"})
        untold = str(answer.json["messages"][0]["id"])
        await hook.wait_for(lambda call: untold in call.body.decode())
    return Past(data, media_id, message_id, untold)


async def keyed(client: Client, media_id: str) -> str:
    """Send the picture under the key of an order; return the id of its message."""
    body = client.message(PHONE, "image", {"id": media_id})
    answer = await client.call("POST", client.messages_path, json=body, headers=KEY)
    assert answer.status == 200, answer
    return str(answer.json["messages"][0]["id"])


async def move(file: Path, url: str) -> Result:
    """Run the command in a thread, beside whatever is at work in this loop."""
    words = ("migrate", "--from", str(file), "--to", url)
    return await asyncio.to_thread(CliRunner().invoke, run, words, catch_exceptions=False)


async def test_a_server_goes_on_over_postgresql_where_the_other_stopped(
    past: Past, database: str, hook: Receiver
) -> None:
    moved = await move(past.file, database)

    assert moved.exit_code == 0, moved.output
    assert "rows are there and compared, among them 3 messages" in moved.output
    hook.always = Answer(200)
    async with (
        running(past.data, store=database, webhook=hook.url) as server,
        client_for("meta", server.base_url, NUMBER, TOKEN) as client,
    ):
        assert await keyed(client, past.media_id) == past.message_id
        assert (await client.download(past.media_id)).body == JPEG.data
        await hook.wait_for_status(past.untold, "read")
        assert (await client.send(PHONE, "text", {"body": "The window is open"})).status == 200


async def test_a_database_that_has_rows_is_left_alone(past: Past, database: str) -> None:
    await move(past.file, database)

    again = await move(past.file, database)

    assert again.exit_code == 1
    assert "has rows already; give --to an empty database" in again.stderr


@pytest.mark.parametrize("which", ["source", "target"])
async def test_nothing_is_moved_while_a_server_is_at_work(past: Past, database: str, which: str) -> None:
    flags = {"source": {}, "target": {"store": database}}[which]
    async with running(past.data, **flags):
        refused = await move(past.file, database)

    assert refused.exit_code == 1
    assert {"source": "Another process has", "target": "Another Waypost has"}[which] in refused.stderr


@pytest.mark.parametrize(
    "bug",
    [
        "IF NEW.kind = 'image' THEN RETURN NULL; END IF; RETURN NEW;",
        "NEW.callback_data = 'other'; RETURN NEW;",
    ],
    ids=["drops-a-row", "changes-a-value"],
)
async def test_a_row_that_arrives_differently_undoes_everything(
    past: Past, database: str, postgres_server: PostgresServer, bug: str
) -> None:
    name = urlsplit(database).path.strip("/")
    spoil = f"CREATE FUNCTION waypost.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {bug} END $$"
    postgres_server.psql(name, spoil)
    on_messages = "CREATE TRIGGER spoil BEFORE INSERT ON waypost.messages FOR EACH ROW EXECUTE FUNCTION waypost.spoil()"
    postgres_server.psql(name, on_messages)

    refused = await move(past.file, database)

    postgres_server.psql(name, "DROP FUNCTION waypost.spoil CASCADE")
    assert refused.exit_code == 1
    assert "Nothing was moved: of 3 rows of the table messages the database has" in refused.stderr
    assert postgres_server.psql(name, "SELECT count(*) FROM waypost.messages") == "0"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "x.db"), "go together"),
        (("--to", "postgresql://db/waypost"), "go together"),
        (("--from", "x.db", "--to", "mysql://db/waypost"), "this is no postgresql:// URL"),
        (("--from", "x.db", "--to", "postgresql://ada:hush@db"), "postgresql://ada:***@db: this URL names no database"),
    ],
)
async def test_a_command_that_cannot_be_meant_is_refused(words: tuple[str, ...], sentence: str) -> None:
    refused = await asyncio.to_thread(CliRunner().invoke, run, ("migrate", *words))

    assert refused.exit_code == 2
    assert sentence in refused.stderr


async def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path, database: str) -> None:
    refused = await move(tmp_path / "none.db", database)

    assert refused.exit_code == 1
    assert "There is no database at" in refused.stderr
