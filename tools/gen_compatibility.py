"""The compatibility table: each section of the reference, and how far the source has got with it.

A section is done when the source names it in a `# spec:` comment, or its whole chapter, and `compatibility.toml` has
nothing to say against it.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
SECTIONS = Path(__file__).with_name("compatibility.toml")

_PROVENANCE = re.compile(r"# spec: (.+)")
_PLACE = re.compile(r"([a-z-]+)\.md#(\d+(?:\.\d+)*)")
_TITLES = {"cloud-api": "Cloud API", "on-premises-api": "On-Premises API", "migration": "Between the two"}


class Section(msgspec.Struct, forbid_unknown_fields=True):
    """One section of the reference, in our own words; at most one of the last four is given."""

    title: str
    missing: str | None = None
    """It is built in part; this is not."""
    refused: str | None = None
    """It is not built, and why."""
    differs: str | None = None
    """It is done; what is done otherwise, or more leniently, than the reference says or leaves open."""
    nothing: str | None = None
    """There is nothing to build: it tells of facts; this is what they are used for."""


class Unaccounted(Exception):  # noqa: N818 - told to whoever runs the generator
    """Sections that no code names and that nobody has said anything about, or names of sections that do not exist."""


def compatibility_tables() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield the title and the rows of each page's table; raises Unaccounted."""
    places = _places()
    pages = msgspec.convert(tomllib.loads(SECTIONS.read_text("utf-8")), dict[str, dict[str, Section]])
    known = {(page, number) for page, sections in pages.items() for number in sections}
    chapters = {(page, number.partition(".")[0]) for page, number in known}
    strangers = sorted(f"{page}.md#{number}" for page, number in places if (page, number) not in known | chapters)
    silent = [
        f"{page}.md#{number}"
        for page, sections in pages.items()
        for number, section in sections.items()
        if not _named(places, page, number) and not (section.missing or section.refused or section.nothing)
    ]
    if strangers or silent:
        raise Unaccounted(f"unknown sections: {strangers}; sections without code or a word: {silent}")
    for page, sections in pages.items():
        yield _TITLES[page], [_row(places, page, number, section) for number, section in sections.items()]


def _row(places: Mapping[tuple[str, str], list[str]], page: str, number: str, section: Section) -> tuple[str, ...]:
    state, words = "done", section.differs or ""
    for name in ("missing", "refused", "nothing"):
        if said := getattr(section, name):
            state, words = {"missing": "partial", "refused": "refused", "nothing": "facts"}[name], said
    files = _named(places, page, number)
    if state == "partial" and not files:
        state = "not yet"
    return (number, section.title, state, words, ", ".join(f"`{file}`" for file in files[:3]))


def _named(places: Mapping[tuple[str, str], list[str]], page: str, number: str) -> list[str]:
    """Return the files that name a section or one inside it, and after them those that name its chapter."""
    chapter = number.partition(".")[0]
    own = [
        file
        for (of, section), files in places.items()
        if of == page and (section == number or section.startswith(f"{number}."))
        for file in files
    ]
    return list(dict.fromkeys([*sorted(own), *sorted(places.get((page, chapter), ()))]))


def _places() -> Mapping[tuple[str, str], list[str]]:
    """Return the source files by the section that they name."""
    places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    source = ROOT / "src" / "waypost"
    for path in sorted(source.rglob("*.py")):
        for provenance in _PROVENANCE.findall(path.read_text("utf-8")):
            for page, number in _PLACE.findall(provenance):
                places[page, number].append(str(path.relative_to(source)))
    return places
