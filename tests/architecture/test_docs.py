"""The docs: what is made from the source is in step with it, and every link leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.gen_reference import PAGES, REFERENCE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
DECISION = re.compile(r"# \d+\. .+\n")
PARTS = ["## Situation", "## Decision", "## What was refused, and why", "## What would change our mind"]


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_says_what_the_source_says(name: str) -> None:
    written = (REFERENCE / name).read_text("utf-8")

    assert written == PAGES[name](), "run `make docs` and commit what it changes"


def test_every_link_between_pages_leads_to_a_file() -> None:
    broken = [f"{page.relative_to(ROOT)}: {link}" for page, link in _links() if not (page.parent / link).exists()]

    assert broken == []


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


def _links() -> Iterator[tuple[Path, str]]:
    for page in sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]):
        for link in LINK.findall(page.read_text("utf-8")):
            yield page, link
