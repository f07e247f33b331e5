"""The commands of every day, each against a running server: what they print, and what comes of them."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.support.media import jpeg, mp3, mp4, ogg_opus, pdf, sticker
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Receiver
from tests.support.server import ADMIN, NUMBER

from waypost.cli import run

pytestmark = pytest.mark.anyio

STRANGER = "4915550002222"
SRC = Path(__file__).parents[2] / "src"

FILES = {
    "image": (jpeg(), "bike.jpg"),
    "document": (pdf(), "invoice.pdf"),
    "video": (mp4(), "ride.mp4"),
    "audio": (mp3(), "bell.mp3"),
    "voice": (ogg_opus(), "note.ogg"),
    "sticker": (sticker(), "hello.webp"),
}

Call = Callable[..., Awaitable[Result]]


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


@pytest.fixture
def call(operator: Operator) -> Call:
    return calling(operator)


def folder_of(operator: Operator) -> str:
    return str(operator.server.parts.resources.settings.data)


def calling(operator: Operator) -> Call:
    """Return what runs a command beside a server, which it finds by the note in the data folder."""

    async def call_it(command: str, *words: str, stdin: str | None = None) -> Result:
        where = () if command == "completion" else ("--data", folder_of(operator))
        words = (command, *words, *where)
        result = await asyncio.to_thread(CliRunner().invoke, run, words, stdin, catch_exceptions=False)
        if operator.server.is_split and "only accepts (--role api)" in result.output:
            pytest.skip("the command plays with the embedded network, which is in no process that accepts")
        return result

    return call_it


def lines(result: Result) -> list[Any]:
    """Return what a command with --json has printed."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@asynccontextmanager
async def started(*words: str) -> AsyncIterator[Process]:
    """Run a command as a process of its own until the test is through with it."""
    command = [sys.executable, "-m", "waypost", *words]
    process = await asyncio.create_subprocess_exec(*command, cwd=SRC, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


# -- Finding the server ------------------------------------------------------------------------------------------


async def test_a_server_is_found_by_its_folder_its_ready_file_or_its_address(
    operator: Operator, call: Call, tmp_path: Path
) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"base_url": operator.server.base_url, "admin_token": ADMIN}), encoding="utf-8")
    ways = [[], ["--ready-file", str(ready)], ["--url", operator.server.base_url, "--admin-token", ADMIN]]

    found = [await call("tail", "--no-follow", "--json", *way) for way in ways]

    assert [len(lines(result)) for result in found] == [1, 1, 1]


async def test_the_doctor_of_a_server_that_runs_does_not_want_it_stopped(operator: Operator, call: Call) -> None:
    port = operator.server.base_url.rpartition(":")[2]

    result = await call("doctor", "--port", port, "--json")

    [finding] = [finding for finding in lines(result) if finding["check"] == "port"]
    assert (finding["state"], finding["found"]) == ("good", f"127.0.0.1:{port} is where Waypost runs already")


async def test_the_doctor_asks_the_webhook_that_was_given_to_the_running_server_alone(
    operator: Operator, call: Call
) -> None:
    result = await call("doctor", "--json")

    [finding] = [finding for finding in lines(result) if finding["check"] == "webhook"]
    assert (finding["state"], finding["found"]) == ("good", f"{operator.hook.url} answered 200")


async def test_env_asks_the_server_for_the_account_of_a_number(own_operator: Operator) -> None:
    joined = await own_operator.call("POST", "/numbers", json={"number": "4915550003333"})

    result = await calling(own_operator)("env", "--client", "chatwoot", "--number", "4915550003333")

    assert f"business account ID {joined['waba_id']} and" in result.stdout
    assert joined["waba_id"] != "3004915550003333"


async def test_where_no_server_runs_the_commands_say_what_to_do(tmp_path: Path) -> None:
    async with operating(tmp_path / "data"):
        pass

    result = CliRunner().invoke(run, ["tail", "--data", str(tmp_path / "data")])

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: no server runs over {tmp_path / 'data'}; start `waypost serve` here, or say which with --data, "
        "--ready-file or --url.\n"
    )


async def test_the_note_of_a_server_holds_no_secret_that_was_set(operator: Operator) -> None:
    place = Path(folder_of(operator)) / "running.json"
    note = json.loads(place.read_bytes())

    assert note["base_url"] == operator.server.base_url
    assert note["key"] != ADMIN
    assert place.stat().st_mode & 0o077 == 0


# -- send --------------------------------------------------------------------------------------------------------


async def test_a_text_is_sent_and_its_statuses_are_shown(operator: Operator, call: Call) -> None:
    result = await call("send", PHONE, "Your", "bike", "is", "ready")

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"][-1]
    assert (shown["body"], shown["id"]) == ("Your bike is ready", result.stdout.split()[3])
    assert result.stdout.splitlines() == [f"{NUMBER} → {PHONE}  {shown['id']}", "  sent", "  delivered", "  read"]


async def test_a_failure_is_explained_with_what_to_do(call: Call) -> None:
    result = await call("send", STRANGER, "Hello")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [
        "  failed 131047: Message failed to send because more than 24 hours have passed since the customer last "
        "replied to this number.",
        "  Send an approved template, or wait until the user writes again; here you can write from their phone.",
    ]


async def test_sending_leaves_no_token_behind(operator: Operator, call: Call) -> None:
    before = await operator.call("GET", "/tokens")

    await call("send", PHONE, "Hello")

    assert await operator.call("GET", "/tokens") == before


async def test_a_file_of_this_folder_is_uploaded_and_sent(operator: Operator, call: Call, tmp_path: Path) -> None:
    picture = tmp_path / 'my "bike".jpg'
    picture.write_bytes(jpeg().data)

    await call("send", PHONE, "--image", str(picture), "--caption", "Look")

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"][-1]
    assert (shown["type"], shown["content"]["caption"]) == ("image", "Look")
    assert (shown["media"]["mime_type"], shown["media"]["size"]) == ("image/jpeg", len(jpeg().data))


@pytest.mark.parametrize(
    ("words", "kind", "content"),
    [
        (["Which?", "--button", "Blue", "--button", "Red"], "interactive", {"type": "button"}),
        (["--template", "hello_world"], "template", {"name": "hello_world"}),
        (["--body", '{"type":"location","location":{"latitude":1,"longitude":2}}'], "location", {"latitude": 1}),
    ],
)
async def test_what_is_sent_is_what_the_options_say(
    operator: Operator, call: Call, words: list[str], kind: str, content: dict[str, Any]
) -> None:
    sent, *_ = lines(await call("send", PHONE, *words, "--json"))

    shown = await operator.call("GET", f"/messages/{sent['messages'][0]['id']}")
    assert shown["type"] == kind
    assert shown["body"][kind].items() >= content.items()


@pytest.mark.parametrize(
    ("name", "params", "text"),
    [
        ("parcel_update", ["Ann", "9 EUR", "Monday"], "Hi Ann, pay 9 EUR before Monday."),
        ("repair_ready_named", ["first_name=Ann", "ticket=12"], "Hi Ann, ticket 12 is ready."),
    ],
)
async def test_parameters_of_a_template_are_by_position_or_by_name(
    operator: Operator, call: Call, name: str, params: list[str], text: str
) -> None:
    await call("send", PHONE, "--template", name, *(word for param in params for word in ("--param", param)))

    assert (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"][-1]["body"] == text


async def test_a_body_can_come_through_a_pipe(operator: Operator, call: Call) -> None:
    result = await call("send", PHONE, "--body", "-", stdin='{"type":"text","text":{"body":"Piped"}}')

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"][-1]
    assert (result.exit_code, shown["body"]) == (0, "Piped")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "give one thing to send: words, a file, a template, or --body."),
        (["Hi", "--template", "x"], "give one thing to send: words, a file, a template, or --body."),
        (["--image", "nowhere.jpg"], "--image nowhere.jpg: there is no such file, and it is no link and no media id."),
        (["--body", "{"], "--body is not JSON: Expecting property name enclosed in double quotes"),
        (["--body", "[]"], "--body is no JSON object."),
    ],
)
async def test_a_mistake_is_told_before_anything_is_sent(
    operator: Operator, call: Call, words: list[str], sentence: str
) -> None:
    result = await call("send", PHONE, *words)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"] == []


async def test_what_the_server_refuses_is_told_in_its_words(call: Call) -> None:
    result = await call("send", PHONE, "--body", '{"type":"text"}')

    assert result.exit_code == 1
    assert result.stderr == "Error: Parameter 'text' is mandatory for type 'text'\n"


# -- trigger -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "content"),
    [
        (["text", "Is", "it", "ready?"], "text", {"body": "Is it ready?"}),
        (["location", "-33.8", "151.2", "--name", "Quay"], "location", {"latitude": -33.8, "name": "Quay"}),
        (["body", '{"type":"unsupported"}'], "unsupported", {}),
    ],
)
async def test_a_user_writes_and_the_webhook_is_told(
    operator: Operator, call: Call, words: list[str], kind: str, content: dict[str, Any]
) -> None:
    written, *_ = lines(await call("trigger", *words, "--json"))

    told = await operator.inbound()
    assert (told["type"], told["id"], told["from"]) == (kind, written["id"], PHONE)
    assert told.get(kind, {}).items() >= content.items()


@pytest.mark.parametrize(
    ("kind", "told_as"),
    [
        ("image", "image"),
        ("document", "document"),
        ("video", "video"),
        ("audio", "audio"),
        ("voice", "audio"),
        ("sticker", "sticker"),
    ],
)
async def test_a_user_sends_a_file(operator: Operator, call: Call, tmp_path: Path, kind: str, told_as: str) -> None:
    sample, name = FILES[kind]
    file = tmp_path / name
    file.write_bytes(sample.data)

    await call("trigger", kind, str(file))

    told = await operator.inbound()
    assert told["type"] == told_as
    assert told[told_as]["mime_type"].partition(";")[0] == sample.mime
    assert told[told_as].get("voice") == {"voice": True, "audio": False}.get(kind)


async def test_a_user_taps_a_button_and_reacts(operator: Operator, call: Call) -> None:
    sent, *_ = lines(await call("send", PHONE, "Which?", "--button", "Blue", "--button", "Red", "--json"))
    message_id = sent["messages"][0]["id"]

    await call("trigger", "button", "Red", message_id)
    await call("trigger", "reaction", "👍", message_id)

    await operator.hook.wait_until(lambda: len(operator.hook.messages()) == 2)
    tap, reaction = operator.hook.messages()
    assert tap["interactive"]["button_reply"] == {"id": "Red", "title": "Red"}
    assert reaction["reaction"] == {"message_id": message_id, "emoji": "👍"}


async def test_a_user_answers_a_message_from_another_phone(operator: Operator, call: Call) -> None:
    sent = await operator.send_text(to=PHONE)

    await call("trigger", "text", "Yes", "--reply-to", sent)
    await call("trigger", "contact", "Ada", "+44 20 7946 0018", "--from", STRANGER)

    await operator.hook.wait_until(lambda: len(operator.hook.messages()) == 2)
    reply, card = operator.hook.messages()
    assert reply["context"]["id"] == sent
    assert (card["from"], card["contacts"][0]["name"]["formatted_name"]) == (STRANGER, "Ada")


async def test_what_a_user_has_tapped_or_shared_is_shown_in_words(call: Call) -> None:
    sent, *_ = lines(await call("send", PHONE, "Which?", "--button", "Blue", "--button", "Red", "--json"))
    message_id = sent["messages"][0]["id"]

    await call("trigger", "button", "Red", message_id)
    await call("trigger", "reaction", "👍", message_id)
    await call("trigger", "reaction", "", message_id)
    await call("trigger", "location", "-33.5", "151.2")

    shown = lines(await call("tail", "--no-follow", "--json", "-n", "4"))
    assert [message["preview"] for message in shown] == [
        "Red", "[reaction] 👍", "[reaction removed]", "[location] -33.5, 151.2"
    ]  # fmt: skip


# -- tail --------------------------------------------------------------------------------------------------------


async def test_bubbles_show_both_sides_with_ticks_and_why_something_failed(call: Call) -> None:
    await call("send", PHONE, "Your bike is ready")
    await call("send", STRANGER, "Hello")

    result = await call("tail", "--no-follow", "-n", "2")

    assert "Your bike is ready" in result.stdout
    assert "✓✓" in result.stdout
    assert "131047: Message failed to send" in result.stdout


async def test_tail_goes_on_with_what_comes_and_what_becomes_of_it(operator: Operator) -> None:
    async with started("tail", "--data", folder_of(operator), "--json", "-n", "1") as tail:
        assert tail.stdout is not None
        first = json.loads(await asyncio.wait_for(tail.stdout.readline(), 10))
        sent = await operator.send_text("Ready")
        shown = [json.loads(await asyncio.wait_for(tail.stdout.readline(), 10))]
        while shown[-1]["status"] != "read":
            shown.append(json.loads(await asyncio.wait_for(tail.stdout.readline(), 10)))

    assert first["direction"] == "inbound"
    assert {message["id"] for message in shown} == {sent}


async def test_tail_tells_of_a_request_that_was_refused(operator: Operator) -> None:
    async with started("tail", "--data", folder_of(operator), "-n", "1") as tail:
        assert tail.stdout is not None
        await asyncio.wait_for(tail.stdout.readline(), 10)  # it listens
        answer = await operator.client.send(PHONE, "nothing", {})
        async with asyncio.timeout(10):
            while "refused" not in (line := (await tail.stdout.readline()).decode()):
                pass

    assert answer.status == 400
    assert "✗ refused 100: Parameter 'type' is" in line


# -- listen ------------------------------------------------------------------------------------------------------


async def test_callbacks_are_passed_on_as_they_are_and_the_answer_counts(operator: Operator) -> None:
    async with (
        Receiver() as program,
        started("listen", "--data", folder_of(operator), "--forward-to", program.url) as listen,
    ):
        assert listen.stderr is not None
        await asyncio.wait_for(listen.stderr.readline(), 10)
        program.answer(500)
        sent = await operator.send_text()
        first = await program.next()

    delivered = await operator.call("GET", "/webhooks/deliveries", params={"message": sent})
    attempts = [
        attempt["status"] for each in delivered["deliveries"] if each["endpoint"] for attempt in each["attempts"]
    ]
    assert 500 in attempts
    assert first.headers["x-hub-signature-256"] == operator.hook.received[0].headers["x-hub-signature-256"]
    assert first.body == operator.hook.received[0].body
    assert listen.returncode == 0
    assert (await operator.call("GET", f"/numbers/{NUMBER}/webhooks"))["webhooks"] == []


NO_CALLBACKS = {
    "another type": ("text/plain", b"{}", "The Content-Type is text/plain; send application/json in UTF-8."),
    "no JSON": ("application/json", b"{", "The body is not valid JSON: Input data was truncated."),
    "no object": ("application/json", b"[]", "The body must be an object; it is []."),
}


@pytest.mark.parametrize(("mime", "body", "said"), NO_CALLBACKS.values(), ids=NO_CALLBACKS.keys())
async def test_what_is_no_callback_is_refused_and_not_passed_on(
    operator: Operator, mime: str, body: bytes, said: str
) -> None:
    async with (
        Receiver() as program,
        started("listen", "--data", folder_of(operator), "--forward-to", program.url) as listen,
    ):
        assert listen.stderr is not None
        await asyncio.wait_for(listen.stderr.readline(), 10)
        [endpoint] = (await operator.call("GET", f"/numbers/{NUMBER}/webhooks"))["webhooks"]

        async with operator.control.session.post(endpoint["url"], data=body, headers={"Content-Type": mime}) as got:
            answer = (got.status, (await got.text()).strip())

    assert (answer, program.received) == ((400, said), [])


# -- redeliver ---------------------------------------------------------------------------------------------------


async def test_what_was_told_is_told_again_if_the_options_choose_it(operator: Operator, call: Call) -> None:
    sent = await _told(operator)
    chosen = ("redeliver", "--state", "done", "--message", sent, "--kind", "status", "--number", NUMBER)

    counted = await call(*chosen, "--dry-run")
    earlier = await call(*chosen, "--to", "2020-01-01T09:00")
    dead = await call("redeliver", "--from", "2020-01-01T09:00+02:00")
    (again,) = lines(await call(*chosen, "--json"))

    await operator.hook.wait_until(lambda: operator.hook.statuses(sent).count("read") == 2)
    assert counted.stdout == "would go out again: 3\n"
    assert earlier.stdout == dead.stdout == "going out again: 0\n"
    assert again == {"deliveries": 3, "nowhere": 0}


async def test_a_delivery_is_made_again_by_its_id(operator: Operator, call: Call) -> None:
    sent = await _told(operator)
    delivery = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]

    result = await call("redeliver", delivery)

    await operator.hook.wait_until(lambda: operator.hook.statuses(sent).count("read") == 2)
    assert result.stdout == f"{delivery}  status → {operator.hook.url}\n"


async def test_what_has_no_webhook_any_more_is_not_delivered_again(operator: Operator, call: Call) -> None:
    await _told(operator)
    await operator.call("DELETE", f"/numbers/{NUMBER}/webhook")

    result = await call("redeliver", "--state", "done")

    assert result.stdout.splitlines() == [
        "going out again: 0",
        "left as they are, since their number or endpoint has no webhook any more: 3",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("evt_1", "--state", "done"), "give ids of deliveries, or options that choose them, not both."),
        (("--from", "noon"), "'noon' is no moment in ISO 8601, such as 2026-11-30T09:00."),
    ],
)
async def test_a_wish_to_deliver_again_that_is_unclear_is_a_mistake(
    call: Call, words: tuple[str, ...], why: str
) -> None:
    result = await call("redeliver", *words)

    assert result.exit_code == 2
    assert why in result.stderr


async def _told(operator: Operator) -> str:
    """Send a text, and return its id when the webhook was told everything of it."""
    sent = await operator.send_text()
    path = f"/webhooks/deliveries?message={sent}&state=done"
    await operator.settled(path, lambda found: len(found["deliveries"]) == 3)
    return sent


# -- env ---------------------------------------------------------------------------------------------------------


async def test_a_client_can_be_given_a_token_of_its_own(own_operator: Operator) -> None:
    (given,) = lines(
        await calling(own_operator)("env", "--client", "360dialog", "--new-token", "--json", "--number", NUMBER)
    )

    assert given["D360_BASE_URL"] == own_operator.server.base_url
    async with own_operator.client.session.get(
        f"{given['D360_BASE_URL']}/health_status", headers={"D360-API-KEY": given["D360_API_KEY"]}
    ) as answer:
        assert answer.status == 200


# -- export, import, completion ----------------------------------------------------------------------------------


async def test_what_was_exported_comes_back(operator: Operator, call: Call, tmp_path: Path) -> None:
    await operator.send_text("Keep me")
    (exported,) = lines(await call("export", str(tmp_path / "state.json"), "--json"))
    await operator.call("POST", "/reset")

    result = await call("import", str(tmp_path / "state.json"))

    assert result.exit_code == 0
    assert exported == {
        "file": str(tmp_path / "state.json"), "bytes": (tmp_path / "state.json").stat().st_size, "media": True
    }  # fmt: skip
    kept = (await operator.call("GET", "/messages"))["messages"]
    assert "Keep me" in [message["preview"] for message in kept]


async def test_a_file_that_cannot_be_written_is_told_in_words(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "state.json"

    result = await call("export", str(file))

    assert (result.exit_code, result.stderr) == (1, f"Error: {file}: No such file or directory.\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
async def test_completion_says_where_it_goes(call: Call, shell: str) -> None:
    result = await call("completion", shell)

    assert result.stdout.startswith("# ")
    assert "_WAYPOST_COMPLETE" in result.stdout
