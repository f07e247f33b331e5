"""Every reader holds for what searches begin with, for what they kept, and for what they ever found."""

import pytest
from tests.fuzz.seeds import FOLDER, seeds
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_known_breaks_a_reader(target: str) -> None:
    for data in seeds(target):
        try:
            TARGETS[target](data)
        except Exception as error:
            raise AssertionError(f"{target}({data!r})") from error


def test_what_is_kept_belongs_to_a_target() -> None:
    kept = {path.stem for folder in ("corpus", "found") for path in (FOLDER / folder).glob("*.txt")}

    assert kept <= TARGETS.keys()
