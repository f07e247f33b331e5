"""Start-up: `waypost --help` and a refused setting answer at once, since nothing heavy is imported for them."""

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"

HEAVY = {
    "PIL",
    "aiohttp",
    "apsw",
    "asyncio",
    "cryptography",
    "hashlib",
    "httpcore",
    "msgspec",
    "phonenumbers",
    "rich",
    "tempfile",
}
HEAVY |= {"starlette", "uvicorn", "uvloop"}

IMPORTED = "import sys, waypost.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def test_the_command_line_imports_nothing_heavy() -> None:
    command = [sys.executable, "-c", IMPORTED]

    answer = subprocess.run(command, cwd=SRC, capture_output=True, text=True, check=True, timeout=30)

    imported = set(answer.stdout.split())
    assert HEAVY & imported == set()
    assert "click" in imported


PLUGIN = "import sys, waypost.pytest_plugin; print(*sorted(name for name in sys.modules if name.startswith('waypost')))"


def test_the_plugin_for_pytest_costs_nothing_until_a_test_asks_for_it() -> None:
    command = [sys.executable, "-c", PLUGIN]

    answer = subprocess.run(command, cwd=SRC, capture_output=True, text=True, check=True, timeout=30)

    assert answer.stdout.split() == ["waypost", "waypost.pytest_plugin"]
