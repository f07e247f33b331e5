"""kill -9 in the middle of commands: what is left is the old or the new, never a half, and the next run completes."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.faults.command_campaign import Result
from tests.faults.commands import COMMANDS
from tests.faults.tier import Tier
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parents[2]
_IN_A_FILE = ("backup", "migrate", "restore")


def campaign(folder: Path, server: str, *, command: str, cuts: int, planted: str = "none") -> Result:
    """Run a campaign in a process of its own."""
    flags = [f"--command={command}", f"--cuts={cuts}", f"--planted={planted}", f"--server={server}"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.command_campaign", folder, *flags],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
        stdout=subprocess.PIPE,
        timeout=3_600,
        check=False,
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Result)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_that_is_killed_leaves_the_old_or_the_new_and_its_next_run_completes(
    tmp_path: Path, tier: Tier, postgres_server: PostgresServer, command: str
) -> None:
    cuts = tier.count(quick=10 if command in _IN_A_FILE else 4, full=500)

    result = campaign(tmp_path, postgres_server.url("postgres"), command=command, cuts=cuts)

    assert result.broken == []
    tier.note("cuts", result.cuts)
    tier.note("cuts that left the old", result.old)


@pytest.mark.parametrize(("command", "planted"), [("restore", "written-in-place"), ("move", "piecemeal")])
def test_a_command_that_writes_in_pieces_is_caught(
    tmp_path: Path, postgres_server: PostgresServer, command: str, planted: str
) -> None:
    result = campaign(tmp_path, postgres_server.url("postgres"), command=command, cuts=6, planted=planted)

    assert "neither the old nor the new" in " ".join(result.broken)
