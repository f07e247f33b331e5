"""The editor of templates in a real browser: those for codes, of which the platform makes the words."""

import pytest
from tests.console.axe import judged_as_it_is
from tests.console.registry import come_to, used_again
from tests.support.browser import Page, Visit
from tests.support.operator import Operator

pytestmark = pytest.mark.anyio

APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}


async def test_a_template_for_codes_is_made_with_the_app_that_takes_them(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, "/templates/new") as page:
        await page.label("Name", exact=True).fill("shop_code")
        await page.label("Category").choose("AUTHENTICATION")
        await page.label("Minutes that the code holds").fill("5")
        await page.label("Way of the code").choose("ONE_TAP")
        await page.label("Package of the app").fill(APP["package_name"])
        await page.label("Hash of its signature").fill(APP["signature_hash"])
        await page.role("button", "Create and review").click()
        await page.role("heading", "shop_code").first.shown()

    templates = (await operator.call("GET", "/templates"))["templates"]
    (made,) = [each for each in templates if each["name"] == "shop_code"]
    parts = {part["type"]: part for part in made["components"]}
    (button,) = parts["BUTTONS"]["buttons"]
    assert made["category"] == "AUTHENTICATION"
    assert parts["FOOTER"]["code_expiration_minutes"] == 5
    assert button["supported_apps"] == [APP]


async def test_axe_finds_no_serious_fault_in_the_form_for_codes(window: Page) -> None:
    async with used_again(window) as page:
        await come_to(page, "/templates/new")
        await page.label("Category").choose("AUTHENTICATION")
        await page.label("Way of the code").choose("ZERO_TAP")
        await page.label("The terms of zero-tap codes are accepted").shown()

        assert await judged_as_it_is(page, "main") == {}
