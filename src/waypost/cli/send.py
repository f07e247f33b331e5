"""`waypost send`: send a message as a program would, over the Cloud API, and watch what becomes of it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.completing import offering
from waypost.cli.reach import show_json, with_server

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient

Body = dict[str, Any]  # Any: the Cloud API's message

_VERSION = "v24.0"
_FILE_KINDS = ("image", "video", "audio", "document", "sticker")
_LAST = frozenset({"read", "failed"})


def _file_option(kind: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        f"--{kind}",
        kind,
        metavar="FILE|URL|ID",
        help=f"Send {kind}: a file here, a link, or a media id.",
        shell_complete=offering(names="file"),
    )


@click.command()
@with_server
@click.argument("to")
@click.argument("words", nargs=-1)
@_file_option("image")
@_file_option("video")
@_file_option("audio")
@_file_option("document")
@_file_option("sticker")
@click.option("--caption", help="Text under the file.")
@click.option("--button", "buttons", multiple=True, help="Reply button under the text; up to three.")
@click.option("--template", help="Send a template by its name.")
@click.option("--language", default="en_US", show_default=True, help="Language of the template.")
@click.option("--param", "params", multiple=True, help="Parameter of the template's body, in order; or NAME=VALUE.")
@click.option("--body", "source", metavar="JSON|-", help="Send any message: what the Cloud API takes, without `to`.")
@click.option("--reply-to", help="Id of the message that is answered.")
@click.option("--number", help="phone_number_id that sends. [default: the first]")
@click.option("--watch/--no-watch", default=True, help="Wait up to 5 s for what becomes of it. [default: watch]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer, and then each status, as JSON.")
def send(server: "ControlClient", *, to: str, number: str | None, watch: bool, as_json: bool, **given: Any) -> None:
    """Send a message TO a phone: WORDS, or what the options say.

    It exits with 1 if the message fails while it is watched.
    """
    sender = number or server.call("GET", "/numbers")["numbers"][0]["phone_number_id"]
    with _token_of(server, sender) as token:
        program = _Program(server, sender, token)
        message = {"messaging_product": "whatsapp", "to": to} | _message(program, **given)
        answer = program.post("messages", json.dumps(message).encode(), "application/json")
    message_id = answer["messages"][0]["id"]
    if as_json:
        show_json(answer)
    else:
        click.echo(f"{sender} → {to}  {message_id}")
    if watch:
        _watch(server, message_id, as_json=as_json)


class _Program:
    """A program that has a number's token."""

    def __init__(self, server: "ControlClient", number: str, token: str) -> None:
        self._server = server
        self._number = number
        self._credential = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: bytes, content_type: str) -> Any:  # Any: JSON
        headers = self._credential | {"Content-Type": content_type}
        return json.loads(self._server.ask("POST", f"/{_VERSION}/{self._number}/{path}", body, headers))

    def upload(self, file: Path) -> str:
        """Upload a file; return its media id."""
        from waypost.cli.files import type_of
        from waypost.lib.forms import form_of

        mime = type_of(file)
        fields = {"messaging_product": "whatsapp", "type": mime}
        form = form_of(fields, file.read_bytes(), filename=file.name, mime=mime)
        return str(self.post("media", *form)["id"])


@contextmanager
def _token_of(server: "ControlClient", number: str) -> Iterator[str]:
    """Yield a token of the number that lives as long as this: the one that was printed once is nobody's to read."""
    made = server.call("POST", "/tokens", {"phone_number_id": number})
    try:
        yield made["token"]
    finally:
        server.call("DELETE", f"/tokens/{made['id']}")


def _message(
    program: _Program,
    *,
    words: tuple[str, ...],
    source: str | None,
    template: str | None,
    reply_to: str | None,
    **given: Any,
) -> Body:
    """Return the message that words and options mean, without whom it goes to."""
    context = {"context": {"message_id": reply_to}} if reply_to else {}
    files = [(kind, given[kind]) for kind in _FILE_KINDS if given[kind]]
    text = " ".join(words)
    if len(files) + bool(text) + bool(source) + bool(template) != 1:
        raise click.UsageError("give one thing to send: words, a file, a template, or --body.")
    if source:
        return context | _read(source)
    if template:
        return context | {"type": "template", "template": _template(template, given["language"], given["params"])}
    if files:
        return context | _with_file(program, *files[0], given["caption"])
    return context | _text(text, given["buttons"])


def _read(source: str) -> Body:
    try:
        message = json.loads(sys.stdin.read() if source == "-" else source)
    except ValueError as wrong:
        raise click.UsageError(f"--body is not JSON: {wrong}.") from wrong
    if not isinstance(message, dict):
        raise click.UsageError("--body is no JSON object.")
    return message


def _text(text: str, buttons: tuple[str, ...]) -> Body:
    if not buttons:
        return {"type": "text", "text": {"body": text, "preview_url": True}}
    replies = [{"type": "reply", "reply": {"id": title, "title": title}} for title in buttons]
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": replies}},
    }


def _template(name: str, language: str, params: tuple[str, ...]) -> Body:
    template: Body = {"name": name, "language": {"code": language}}
    if params:
        template["components"] = [{"type": "body", "parameters": [_parameter(param) for param in params]}]
    return template


def _parameter(given: str) -> Body:
    name, equals, value = given.partition("=")
    if equals and name.isidentifier():
        return {"type": "text", "parameter_name": name, "text": value}
    return {"type": "text", "text": given}


def _with_file(program: _Program, kind: str, what: str, caption: str | None) -> Body:
    content: Body = {"caption": caption} if caption else {}
    if what.startswith(("http://", "https://")):
        content["link"] = what
    elif what.isdigit() and not Path(what).exists():
        content["id"] = what
    else:
        content |= {"id": program.upload(_existing(kind, what))} | (
            {"filename": Path(what).name} if kind == "document" else {}
        )
    return {"type": kind, kind: content}


def _existing(kind: str, name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"--{kind} {name}: there is no such file, and it is no link and no media id.")
    return path


def _watch(server: "ControlClient", message_id: str, *, as_json: bool) -> None:
    """Print each status of a message; exit if the last one says that it failed."""
    status = None
    for entry in _told(server, message_id):
        show_json(entry) if as_json else click.echo(_line(entry))
        status = entry["status"]
    if status == "failed":
        click.get_current_context().exit(1)


def _told(server: "ControlClient", message_id: str) -> Iterator[Body]:
    """Yield each status of a message until its last, or until five seconds have passed."""
    from waypost.lib.clock import looks

    shown = 0
    for _ in looks(within_seconds=5):
        timeline = server.call("GET", f"/messages/{message_id}")["timeline"]
        statuses = [entry for entry in timeline if entry["event"] == "message.status"]
        yield from statuses[shown:]
        shown = len(statuses)
        if statuses and statuses[-1]["status"] in _LAST:
            return


def _line(entry: Body) -> str:
    """Return a status as one line, and for a failure what to do about it."""
    fault = entry.get("fault")
    if fault is None:
        return f"  {entry['status']}"
    return f"  {entry['status']} {fault['code']}: {fault['details'] or fault['title']}\n  {fault['fix']}"
