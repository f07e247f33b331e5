"""Every page of the console, as its registry names them: for assistive technology, and on a small screen."""

from typing import Any

import pytest
from tests.console.axe import AXE, judged
from tests.console.registry import LARGE, PATHS, SMALL, Shown, come_to, used_again
from tests.support.browser import Browser, Page, Visit
from tests.support.operator import Operator
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


# -- axe -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
async def test_axe_finds_no_serious_fault(shown: Shown, window: Page, path: str) -> None:
    found: dict[str, Any] = {}

    async with used_again(window) as page:
        for place in shown.at(path):
            await come_to(page, place)
            found[place] = await judged(page, "main" if found else "html")  # what is around it is the same

    assert {place: faults for place, faults in found.items() if faults} == {}


async def test_axe_finds_no_serious_fault_in_the_sign_in(shown: Shown, browser: Browser) -> None:
    base = shown.operator.server.base_url

    async with browser.window(base, bypassCSP=True, scripts=[AXE], expecting="401") as page:
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
async def test_nothing_scrolls_sideways_on_a_small_screen(shown: Shown, window: Page, path: str) -> None:
    found: dict[str, Any] = {}

    async with used_again(window, SMALL) as page:
        for place in shown.at(path):
            await come_to(page, place)
            found[place] = [*await page.script(WIDER), *await page.script(BEYOND)]

    assert {place: faults for place, faults in found.items() if faults} == {}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("thing", ["delivery", "file", "request", "template"])
async def test_what_is_chosen_of_a_list_is_closed_in_one_way(
    shown: Shown, window: Page, thing: str, size: dict[str, int]
) -> None:
    path = {"delivery": "/webhooks", "file": "/media", "request": "/refusals", "template": "/templates"}[thing]
    async with used_again(window, size) as page:
        await come_to(page, shown.at(f"{path}/:id")[0])
        await page.role("link", f"Close the {thing}").click()
        await page.until(f"""() => location.hash === "#{path}" && !document.querySelector(".panel-head")""")


async def test_the_tabs_of_webhooks_are_all_in_view_on_a_small_screen(window: Page) -> None:
    async with used_again(window, SMALL) as page:
        await come_to(page, "/webhooks")
        beyond = await page.script(
            "() => [...document.querySelectorAll('.webhook-views')].map((all) => all.scrollWidth - all.clientWidth)"
        )

    assert beyond == [0]


# -- From one page to another --------------------------------------------------------------------------------------


async def test_the_page_of_an_error_leads_to_a_rule_that_brings_it_about(window: Page) -> None:
    async with used_again(window) as page:
        await come_to(page, "/errors/window_closed")
        await page.role("link", "Try it with a rule").click()
        form = page.role("dialog", "Add a fault rule")
        await form.text("131047").first.shown()
        chosen = await form.label("Error", exact=True).run("(there) => there.value")
        times = await form.label("Only the next").run("(there) => there.value")
        await page.key("Escape")

    assert (chosen, times) == ("window_closed", "1")


OVERLAPS = """() => [...document.querySelectorAll("main .row > h2")].filter((head) => {
  const words = document.createRange();
  words.selectNodeContents(head);
  const next = head.nextElementSibling?.getBoundingClientRect();
  const box = words.getBoundingClientRect();
  return next && next.top < box.bottom && next.left < box.right;
}).map((head) => head.textContent)"""


async def test_a_webhook_that_is_gone_is_said_beside_the_word_and_not_over_it(operator: Operator, visit: Visit) -> None:
    operator.hook.answer(410)
    await operator.send_text("Are you there?")
    await operator.settled(f"/numbers/{NUMBER}", lambda told: told["webhook"]["disabled"])

    async with visit(operator, f"/numbers/{NUMBER}", width=390) as page:
        await page.text("It answered 410 Gone").shown()
        overlapping = await page.script(OVERLAPS)

    assert overlapping == []


async def test_the_error_of_a_preset_is_in_view_among_all_errors(window: Page) -> None:
    async with used_again(window) as page:
        await come_to(page, "/rules")
        await page.text("Window closed").first.click()
        list_of_errors = page.role("dialog", "Add a fault rule").label("Error", exact=True)
        await page.until(f"() => ({MIDDLE})(document.querySelector('.rule-errors'))")
        chosen = await list_of_errors.run("(list) => list.value")
        await page.key("Escape")

    assert chosen == "window_closed"


MIDDLE = """(list) => {
  const [box, option] = [list, list.selectedOptions[0]].map((each) => each?.getBoundingClientRect());
  return option && option.top > box.top + box.height / 4 && option.bottom < box.bottom - box.height / 4;
}"""


async def test_after_the_first_start_messages_say_how_to_send_one_until_one_is_sent(
    operator: Operator, revisit: Visit
) -> None:
    async with revisit(operator, "/messages") as page:
        await page.text("No program has sent a message yet").shown()
        offered = await page.css(".empty .code pre").says()
        await operator.send_text("Your bike is ready")
        await page.text("No program has sent a message yet").gone()
        await page.text("This is the first message.").shown()

    assert f"{operator.server.base_url}/v24.0/{NUMBER}/messages" in offered
