"""What axe says of a page of the console, or of the dialog that is open above it."""

from typing import Any

from tests.console.registry import LARGE, SMALL
from tests.support.browser import PACKAGES, Page

AXE = str(PACKAGES / "node_modules/axe-core/axe.min.js")
"""The script that a window needs for this: `visit(..., bypassCSP=True, scripts=[AXE])`."""

STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [sheet]; // colours that are on their way are nobody's
}"""
JUDGE = """async ([scheme, rules, preload, place]) => {
  while (document.documentElement.dataset.theme !== scheme) await new Promise(requestAnimationFrame);
  const where = document.querySelector("dialog[open]") ?? document.querySelector(place);
  const told = await axe.run(where, { resultTypes: ["violations"], preload, ...(rules && { runOnly: rules }) });
  const grave = told.violations.filter((each) => ["serious", "critical"].includes(each.impact));
  const places = (nodes) => nodes.map((node) => node.html.slice(0, 160)).join(" | ");
  return grave.map(({ id, help, nodes }) => `${id}: ${help}: ${places(nodes)}`);
}"""
SCHEMES: tuple[tuple[str, Any], ...] = (("light", None), ("dark", ["color-contrast"]))
"""The colours and the rules that are asked of them: dark, only colours differ."""


async def judged(page: Page, place: str = "html") -> dict[str, list[str]]:
    """Return what axe says of a page, or of a place of it, in each size and colour, where it says anything."""
    found: dict[str, list[str]] = {}
    for size in (LARGE, SMALL):
        await page.do("setViewportSize", size)
        for scheme, faults in (await judged_as_it_is(page, place, sheets=size is LARGE)).items():
            found[f"{scheme}, {size['width']} px"] = faults
    return found


async def judged_as_it_is(page: Page, place: str = "html", *, sheets: bool = False) -> dict[str, list[str]]:
    """Return what axe says of what is shown, in each colour, where it says anything.

    With `sheets` it reads every style sheet besides, which is slow, and of which nothing changes with the size.
    """
    found: dict[str, list[str]] = {}
    await page.script(STILL)
    for scheme, rules in SCHEMES:
        await page.do("emulateMedia", {"colorScheme": scheme})
        found[scheme] = await page.script(JUDGE, [scheme, rules, sheets, place])
    return {scheme: faults for scheme, faults in found.items() if faults}
