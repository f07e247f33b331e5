"""`waypost listen`: be an endpoint of a number for as long as the command runs, print each callback, and pass it on."""

from typing import TYPE_CHECKING, Any

import click

from waypost.cli.reach import show_json, with_server

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient

_SCHEMES = ("http://", "https://")


@click.command()
@with_server
@click.option("--forward-to", metavar="URL", help="Program that gets each callback as it is; its answer goes back.")
@click.option("--number", help="phone_number_id to listen for. [default: every number]")
@click.option(
    "--dialect", type=click.Choice(("cloud", "onprem")), help="Shape of the callbacks. [default: the number's]"
)
@click.option("--json", "as_json", is_flag=True, help="Print each callback whole, as a line of JSON.")
def listen(
    server: "ControlClient", *, forward_to: str | None, number: str | None, dialect: str | None, as_json: bool
) -> None:
    """Print each callback as it comes; Ctrl-C ends it.

    It is a further endpoint: what else is told of the number's events is told as before. A program that does not answer
    counts as an endpoint that does not, so that its callbacks are tried again.
    """
    import asyncio
    from urllib.parse import urlsplit

    if forward_to is not None and not (forward_to.startswith(_SCHEMES) and urlsplit(forward_to).hostname):
        raise click.UsageError(f"--forward-to {forward_to}: this is no http or https URL.")
    from waypost.cli.forwarding import Forwarder

    numbers = [number] if number else [one["phone_number_id"] for one in server.call("GET", "/numbers")["numbers"]]
    forwarder = Forwarder(forward_to, show_json if as_json else _show)

    async def until_stopped() -> None:
        async with forwarder.listening() as url:
            endpoints = [(one, _added(server, one, url, dialect)) for one in numbers]
            click.echo(f"listening for {', '.join(numbers)}" + (f", for {forward_to}" if forward_to else ""), err=True)
            try:
                await forwarder.stopped()
            finally:
                for one, endpoint in endpoints:
                    server.call("DELETE", f"/numbers/{one}/webhooks/{endpoint}")

    asyncio.run(until_stopped())


def _added(server: "ControlClient", number: str, url: str, dialect: str | None) -> str:
    wish = {"url": url} | ({"callback_dialect": dialect} if dialect else {})
    return str(server.call("POST", f"/numbers/{number}/webhooks", wish)["id"])


def _show(told: dict[str, Any]) -> None:
    """Print what a callback tells, and how it was answered."""
    lines = list(_lines(told["body"])) or ["callback"]
    for line in lines:
        click.echo(f"{line}  → {told['answered']}")


def _lines(body: Any) -> list[str]:  # Any: a callback of either dialect
    """Return a line for each status and message of a callback."""
    values = [change for entry in body.get("entry", []) for change in entry.get("changes", [])]
    lines = []
    for change in values or [{"field": "messages", "value": body}]:
        value = change["value"]
        lines += [_status_line(status) for status in value.get("statuses", [])]
        lines += [_message_line(message) for message in value.get("messages", [])]
        if change["field"] != "messages":
            lines.append(change["field"])
    return lines


def _status_line(status: dict[str, Any]) -> str:
    error = (status.get("errors") or [None])[0]
    failure = f" {error['code']} {error['title']}" if error else ""
    return f"{status['status']}{failure}  {status['id']}"


def _message_line(message: dict[str, Any]) -> str:
    words = message.get("text", {}).get("body", "")
    return f"{message['type']} from {message.get('from', '?')}  {words}".rstrip()
