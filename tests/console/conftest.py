"""A browser for all tests of a worker, and what they share in it, since a server or a window for each takes its time.

Of a package is what has a server: nothing of it is left when the tests of another folder begin.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.console.axe import AXE
from tests.console.registry import LARGE, Shown, showing
from tests.support.browser import Browser, Page, Visit, missing_browser, started
from tests.support.operator import Operator, operating
from tests.support.server import ADMIN, NUMBER
from tests.support.stores import store_of_servers

NOWHERE = "about:blank"


@pytest.fixture(autouse=True, scope="package")
def server_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which store servers have, as everywhere, but for the whole folder."""
    with store_of_servers(request) as scheme:
        yield scheme


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if why := missing_browser():
        pytest.skip(why)
    with started() as opened:
        yield opened


@pytest.fixture(scope="session")
def visit(browser: Browser) -> Visit:

    cookies: dict[str, dict[str, Any]] = {}  # a server slows down who signs in again and again

    @asynccontextmanager
    async def window(operator: Operator, place: str = "/", **options: Any) -> AsyncIterator[Page]:
        base = operator.server.base_url
        cookies[base] = cookies.get(base) or await _cookie(operator)
        state = {"cookies": [cookies[base]], "origins": []}
        async with browser.window(base, storageState=state, **options) as page:
            await page.open(place)
            yield page

    return window


@pytest.fixture(scope="package")
async def shown(tmp_path_factory: pytest.TempPathFactory, server_store: str) -> AsyncIterator[Shown]:
    """Return a server that has something to show on every page; whoever uses it leaves it as it is."""
    _ = server_store
    async with showing(tmp_path_factory.mktemp("console")) as there:
        yield there


@pytest.fixture(scope="package")
async def window(shown: Shown, visit: Visit) -> AsyncIterator[Page]:
    """Return a window of that server with axe in it: take it by `used_again`, and go about by `come_to`."""
    async with visit(shown.operator, bypassCSP=True, scripts=[AXE]) as page:
        yield page


@pytest.fixture(scope="package")
async def served(tmp_path_factory: pytest.TempPathFactory, server_store: str) -> AsyncIterator[Operator]:
    _ = server_store
    async with operating(tmp_path_factory.mktemp("served") / "data", fetch_allow=["127.0.0.0/8"]) as operator:
        yield operator


@pytest.fixture
async def operator(served: Operator) -> Operator:
    """Return a server as it is after its first start, and its webhook that has heard nothing."""
    await served.call("POST", "/reset")
    # A reset leaves webhooks alone, and one that has answered 410 is told nothing any more.
    await served.call("PUT", f"/numbers/{NUMBER}", json={"webhook": {"url": served.hook.url}})
    served.hook.forget()
    return served


@pytest.fixture(scope="package")
async def revisit(served: Operator, visit: Visit) -> AsyncIterator[Visit]:
    """Return what `visit` is, for that server: one window, in which the console is loaded anew each time."""
    async with visit(served) as page:
        await page.go(NOWHERE)

        @asynccontextmanager
        async def again(operator: Operator, place: str, *, size: dict[str, int] = LARGE) -> AsyncIterator[Page]:
            assert operator is served
            await page.happened()  # after the last use, if its test failed
            await page.do("setViewportSize", size)
            try:
                await page.open(place)
                yield page
                await page.untroubled()
            finally:
                await page.go(NOWHERE)

        yield again
        await page.happened()  # a test that failed has said so


async def _cookie(operator: Operator) -> dict[str, Any]:
    """Sign in with the admin token; return the session as a browser keeps it."""
    url = f"{operator.control.base}/session"
    async with operator.control.session.post(url, json={"admin_token": ADMIN}) as answer:
        assert answer.status == 200
        secret = answer.cookies["waypost_session"].value
    cookie = {"name": "waypost_session", "value": secret, "domain": "127.0.0.1", "path": "/_waypost"}
    return {**cookie, "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Strict"}
