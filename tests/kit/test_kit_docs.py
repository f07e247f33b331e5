"""The tutorial's bot and its tests do what the tutorial says."""

import re
from pathlib import Path

import pytest
from tests.support.inner import OPTIONS, VARIABLES

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorials" / "test-a-bot.md"
BLOCK = re.compile(r"```python\n# (?P<name>\w+)\.py\n(?P<code>.*?)```", re.DOTALL)


def test_the_tutorial_works_as_it_is_written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    files: dict[str, str] = {}
    for block in BLOCK.finditer(TUTORIAL.read_text("utf-8")):
        files[block["name"]] = files.get(block["name"], "") + block["code"]
    pytester.makepyfile(**files)

    result = pytester.runpytest_subprocess(*OPTIONS, timeout=120)

    result.assert_outcomes(passed=3)
