"""How commands reach a running server: by its address, its ready file, or the note in its data folder."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from waypost.cli.completing import offering
from waypost.cli.options import settings_from

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient
    from waypost.lib.note import Note
    from waypost.settings import Settings

_OPTIONS = (
    click.option("--url", help="Address of the server. [default: the server that runs over --data]"),
    click.option("--admin-token", help="Key of its control API; or set WAYPOST_ADMIN_TOKEN."),
    click.option(
        "--data", help="Data folder of the server. [default: ./waypost-data]", shell_complete=offering(names="dir")
    ),
    click.option(
        "--ready-file", help="File that the server wrote when it was ready.", shell_complete=offering(names="file")
    ),
)


def with_server(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options that say where the server is; it is called with a client of its control API.

    A server that cannot be reached, or refuses, or a file that cannot be had, ends the command with one sentence and
    status 1.
    """

    def run(url: str | None, admin_token: str | None, data: str | None, ready_file: str | None, **given: Any) -> None:
        settings = settings_from({"admin_token": admin_token, "data": data, "ready_file": ready_file}, None)
        with said_plainly():
            command(client_for(settings, url), **given)

    decorated: Callable[..., None] = update_wrapper(run, command)
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@contextmanager
def said_plainly() -> Iterator[None]:
    """Say what stands against it in one sentence, with exit status 1."""
    from waypost.lib.control_client import ControlError

    try:
        yield
    except ControlError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        if wrong.filename is None:
            raise
        raise click.ClickException(f"{wrong.filename}: {wrong.strerror}.") from wrong


def client_for(settings: "Settings", url: str | None) -> "ControlClient":
    """Return a client of the server that is meant; ends the command if it is not clear which."""
    from waypost.lib.control_client import ControlClient

    try:
        return ControlClient(*_address_and_key(settings, url))
    except ValueError as wrong:
        raise click.UsageError(f"--url: {wrong}.") from wrong


def answer_of(note: "Note | None", path: str) -> Any:  # Any: JSON
    """Return what the server that left a note answers; None if it does not, or there is no note."""
    from waypost.lib.control_client import ControlClient, ControlError

    if note is None:
        return None
    try:
        return ControlClient(note.base_url, note.key, timeout_seconds=2).call("GET", path)
    except ControlError:
        return None


def show_json(value: object) -> None:
    """Print a value as one line of JSON, at once."""
    click.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def _address_and_key(settings: "Settings", url: str | None) -> tuple[str, str]:
    from waypost.lib.note import read

    if url is not None:
        return url, settings.admin_token or _no_token()
    if settings.ready_file is not None:
        return _from_ready_file(settings.ready_file)
    note = read(settings.data)
    if note is None:
        _no_server(settings.data)
    return note.base_url, settings.admin_token or note.key


def _from_ready_file(path: Path) -> tuple[str, str]:
    try:
        ready = json.loads(path.read_bytes())
        return ready["base_url"], ready["admin_token"]
    except FileNotFoundError:
        raise click.UsageError(
            f"--ready-file {path}: there is no such file; a server that is started with this option writes it."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise click.UsageError(f"--ready-file {path} is not what a running server has written ({wrong}).") from wrong


def _no_token() -> NoReturn:
    raise click.UsageError("--url needs --admin-token, which the server printed when it started.")


def _no_server(data: Path) -> NoReturn:
    raise click.ClickException(
        f"no server runs over {data}; start `waypost serve` here, or say which with --data, --ready-file or --url."
    )
