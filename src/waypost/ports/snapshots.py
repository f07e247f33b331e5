"""The port of taking everything that is stored out of the database, and of putting it back."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct


class Table(Struct, forbid_unknown_fields=True):
    """A table's rows; binary values are in base64."""

    columns: list[str]
    rows: list[list[Any]]  # Any: what a column holds is the schema's promise


class Dump(Struct, forbid_unknown_fields=True):
    """Everything that is stored but what must not leave this machine: the key of its media URLs.

    `shape` names the schema that wrote it; only that schema takes it back.
    """

    shape: str
    tables: dict[str, Table]


class BadDump(ValueError):  # noqa: N818 - a caller's mistake, told in its words
    """A dump that cannot be put back; the text says why. Nothing was changed."""


class Snapshots(Protocol):
    """Takes everything out, and puts it back."""

    async def dump(self) -> Dump:
        """Return everything as it is at one moment."""
        ...

    async def stored_hashes(self) -> list[bytes]:
        """Return the hash of every file that a medium has, each once, in order."""
        ...

    async def check_dump(self, dump: Dump) -> None:
        """Try a dump without touching what is stored. Raises BadDump."""
        ...

    async def restore(self, dump: Dump, *, missing: Sequence[bytes] = ()) -> None:
        """Replace everything by a checked dump, but for media whose file is `missing`; all or nothing, fsynced."""
        ...
