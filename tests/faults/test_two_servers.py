"""Two servers over one folder: the second refuses, and the first never notices."""

from pathlib import Path

import aiohttp
import pytest
from tests.faults.processes import serve_process, served

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
