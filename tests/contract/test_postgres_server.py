"""The PostgreSQL of the tests leaves nothing behind, however the tests end."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.postgres import missing_server

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

_ROOT = Path(__file__).parents[2]
_SECONDS = 60
# A test that tells who its server is, and never ends.
_HANGS = """
import time
from pathlib import Path

def test_hangs(postgres_server):
    told = Path(__file__).with_name("told.part")
    told.write_text(f"{postgres_server.pid} {postgres_server.folder} {postgres_server.data}")
    told.rename(told.with_name("told"))
    time.sleep(600)
"""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


def is_running(pid: str) -> bool:
    """Say whether there is such a process; one that has ended and was not asked for its status has no command line."""
    line = Path("/proc") / pid / "cmdline"
    return line.exists() and line.read_bytes() != b""


async def test_a_server_and_its_folders_go_with_a_pytest_that_is_killed(tmp_path: Path) -> None:
    if why := missing_server():
        pytest.skip(why)
    (tmp_path / "test_hangs.py").write_text(_HANGS)
    hanging = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "-c", _ROOT / "pyproject.toml", "-p", "tests.conftest",
        f"--basetemp={tmp_path / 'inner'}", tmp_path / "test_hangs.py",
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}, stdout=DEVNULL,
    )  # fmt: skip
    try:
        await until((tmp_path / "told").exists)
    finally:
        hanging.kill()
        await hanging.wait()

    pid, folder, data = (tmp_path / "told").read_text().split()

    await until(lambda: not (is_running(pid) or Path(folder).exists() or Path(data).exists()))
