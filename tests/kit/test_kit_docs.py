"""The tutorial's bot and its tests do what the tutorial says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorials" / "test-a-bot.md"
BLOCK = re.compile(r"```python\n# (?P<name>\w+)\.py\n(?P<code>.*?)```", re.DOTALL)
PLUGIN = ("-p", "no:waypost", "-p", "waypost.pytest_plugin", "-p", "no:cacheprovider")


def test_the_tutorial_works_as_it_is_written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    files: dict[str, str] = {}
    for block in BLOCK.finditer(TUTORIAL.read_text("utf-8")):
        files[block["name"]] = files.get(block["name"], "") + block["code"]
    pytester.makepyfile(**files)

    result = pytester.runpytest_subprocess(*PLUGIN, timeout=120)

    result.assert_outcomes(passed=3)
