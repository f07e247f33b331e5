"""`waypost record`: turn a conversation that was clicked together into a test for pytest."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.reach import show_json, with_server
from waypost.lib.samples import SAMPLE_PHONE

if TYPE_CHECKING:
    from collections.abc import Sized

    from waypost.cli.recording import Script
    from waypost.lib.control_client import ControlClient

_MOST = 1000


@click.command()
@with_server
@click.argument("phone", default=SAMPLE_PHONE)
@click.option("--number", help="Only the chat with this phone_number_id.")
@click.option("--since", metavar="ID", help="Begin with this message.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File of the test.")
@click.option("--json", "as_json", is_flag=True, help="Print the test, or what was written, as JSON.")
def record(
    server: "ControlClient", *, phone: str, number: str | None, since: str | None, output: Path | None, as_json: bool
) -> None:
    """Print the conversation of PHONE as a test: what its user did, and what came.

    Files that the user sent are saved beside the test. Of a long conversation it takes the newest 1,000 messages.
    """
    script = _script(server, phone.lstrip("+"), number, since)
    text = script.text()
    if output is None:
        show_json({"test": text, "files": script.files}) if as_json else click.echo(text, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    for name, path in script.files.items():
        (output.parent / name).write_bytes(server.read(path))
    output.write_text(text, encoding="utf-8")
    if as_json:
        show_json({"test": str(output), "messages": len(script.entries), "files": list(script.files)})
        return
    files = f", {_counted(script.files, 'file')} beside it" if script.files else ""
    click.echo(f"{output}: {_counted(script.entries, 'message')}{files}")


def _counted(things: "Sized", word: str) -> str:
    return f"{len(things)} {word}" if len(things) == 1 else f"{len(things)} {word}s"


def _script(server: "ControlClient", phone: str, number: str | None, since: str | None) -> "Script":
    from waypost.cli.recording import Entry, Script

    listed: list[Any] = server.call("GET", "/messages", phone=phone, number=number, limit=_MOST)["messages"]
    if len(listed) == _MOST:
        click.echo(f"The conversation is long: only its newest {_MOST} messages are looked at.", err=True)
    listed.reverse()
    if since is not None:
        listed = _beginning_with(listed, since)
    if not listed:
        raise click.ClickException(f"{phone} has no messages to record.")
    chat = server.call("GET", f"/phones/{phone}/messages", limit=_MOST)
    on_phone = {message["id"]: message for message in (*chat["messages"], *chat["written"])}
    name = server.call("GET", f"/phones/{phone}")["name"]
    return Script(phone, name, [Entry(message, on_phone.get(message["id"])) for message in listed])


def _beginning_with(listed: list[Any], since: str) -> list[Any]:
    places = [place for place, message in enumerate(listed) if since in (message["id"], message["onprem_id"])]
    if not places:
        raise click.ClickException(f"--since {since}: the conversation has no such message.")
    return listed[places[0] :]
