"""kill -9 on whole servers, at every stage and at random: nothing acknowledged is lost, nothing comes twice."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tests.faults.kept import BACKENDS
from tests.faults.server_campaign import Result
from tests.faults.server_stages import STAGES
from tests.faults.tier import Tier
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parents[2]


def campaign(folder: Path, **options: object) -> "subprocess.Popen[bytes]":
    """Start a campaign in a process of its own."""
    folder.mkdir()
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.server_campaign", folder, *flags],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
        stdout=subprocess.PIPE,
    )


def result_of(process: "subprocess.Popen[bytes]") -> Result:
    """Wait for the end of a campaign; what it complained of is on stderr."""
    said, _ = process.communicate(timeout=3_600)
    return msgspec.json.decode(said.splitlines()[-1], type=Result)


@pytest.fixture(params=sorted(BACKENDS))
def over(request: pytest.FixtureRequest) -> dict[str, str]:
    """A kind of database, and the URL of its server if it has one, as a campaign is told."""
    if request.param == "sqlite":
        return {"database": "sqlite"}
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return {"database": request.param, "server": server.url("postgres")}


def test_nothing_is_lost_doubled_or_stuck_after_hundreds_of_kills(
    tmp_path: Path, tier: Tier, over: dict[str, str]
) -> None:
    # Over PostgreSQL a life takes several times as long.
    hits_each, quick, full = {"sqlite": (1, 15, 3_250), "postgresql": (1, 8, 1_000)}[over["database"]]
    each, at_random = tier.count(quick=hits_each, full=50), tier.count(quick=quick, full=full)
    running = [campaign(tmp_path / f"{seed}", each=each, random=at_random, seed=seed, **over) for seed in (1, 2)]

    results = [result_of(process) for process in running]

    hits = sum((Counter(result.stages) for result in results), Counter[str]())
    assert [result.broken for result in results] == [[], []]
    assert sum(result.kills for result in results) == 2 * (each * len(STAGES) + at_random)
    assert {stage: count for stage in STAGES if (count := hits[stage]) < 2 * each} == {}
    tier.note("kills", sum(result.kills for result in results))
    tier.note("acknowledgements", sum(result.acknowledged for result in results))
    tier.note("failpoints", len(STAGES))
    tier.note("hits of the rarest failpoint", min(hits[stage] for stage in STAGES))


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        ("answers-before-commit", r"was acknowledged \(accept\) and is not there"),
        ("job-in-memory", "is stuck: accepted, and neither a job nor with the network"),
        ("forgets-tokens", "was shown 2 times"),
        ("forgets-keys", "(was answered with several ids|is there 2 times)"),
    ],
)
def test_the_harness_finds_a_bug_that_is_planted_in_the_store(
    tmp_path: Path, over: dict[str, str], planted: str, complaint: str
) -> None:
    flags = {"each": 0, "random": 600, "folder_kills": 10, "longest": 0.5, "planted": planted}
    result = result_of(campaign(tmp_path / "planted", **flags, **over))

    assert re.search(complaint, " ".join(result.broken))


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        ("row-before-bytes", "has no bytes"),
        ("done-before-post", "never reached the subscriber"),
    ],
)
def test_the_harness_finds_a_planted_bug(tmp_path: Path, planted: str, complaint: str) -> None:
    result = result_of(campaign(tmp_path / "planted", each=0, random=600, folder_kills=20, planted=planted))

    assert re.search(complaint, " ".join(result.broken))


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        ("tells-others", "I11: the webhook of"),
        ("leaks-descriptors", r"I12: a process had \d+ descriptors"),
        ("leaks-threads", r"I12: a process had \d+ threads"),
        ("leaks-memory", r"I12: a process had \d+ kilobytes"),
    ],
)
def test_the_harness_finds_a_bug_that_shows_without_a_kill(tmp_path: Path, planted: str, complaint: str) -> None:
    result = result_of(campaign(tmp_path / "planted", each=0, random=1, folder_kills=1, planted=planted))

    assert re.search(complaint, " ".join(result.broken))
