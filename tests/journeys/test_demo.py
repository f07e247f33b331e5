"""`waypost demo`, run as a newcomer runs it."""

import subprocess
import sys

import pytest
from tests.journeys.conftest import ONE_STORE

pytestmark = ONE_STORE


@pytest.fixture(scope="module")
def told() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "waypost", "demo"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_demo_delivers_a_file_by_id_and_by_link_on_each_face(told: str) -> None:
    assert told.count("a JPEG by id") == told.count("a PDF by link") == 3
    assert told.count("webhook: sent") == told.count("webhook: delivered") == told.count("webhook: read") == 6


def test_the_demo_shows_a_closed_window(told: str) -> None:
    assert "webhook: failed 131047" in told
