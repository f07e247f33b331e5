"""`waypost trigger`: let the user of a phone of the embedded network write, tap or react, as if a person did."""

import json
import sys
from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.reach import show_json, with_server
from waypost.lib.samples import SAMPLE_PHONE

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient

Body = dict[str, Any]  # Any: an object of the webhook's `messages[]`

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_CAPTION = click.option("--caption", help="Text under the file.")


@click.group()
def trigger() -> None:
    """Let a phone's user write to the business."""


def _act(name: str) -> Callable[[Callable[..., Body]], click.Command]:
    """Make a command of a function that returns the message of its arguments.

    A message with `message_id` at its top is a tap, and everything else is something that the user writes.
    """

    def decorate(make: Callable[..., Body]) -> click.Command:
        def run(
            server: "ControlClient",
            *,
            phone: str,
            number: str | None,
            reply_to: str | None,
            as_json: bool,
            **given: Any,
        ) -> None:
            message = make(**given)
            action = "taps" if "message_id" in message else "messages"
            if action == "messages":
                message |= {"number": number} if number else {}
                message |= {"context": {"id": reply_to}} if reply_to else {}
            written = server.call("POST", f"/phones/{phone}/{action}", message)
            if as_json:
                show_json(written)
            else:
                click.echo(f"{phone} → {written['phone_number_id']}  {written['id']}")

        command = with_server(update_wrapper(run, make))
        for option in reversed(_COMMON):
            command = option(command)
        return trigger.command(name, context_settings=_NEGATIVE)(command)

    return decorate


_NEGATIVE = {"ignore_unknown_options": True}
"""Lets a place south of the equator be an argument although it begins with a minus."""

_COMMON = (
    click.option("--from", "phone", default=SAMPLE_PHONE, show_default=True, help="Phone that writes."),
    click.option("--number", help="phone_number_id that it writes to; needed if there are several."),
    click.option("--reply-to", help="Id of the message that is answered."),
    click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON."),
)


@_act("text")
@click.argument("words", nargs=-1, required=True)
def text(words: tuple[str, ...]) -> Body:
    """Write a text."""
    return {"type": "text", "text": {"body": " ".join(words)}}


@_act("image")
@click.argument("file", type=_FILE)
@_CAPTION
def image(file: Path, caption: str | None) -> Body:
    """Send a picture."""
    return _with_file("image", file, caption=caption)


@_act("video")
@click.argument("file", type=_FILE)
@_CAPTION
def video(file: Path, caption: str | None) -> Body:
    """Send a film."""
    return _with_file("video", file, caption=caption)


@_act("document")
@click.argument("file", type=_FILE)
@_CAPTION
def document(file: Path, caption: str | None) -> Body:
    """Send any file, under its name."""
    return _with_file("document", file, caption=caption, filename=file.name)


@_act("audio")
@click.argument("file", type=_FILE)
def audio(file: Path) -> Body:
    """Send a sound file."""
    return _with_file("audio", file)


@_act("voice")
@click.argument("file", type=_FILE)
def voice(file: Path) -> Body:
    """Send an Ogg file with Opus as a voice message."""
    return _with_file("audio", file, voice=True)


@_act("sticker")
@click.argument("file", type=_FILE)
def sticker(file: Path) -> Body:
    """Send a WebP file as a sticker."""
    return _with_file("sticker", file)


@_act("location")
@click.argument("latitude", type=float)
@click.argument("longitude", type=float)
@click.option("--name", help="What is there.")
@click.option("--address", help="Its address.")
def location(latitude: float, longitude: float, name: str | None, address: str | None) -> Body:
    """Share a place."""
    named = {key: value for key, value in (("name", name), ("address", address)) if value}
    return {"type": "location", "location": {"latitude": latitude, "longitude": longitude, **named}}


@_act("contact")
@click.argument("name")
@click.argument("phone_of_contact", metavar="PHONE")
def contact(name: str, phone_of_contact: str) -> Body:
    """Share a contact's card."""
    card = {"name": {"formatted_name": name}, "phones": [{"phone": phone_of_contact}]}
    return {"type": "contacts", "contacts": [card]}


@_act("reaction")
@click.argument("emoji")
@click.argument("message_id")
def reaction(emoji: str, message_id: str) -> Body:
    """React to a message; an empty EMOJI takes the reaction back."""
    return {"type": "reaction", "reaction": {"message_id": message_id} | ({"emoji": emoji} if emoji else {})}


@_act("button")
@click.argument("title")
@click.argument("message_id")
def button(title: str, message_id: str) -> Body:
    """Tap a reply button, by its title or id."""
    return {"message_id": message_id, "button": title}


@_act("row")
@click.argument("title")
@click.argument("message_id")
def row(title: str, message_id: str) -> Body:
    """Choose a row of a list, by its id or title."""
    return {"message_id": message_id, "row": title}


@_act("body")
@click.argument("source", metavar="JSON|-", type=str)
def body(source: str) -> Body:
    """Send any type: an object of the Cloud webhook's messages[], as JSON or (-) from stdin."""
    try:
        message = json.loads(sys.stdin.read() if source == "-" else source)
    except ValueError as wrong:
        raise click.UsageError(f"that is not JSON: {wrong}.") from wrong
    if not isinstance(message, dict):
        raise click.UsageError("the JSON is no object; give one of the webhook's messages[].")
    return message


def _with_file(kind: str, file: Path, **more: object) -> Body:
    from waypost.cli.files import inline

    return {"type": kind, kind: inline(file) | {name: value for name, value in more.items() if value is not None}}
