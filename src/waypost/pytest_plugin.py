"""The plugin for pytest: the fixture `waypost`, and what chooses how its server runs.

Nothing of the server is imported before a test asks for it, so that other test runs do not pay for the plugin.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from waypost.testing import Snapshot, Waypost

_SCOPES = ("session", "test")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings of the plugin."""
    parser.addini("waypost_serve", "Options of `waypost serve` for the server of the tests.", default="")
    parser.addini(
        "waypost_scope", "session: one server, put back for each test; test: one for each.", default="session"
    )
    parser.addini("waypost_within", "Seconds that an expectation waits if it does not say.", default="2.0")


@pytest.fixture(scope="session")
def waypost_options(pytestconfig: pytest.Config) -> Sequence[str]:
    """Options of `waypost serve`; a conftest may override it. Here they are those of the setting `waypost_serve`."""
    return shlex.split(str(pytestconfig.getini("waypost_serve")))


@pytest.fixture(scope="session")
def waypost_starter(
    pytestconfig: pytest.Config, waypost_options: Sequence[str]
) -> Callable[..., AbstractContextManager[Waypost]]:
    """Start further servers: a function whose context is a server; options that it is given come on top."""
    from waypost.testing import running

    within = float(pytestconfig.getini("waypost_within"))
    return lambda *options: running(*waypost_options, *options, within=within)


@pytest.fixture(scope="session")
def waypost_session(waypost_starter: Callable[..., AbstractContextManager[Waypost]]) -> Iterator[_Session]:
    """Start the server that all tests of a session share."""
    with waypost_starter() as server:
        yield _Session(server)


@pytest.fixture
def waypost(request: pytest.FixtureRequest) -> Iterator[Waypost]:
    """Give the test a server as it is after its first start: nothing of other tests is in it."""
    scope = str(request.config.getini("waypost_scope"))
    if scope not in _SCOPES:
        raise pytest.UsageError(f"waypost_scope = {scope}: write {' or '.join(_SCOPES)}.")
    if scope == "session":
        yield request.getfixturevalue("waypost_session").anew()
        return
    with request.getfixturevalue("waypost_starter")() as server:
        yield server


@pytest.fixture
def waypost_bot(waypost: Waypost) -> Iterator[Callable[..., str]]:
    """Serve the program under test: `waypost_bot(app, "/webhook")` runs it and sends the number's events there.

    The application is an ASGI or a WSGI one; its base URL is returned.
    """
    from contextlib import ExitStack

    from waypost.testing import serving

    with ExitStack() as stack:

        def serve(app: Callable[..., Any], path: str = "/webhook", *, verify_token: str | None = None) -> str:
            base_url = stack.enter_context(serving(app))
            waypost.webhooks.to(f"{base_url}{path}", verify_token=verify_token)
            return base_url

        yield serve


class _Session:
    """The shared server, with its first state."""

    def __init__(self, server: Waypost) -> None:
        self._server = server
        self._first: Snapshot = server.snapshot()
        self._is_new = True

    def anew(self) -> Waypost:
        """Return the server as it was at first."""
        if not self._is_new:
            self._server.restore(self._first)
        self._is_new = False
        return self._server
