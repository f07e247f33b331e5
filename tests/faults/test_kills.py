"""kill -9 at random instants: what the store acknowledged survives, and the harness sees it when it does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.kept import BACKENDS
from tests.faults.tier import Tier

_ROOT = Path(__file__).parents[2]


def campaign(folder: Path, database: str, *, kills: int, seed: int, store: str = "none") -> tuple[int, str]:
    """Run a campaign in a process of its own and return its exit code and what it says."""
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.faults.campaign",
            folder,
            f"--kills={kills}",
            f"--seed={seed}",
            f"--store={store}",
            f"--database={database}",
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
@pytest.mark.parametrize("database", sorted(BACKENDS))
def test_nothing_acknowledged_is_lost_and_nothing_is_stuck_after_500_kills(
    tmp_path: Path, tier: Tier, database: str, seed: int
) -> None:
    kills = tier.count(quick=500, full=5_000)

    code, said = campaign(tmp_path, database, kills=kills, seed=seed)

    found = re.fullmatch(rf"{kills} kills, (\d+) acknowledgements\n", said)
    assert code == 0, said
    assert found, said
    tier.note("kills", kills)
    tier.note("acknowledgements", int(found[1]))


@pytest.mark.slow
@pytest.mark.parametrize("database", sorted(BACKENDS))
@pytest.mark.parametrize(
    ("store", "complaint"),
    [
        ("ack-before-commit", "was acknowledged (accept) and is not there"),
        ("job-after-commit", "is stuck"),
        ("delivery-after-commit", "nobody will be told"),
        ("shown-twice", "was shown 2 times"),
        ("status-twice", "had a status twice"),
    ],
)
def test_the_harness_finds_a_planted_bug(tmp_path: Path, database: str, store: str, complaint: str) -> None:
    code, said = campaign(tmp_path, database, kills=60, seed=1, store=store)

    assert code == 1, said
    assert complaint in said
