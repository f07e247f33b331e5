"""`waypost record`: a conversation becomes a test, and the test passes against the same program."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.inner import OPTIONS, VARIABLES
from tests.support.media import jpeg
from tests.support.program import Program

from waypost.cli import run
from waypost.testing import Phone, Waypost

ROOT = Path(__file__).parents[2]

# The order desk of the examples, in place of the comment that a recorded test begins with.
CONFTEST = f"""
import sys
import pytest
sys.path.insert(0, {str(ROOT / "examples" / "fastapi_bot")!r})
from bot import create_app

@pytest.fixture
def waypost(waypost, waypost_bot):
    waypost_bot(create_app(waypost.env()))
    return waypost
"""


def recorded(waypost: Waypost, phone: Phone, *options: str) -> str:
    """Return what the command prints."""
    where = ("--url", waypost.base_url, "--admin-token", waypost.admin_token)
    result = CliRunner().invoke(run, ["record", f"+{phone.wa_id}", *where, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_was_clicked_together_is_written_as_it_happened(waypost: Waypost, program: Program) -> None:
    bea = waypost.phone("+1 555 765 4321", name="Bea")
    hello = bea.says("Hello")
    program.buttons(bea.wa_id, "How can I help?", order="Where is my order?", person="Talk to a person")
    bea.taps("Where is my order?")
    told = program.text(bea.wa_id, "On its way", context={"message_id": hello.id})
    came = bea.expect_text("On its way")
    bea.says("Thanks", reply_to=came)
    bea.reacts("👍", to=told)
    bea.shares_location(52.5, 13.4, name="Dock")
    waypost.clock.advance(hours=25)
    program.text(bea.wa_id, "Are you there?")
    waypost.webhooks.expect_status("failed")

    text = recorded(waypost, bea)

    assert (
        text.partition("def test_")[2]
        == """the_conversation_with_bea(bea, waypost):
    bea.says("Hello")

    bea.expect_buttons("How can I help?", "Where is my order?", "Talk to a person")

    bea.taps("Where is my order?")

    message_1 = bea.expect_text("On its way")

    bea.says("Thanks", reply_to=message_1)
    bea.reacts("👍", to=message_1)
    bea.shares_location(52.5, 13.4, name="Dock")

    waypost.clock.advance(hours=25)

    waypost.webhooks.expect_status("failed", code=131047)
"""
    )


def test_a_recorded_test_passes_against_the_same_program_and_fails_against_another(
    waypost: Waypost,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    sys.path.insert(0, str(ROOT / "examples" / "fastapi_bot"))
    request.addfinalizer(lambda: sys.path.remove(str(ROOT / "examples" / "fastapi_bot")))
    from bot import create_app

    request.getfixturevalue("waypost_bot")(create_app(waypost.env()))
    bea = waypost.phone("+1 555 765 4321", name="Bea")
    bea.sends(jpeg().data, caption="This one")
    bea.taps("Where is my order?")
    bea.expect_text("I know of no order of yours.")
    same = pytester.path / "test_same.py"
    said = recorded(waypost, bea, "--output", str(same))
    other = same.read_text("utf-8").replace('no order of yours."', 'two orders of yours.", within=0.1')
    same.with_name("test_other.py").write_text(other, "utf-8")
    pytester.makeconftest(CONFTEST)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    result = pytester.runpytest_subprocess(*OPTIONS, "-rA", timeout=60)

    assert said == f"{same}: 4 messages, 1 file beside it\n"
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["PASSED test_same.py::*", "FAILED test_other.py::*"])


def test_a_conversation_can_begin_with_a_later_message(waypost: Waypost) -> None:
    bea = waypost.phone("+1 555 765 4321", name="Bea")
    bea.says("Before")
    later = bea.says("Later")

    text = recorded(waypost, bea, "--since", later.id)

    assert ("Before" in text, "Later" in text) == (False, True)


def test_a_conversation_that_is_too_long_is_said_to_be(waypost: Waypost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["waypost.cli.record"], "_MOST", 2)
    bea = waypost.phone("+1 555 765 4321", name="Bea")
    for word in ("One", "Two", "Three"):
        bea.says(word)
    where = ("--url", waypost.base_url, "--admin-token", waypost.admin_token)

    result = CliRunner().invoke(run, ["record", bea.wa_id, *where], catch_exceptions=False)

    assert result.stderr == "The conversation is long: only its newest 2 messages are looked at.\n"
    assert '"Two"' in result.stdout
    assert '"One"' not in result.stdout
