"""The ledger of a fault run: what was asked, answered and seen, kept outside the process that is killed.

One line per entry: `mark what key detail`. A mark is `intent` (about to ask), `ack` (the server said it is durable) or
`seen` (an effect outside the server: a phone showed a message, a subscriber got an event).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal["intent", "ack", "seen"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger."""

    mark: Mark
    what: str
    key: int
    detail: int = 0


class Ledger:
    """Appends entries to a file or a pipe. What is in a pipe outlives its writer; a file is fsynced per entry."""

    def __init__(self, descriptor: int, *, fsync: bool) -> None:
        self._descriptor = descriptor
        self._fsync = fsync

    def note(self, mark: Mark, what: str, key: int, detail: int = 0) -> None:
        """Append one entry; it survives the death of this process."""
        os.write(self._descriptor, f"{mark} {what} {key} {detail}\n".encode())
        if self._fsync:
            os.fsync(self._descriptor)


def entries(text: bytes) -> Iterable[Entry]:
    """Read entries; a last line that death cut short does not count."""
    for line in text[: text.rfind(b"\n") + 1].decode().splitlines():
        mark, what, key, detail = line.split()
        assert mark in ("intent", "ack", "seen")
        yield Entry(mark, what, int(key), int(detail))  # type: ignore[arg-type]  # one of the three, as just asserted
