"""The console without a mouse: every control is reached in order and can be seen, and dialogs let nobody get lost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.console.registry import PATHS, SMALL, Shown, come_to, showing
from tests.support.browser import Page, Visit

pytestmark = pytest.mark.anyio

MOST = 40
"""How many controls of a page are gone through: lists are as long as what they show."""
STEPS_IN_A_DIALOG = 8

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


@pytest.fixture(scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory, server_store: str) -> AsyncIterator[Shown]:
    _ = server_store
    async with showing(tmp_path_factory.mktemp("keyboard")) as there:
        yield there


@pytest.mark.parametrize("path", PATHS)
async def test_tab_reaches_every_control_in_order_and_shows_where_it_is(shown: Shown, visit: Visit, path: str) -> None:
    async with visit(shown.operator) as page:
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


WHERE = """() => {
  const there = document.activeElement;
  return there === document.body || there.closest("dialog[open]") !== null;
}"""


@pytest.mark.parametrize("size", [{}, SMALL], ids=["large", "small"])
@pytest.mark.parametrize("path", PATHS)
async def test_a_dialog_keeps_the_focus_and_gives_it_back(
    shown: Shown, visit: Visit, path: str, size: dict[str, int]
) -> None:
    lost: list[Any] = []

    async with visit(shown.operator, **size) as page:
        await come_to(page, shown.at(path)[0])
        openers = page.css("main button[aria-haspopup=dialog]:not([disabled]):visible")
        for at in range(min(await openers.count(), 4)):
            lost += await _into_and_out(page, at)

    assert lost == []


async def _into_and_out(page: Page, at: int) -> list[str]:
    """Open a dialog, walk about in it and leave it, all by keyboard; return what went wrong."""
    opener = page.nth("main button[aria-haspopup=dialog]:not([disabled]):visible", at)
    name = await opener.says() or await opener.attribute("aria-label") or ""
    await opener.press("Enter")
    await page.css("dialog[open]").shown()
    stops = []
    for _ in range(STEPS_IN_A_DIALOG):
        await page.key("Tab")
        stops.append(await page.script(WHERE))
    await page.key("Escape")
    await page.css("dialog[open]").gone()
    back = await opener.run("(there) => there === document.activeElement")
    return ([] if all(stops) else [f"{name}: the focus leaves"]) + (
        [] if back else [f"{name}: the focus is not given back"]
    )


async def test_the_navigation_can_be_skipped(shown: Shown, visit: Visit) -> None:
    async with visit(shown.operator, "/messages") as page:
        await page.role("heading", "Messages").shown()
        await page.key("Tab")
        await page.key("Enter")

        assert await page.script("() => document.activeElement.id") == "main"


async def test_the_menu_of_small_screens_leads_to_every_page(shown: Shown, visit: Visit) -> None:
    async with visit(shown.operator, "/messages", **SMALL) as page:
        await page.role("button", "Menu").press("Enter")
        await page.role("dialog").role("link", "Phones").press("Enter")

        await page.role("heading", "Phones").shown()
        await page.css("dialog[open]").gone()
        await page.until("() => document.activeElement.id === 'main'")
