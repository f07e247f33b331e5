"""kill -9 at random instants: what the store acknowledged survives, and the harness sees it when it does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.kept import BACKENDS
from tests.faults.tier import Tier
from tests.support.postgres import PostgresServer

_ROOT = Path(__file__).parents[2]


@pytest.fixture(params=sorted(BACKENDS))
def database_and_server(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A kind of database, and the URL of its server if it has one."""
    if request.param == "sqlite":
        return "sqlite", ""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return request.param, server.url("postgres")


def campaign(
    folder: Path, database: tuple[str, str], *, kills: int, seed: int = 1, store: str = "none", check_every: int = 100
) -> tuple[int, str]:
    """Run a campaign in a process of its own and return its exit code and what it says."""
    kind, server = database
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.faults.campaign",
            folder,
            f"--kills={kills}",
            f"--seed={seed}",
            f"--check-every={check_every}",
            f"--store={store}",
            f"--database={kind}",
            f"--server={server}",
        ],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
        capture_output=True,
        text=True,
        timeout=3_600,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_acknowledged_is_lost_and_nothing_is_stuck_after_hundreds_of_kills(
    tmp_path: Path, tier: Tier, database_and_server: tuple[str, str], seed: int
) -> None:
    quick = {"sqlite": 300, "postgresql": 60}[database_and_server[0]]  # here a life takes ten times as long
    kills = tier.count(quick=quick, full=5_000)

    code, said = campaign(tmp_path, database_and_server, kills=kills, seed=seed)

    found = re.fullmatch(rf"{kills} kills, (\d+) acknowledgements\n", said)
    assert code == 0, said
    assert found, said
    tier.note("kills", kills)
    tier.note("acknowledgements", int(found[1]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("store", "complaint"),
    [
        ("ack-before-commit", "was acknowledged (accept) and is not there"),
        ("job-after-commit", "is stuck"),
        ("delivery-after-commit", "nobody will be told"),
        ("shown-twice", "was shown 2 times"),
        ("status-twice", "BROKEN I5"),
    ],
)
def test_the_harness_finds_a_planted_bug(
    tmp_path: Path, database_and_server: tuple[str, str], store: str, complaint: str
) -> None:
    code, said = campaign(tmp_path, database_and_server, kills=1_000, store=store, check_every=10)

    assert code == 1, said
    assert complaint in said
