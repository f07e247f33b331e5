"""R4, R17: with a key nobody reads a secret in the files of a store, its log, or what is taken out of it."""

import asyncio
import base64
from pathlib import Path

import apsw
import pytest
from click.testing import CliRunner, Result
from tests.support.operator import Operator, operating
from tests.support.postgres import PostgresServer
from tests.support.receiver import Receiver
from tests.support.server import NUMBER

from waypost.cli import run
from waypost.ports import StoreRefused

pytestmark = pytest.mark.anyio

KEY, NEXT = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
CANARY = b"canary-5d1f"
VERIFY = "canary-5d1f-verify"
PROVIDERS = [
    {"name": "bucket", "config": {"basic": {"username": "ada", "password": "canary-5d1f-password"}}},
    {"name": "shelf", "config": {"bearer": "canary-5d1f-bearer"}},
]


async def leave_secrets(operator: Operator, verified: Receiver) -> list[bytes]:
    """Set every secret that a server takes, wherever one can be set; return what must not be found."""
    number = f"/numbers/{NUMBER}"
    for how in ({"verify_token": VERIFY}, {"headers": {"X-Key": "canary-5d1f-header"}}):
        await operator.call("PUT", number, json={"webhook": {"url": verified.url, **how}})
    for secret in ("canary-5d1f-former", "canary-5d1f-present"):
        await operator.call("PATCH", number, json={"app_secret": secret})
    further = {"url": verified.url, "verify_token": VERIFY, "headers": {"X-Key": "canary-5d1f-further"}}
    await operator.call("POST", f"{number}/webhooks", json={**further, "secret": "canary-5d1f-endpoint"})
    for provider in PROVIDERS:
        await operator.call("POST", "/providers", json=provider)
    token = (await operator.call("POST", "/tokens", json={}))["token"]
    await verified.wait_for_status(await operator.send_text("told with all of them"), "read")
    return [CANARY, token.encode(), operator.server.parts.resources.urls._secret.encode()]


def found_in(folder: Path, words: list[bytes]) -> list[str]:
    """Return the files that have one of the words."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


async def test_of_a_sealed_file_nothing_shows_a_secret(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data, given = tmp_path / "data", {"app_secret": "canary-5d1f-first", "admin_password": "canary-5d1f-admin"}
    async with (
        Receiver(verify_token=VERIFY) as verified,
        operating(data, secrets_key=KEY, log_level="debug", **given) as operator,
    ):
        words = await leave_secrets(operator, verified)
        at_work = found_in(data, words)
        exported = (await operator.control.call("GET", "/snapshot")).body
        backed_up = await command("backup", str(tmp_path / "backup.tar"), f"--data={data}")
    log = "".join(capfd.readouterr()).encode()

    assert backed_up.exit_code == 0, backed_up.output
    assert (at_work, found_in(tmp_path, words)) == ([], [])
    assert [word for word in words if word in exported + log] == []


async def test_without_a_key_they_lie_there_in_clear(tmp_path: Path) -> None:
    async with Receiver(verify_token=VERIFY) as verified, operating(tmp_path / "data") as operator:
        canary, token, urls = await leave_secrets(operator, verified)

        assert [bool(found_in(tmp_path, [word])) for word in (canary, token, urls)] == [True, False, True]


async def test_a_file_that_was_in_clear_shows_nothing_once_it_is_sealed_and_packed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with Receiver(verify_token=VERIFY) as verified, operating(data) as operator:
        words = await leave_secrets(operator, verified)
    async with operating(data, secrets_key=KEY):
        pass

    connection = apsw.Connection(str(data / "waypost.db"))
    connection.execute("VACUUM")
    connection.close()

    assert found_in(data, words) == []


async def test_of_a_sealed_database_nothing_shows_a_secret(
    postgres_server: PostgresServer, database: str, tmp_path: Path
) -> None:
    place = {"store": database, "media": str(tmp_path / "media")}
    async with (
        Receiver(verify_token=VERIFY) as verified,
        operating(tmp_path / "data", secrets_key=KEY, **place) as operator,
    ):
        words = await leave_secrets(operator, verified)
        await asyncio.to_thread(postgres_server.psql, "postgres", "CHECKPOINT")

        assert found_in(postgres_server.data, words) == []  # tables and write-ahead log
        assert found_in(postgres_server.data, [NUMBER.encode()]) != []


async def test_a_sealed_file_is_moved_as_it_is_and_opens_in_the_database(
    database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with Receiver(verify_token=VERIFY) as verified, operating(data, secrets_key=KEY) as operator:
        words = await leave_secrets(operator, verified)

    moved = await command("migrate", "--from", str(data / "waypost.db"), "--to", database)
    async with operating(data, store=database, secrets_key=f"{NEXT},{KEY}") as operator:
        shown = await operator.call("GET", "/providers")

    assert moved.exit_code == 0, moved.output
    assert [one["name"] for one in shown["providers"]] == ["bucket", "shelf"]
    assert found_in(postgres_server.data, words) == []


async def test_a_restored_backup_needs_its_key(tmp_path: Path) -> None:
    data, back, file = tmp_path / "data", tmp_path / "back", str(tmp_path / "backup.tar")
    async with operating(data, secrets_key=KEY):
        pass
    done = [await command("backup", file, f"--data={data}"), await command("restore", file, f"--data={back}")]

    with pytest.raises(StoreRefused, match=r"no secrets_key is given\. Give that key in WAYPOST_SECRETS_KEY"):
        async with operating(back):
            pass

    assert [each.exit_code for each in done] == [0, 0]
    async with operating(back, secrets_key=KEY) as operator:
        assert await operator.send_text()


PUBLIC = {"host": "0.0.0.0", "admin_password": "long enough"}


@pytest.mark.parametrize(
    ("flags", "times"), [({}, 0), (PUBLIC, 1), ({"secrets_key": KEY}, 0), ({**PUBLIC, "secrets_key": KEY}, 0)]
)
async def test_beyond_loopback_the_log_says_once_that_secrets_lie_in_clear(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, flags: dict[str, str], times: int
) -> None:
    async with operating(tmp_path / "data", log_level="warning", **flags):
        pass

    assert "".join(capfd.readouterr()).count('"event":"secrets.in_clear"') == times


async def command(*words: str) -> Result:
    """Run a command of the command line, in a thread: it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, run, words)
