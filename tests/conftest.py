"""What every test may ask for: the golden files."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"

Golden = Callable[[str, bytes], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that compares bytes with `tests/golden/<name>`, or writes them there.

    A file ends with a newline that is not part of what is compared.
    """
    update: bool = request.config.getoption("--update-golden")

    def compare(name: str, actual: bytes) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual + b"\n")
        expected = path.read_bytes().removesuffix(b"\n")
        assert expected.decode() == actual.decode()

    return compare
