"""`waypost tail`: messages in the terminal as they come, and what becomes of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.reach import show_json, with_server

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient

_NEVER = "0"
"""An event that was never sent: whoever heard it last is told to look at everything."""

_IDS_IN_A_URL = 80  # a request's line has room for a hundred

_REFUSALS = 50  # looked at after each hint; of a flood the newest are enough

Body = dict[str, Any]  # Any: a message of the control API


@click.command()
@with_server
@click.option("--number", help="Only of this phone_number_id.")
@click.option("--phone", help="Only with this user.")
@click.option("-n", "--last", type=click.IntRange(0, 200), default=10, show_default=True, help="Messages from before.")
@click.option("--follow/--no-follow", default=True, help="Go on with what comes. [default: follow]")
@click.option("--json", "as_json", is_flag=True, help="Print each message as JSON, again with each new status.")
def tail(server: "ControlClient", *, last: int, follow: bool, as_json: bool, **only: str | None) -> None:
    """Show messages as they come, as bubbles, and a line for each request that is refused; Ctrl-C ends it.

    JSON, and what is narrowed down to a user, are messages only: nobody knows whom a refused request was for.
    """
    show = show_json if as_json else _Bubbles()
    refused = None if as_json or only["phone"] else _Refused(server, only["number"])
    try:
        for message in _shown(server, only, last, follow=follow, refused=refused):
            show(message)
    except KeyboardInterrupt:
        return


class _Bubbles:
    """Shows a message as a bubble when it comes, and as a line when it changes."""

    def __init__(self) -> None:
        from waypost.cli.bubbles import terminal

        self._terminal = terminal()
        self._shown: set[str] = set()

    def __call__(self, message: Body) -> None:
        from waypost.cli.bubbles import bubble, change, refusal

        if "face" in message:  # a request that was refused
            self._terminal.print(refusal(message))
            return
        self._terminal.print(change(message) if message["id"] in self._shown else bubble(message))
        self._shown.add(message["id"])


class _Refused:
    """The requests that are refused from now on: there is no message of them."""

    def __init__(self, server: "ControlClient", number: str | None) -> None:
        self._server = server
        self._number = number
        self._counts = {each["id"]: each["count"] for each in self._newest()}

    def news(self, data: str) -> Iterator[Body]:
        """Yield what a hint of the feed says is new, oldest first; one that came again is told anew."""
        import json

        hint = json.loads(data)
        if not hint["all"] and "refusals" not in hint["world"]:
            return
        newest, counts = self._newest(), self._counts
        self._counts = {each["id"]: each["count"] for each in newest}
        yield from (each for each in reversed(newest) if counts.get(each["id"]) != each["count"])

    def _newest(self) -> list[Body]:
        found: list[Body] = self._server.call("GET", "/refusals", limit=_REFUSALS, number=self._number)["refusals"]
        return found


def _shown(
    server: "ControlClient", only: dict[str, str | None], last: int, *, follow: bool, refused: _Refused | None
) -> Iterator[Body]:
    """Yield the last messages, oldest first, then each that comes or changes or is refused, until the server ends."""
    states: dict[str, str | None] = {}
    changes = server.events("/feed", last_id=_NEVER) if follow else iter(())
    next(changes, None)  # the first says that the server listens: from here on nothing is missed
    yield from _news(states, server.call("GET", "/messages", limit=last, **only)["messages"] if last else [])
    for _event, data in changes:
        yield from _news(states, _changed(server, data, only))
        yield from refused.news(data) if refused else ()


def _changed(server: "ControlClient", data: str, only: dict[str, str | None]) -> list[Body]:
    """Return the messages that a hint of the feed names; when there were too many to name, the newest."""
    import json

    hint = json.loads(data)
    found: list[Body] = []
    if hint["all"]:
        found = server.call("GET", "/messages", limit=200, **only)["messages"]
    for start in range(0, len(hint["messages"]), _IDS_IN_A_URL):
        some = hint["messages"][start : start + _IDS_IN_A_URL]
        found = server.call("GET", "/messages", ids=",".join(some), **only)["messages"] + found
    return found


def _news(states: dict[str, str | None], newest_first: list[Body]) -> Iterator[Body]:
    """Yield what is new or has another status than before, oldest first."""
    for message in reversed(newest_first):
        if message["id"] not in states or states[message["id"]] != message["status"]:
            states[message["id"]] = message["status"]
            yield message
