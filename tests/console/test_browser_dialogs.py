"""Every dialog of the console, small and large: nobody gets lost in it, and assistive technology can read it."""

import pytest
from tests.console.axe import judged_as_it_is
from tests.console.registry import LARGE, PATHS, SMALL, Shown, come_to, used_again
from tests.support.browser import Page, Spot

pytestmark = pytest.mark.anyio

MOST = 8
"""How many buttons of a place are tried: some have many of a kind."""
STEPS = 8
SAME = ("/phones",)
"""Pages that open the dialogs of another page, and none of their own: here those of `/phones/:waId`."""
OPENERS = "main button[aria-haspopup=dialog]:not([disabled], .rule-presets > :nth-child(n + 2)):visible"
"""Of the presets of a shelf the first: they open one form, filled in differently."""
MENU = "main button[aria-haspopup=menu]:visible"
OFFERED = ".attach-menu button[aria-haspopup=dialog]"

WATCH = """() => {
  const dialog = document.querySelector("dialog[open]");
  const look = ({ key }) => key === "Tab" && dialog.stops.push(document.activeElement);
  dialog.stops = [];
  document.addEventListener("keyup", look, { capture: true });
  dialog.leave = () => document.removeEventListener("keyup", look, { capture: true });
}"""
STAYED = """() => {
  const dialog = document.querySelector("dialog[open]");
  dialog.leave();
  return dialog.stops.map((there) => there === document.body || dialog.contains(there));
}"""
TITLE = """() => document.querySelector("dialog[open] h2").textContent"""


@pytest.mark.parametrize("path", [path for path in PATHS if path not in SAME])
async def test_a_dialog_keeps_the_focus_gives_it_back_and_axe_finds_no_serious_fault(
    shown: Shown, window: Page, path: str
) -> None:
    wrong: list[str] = []

    async with used_again(window) as page:
        for size in (LARGE, SMALL):
            await page.do("setViewportSize", size)
            judged: set[str] = set()
            for place in shown.at(path):
                await come_to(page, place)
                wrong += await _through_all(page, judged)

    assert wrong == []


async def _through_all(page: Page, judged: set[str]) -> list[str]:
    """Open each dialog of a place once; return what went wrong."""
    wrong: list[str] = []
    for at in range(min(await page.css(OPENERS).count(), MOST)):
        opener = page.nth(OPENERS, at)
        await opener.press("Enter")
        wrong += await _within(page, opener, judged)
    for at in range(await _in_menu(page)):
        await page.css(MENU).press("Enter")
        await page.nth(OFFERED, at).press("Enter")
        wrong += await _within(page, page.css(MENU), judged)
    return wrong


async def _in_menu(page: Page) -> int:
    """Return how many dialogs the menu of a place opens."""
    if await page.css(MENU).count() == 0:
        return 0
    await page.css(MENU).press("Enter")
    await page.css(OFFERED).first.shown()
    count = await page.css(OFFERED).count()
    await page.css(MENU).press("Enter")
    await page.css(OFFERED).first.gone()
    return count


async def _within(page: Page, home: Spot, judged: set[str]) -> list[str]:
    """Leave the dialog that is open by keyboard, looked at once of those of a title; return what went wrong."""
    await page.css("dialog[open]").shown()
    title = await page.script(TITLE)
    wrong = [] if title in judged else await _looked_at(page)
    judged.add(title)
    await page.key("Escape")
    await page.css("dialog[open]").gone()
    back = await home.run("(there) => there === document.activeElement")
    return [f"{title}: {each}" for each in [*wrong, *([] if back else ["the focus is not given back"])]]


async def _looked_at(page: Page) -> list[str]:
    """Judge the dialog that is open and walk about in it by keyboard; return what is wrong."""
    faults = await judged_as_it_is(page)
    await page.script(WATCH)
    for _ in range(STEPS):
        await page.key("Tab")
    stayed = await page.script(STAYED)
    return [*([str(faults)] if faults else []), *([] if stayed == STEPS * [True] else ["the focus leaves"])]


async def test_the_token_that_is_shown_once_is_in_a_dialog_like_any_other(shown: Shown, window: Page) -> None:
    before = await _token_ids(shown)

    async with used_again(window) as page:
        await come_to(page, "/numbers?view=tokens")
        await page.role("button", "Make a token").click()
        await page.role("dialog", "Make a token").css(".dialog-foot button").last.click()
        await page.role("dialog", "A token for").shown()
        wrong = await _looked_at(page)
        await page.key("Escape")
        await page.css("dialog[open]").gone()

    (made,) = await _token_ids(shown) - before
    await shown.operator.call("DELETE", f"/tokens/{made}")
    assert wrong == []


async def _token_ids(shown: Shown) -> set[str]:
    return {each["id"] for each in (await shown.operator.call("GET", "/tokens"))["tokens"]}


async def test_what_is_asked_behind_a_switch_is_a_dialog_like_any_other(window: Page) -> None:
    async with used_again(window) as page:
        await come_to(page, "/numbers?view=accounts")
        switch = page.label("Disabled").first
        await switch.press("Space")

        assert await _within(page, switch, set()) == []
        assert await switch.do("isChecked") is False


async def test_what_is_asked_behind_a_file_is_a_dialog_like_any_other(window: Page) -> None:
    async with used_again(window) as page:
        await come_to(page, "/settings")
        chooser = page.css("input[type=file]")
        await chooser.run("(there) => there.focus()")
        await chooser.attach("state.json", "application/json", b"{}")

        assert await _within(page, chooser, set()) == []


async def test_the_menu_of_small_screens_leads_to_every_page(window: Page) -> None:
    async with used_again(window, SMALL) as page:
        await come_to(page, "/messages")
        await page.role("button", "Menu").press("Enter")
        await page.role("dialog").role("link", "Phones").shown()
        faults = await judged_as_it_is(page)
        await page.role("dialog").role("link", "Phones").press("Enter")

        await page.role("heading", "Phones").shown()
        await page.css("dialog[open]").gone()
        await page.until("() => document.activeElement.id === 'main'")

    assert faults == {}
