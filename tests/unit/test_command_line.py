"""The command line: what each command prints, and how it refuses."""

import json
import resource
import shlex
import socket
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from click import ClickException
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from standardwebhooks.webhooks import Webhook

from waypost.cli import run
from waypost.cli.banner import banner, curl_line, print_banner
from waypost.cli.env import env_lines
from waypost.cli.programs import PROGRAMS, Access
from waypost.cli.serve import allow_many_files, remove_stale, run_or_refuse, tell_in_file, write_ready_file
from waypost.lib.clock import SystemClock
from waypost.lib.signing import standard_headers, standard_key
from waypost.settings import ReadyInfo, options

READY = ReadyInfo(
    base_url="http://127.0.0.1:8360",
    phone_number_id="15550100900",
    token="it's-a-token",
    app_secret="a-secret",
    admin_token="an-admin-token",
    console_url="http://127.0.0.1:8360/_waypost/?login=once",
)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Call":
    monkeypatch.chdir(tmp_path)
    return Call()


class Call:
    """Runs the command line in an empty folder."""

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(run, words, catch_exceptions=False)


def test_every_setting_is_an_option_of_serve(call: Call) -> None:
    result = call("serve", "--help")

    assert [option.flag for option in options() if option.flag not in result.stdout] == []


def test_every_command_that_shows_something_shows_it_as_json() -> None:
    commands = {**run.commands, **run.commands["trigger"].commands}  # type: ignore[attr-defined]  # trigger is a group

    without = [name for name, each in commands.items() if not any("--json" in param.opts for param in each.params)]

    assert without == ["serve", "worker", "trigger", "completion"]


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        ((), "re", [("plain", "record"), ("plain", "redeliver"), ("plain", "restore")]),
        (("serve", "--rules"), "", [("plain", "platform"), ("plain", "relaxed")]),
        (("serve", "--data"), "way", [("dir", "way")]),
        (("tail", "--ready-file"), "", [("file", "")]),
        (("send", "15550001111", "--image"), "bi", [("file", "bi")]),
        (("trigger", "image"), "bi", [("file", "bi")]),
        (("redeliver", "--state"), "d", [("plain", "dead"), ("plain", "dropped"), ("plain", "done")]),
    ],
)
def test_a_shell_completes_commands_words_and_files(
    words: tuple[str, ...], begun: str, offered: list[tuple[str, str]]
) -> None:
    found = ShellComplete(run, {}, "waypost", "_WAYPOST_COMPLETE").get_completions(list(words), begun)

    assert [(each.type, each.value) for each in found] == offered


def test_the_findings_of_doctor_are_lines_of_json(call: Call) -> None:
    result = call("doctor", "--port", "0", "--json")

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert {"check": "port", "state": "good", "found": "a free one is chosen at the start", "advice": ""} in found


def test_what_migrate_backup_and_restore_have_done_is_told_as_json(call: Call) -> None:
    done = [
        call("migrate", "--data", "first", "--json"),
        call("backup", "made.tar", "--data", "first", "--json"),
        call("restore", "made.tar", "--data", "second", "--json"),
    ]

    migrated, kept, restored = (json.loads(each.stdout) for each in done)
    assert migrated == {"store": "first/waypost.db", "schema_before": 0, "schema": 1}
    assert (kept.pop("file"), restored.pop("data")) == ("made.tar", "second")
    assert (kept["media"], kept) == (0, restored)


def test_env_says_when_it_does_not_know_the_app_secret(call: Call) -> None:
    result = call("env", "--token", "a-token")

    assert result.stderr.startswith(
        "WHATSAPP_APP_SECRET, STANDARD_WEBHOOKS_SECRET: the app secret is not in the settings"
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("tail", "--ready-file", "x.json"), "--ready-file x.json: there is no such file; a server"),
        (
            ("listen", "--url", "http://127.0.0.1:1", "--admin-token", "x", "--forward-to", "foo"),
            "--forward-to foo: this is no http or https URL.",
        ),
    ],
)
def test_what_cannot_be_meant_is_a_mistake_before_anything_is_done(
    call: Call, words: tuple[str, ...], why: str
) -> None:
    result = call(*words)

    assert result.exit_code == 2
    assert why in result.stderr


@pytest.mark.parametrize("command", ["serve", "env", "doctor"])
def test_all_mistakes_are_printed_and_the_exit_status_is_2(call: Call, command: str) -> None:
    result = call(command, "--port", "many", "--rules", "none")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "2 mistakes in the settings:\n"
        "  --port many: this is not such a number; write a whole number from 0 to 65535.\n"
        "  --rules none: this is none of the choices; write `platform` or `relaxed`.\n"
    )


def test_a_settings_file_in_the_folder_is_read_and_another_can_be_named(call: Call) -> None:
    Path("waypost.toml").write_text("port = 1001\n", encoding="utf-8")
    Path("other.toml").write_text("port = 1002\n", encoding="utf-8")

    found, named = call("env"), call("env", "--config", "other.toml")

    assert "WHATSAPP_BASE_URL=http://127.0.0.1:1001\n" in found.stdout
    assert "WHATSAPP_BASE_URL=http://127.0.0.1:1002\n" in named.stdout


def test_env_says_when_it_does_not_know_the_token(call: Call) -> None:
    result = call("env", "--number", "15550100901")

    assert result.exit_code == 0
    assert result.stdout == (
        "# A Cloud API client: call http://127.0.0.1:8360/v24.0/15550100901/messages with the token as Bearer.\n"
        "WHATSAPP_BASE_URL=http://127.0.0.1:8360\n"
        "WHATSAPP_PHONE_NUMBER_ID=15550100901\n"
        "WHATSAPP_ACCESS_TOKEN=\n"
        "WHATSAPP_APP_SECRET=\n"
        "STANDARD_WEBHOOKS_SECRET=\n"
    )
    assert result.stderr.startswith("The token is not in the settings: ")


def test_env_says_what_goes_into_the_form_of_a_program_that_has_one(call: Call) -> None:
    result = call("env", "--client", "chatwoot", "--token", "a-token")

    assert result.stdout.splitlines()[0] == (
        "# Put these into Chatwoot's environment file. In its WhatsApp inbox enter phone number +15550100900, "
        "phone number ID 15550100900, business account ID 3000015550100900 and API key a-token."
    )


def test_env_takes_everything_from_the_ready_file_of_a_running_server(call: Call) -> None:
    write_ready_file(Path("ready.json"), READY)

    result = call("env", "--port", "0", "--ready-file", "ready.json", "--client", "360dialog")

    assert result.stdout.splitlines()[1:] == [
        "D360_BASE_URL=http://127.0.0.1:8360",
        "D360_API_KEY='it'\"'\"'s-a-token'",
    ]
    assert result.stderr == ""


def test_env_tells_the_secret_that_a_standard_webhooks_library_takes(call: Call) -> None:
    found = call("env", "--app-secret", "Jefe")

    headers = standard_headers(
        [standard_key("Jefe")], b"{}", webhook_id="msg_1", timestamp=SystemClock().wall_seconds()
    )
    secret = found.stdout.partition("STANDARD_WEBHOOKS_SECRET=")[2].strip()
    assert Webhook(secret).verify(b"{}", dict(headers)) == {}


def test_env_refuses_a_port_that_is_not_known_yet(call: Call) -> None:
    result = call("env", "--port", "0")

    assert result.exit_code == 2
    assert "the port is chosen when the server starts" in result.stderr


def test_env_refuses_a_ready_file_that_is_something_else(call: Call) -> None:
    Path("ready.json").write_text('{"base_url": 1}', encoding="utf-8")

    result = call("env", "--ready-file", "ready.json")

    assert result.exit_code == 2
    assert "--ready-file ready.json: is not what the server writes" in result.stderr


def test_env_tells_a_library_that_reads_no_variables_how_it_is_made(call: Call) -> None:
    result = call("env", "--client", "pywa")

    assert result.stdout.splitlines()[-1] == "#     session.base_url = f'{base_url}/v24.0'  # after pywa has set Meta's"


def test_env_prints_json_for_programs(call: Call) -> None:
    result = call("env", "--client", "360dialog", "--token", "key", "--json")

    assert json.loads(result.stdout) == {"D360_BASE_URL": "http://127.0.0.1:8360", "D360_API_KEY": "key"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_client_is_told_where_the_server_is(name: str) -> None:
    access = Access("http://127.0.0.1:8360", "15550100900", "token", "secret")

    lines = env_lines(PROGRAMS[name], access)

    assert lines[0].startswith("# ")
    assert any(line.endswith(("=http://127.0.0.1:8360", "=http://127.0.0.1:8360/v1")) for line in lines)


def test_a_banner_without_a_token_says_where_it_is_and_shows_no_line_that_would_fail() -> None:
    text = banner(replace(READY, token=""))

    assert "printed by the first process that started" in text
    assert "curl" not in text


def test_the_banner_shows_everything_there_is_to_copy() -> None:
    text = banner(READY)

    shown = [READY.base_url, READY.phone_number_id, READY.token, READY.app_secret, READY.admin_token, READY.console_url]
    assert [value for value in shown if f" {value}\n" not in text] == []
    assert f"\n{curl_line(READY)}\n" in text


def test_the_curl_line_is_one_command_for_a_shell() -> None:
    words = shlex.split(curl_line(READY))

    assert words[:-1] == [
        "curl",
        "-s",
        "http://127.0.0.1:8360/v24.0/15550100900/messages",
        "-H",
        "Authorization: Bearer it's-a-token",
        "-H",
        "Content-Type: application/json",
        "-d",
    ]
    assert json.loads(words[-1]) == {
        "messaging_product": "whatsapp",
        "to": "15550001111",
        "type": "text",
        "text": {"body": "Hello from Waypost"},
    }


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_colours_are_for_terminals_only_and_break_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    pipe, terminal = StringIO(), Terminal()

    print_banner(READY, pipe)
    print_banner(READY, terminal)

    assert pipe.getvalue() == banner(READY)
    assert "\x1b[" in terminal.getvalue()
    assert curl_line(READY) in terminal.getvalue()


def test_the_server_takes_as_many_files_as_the_system_lets_it_have() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, hard), hard))
    try:
        allow_many_files()

        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("flag", ["--data", "--media"])
def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(call: Call, flag: str) -> None:
    result = call("serve", "--port", "0", "--data", "data", flag, "/proc/absent")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The ")
    assert "/proc/absent cannot be " in result.stderr
    assert result.stderr.endswith(f"or choose another with {flag}.\n")


def test_a_host_without_an_address_is_told_in_a_sentence() -> None:
    async def start() -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(ClickException, match=r"absent\.example:8360 \(Name or .*\); name .* with --host"):
        run_or_refuse(start(), "absent.example", 8360, flag="--port")


def test_a_ready_file_that_cannot_be_written_is_told_in_a_sentence() -> None:
    with pytest.raises(ClickException, match=r"^/proc/ready\.json cannot be written \(No such file or directory\)"):
        tell_in_file(Path("/proc/ready.json"), READY)


def test_the_ready_file_is_complete_private_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("from before", encoding="utf-8")

    write_ready_file(path, READY)

    assert json.loads(path.read_text("utf-8")) == {
        "base_url": "http://127.0.0.1:8360",
        "phone_number_id": "15550100900",
        "token": "it's-a-token",
        "app_secret": "a-secret",
        "admin_token": "an-admin-token",
        "console_url": "http://127.0.0.1:8360/_waypost/?login=once",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_ready_file_whose_server_is_gone_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("from before", encoding="utf-8")

    remove_stale(path)

    assert not path.exists()


def test_a_ready_file_whose_server_still_runs_stays(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    write_ready_file(path, READY)

    remove_stale(path)

    assert json.loads(path.read_text("utf-8"))["token"] == "it's-a-token"
