"""The pages of the console, as its registry names them, and a server on which each has something to show."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.console.content import week
from tests.support.browser import PACKAGES, Page
from tests.support.operator import Operator, operating

REGISTRY = (PACKAGES / "src/pages/index.ts").read_text("utf-8")
PATHS = re.findall(r'^    path: "([^"]+)",$', REGISTRY, re.MULTILINE)
"""Every page, some with variables: `/messages/:id`."""

SMALL, LARGE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Shown:
    """A server over which a week has passed, and where each page shows it."""

    operator: Operator
    places: dict[str, list[str]]

    def at(self, path: str) -> list[str]:
        """Return the places of a page."""
        assert ":" not in path or path in self.places, f"tests/console/content.py does not say what {path} is to show"
        return self.places.get(path, [path])


@asynccontextmanager
async def used_again(page: Page, size: dict[str, int] | None = None, expecting: str = "") -> AsyncIterator[Page]:
    """Use a window that other tests have used, in a size; raises Trouble of this use alone, as a window does."""
    await page.do("setViewportSize", size or LARGE)
    await page.do("emulateMedia", {"colorScheme": "light"})
    yield page
    await page.untroubled(expecting)


@asynccontextmanager
async def showing(folder: Path) -> AsyncIterator[Shown]:
    """Start a server and let a week pass."""
    async with operating(folder / "data", fetch_allow=["127.0.0.0/8"]) as operator:
        yield Shown(operator, await week(operator))


GO = """(place) => new Promise((done) => {
  if (location.hash === `#${place}`) return done();
  addEventListener("hashchange", () => setTimeout(done), { once: true }); // after the console has drawn the place
  location.hash = place;
})"""


async def come_to(page: Page, place: str) -> None:
    """Go from one place of the console to another and wait until it shows what it has."""
    await page.script(GO, place)
    await page.until("""() => document.querySelector("main h1") && !document.querySelector("main .loading")""")
