"""Two servers over one folder: the second refuses, and the first never notices."""

import asyncio
from pathlib import Path

import aiohttp
import msgspec
import pytest
from tests.faults.processes import serve_process, served
from tests.faults.tier import PATIENCE_SECONDS

from waypost.settings import ReadyInfo

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_second_server_over_the_same_folder_refuses_and_says_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with served(data) as first, aiohttp.ClientSession() as session:
        second = await serve_process(data)

        _, said = await second.communicate()

        async with session.get(f"{first.ready.base_url}/nothing") as answer:
            assert answer.status == 401
        assert second.returncode == 1
        assert said.decode() == (
            f"Error: Another process has {data}/waypost.db open. Stop it first, or give this one a data folder of its"
            " own.\n"
        )


async def test_a_second_server_that_refuses_leaves_the_ready_file_of_the_first(tmp_path: Path) -> None:
    data, ready_file = tmp_path / "data", tmp_path / "data.ready"
    async with served(data) as first:
        second = await serve_process(data, f"--ready-file={ready_file}")

        await second.communicate()

        assert second.returncode == 1
        assert msgspec.json.decode(ready_file.read_bytes(), type=ReadyInfo) == first.ready


async def test_a_server_takes_the_ready_file_of_one_that_was_killed(tmp_path: Path) -> None:
    async with served(tmp_path / "first") as killed:
        killed.process.kill()
        await killed.process.wait()
        stale = tmp_path / "first.ready"
        second = await serve_process(tmp_path / "first", f"--ready-file={stale}")

        async with asyncio.timeout(PATIENCE_SECONDS):
            while not stale.exists() or stale.read_bytes() == msgspec.json.encode(killed.ready) + b"\n":  # noqa: ASYNC110
                await asyncio.sleep(0.02)

        second.terminate()
        await second.communicate()
        assert second.returncode == 0
