"""A browser for all tests of a worker, and windows of the console in it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.console.registry import Shown, showing
from tests.support.browser import Browser, Page, Visit, missing_browser, started
from tests.support.operator import Operator
from tests.support.server import ADMIN


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


@pytest.fixture(scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory, server_store: str) -> AsyncIterator[Shown]:
    """Return a server that has something to show on every page."""
    _ = server_store
    async with showing(tmp_path_factory.mktemp("console")) as there:
        yield there


async def _cookie(operator: Operator) -> dict[str, Any]:
    """Sign in with the admin token; return the session as a browser keeps it."""
    url = f"{operator.control.base}/session"
    async with operator.control.session.post(url, json={"admin_token": ADMIN}) as answer:
        assert answer.status == 200
        secret = answer.cookies["waypost_session"].value
    cookie = {"name": "waypost_session", "value": secret, "domain": "127.0.0.1", "path": "/_waypost"}
    return {**cookie, "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Strict"}
