"""The example bots, each tested with the kit as its own project tests it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.inner import OPTIONS, VARIABLES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
VITEST = EXAMPLES / "node_vitest"
BOTS = ["fastapi_bot", "flask_bot", "django_bot", "pywa_bot"]
_START = """#!{python}
import sys
sys.path.insert(0, {src!r})
from waypost.__main__ import main
main()
"""


@pytest.mark.parametrize("bot", BOTS)
def test_a_bot_passes_its_tests(bot: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--basetemp", str(tmp_path / "pytest")]

    answer = _run(command, EXAMPLES / bot, **VARIABLES)

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_test_of_a_bot_with_a_client_library_has_less_than_twenty_lines() -> None:
    lines = (EXAMPLES / "pywa_bot" / "test_bot.py").read_text("utf-8").splitlines()

    assert len(lines) < 20


def test_a_bot_in_node_passes_its_tests(tmp_path: Path) -> None:
    if why := _why_no_vitest():
        pytest.skip(why)
    start = tmp_path / "waypost"
    start.write_text(_START.format(python=sys.executable, src=str(ROOT / "src")), "utf-8")
    start.chmod(0o755)

    answer = _run(["node", "node_modules/vitest/vitest.mjs", "run"], VITEST, RUN_WAYPOST=str(start))

    assert answer.returncode == 0, answer.stdout + answer.stderr


def _run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, **variables}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)


def _why_no_vitest() -> str | None:
    if shutil.which("node") is None:
        return "Node is not installed"
    if not (VITEST / "node_modules" / "vitest" / "vitest.mjs").exists():
        return "vitest is not installed: run make setup"
    return None
