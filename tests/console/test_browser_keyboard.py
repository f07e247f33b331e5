"""The console without a mouse: every control is reached in order and can be seen."""

import pytest
from tests.console.registry import PATHS, Shown, come_to, used_again
from tests.support.browser import Page

pytestmark = pytest.mark.anyio

MOST = 40
"""How many controls of a page are gone through: lists are as long as what they show."""

CONTROLS = """(most) => {
  const live = ":is(button, input, select, textarea):not([disabled])";
  const offered = `main :is(a[href], ${live}, audio, video, summary, [tabindex='0'])`;
  const shown = (each) => each.checkVisibility({ visibilityProperty: true }) && each.tabIndex >= 0;
  window.controls = [...document.querySelectorAll(offered)].filter(shown).slice(0, most);
  return window.controls.map((each) => each.outerHTML.slice(0, 140));
}"""
AT = """() => {
  const there = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(there);
  const seen = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  return { at: window.controls.indexOf(there), inside: there.closest("main") !== null, seen };
}"""


@pytest.mark.parametrize("path", PATHS)
async def test_tab_reaches_every_control_in_order_and_shows_where_it_is(shown: Shown, window: Page, path: str) -> None:
    async with used_again(window) as page:
        await come_to(page, shown.at(path)[0])
        controls = await page.script(CONTROLS, MOST)
        reached, unseen = await _tab_through(page, len(controls))

    assert [controls[at] for at in range(len(controls)) if at not in reached] == []
    assert reached == sorted(reached)
    assert [controls[at] for at in unseen] == []


async def _tab_through(page: Page, count: int) -> tuple[list[int], list[int]]:
    """Press Tab from the beginning of the page; return which controls were reached, and which did not show it."""
    reached: list[int] = []
    unseen: list[int] = []
    await page.script("() => document.getElementById('main').focus()")
    for _ in range(3 * count + 10):  # players have several stops, and boxes that scroll are stops, too
        await page.key("Tab")
        stop = await page.script(AT)
        if not stop["inside"] or count - 1 in reached:
            break
        if stop["at"] >= 0 and stop["at"] not in reached:
            reached.append(stop["at"])
            unseen += [] if stop["seen"] else [stop["at"]]
    return reached, unseen


async def test_the_navigation_can_be_skipped(window: Page) -> None:
    async with used_again(window) as page:
        await come_to(page, "/messages")
        await page.do("reload")
        await page.role("heading", "Messages").shown()
        await page.key("Tab")
        await page.key("Enter")

        assert await page.script("() => document.activeElement.id") == "main"
