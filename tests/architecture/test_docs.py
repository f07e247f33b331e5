"""The docs: what is made from the source is in step with it, and every link leads somewhere."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from tools.gen_reference import PAGES, REFERENCE

from waypost.cli import run
from waypost.ports import Cluster

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
TO_HEADING = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$|<a id=\"([^\"]+)\">", re.MULTILINE)
BODY = re.compile(r" -d '?\{| --data-binary @\w+\.json")
SAID = re.compile(r"Content-Type: application/json|\$JSON")
DECISION = re.compile(r"# \d+\. .+\n")
PARTS = ["## Situation", "## Decision", "## What was refused, and why", "## What would change our mind"]


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_says_what_the_source_says(name: str) -> None:
    written = (REFERENCE / name).read_text("utf-8")

    assert written == PAGES[name](), "run `make docs` and commit what it changes"


def test_every_link_between_pages_leads_to_a_file() -> None:
    broken = [f"{page.relative_to(ROOT)}: {link}" for page, link in _links() if not (page.parent / link).exists()]

    assert broken == []


def test_every_link_to_a_heading_finds_it() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {path}#{heading}"
        for page, path, heading in _links_to_headings()
        if heading not in _headings(page.parent / path if path else page)
    ]

    assert broken == []


def test_every_curl_that_sends_json_says_so() -> None:
    silent = [f"{page.name}: {line}" for page, line in _commands("curl") if BODY.search(line) and not SAID.search(line)]

    assert silent == []


def test_every_option_of_a_command_on_a_page_is_one_that_it_has() -> None:
    wrong = [f"{page.name}: {line}" for page, line in _commands("waypost") if not _is_known(line)]

    assert wrong == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    index += (REFERENCE / "errors.md").read_text("utf-8").replace("(errors/", "(reference/errors/").replace("#", ")")
    pages = sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page != DOCS / "README.md")

    assert [page for page in pages if f"({page})" not in index] == []


def test_every_decision_has_the_four_parts_and_fits_on_a_page() -> None:
    pages = {page.name: page.read_text("utf-8") for page in sorted((DOCS / "decisions").glob("*.md"))}

    assert [name for name, text in pages.items() if not DECISION.match(text)] == []
    assert [name for name, text in pages.items() if re.findall(r"^## .*$", text, re.MULTILINE) != PARTS] == []
    assert {name: lines for name, text in pages.items() if (lines := len(text.splitlines())) > 80} == {}


def test_the_table_of_what_processes_share_has_every_part_of_the_port() -> None:
    page = (DOCS / "explanation" / "architecture.md").read_text("utf-8")
    table = page.partition("## What several processes share")[2].partition("## ")[0]
    parts = [name for name in vars(Cluster) if not name.startswith("_")]
    files = re.findall(r"\(`(\w+\.py)`\)", table)

    assert [name for name in parts if f"`Cluster.{name}`" not in table] == []
    assert [name for name in files if not (ROOT / "src/waypost/storage/postgres" / name).exists()] == []


def _links() -> Iterator[tuple[Path, str]]:
    for page in sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]):
        for link in LINK.findall(page.read_text("utf-8")):
            yield page, link


def _links_to_headings() -> Iterator[tuple[Path, str, str]]:
    for page in sorted([*ROOT.glob("*.md"), *DOCS.glob("*/*.md")]):
        for path, heading in TO_HEADING.findall(page.read_text("utf-8")):
            yield page, path, heading


@cache
def _headings(page: Path) -> set[str]:
    """Return the names by which links find the headings of a page."""
    found = HEADING.findall(page.read_text("utf-8"))
    return {anchor or re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title, anchor in found}


def _commands(program: str) -> Iterator[tuple[Path, str]]:
    """Yield the command lines of a program that the pages for users show, each in one piece."""
    for page in sorted([*ROOT.glob("*.md"), *DOCS.glob("how-to/*.md"), *DOCS.glob("tutorials/*.md")]):
        for line in page.read_text("utf-8").replace("\\\n", " ").splitlines():
            if line.strip().startswith(f"{program} "):
                yield page, line.strip()


def _is_known(line: str) -> bool:
    """Say whether a line for the command line names a command, and options that it has."""
    words = line.partition("#")[0].split()[1:]
    command = run.commands[words[0]]
    if isinstance(command, click.Group):
        command = command.commands[words[1]]
    known = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}
    return all(word.partition("=")[0] in known for word in words if word.startswith("--"))
