"""The servers of the tests leave nothing running, however the tests end."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.postgres import missing_server

pytestmark = pytest.mark.anyio

_ROOT = Path(__file__).parents[2]
_SECONDS = 60
# A process like a pytest: it starts a server, tells its process id and where it has something, and never ends.
_POSTGRES = """
from tests.support.postgres import PostgresServer
with PostgresServer.running() as server:
    tell(server.pid, server.folder, server.data)
"""
_S3 = """
from tests.support.s3 import S3Server
server = S3Server(told.with_name("s3"))
server.start()
tell(server.pid, server.folder.with_name("s3.pid"))
"""
_TELL = """
import sys, time
from pathlib import Path
told = Path(sys.argv[1])
def tell(*facts):
    part = told.with_suffix(".part")
    part.write_text("\\n".join(map(str, facts)))
    part.rename(told)
    time.sleep(600)
"""


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


def is_running(pid: str) -> bool:
    """Say whether there is such a process; one that has ended and was not asked for its status has no command line."""
    line = Path("/proc") / pid / "cmdline"
    return line.exists() and line.read_bytes() != b""


async def left_by(program: str, told: Path) -> tuple[str, list[Path]]:
    """Kill the program once it has told, and return the id of its server and what that has."""
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _TELL + program, told,
        cwd=told.parent, env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
    )  # fmt: skip
    try:
        await until(lambda: told.exists() or doomed.returncode is not None)
    finally:
        doomed.kill()
        await doomed.wait()
    pid, *places = told.read_text().split("\n")  # noqa: ASYNC240 - a line or three, in a test
    return pid, [Path(place) for place in places]


@pytest.mark.slow
async def test_a_postgresql_and_its_folders_go_with_a_process_that_is_killed(tmp_path: Path) -> None:
    if why := missing_server():
        pytest.skip(why)

    pid, places = await left_by(_POSTGRES, tmp_path / "told")

    await until(lambda: not (is_running(pid) or any(place.exists() for place in places)))


async def test_an_s3_server_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    pid, places = await left_by(_S3, tmp_path / "told")

    await until(lambda: not (is_running(pid) or any(place.exists() for place in places)))
