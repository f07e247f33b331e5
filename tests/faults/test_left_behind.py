"""What a crash leaves in the folder is cleared at the next start."""

from pathlib import Path

import pytest
from tests.support.server import running

pytestmark = pytest.mark.anyio


async def test_an_unfinished_upload_is_removed_at_the_next_start(tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    left = tmp_path / "media" / "tmp" / "half-an-upload"
    left.write_bytes(b"half")

    async with running(tmp_path):
        assert not left.exists()
