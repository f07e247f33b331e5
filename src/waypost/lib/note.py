"""The note that a running server leaves in its data folder, by which commands on the same machine find it.

It holds a key of the control API that ends with the server, and never one that an operator has set.
"""

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from waypost.lib import log

_NAME = "running.json"
_log = log.Log("waypost")


class Note(msgspec.Struct, frozen=True):
    """Where the server listens, and what opens its control API while it does."""

    base_url: str
    key: str


def leave(folder: Path, note: Note) -> None:
    """Write the note, readable to this user only; a folder that cannot be written has none."""
    partial = folder / f".{_NAME}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(note))
        partial.replace(folder / _NAME)
    except OSError as wrong:
        _log.warning("server.no_note", folder=str(folder), reason=wrong.strerror)


def read(folder: Path) -> Note | None:
    """Return the note in a folder; None if there is none, or what is there is not one."""
    try:
        return msgspec.json.decode((folder / _NAME).read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None


def take_away(folder: Path, note: Note) -> None:
    """Remove the note, unless another server has left its own in the meantime."""
    if read(folder) == note:
        with suppress(OSError):
            (folder / _NAME).unlink()
