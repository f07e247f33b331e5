"""The plugin as a project uses it: its settings, its fixtures, and how failures read."""

import re
from collections.abc import Callable
from textwrap import dedent, indent

import pytest
from tests.conftest import Golden
from tests.support.inner import OPTIONS, VARIABLES

_CHANGING = [
    (re.compile(r"wamid\.[\w=+/]+"), "wamid.ID"),
    (re.compile(r"\d\d:\d\d:\d\d\.\d{3}"), "HH:MM:SS.mmm"),
    (re.compile(r"in \d+ ms"), "in N ms"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"(; no answer: connection refused)+"), "; no answer: connection refused"),
    (re.compile(r"(?<=gave no answer: connection refused).*"), ", in attempt N. ..."),
]

Run = Callable[..., pytest.RunResult]

FAILURES = {
    "a_word_is_wrong": """
        ann.says("Where is my order?")
        send("15551234567", "On it way")
        waypost.webhooks.expect_status("read", within=10)
        ann.expect_text("On its way", within=0.1)
    """,
    "the_message_failed": """
        waypost.clock.freeze()
        ann.says("Where is my order?")
        waypost.clock.advance(hours=25)
        send("15551234567", "On its way")
        waypost.webhooks.expect_status("failed", within=10)
        ann.expect_text("On its way", within=0.1)
    """,
    "a_link_is_not_fetched": """
        ann.says("Where is my order?")
        send("15551234567", "https://127.0.0.1/bike.jpg", "image")
        waypost.webhooks.expect_status("failed", within=10)
        ann.expect_image(within=0.1)
    """,
    "the_program_is_refused_and_keeps_quiet": """
        ann.says("Where is my order?")
        for kind in ("text", "text", "nothing"):
            with contextlib.suppress(Exception):
                send("15551234567", "", kind)
        ann.expect_text("On its way", within=0.1)
    """,
    "the_program_is_down": """
        waypost.webhooks.to("http://127.0.0.1:1/webhook")
        ann.says("Where is my order?")
        ann.expect_text("On its way", within=1)
    """,
    "nothing_was_written": """
        ann.expect_image(within=0.1)
    """,
    "another_kind_came": """
        ann.says("Where is my order?")
        send("15551234567", "On its way")
        waypost.webhooks.expect_status("read", within=10)
        ann.expect_buttons("On its way?", "Yes", "No", within=0.1)
    """,
    "one_too_many": """
        ann.says("Where is my order?")
        send("15551234567", "On its way")
        waypost.webhooks.expect_status("read", within=10)
        ann.expect_no_message(within=1)
    """,
    "nothing_to_tap": """
        ann.says("Where is my order?")
        ann.taps("Yes", within=0.1)
    """,
    "the_webhook_was_told_otherwise": """
        ann.says("Where is my order?")
        waypost.webhooks.received(1, within=10)
        waypost.webhooks.expect_message("Where is my bike?", within=0.1)
    """,
}
_FILE = """
import contextlib
import json
import pytest

@pytest.fixture
def ann(waypost):
    return waypost.phone("+15551234567", name="Ann")

@pytest.fixture
def send(waypost):
    def send(to, body, kind="text"):
        content = {"body": body} if kind == "text" else {"link": body}
        message = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content}
        path = f"/v24.0/{waypost.phone_number_id}/messages"
        headers = {"Authorization": f"Bearer {waypost.token}", "Content-Type": "application/json"}
        waypost.control.ask("POST", path, json.dumps(message).encode(), headers)
    return send
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest with the plugin, in a process of its own as projects do."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: pytester.runpytest_subprocess(*OPTIONS, *arguments, timeout=120)


def test_failures_tell_the_conversation_and_what_became_of_it(
    pytester: pytest.Pytester, run: Run, golden: Golden
) -> None:
    tests = [f"def test_{name}(waypost, ann, send):\n{indent(dedent(body), '    ')}" for name, body in FAILURES.items()]
    pytester.makepyfile("\n".join([_FILE, *tests]))

    result = run("--tb=short", "--no-header", "-rN")

    result.assert_outcomes(failed=len(FAILURES))
    golden("kit/failures.txt", _steady("\n".join(map(_said, filter(_is_told, result.outlines)))).encode())


# What a project has that sets nothing: the names of its tests are what the kit promises.
PROJECT = {
    "test_sharing": """
seen = set()

def test_it_does_much(waypost):
    seen.add(waypost.base_url)
    waypost.clock.advance(days=1)
    waypost.rules.fail(131026)
    waypost.webhooks.answer(500)
    waypost.webhooks.to("http://127.0.0.1:1/")
    waypost.phone("15551234567", name="Ann").says("Hi")

def test_it_shares_the_server_and_sees_nothing_of_the_other(waypost):
    seen.add(waypost.base_url)
    assert len(seen) == 1
    assert waypost.control.get("/rules")["rules"] == []
    assert waypost.control.get("/clock")["offset_seconds"] == 0
    assert waypost.numbers[0]["webhook"]["url"] == waypost.webhooks.own_url
    assert waypost.webhooks.received() == []
    ann = waypost.phone("15551234567")
    assert ann.name != "Ann"
    assert ann.messages == []
""",
    "test_surroundings": """
def test_it_sees_no_settings_of_its_surroundings(waypost):
    assert waypost.phone_number_id == '15550100900'
""",
    "test_asgi": """
import queue

bodies = queue.Queue()

async def app(scope, receive, send):
    if scope["type"] == "http":
        message = await receive()
        bodies.put(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

def test_a_program_is_served_beside_it(waypost, waypost_bot):
    waypost_bot(app)
    waypost.phone("15551234567").says("Hi")
    assert b"Hi" in bodies.get(timeout=5)
""",
    "test_wsgi": """
import queue

bodies = queue.Queue()

def app(environ, start_response):
    bodies.put(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]

def test_a_program_is_served_beside_it(waypost, waypost_bot):
    waypost_bot(app)
    waypost.phone("15551234567").says("Hi")
    assert b"Hi" in bodies.get(timeout=5)
""",
}


def test_a_test_of_a_project_finds_what_the_kit_promises(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_NUMBER", "4915550009999")
    pytester.path.joinpath("waypost.toml").write_text('number = "4915550008888"\n', "utf-8")
    pytester.makepyfile(**PROJECT)

    result = run()

    result.assert_outcomes(passed=5)


def test_each_test_has_a_server_of_its_own_if_the_project_says_so(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nwaypost_scope = test\nwaypost_serve = --number 4915550001234 --token my-own-token\n")
    pytester.makepyfile(
        """
        seen = set()

        def test_one(waypost):
            seen.add(waypost.base_url)
            assert (waypost.phone_number_id, waypost.token) == ("4915550001234", "my-own-token")

        def test_two(waypost):
            assert waypost.base_url not in seen
        """
    )

    run().assert_outcomes(passed=2)


def test_a_conftest_may_choose_the_options_and_start_further_servers(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def waypost_options():
            return ["--number", "4915550001234"]
        """
    )
    pytester.makepyfile(
        """
        def test_one(waypost, waypost_starter):
            with waypost_starter("--rules", "relaxed") as another:
                assert another.phone_number_id == waypost.phone_number_id == "4915550001234"
                assert another.base_url != waypost.base_url
        """
    )

    run().assert_outcomes(passed=1)


def test_options_that_are_refused_are_told_in_the_servers_words(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nwaypost_serve = --number abc\n")
    pytester.makepyfile("def test_one(waypost):\n    pass\n")

    result = run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*NotStartedError: waypost serve did not become ready:*", "*--number abc*"])


def test_a_mistaken_scope_is_refused(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nwaypost_scope = module\n")
    pytester.makepyfile("def test_one(waypost):\n    pass\n")

    run().stdout.fnmatch_lines(["*waypost_scope = module: write session or test.*"])


def _is_told(line: str) -> bool:
    return line.startswith(("E", "___"))


def _said(line: str) -> str:
    """Return a line of a failure, or the name of its test as a heading."""
    return line.removeprefix("E").removeprefix("   ").rstrip() if line.startswith("E") else f"\n== {line.strip('_ ')}"


def _steady(text: str) -> str:
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text
