"""kill -9 at random instants: what the store acknowledged survives, and the harness sees it when it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def campaign(folder: Path, *, kills: int, seed: int, store: str = "none") -> tuple[int, str]:
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
        ],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_acknowledged_is_lost_and_nothing_is_stuck_after_500_kills(tmp_path: Path, seed: int) -> None:
    code, said = campaign(tmp_path, kills=500, seed=seed)

    assert (code, said.partition(",")[0]) == (0, "500 kills"), said


@pytest.mark.slow
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
def test_the_harness_finds_a_planted_bug(tmp_path: Path, store: str, complaint: str) -> None:
    code, said = campaign(tmp_path, kills=60, seed=1, store=store)

    assert code == 1, said
    assert complaint in said
