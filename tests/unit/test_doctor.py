"""`waypost doctor`: what each check makes of what it finds."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.s3 import ENVIRON, S3Server

from waypost.cli.doctor import (
    Finding,
    check_data,
    check_media,
    check_port,
    check_secrets,
    check_settings,
    check_sqlite,
    check_webhook,
    judge_secrets,
    judge_sqlite,
    judge_webhook,
)
from waypost.settings import Settings, load

SRC = Path(__file__).parents[2] / "src"


def test_settings_say_who_can_reach_the_server() -> None:
    private = check_settings(Settings())
    public = check_settings(load({"host": "0.0.0.0", "admin_password": "long enough"}, {}))

    assert private == Finding("good", "understood; 127.0.0.1:8360 is open to this machine only")
    assert public == Finding("good", "understood; 0.0.0.0:8360 is open to everybody who reaches this machine")


def test_a_data_folder_that_is_not_there_yet_is_looked_for_above(tmp_path: Path) -> None:
    finding = check_data(Settings(data=tmp_path / "new" / "deep"))

    assert finding == Finding("good", f"{tmp_path} can be written")
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_under_a_file_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    finding = check_data(Settings(data=tmp_path / "file" / "data"))

    assert finding.state == "bad"
    assert "--data" in finding.advice


def test_a_bucket_is_good_when_it_can_be_written_read_listed_and_deleted(s3_server: S3Server, tmp_path: Path) -> None:
    finding = check_media(load({"media": s3_server.url("doctor"), "data": str(tmp_path)}, ENVIRON))

    assert finding == Finding("good", "s3://media/doctor: wrote, read, listed and deleted")
    assert (s3_server.stored("doctor"), list(tmp_path.iterdir())) == ([], [])


def test_a_bucket_that_refuses_the_credentials_is_bad_and_the_advice_names_them(s3_server: S3Server) -> None:
    wrong = {**ENVIRON, "AWS_SECRET_ACCESS_KEY": "wrong"}

    finding = check_media(load({"media": s3_server.url("doctor")}, wrong))

    assert (finding.state, finding.advice[:65]) == (
        "bad",
        "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they ",
    )


def test_a_bucket_without_the_extra_is_told_what_to_install(tmp_path: Path) -> None:
    without = "import sys; sys.modules['obstore'] = None; from waypost.__main__ import main; main()"
    command = [sys.executable, "-c", without, "serve", "--port=0", f"--data={tmp_path}", "--media=s3://media/a"]

    done = subprocess.run(
        command, env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == 1
    assert done.stderr == (
        "Error: s3://media/a takes the library obstore, which is not installed; install Waypost with its extra s3: "
        "pip install 'waypost[s3]'.\n"
    )


def test_the_sqlite_in_use_is_new_enough() -> None:
    assert check_sqlite(Settings()).state == "good"


@pytest.mark.parametrize(("version", "state"), [("3.51.3", "bad"), ("3.52.0", "good"), ("3.100.1", "good")])
def test_an_old_sqlite_is_bad(version: str, state: str) -> None:
    assert judge_sqlite(version).state == state


def test_a_port_in_use_is_bad_and_a_free_one_is_good() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        taken = check_port(Settings(port=port))
    free = check_port(Settings(port=port))

    assert taken.state == "bad"
    assert free == Finding("good", f"127.0.0.1:{port} is free")


def test_port_0_is_good() -> None:
    assert check_port(Settings(port=0)).state == "good"


def test_no_webhook_is_worth_a_look(tmp_path: Path) -> None:
    assert check_webhook(Settings(data=tmp_path)).state == "look"


@pytest.mark.parametrize(
    ("success", "status", "state"),
    [
        ("200", 200, "good"),
        ("200", 204, "bad"),
        ("2xx", 204, "good"),
        ("200", 302, "bad"),
        ("200", 401, "look"),
        ("200", 403, "look"),
        ("200", 404, "bad"),
        ("200", 500, "bad"),
        ("200", None, "bad"),
    ],
)
def test_the_answer_of_a_webhook_is_judged_as_deliveries_will_be(success: str, status: int | None, state: str) -> None:
    settings = load({"webhook": "http://127.0.0.1:9000/", "webhook_success": success}, {})

    finding = judge_webhook(settings, "http://127.0.0.1:9000/", status=status, reason="connection refused")

    assert finding.state == state


def test_a_media_folder_under_a_file_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    finding = check_media(Settings(media=str(tmp_path / "file" / "media")))

    assert finding.state == "bad"
    assert "--media" in finding.advice


KEYED = Settings(secrets_key=(b"n" * 32, b"o" * 32))
PUBLIC = Settings(host="0.0.0.0")


@pytest.mark.parametrize(
    ("settings", "counts", "state", "said"),
    [
        (Settings(), {None: 2}, "good", "2 in clear"),
        (PUBLIC, {None: 2}, "look", "set WAYPOST_SECRETS_KEY"),
        (Settings(store="postgresql://waypost@/waypost"), {}, "look", "set WAYPOST_SECRETS_KEY"),
        (KEYED, {}, "good", "none stored yet"),
        (KEYED, {"new": 2}, "good", "can do without old"),
        (KEYED, {"new": 2, "old": 1}, "look", "puts all of them under the key new"),
        (KEYED, {"new": 2, None: 1}, "look", "puts all of them under the key new"),
        (KEYED, {"lost": 2, "new": 1}, "bad", "Give these keys in WAYPOST_SECRETS_KEY, or nothing starts here: lost"),
    ],
)
def test_secrets_are_counted_under_each_key(
    settings: Settings, counts: dict[str | None, int], state: str, said: str
) -> None:
    finding = judge_secrets(settings, counts, ["new", "old"] if settings.secrets_key else [])

    assert finding.state == state
    assert said in f"{finding.found} {finding.advice}"


def test_before_the_first_start_there_are_no_secrets(tmp_path: Path) -> None:
    assert check_secrets(Settings(data=tmp_path)) == Finding("good", "none stored yet")
    assert list(tmp_path.iterdir()) == []
