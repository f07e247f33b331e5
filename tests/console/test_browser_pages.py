"""Every page of the console, as its registry names them: for assistive technology, and on a small screen."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.console.registry import LARGE, PATHS, SMALL, Shown, come_to, showing
from tests.support.browser import PACKAGES, Browser, Page, Visit

pytestmark = pytest.mark.anyio

AXE = PACKAGES / "node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory, server_store: str) -> AsyncIterator[Shown]:
    _ = server_store
    async with showing(tmp_path_factory.mktemp("pages")) as there:
        yield there


# -- axe -----------------------------------------------------------------------------------------------------------

STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [sheet]; // colours that are on their way are nobody's
}"""
JUDGE = """async (rules) => {
  const told = await axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
  const grave = told.violations.filter((each) => ["serious", "critical"].includes(each.impact));
  const where = (nodes) => nodes.map((node) => node.html.slice(0, 160)).join(" | ");
  return grave.map(({ id, help, nodes }) => `${id}: ${help}: ${where(nodes)}`);
}"""


async def judged(page: Page) -> dict[str, list[str]]:
    """Return what axe says of a page in each size and colour, where it says anything; dark, only colours differ."""
    found: dict[str, list[str]] = {}
    await page.script(STILL)
    for size in (LARGE, SMALL):
        await page.do("setViewportSize", size)
        for scheme, rules in (("light", None), ("dark", ["color-contrast"])):
            await page.do("emulateMedia", {"colorScheme": scheme})
            await page.until("(theme) => document.documentElement.dataset.theme === theme", scheme)
            found[f"{scheme}, {size['width']} px"] = await page.script(JUDGE, rules)
    return {how: faults for how, faults in found.items() if faults}


@pytest.mark.parametrize("path", PATHS)
async def test_axe_finds_no_serious_fault(shown: Shown, visit: Visit, path: str) -> None:
    found: dict[str, Any] = {}

    async with visit(shown.operator, bypassCSP=True, scripts=[str(AXE)]) as page:
        for place in shown.at(path):
            await come_to(page, place)
            found[place] = await judged(page)

    assert {place: faults for place, faults in found.items() if faults} == {}


async def test_axe_finds_no_serious_fault_in_the_sign_in(shown: Shown, browser: Browser) -> None:
    base = shown.operator.server.base_url

    async with browser.window(base, bypassCSP=True, scripts=[str(AXE)], expecting="401") as page:
        await page.go("/_waypost/")
        await page.role("heading", "Sign in to the console").shown()

        assert await judged(page) == {}


# -- Small screens -------------------------------------------------------------------------------------------------

WIDER = """() => [document.documentElement, ...document.querySelectorAll("main, .page, .page-body, .page-body > *")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && !each.matches(".virtual"))
  .map((each) => `${each.tagName}.${each.className}: ${each.scrollWidth} px in ${each.clientWidth}`)"""

BEYOND = """() => [...document.querySelectorAll("main :is(button, a, input, select, textarea)")]
  .filter((each) => {
    const isEdge = (there) => !there || there.matches(".page-body, main");
    let around = each.parentElement;
    while (!isEdge(around) && getComputedStyle(around).overflowX === "visible") around = around.parentElement;
    return isEdge(around);
  })
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, { left, right, width }]) => width > 1 && (left < -1 || right > innerWidth + 1))
  .map(([html]) => html)"""
"""Controls that lie beyond the edge, but for those in a strip that scrolls by itself, such as tabs or cards."""


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_scrolls_sideways_on_a_small_screen(shown: Shown, visit: Visit, path: str) -> None:
    found: dict[str, Any] = {}

    async with visit(shown.operator, **SMALL) as page:
        for place in shown.at(path):
            await come_to(page, place)
            found[place] = [*await page.script(WIDER), *await page.script(BEYOND)]

    assert {place: faults for place, faults in found.items() if faults} == {}
